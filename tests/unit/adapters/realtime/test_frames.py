import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.adapters.realtime.frames import (
    BadFrameError,
    Command,
    Hello,
    Problem,
    Subscribe,
    decode,
    encode,
    ref_of,
)
from madoguchi.adapters.realtime.problems import problem
from madoguchi.kernel.errors import InvalidInputError


def test_frames_are_read_as_the_protocol_has_them() -> None:
    assert decode('{"type": "hello", "version": 1}') == Hello(1)
    assert decode('{"type": "subscribe", "ref": "a", "view": "desk", "cursor": "x:1"}') == Subscribe(
        "a", "desk", {}, "x:1"
    )
    assert decode('{"type": "command", "ref": "b", "name": "chat.typing", "data": {"typing": true}}') == Command(
        "b", "chat.typing", {"typing": True}
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"type": "shout"}',
        '{"type": "hello"}',
        '{"type": "hello", "version": "one"}',
        '{"type": "subscribe", "ref": "", "view": "desk"}',
        '{"type": "command", "ref": "a", "name": "x", "data": []}',
        '{"type": "hello", "version": 1, "token": "\ud800"}',
    ],
)
def test_whatever_else_comes_is_refused(text: str) -> None:
    with pytest.raises(BadFrameError):
        decode(text)


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(BadFrameError):
        decode(text)
    assert ref_of(text) is None


def test_a_refused_frame_can_still_be_answered_if_it_has_a_ref() -> None:
    assert ref_of('{"type": "shout", "ref": "a"}') == "a"
    assert ref_of('{"ref": 5}') is None


def test_a_problem_leaves_out_what_it_does_not_have() -> None:
    assert encode(Problem("gone", "Gone.", "")) == '{"type":"problem","code":"gone","title":"Gone.","detail":""}'


def test_a_problem_frame_tells_the_reason_in_a_word_where_the_error_has_one() -> None:
    told = problem(InvalidInputError("not this one", field="file", reason="too_large"), "r1")
    assert (told.field, told.reason) == ("file", "too_large")
    assert "reason" not in encode(problem(InvalidInputError("no"), "r1"))
