import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.adapters.voice.embedded.settings import EmbeddedVoiceSettings, Phone
from madoguchi.adapters.voice.embedded.sip.transport import deliver
from tests.unit.adapters.voice.embedded.sip.exchange_room import Room
from tests.unit.adapters.voice.embedded.sip.torture import INVALID, VALID
from tests.unit.adapters.voice.embedded.sip.wire import raw

ALL = {**VALID, **INVALID}


class StrictRoom(Room):
    """Tells the codes of its answers to raw bytes."""

    def takes(self, data: bytes) -> set[int]:
        """Give it one message; return the codes of its answers, 0 for none."""
        deliver(data, self.wire, self.agent)
        # Answers to broken messages copy what is broken, and cannot be read again.
        lines = [sent.split(b"\r\n", 1)[0].split() for sent in self.wire.sent]
        self.wire.sent.clear()
        return {int(line[1]) for line in lines if line[0] == b"SIP/2.0"} or {0}


def a_room() -> StrictRoom:
    return StrictRoom(
        EmbeddedVoiceSettings(sip_host="192.0.2.1", phones=(Phone("1", "x"),), invite_rate=1e6, invite_burst=1e6)
    )


@pytest.fixture(autouse=True)
def _nothing_is_logged(caplog: pytest.LogCaptureFixture) -> object:
    yield
    assert [record for record in caplog.records if record.exc_info] == []


@pytest.mark.parametrize("name", ALL)
def test_every_hard_message_is_answered_as_it_should(name: str) -> None:
    data, expected = ALL[name]

    assert a_room().takes(data) <= expected


def test_after_all_hard_messages_calls_are_still_taken() -> None:
    room = a_room()
    for data, _ in ALL.values():
        room.takes(data)
    before = len(room.calls)

    room.timers.advance(40)
    room.wire.sent.clear()

    assert room.takes(raw("OPTIONS")) == {200}
    assert room.takes(raw(call_id="another")) == {100}
    assert len(room.calls) == before + 1


@given(st.sampled_from(sorted(ALL)), st.integers(0, 3000))
def test_a_message_may_be_cut_off_anywhere(name: str, length: int) -> None:
    room = a_room()
    room.takes(ALL[name][0][:length])

    assert room.takes(raw("OPTIONS")) == {200}


@given(st.lists(st.tuples(st.sampled_from(sorted(ALL)), st.integers(0, 1500), st.binary(max_size=12)), max_size=8))
def test_a_message_may_be_damaged_anywhere(damages: list[tuple[str, int, bytes]]) -> None:
    room = a_room()
    for name, place, junk in damages:
        data = ALL[name][0]
        room.takes(data[:place] + junk + data[place + len(junk) :])

    room.wire.sent.clear()
    assert room.takes(raw("OPTIONS")) == {200}


@given(st.binary(max_size=2000))
def test_random_bytes_do_no_harm(data: bytes) -> None:
    room = a_room()
    room.takes(data)

    assert room.takes(raw("OPTIONS")) == {200}
