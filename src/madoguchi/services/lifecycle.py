"""What the runtime must know of one kind of owner. Calls, chats and agents each fill in one `Lifecycle`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, Protocol, TypeVar

from madoguchi.kernel.decision import Decision, Moment
from madoguchi.kernel.errors import Kind, MadoguchiError
from madoguchi.kernel.time import Instant, Span
from madoguchi.ports.storage import MessageRow
from madoguchi.services.codec import Codec

S = TypeVar("S")
"""The state: a frozen dataclass."""
M = TypeVar("M")
"""Messages: commands and facts."""
E = TypeVar("E")
"""Events."""
F = TypeVar("F")
"""Effects."""
F_contra = TypeVar("F_contra", contravariant=True)
M_co = TypeVar("M_co", covariant=True)


class InteractionOverError(MadoguchiError):
    """This interaction is already over."""

    kind = Kind.CONFLICT
    code = "interaction_over"


class EffectTimedOutError(MadoguchiError):
    """What was asked of another part did not happen in time."""

    kind = Kind.UNAVAILABLE
    code = "effect_timed_out"


def no_messages(_state: Any, _events: Sequence[Any], _now: Instant) -> Sequence[MessageRow]:
    """Return no lines: most owners write none."""
    return ()


@dataclass(frozen=True)
class Lifecycle(Generic[S, M, E, F]):
    """The pure functions of one kind of owner, and how its values are stored."""

    kind: str
    """`call`, `chat` or `agent`: the kind of its snapshots."""
    codec: Codec[S]
    """Must know every effect class for which `lasting` may be true."""
    decide: Callable[[S | None, M, Moment], Decision[E, F]]
    """State None: the owner is to be created by this message."""
    evolve: Callable[[S | None, E], S]
    state_name: Callable[[S], str]
    live: Callable[[S], bool]
    """False once the state is terminal; its task then ends. An agent is always live."""
    next_deadline: Callable[[S], Instant | None]
    due: M
    """The message that says: a deadline of yours has come."""
    failed: Callable[[F, MadoguchiError], M]
    """An effect's failure as a fact for its owner."""
    lanes: Callable[[F], Sequence[str]]
    """Effects that share a lane are done one after the other in the order decided; others need not wait."""
    lasting: Callable[[F], bool]
    """True: the effect goes to the outbox and is done at least once, even over a crash of the process. False: it makes
    sense only while the process lives (a sound to a leg), and is forgotten with it."""
    resume: Callable[[S], Sequence[F]]
    """Passing effects that bring the outside into line with a state, told again after the owner's task had died while
    the process lived on. Must be idempotent."""
    recovered: M | None = None
    """The fact told to every live owner when the process starts, before anything else."""
    messages: Callable[[S, Sequence[E], Instant], Sequence[MessageRow]] = no_messages
    """Chat lines that belong into the same commit: state after the events, events, time of the decision."""
    effect_limit: Span = timedelta(seconds=30)
    """After this an effect counts as failed with `EffectTimedOutError`."""


class Performer(Protocol[F_contra, M_co]):
    """Does what a kind of owner decided."""

    async def perform(self, owner: str, effect: F_contra, key: str) -> Sequence[M_co]:
        """Do `effect`, and return the facts that came of it; they are told to the owner.

        Args:
            owner: whose effect it is.
            effect: what to do.
            key: `<owner>/<version>/<n>`: the same for every repetition of the same effect.

        Raises:
            MadoguchiError: it could not be done. A lasting effect that is `UNAVAILABLE` is tried again later; any
                other failure becomes a fact by `Lifecycle.failed`.
        """


@dataclass(frozen=True)
class Change(Generic[S, E]):
    """What one decision changed, as observers see it: after the commit, before the sender's answer."""

    kind: str
    id: str
    before: S | None
    """None for the first decision."""
    state: S
    events: tuple[E, ...]
    at: Instant
    lasting: bool
    first_seq: int
    """The journal's number of `events[0]`, where `lasting`."""


@dataclass(frozen=True)
class Outcome(Generic[S]):
    """What the sender of a command learns."""

    state: S
    answer: object = field(default=None)
