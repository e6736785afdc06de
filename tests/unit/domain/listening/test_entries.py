"""The chain of the ledger: whatever is done to it is found, at the first place where it was done."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.domain.listening.entries import (
    GENESIS,
    Because,
    Broken,
    Fault,
    Head,
    LedgerEntry,
    Mode,
    Named,
    Note,
    What,
    canonical,
    chained,
    filing_of,
    link,
    read,
    verify,
)
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import InteractionId, ListeningId, UserId

pytestmark = pytest.mark.req("MON-12")

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def a_note(number: int = 1, **more: object) -> Note:
    begun = Note(
        at=NOON + timedelta(seconds=number),
        listening=ListeningId("monitoring_1"),
        number=number,
        user=UserId("user_sue"),
        user_name="鈴木 \x00 Sue",
        interaction=InteractionId("call_1"),
        channel=Channel.CALL,
        mode=Mode.LISTEN,
        what=What.BEGAN,
        agent=Named("user_ana", "Ana"),
        queue=Named("queue_1", "返品 / Returns"),
        others=1,
        node="main",
    )
    return replace(begun, **more)  # type: ignore[arg-type] # whatever a test wants


def a_chain(length: int) -> list[LedgerEntry]:
    entries: list[LedgerEntry] = []
    for number in range(1, length + 1):
        entries.append(chained(a_note(number, heard_ms=number * 1000), entries[-1] if entries else None))
    return entries


notes = st.builds(
    a_note,
    st.integers(1, 2**31 - 1),
    user_name=st.text(),
    mode=st.sampled_from(Mode),
    what=st.sampled_from(What),
    because=st.none() | st.sampled_from(Because),
    heard_ms=st.integers(0, 2**40),
    hold_ms=st.integers(0, 2**40),
    agent=st.none() | st.builds(Named, st.text(), st.text()),
    queue=st.none() | st.builds(Named, st.text(), st.text()),
)


@given(notes, st.integers(1, 2**60))
def test_a_text_says_what_was_noted_and_nothing_else_says_it(note: Note, seq: int) -> None:
    text = canonical(seq, note)

    assert read(text) == (seq, note)
    assert text.isascii()
    assert json.dumps(json.loads(text), sort_keys=True, separators=(",", ":")) == text


def test_a_hash_can_be_made_with_nothing_but_a_text_and_the_hash_before() -> None:
    first, second = a_chain(2)

    assert first.previous == GENESIS
    assert second.previous == first.hash
    assert second.hash == hashlib.sha256((first.hash + second.text).encode("ascii")).hexdigest()


def test_a_chain_as_it_grew_holds_as_a_whole_and_from_any_place_on() -> None:
    entries = a_chain(5)

    assert verify(entries) is None
    assert verify(entries[2:], Head(entries[1].seq, entries[1].hash)) is None
    assert verify([]) is None


def rewritten(entry: LedgerEntry) -> LedgerEntry:
    """What somebody makes who hides how long he listened, and knows how hashes are made."""
    text = canonical(entry.seq, replace(entry.note, heard_ms=0))
    return replace(entry, text=text, hash=link(entry.previous, text))


def with_gap(entries: list[LedgerEntry]) -> list[LedgerEntry]:
    return [*entries[:1], *entries[2:]]


def renumbered(entries: list[LedgerEntry]) -> list[LedgerEntry]:
    return [*entries[:1], *(replace(one, seq=one.seq - 1) for one in entries[2:])]


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (lambda e: [e[0], replace(e[1], text=e[1].text.replace("2000", "1000")), *e[2:]], Broken(2, Fault.HASH)),
        (lambda e: [e[0], rewritten(e[1]), *e[2:]], Broken(3, Fault.CHAIN)),
        (with_gap, Broken(3, Fault.PLACE)),
        (renumbered, Broken(2, Fault.CHAIN)),
        (lambda e: [e[0], e[0], *e[1:]], Broken(1, Fault.PLACE)),
        (lambda e: [e[1], e[0], *e[2:]], Broken(2, Fault.PLACE)),
        (
            lambda e: [replace(e[0], filing=replace(e[0].filing, user=UserId("user_ben"))), *e[1:]],
            Broken(1, Fault.FILING),
        ),
        (lambda e: [replace(e[0], text="{}", hash=link(GENESIS, "{}"), previous=GENESIS)], Broken(1, Fault.FILING)),
    ],
)
def test_whoever_changes_leaves_out_or_puts_in_is_found_out(
    tamper: Callable[[list[LedgerEntry]], list[LedgerEntry]], found: Broken
) -> None:
    assert verify(tamper(a_chain(4))) == found


@given(st.integers(0, 5), st.data())
def test_no_character_of_any_text_can_be_another(place: int, data: st.DataObject) -> None:
    entries = a_chain(6)
    text = entries[place].text
    where = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda one: one != text[where]))
    entries[place] = replace(entries[place], text=text[:where] + other + text[where + 1 :])

    assert verify(entries) == Broken(place + 1, Fault.HASH)


def test_an_entry_is_found_by_what_it_says() -> None:
    (entry,) = a_chain(1)
    assert entry.filing == filing_of(entry.note)
