import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.adapters.voice.embedded.sip.framing import KEEP_ALIVE, FramingError, StreamFramer
from tests.unit.adapters.voice.embedded.sip.wire import raw

STREAM = raw(body="one") + KEEP_ALIVE + raw("OPTIONS") + b"\r\n" + raw(body="\r\n\r\nthree")


@given(st.lists(st.integers(1, len(STREAM)), max_size=12))
def test_messages_come_out_whole_however_the_stream_is_cut(cuts: list[int]) -> None:
    framer, messages, start = StreamFramer(), [], 0
    for end in [*sorted(cuts), len(STREAM)]:
        messages += framer.feed(STREAM[start:end])
        start = max(start, end)

    whole = [message for message in messages if message != KEEP_ALIVE]
    assert whole == [raw(body="one"), raw("OPTIONS"), raw(body="\r\n\r\nthree")]
    assert not framer.waiting


def test_a_compact_content_length_counts() -> None:
    message = raw(body="one").replace(b"Content-Length", b"l")

    assert StreamFramer().feed(message) == [message]


@pytest.mark.parametrize(
    "stream",
    [
        raw().replace(b"Content-Length: 0\r\n", b""),
        raw().replace(b"Content-Length: 0", b"Content-Length: 999999"),
        b"x" * 70_000,
    ],
)
def test_a_stream_that_cannot_be_framed_is_refused(stream: bytes) -> None:
    with pytest.raises(FramingError):
        StreamFramer().feed(stream)
