"""What follows from a text that a consumer sends: an order, a choice, a line of his conversation, or a new one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, TypeAlias

from madoguchi.domain.sms.texts import Reply, menu_text, reply
from madoguchi.domain.sms.words import Order, order_in, plain_word
from madoguchi.kernel.ids import QueueId
from madoguchi.kernel.time import Instant, Span

MENU_LASTS: Final = Span(hours=24)
"""After this the question is asked anew."""
ASKS: Final = 3
"""So many answers that are no choice, and he comes to the first queue: better to a person than to silence."""
CLOSED_EVERY: Final = Span(minutes=10)
"""He is told at most so often that it is closed: his phone may answer by itself, and two machines never tire."""


@dataclass(frozen=True)
class Choice:
    """A queue, or a level below with its choices."""

    id: QueueId
    names: Mapping[str, str]
    below: "tuple[Choice, ...]" = ()
    """Empty for a queue."""

    def name(self, language: str) -> str:
        """Return the name in `language`, else in English, else in any."""
        return self.names.get(language) or self.names.get("en") or next(iter(self.names.values()), "")

    @property
    def first_queue(self) -> QueueId:
        """The queue that comes first in or below it."""
        return self.below[0].first_queue if self.below else self.id


@dataclass(frozen=True)
class Peer:
    """What is kept of somebody who writes to one of our numbers."""

    number: str
    """Ours."""
    peer: str
    """His."""
    opted_out_at: Instant | None = None
    level: QueueId | None = None
    """The level of the menu at which he was asked; meaningful while `asked_at` is set."""
    asked_at: Instant | None = None
    asks: int = 0
    told_closed_at: Instant | None = None

    def at_rest(self) -> "Peer":
        """Return him as somebody who is asked nothing."""
        return replace(self, level=None, asked_at=None, asks=0)


class Silence(Enum):
    """Why a text leads to nothing that the consumer notices."""

    OPTED_OUT = "opted_out"
    NO_QUEUE = "no_queue"


@dataclass(frozen=True)
class Obey:
    """He has ordered something: it is noted of him and answered. His conversation, if there is one, ends with STOP."""

    order: Order
    peer: Peer
    answer: str


@dataclass(frozen=True)
class GoOn:
    """It is the next line of his conversation."""


@dataclass(frozen=True)
class Ask:
    """He has to choose first; what he wrote is kept until then, unless it was a choice of the level before."""

    peer: Peer
    answer: str
    chosen: bool


@dataclass(frozen=True)
class Begin:
    """A conversation begins in this queue."""

    queue: QueueId
    peer: Peer
    chosen: bool
    """The text was nothing but his choice, and is no line of the conversation."""


Step: TypeAlias = Obey | GoOn | Ask | Begin | Silence


@dataclass(frozen=True)
class Setting:
    """What a text comes to."""

    language: str
    place: Choice | None
    """The queue or level to which the number leads; nothing where nobody is assigned below it."""
    keywords: Mapping[str, QueueId]
    """Plain word to queue."""
    help_text: str = ""


def step(text: str, peer: Peer, setting: Setting, now: Instant, *, talking: bool) -> Step:
    """Return what follows from `text`.

    Args:
        text: what he wrote.
        peer: what is kept of him.
        setting: what his text comes to.
        now: the present time.
        talking: he has a conversation that goes on.
    """
    order = order_in(text, opted_out=peer.opted_out_at is not None)
    if order is not None and not (order is Order.START and peer.opted_out_at is None):
        return _obey(order, peer, setting, now)
    if peer.opted_out_at is not None:
        return Silence.OPTED_OUT
    if talking:
        return GoOn()
    queue = setting.keywords.get(plain_word(text))
    if queue is not None:
        return Begin(queue, peer.at_rest(), chosen=False)
    if setting.place is None:
        return Silence.NO_QUEUE
    return _walk(text, peer, setting, now)


def may_tell_closed(peer: Peer, now: Instant) -> bool:
    """Whether he may be told (again) that it is closed."""
    return peer.told_closed_at is None or now >= peer.told_closed_at + CLOSED_EVERY


def _obey(order: Order, peer: Peer, setting: Setting, now: Instant) -> Obey:
    match order:
        case Order.STOP:
            # Who orders it again has had his confirmation; another would be a text that he does not want.
            answer = reply(Reply.STOPPED, setting.language) if peer.opted_out_at is None else ""
            return Obey(order, replace(peer.at_rest(), opted_out_at=peer.opted_out_at or now), answer)
        case Order.START:
            return Obey(order, replace(peer, opted_out_at=None), reply(Reply.STARTED, setting.language))
        case Order.HELP:
            return Obey(order, peer, setting.help_text or reply(Reply.HELP, setting.language))


def _walk(text: str, peer: Peer, setting: Setting, now: Instant) -> Step:
    assert setting.place is not None  # noqa: S101 - the caller has looked
    asked = peer.asked_at is not None and now < peer.asked_at + MENU_LASTS
    level = _found(setting.place, peer.level) if asked else None
    if level is None:
        return _at(setting.place, replace(peer, asks=0), setting, now, chosen=False)
    chosen = _chosen(text, level.below)
    if chosen is not None:
        return _at(chosen, replace(peer, asks=0), setting, now, chosen=True)
    if peer.asks >= ASKS:
        return Begin(level.first_queue, peer.at_rest(), chosen=False)
    return _at(level, peer, setting, now, chosen=False)


def _at(place: Choice, peer: Peer, setting: Setting, now: Instant, *, chosen: bool) -> Step:
    while len(place.below) == 1:
        (place,) = place.below
    if not place.below:
        return Begin(place.id, peer.at_rest(), chosen=chosen)
    asked = replace(peer, level=place.id, asked_at=now, asks=peer.asks + 1)
    return Ask(asked, menu_text([one.name(setting.language) for one in place.below], setting.language), chosen)


def _found(place: Choice, level: QueueId | None) -> Choice | None:
    """Return the level at which he was asked, if it still has choices."""
    if place.id == level:
        return place if len(place.below) > 1 else None
    return next((found for one in place.below if (found := _found(one, level)) is not None), None)


def _chosen(text: str, choices: Sequence[Choice]) -> Choice | None:
    word = plain_word(text)
    if word.isascii() and word.isdigit():
        return choices[int(word) - 1] if len(word) <= 3 and 1 <= int(word) <= len(choices) else None  # noqa: PLR2004 - more digits are no choice
    named = (one for one in choices if word in {plain_word(name) for name in one.names.values()})
    return next(named, None)
