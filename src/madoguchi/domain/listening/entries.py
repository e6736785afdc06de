"""What the ledger is made of: one entry for each time that somebody began to listen, changed his mode, or ended.

An entry is a text that never changes, its place in the chain, and a hash over both:

    hash = SHA-256(previous hash as 64 hexadecimal digits + text), in hexadecimal digits

so that whoever has the last hash can tell whether anything before it was changed, left out or put in.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.supervision import Role
from madoguchi.kernel.ids import InteractionId, ListeningId, UserId
from madoguchi.kernel.time import Instant, instant, stamp

FORM: Final = 1
"""The form of the texts; a later one may have more fields."""
GENESIS: Final = "0" * 64
"""What the first entry has as the hash before it."""


class Mode(Enum):
    """How somebody listens."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"
    TAKE_OVER = "take_over"
    """He has become the agent of it."""
    VIEW = "view"
    """He reads a chat."""


class What(Enum):
    """What happened."""

    BEGAN = "began"
    MODE = "mode"
    """He goes on in another mode."""
    ENDED = "ended"


class Because(Enum):
    """Why it ended."""

    LEFT = "left"
    INTERACTION_ENDED = "interaction_ended"
    SERVER_STOPPED = "server_stopped"
    """The server stopped, or died; then the time is that of its last sign of life."""


_OF_ROLE: Final = {Role.MONITOR: Mode.LISTEN, Role.WHISPER: Mode.WHISPER, Role.BARGE: Mode.BARGE}


def mode_of(role: Role) -> Mode:
    """Return how somebody listens who came as a monitor and has this part in the call now."""
    return _OF_ROLE.get(role, Mode.TAKE_OVER)


@dataclass(frozen=True)
class Named:
    """A person or a queue, as it was called then."""

    id: str
    name: str


@dataclass(frozen=True)
class Note:
    """What is to be noted: an entry that has no place in the chain yet."""

    at: Instant
    """When it happened, in whole milliseconds. Entries of several interactions need not be in the order of time."""
    listening: ListeningId
    """One user's stretch of listening to one interaction."""
    number: int
    """1, 2, 3 … within the listening: two notes with one number are the same."""
    user: UserId
    user_name: str
    interaction: InteractionId
    channel: Channel
    mode: Mode
    what: What
    because: Because | None = None
    """Only of what ended."""
    heard_ms: int = 0
    """How long sound (or the chat) has reached him since he began."""
    hold_ms: int = 0
    """How long of it the consumer was on hold."""
    agent: Named | None = None
    """Who serves the consumer then, or did last."""
    queue: Named | None = None
    others: int = 0
    """How many agents beside himself have been in it while he listened."""
    node: str = ""
    """Which server noted it."""


@dataclass(frozen=True)
class Filing:
    """By what a stored entry is found; it must say what the text says."""

    at: Instant
    listening: ListeningId
    number: int
    user: UserId
    interaction: InteractionId
    what: What
    node: str


@dataclass(frozen=True)
class LedgerEntry:
    """A note in its place in the chain."""

    seq: int
    """1, 2, 3 … without gaps."""
    text: str
    """The note with its `seq` as JSON, in ASCII, with sorted keys and without spaces."""
    previous: str
    """The hash of the entry before it; `GENESIS` for the first."""
    hash: str
    filing: Filing

    @property
    def note(self) -> Note:
        """What the text says.

        Raises:
            ValueError: it is no entry of the ledger.
        """
        return read(self.text)[1]


def chained(note: Note, before: LedgerEntry | None) -> LedgerEntry:
    """Return the entry for `note` that follows on `before`."""
    seq, previous = (before.seq + 1, before.hash) if before is not None else (1, GENESIS)
    text = canonical(seq, note)
    return LedgerEntry(seq, text, previous, link(previous, text), filing_of(note))


def link(previous: str, text: str) -> str:
    """Return an entry's hash."""
    return hashlib.sha256((previous + text).encode()).hexdigest()


def filing_of(note: Note) -> Filing:
    """Return by what an entry is found."""
    return Filing(note.at, note.listening, note.number, note.user, note.interaction, note.what, note.node)


def canonical(seq: int, note: Note) -> str:
    """Return the only text that says this."""
    fields = {
        "agent": _named(note.agent),
        "at": stamp(note.at),
        "because": note.because.value if note.because is not None else None,
        "channel": note.channel.value,
        "heard_ms": note.heard_ms,
        "hold_ms": note.hold_ms,
        "interaction": note.interaction,
        "listening": note.listening,
        "mode": note.mode.value,
        "node": note.node,
        "number": note.number,
        "others": note.others,
        "queue": _named(note.queue),
        "seq": seq,
        "user": {"id": note.user, "name": note.user_name},
        "v": FORM,
        "what": note.what.value,
    }
    return json.dumps(fields, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def read(text: str) -> tuple[int, Note]:
    """Return what an entry's text says: its place and the note.

    Raises:
        ValueError: it is no entry of the ledger.
    """
    try:
        said = json.loads(text)
        because = said["because"]
        note = Note(
            at=instant(said["at"]),
            listening=ListeningId(said["listening"]),
            number=int(said["number"]),
            user=UserId(said["user"]["id"]),
            user_name=said["user"]["name"],
            interaction=InteractionId(said["interaction"]),
            channel=Channel(said["channel"]),
            mode=Mode(said["mode"]),
            what=What(said["what"]),
            because=Because(because) if because is not None else None,
            heard_ms=int(said["heard_ms"]),
            hold_ms=int(said["hold_ms"]),
            agent=_read_named(said["agent"]),
            queue=_read_named(said["queue"]),
            others=int(said["others"]),
            node=said["node"],
        )
        return int(said["seq"]), note
    except (KeyError, TypeError) as error:
        raise ValueError(f"no entry of the ledger: {error}") from error


def whole_ms(at: Instant) -> Instant:
    """Return an instant as texts have it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


class Fault(Enum):
    """What is wrong with an entry."""

    PLACE = "place"
    """It does not follow on the one before: an entry is missing, or there is one too many."""
    CHAIN = "chain"
    """It names another hash than that of the entry before it."""
    HASH = "hash"
    """Its text is not what its hash was made of."""
    FILING = "filing"
    """It would be found by something else than what its text says."""


@dataclass(frozen=True)
class Broken:
    """The first entry that cannot be believed."""

    seq: int
    fault: Fault


@dataclass(frozen=True)
class Head:
    """How far a chain goes."""

    seq: int = 0
    hash: str = GENESIS


START: Final = Head()


def verify(entries: Iterable[LedgerEntry], after: Head = START) -> Broken | None:
    """Return the first broken link; None where all of `entries` follow on `after` and on each other."""
    for entry in entries:
        fault = _fault(entry, after)
        if fault is not None:
            return Broken(entry.seq, fault)
        after = Head(entry.seq, entry.hash)
    return None


def _fault(entry: LedgerEntry, after: Head) -> Fault | None:
    if entry.seq != after.seq + 1:
        return Fault.PLACE
    if entry.previous != after.hash:
        return Fault.CHAIN
    if entry.hash != link(entry.previous, entry.text):
        return Fault.HASH
    try:
        seq, note = read(entry.text)
    except ValueError:
        return Fault.FILING
    return None if seq == entry.seq and filing_of(note) == entry.filing else Fault.FILING


def _named(one: Named | None) -> dict[str, str] | None:
    return {"id": one.id, "name": one.name} if one is not None else None


def _read_named(said: Any) -> Named | None:
    return Named(said["id"], said["name"]) if said is not None else None
