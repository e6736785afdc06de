"""The ledger of listening: who heard or read which seconds of what, in which way. Each entry seals those before it.

The seal of an entry is the SHA-256 of the seal before it and of the entry's canonical bytes. Whoever changes, removes
or inserts an entry afterwards breaks the chain there; who keeps a seal elsewhere notices when the end is cut off.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from madoguchi.kernel.time import Instant, stamp

FIRST: Final = "0" * 64
"""What stands before the first entry."""


class Mode(Enum):
    """What a supervisor did."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"
    VIEW = "view"
    """He read a chat as it was written."""


class What(Enum):
    """What an entry tells."""

    BEGAN = "began"
    SWITCHED = "switched"
    """He plays another part from now on."""
    SILENCED = "silenced"
    """Something is left out of the call; he hears nothing."""
    HEARD = "heard"
    """He hears again."""
    TOOK_OVER = "took_over"
    """He is its agent; he supervises no more."""
    ENDED = "ended"
    LOST = "lost"
    """The server stopped meanwhile; when he ceased to hear is not known, at the latest then."""


ENDS: Final = frozenset({What.TOOK_OVER, What.ENDED, What.LOST})


@dataclass(frozen=True)
class Observation:
    """What happened, before it has its place in the ledger."""

    at: Instant
    session: str
    """The same for all entries of one supervisor with one interaction, from beginning to end."""
    what: What
    mode: Mode
    user: str
    user_name: str
    interaction: str
    channel: str
    """`call` or `chat`."""
    agent: str = ""
    """Who had the interaction; empty for nobody."""
    agent_name: str = ""
    queue: str = ""
    """The queue it came from; empty for none."""


@dataclass(frozen=True)
class Entry:
    """An observation in its place."""

    number: int
    """1 for the first; no number is missing."""
    observation: Observation
    seal: str
    """64 hexadecimal digits."""


def canonical(number: int, observation: Observation) -> bytes:
    """Return what is sealed: JSON with sorted keys, no spaces, and times in UTC to the millisecond."""
    fields = {
        "number": number,
        "at": stamp(observation.at),
        "session": observation.session,
        "what": observation.what.value,
        "mode": observation.mode.value,
        "user": observation.user,
        "user_name": observation.user_name,
        "interaction": observation.interaction,
        "channel": observation.channel,
        "agent": observation.agent,
        "agent_name": observation.agent_name,
        "queue": observation.queue,
    }
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sealed(number: int, observation: Observation, before: str) -> Entry:
    """Return `observation` as entry `number`, after the one whose seal is `before`."""
    return Entry(number, observation, hashlib.sha256(before.encode() + canonical(number, observation)).hexdigest())


def first_broken(entries: Iterable[Entry], *, number: int = 1, before: str = FIRST) -> int | None:
    """Return the number of the first entry that is not what was written, or None.

    Args:
        entries: in their order.
        number: of the first of them.
        before: the seal of the one before it.
    """
    for entry in entries:
        if entry != sealed(number, entry.observation, before):
            return number
        number, before = number + 1, entry.seal
    return None


def lost(observation: Observation, at: Instant) -> Observation:
    """Return how a session ends that was open when the server stopped."""
    return replace(observation, at=at, what=What.LOST)
