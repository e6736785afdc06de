"""The chain of the ledger: whatever is changed, removed, put in or exchanged is found."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.domain.listening.ledger import FIRST, Entry, Mode, Observation, What, canonical, first_broken, sealed
from madoguchi.domain.listening.sessions import sessions
from madoguchi.testing.environment import NOON

HEARD = Observation(
    NOON, "monitoring_1", What.BEGAN, Mode.LISTEN, "user_sue", "高橋", "call_1", "call", "user_ana", "Ana"
)


def chain(length: int) -> list[Entry]:
    made: list[Entry] = []
    for number in range(1, length + 1):
        seen = replace(HEARD, session=f"monitoring_{number}", at=NOON + timedelta(seconds=number))
        made.append(sealed(number, seen, made[-1].seal if made else FIRST))
    return made


@pytest.mark.req("MON-12")
def test_a_seal_can_be_worked_out_by_anybody() -> None:
    text = (
        '{"agent":"user_ana","agent_name":"Ana","at":"2026-11-23T12:00:00.000Z","channel":"call",'
        '"interaction":"call_1","mode":"listen","number":1,"queue":"","session":"monitoring_1",'
        '"user":"user_sue","user_name":"高橋","what":"began"}'
    )
    assert canonical(1, HEARD) == text.encode()
    assert sealed(1, HEARD, FIRST).seal == hashlib.sha256(FIRST.encode() + text.encode()).hexdigest()


@pytest.mark.req("MON-12")
@given(length=st.integers(2, 8), data=st.data())
def test_whatever_is_done_to_entries_is_found_where_it_was_done(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    assert first_broken(entries) is None
    at = data.draw(st.integers(0, length - 1))
    how = data.draw(st.sampled_from(["changed", "removed", "put in", "exchanged"]))
    if how == "changed":
        entries[at] = replace(entries[at], observation=replace(entries[at].observation, user="user_nobody"))
    elif how == "removed" and at < length - 1:
        del entries[at]
    elif how == "put in":
        entries.insert(at, sealed(at + 1, replace(HEARD, user="user_nobody"), entries[at - 1].seal if at else FIRST))
        at += 1  # What was put in fits; what comes after it does not.
    elif at < length - 1:
        entries[at], entries[at + 1] = entries[at + 1], entries[at]
    else:
        return
    assert first_broken(entries) == at + 1


@pytest.mark.req("MON-12")
def test_a_part_of_the_chain_is_verified_from_the_seal_before_it() -> None:
    entries = chain(5)
    assert first_broken(entries[2:], number=3, before=entries[1].seal) is None
    assert first_broken(entries[2:], number=3, before=FIRST) == 3


@pytest.mark.req("MON-12")
def test_a_session_tells_how_long_he_heard_what_and_whom() -> None:
    def seen(seconds: int, what: What, **more: object) -> Observation:
        return replace(HEARD, at=NOON + timedelta(seconds=seconds), what=what, **more)  # type: ignore[arg-type]

    told = [
        HEARD,
        replace(HEARD, session="monitoring_2"),
        seen(10, What.SWITCHED, mode=Mode.WHISPER),
        seen(20, What.SILENCED, mode=Mode.WHISPER),
        seen(50, What.HEARD, mode=Mode.WHISPER),
        seen(60, What.SWITCHED, mode=Mode.LISTEN, agent="user_ben", agent_name="Ben"),
        seen(100, What.ENDED, agent_name="Ben"),
    ]
    entries = [Entry(number, one, "") for number, one in enumerate(told, 1)]
    first, second = sessions(entries)
    assert (first.modes, first.agents) == ((Mode.LISTEN, Mode.WHISPER), ("Ana", "Ben"))
    assert (first.end, first.listened_s(NOON)) == (What.ENDED, 70)
    assert (second.ended_at, second.listened_s(NOON + timedelta(seconds=5))) == (None, 5)
    silenced = [Entry(1, HEARD, ""), Entry(2, seen(10, What.SILENCED), ""), Entry(3, seen(30, What.LOST), "")]
    assert [one.listened_s(NOON) for one in sessions(silenced)] == [10]
    assert sessions(entries[2:]) == []
