"""Answers why a call or chat went to whom it went, and why nobody gets one that waits."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import Enum
from typing import Any, Final, Protocol

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.belonging import Sight, of_call, of_chat
from madoguchi.domain.calls.call import Call
from madoguchi.domain.chats.chat import Chat
from madoguchi.domain.routing.choice import choose, explain
from madoguchi.domain.routing.floor import Post
from madoguchi.domain.routing.waiting import Waiting
from madoguchi.kernel.errors import NotFoundError
from madoguchi.kernel.ids import InteractionId
from madoguchi.ports.environment import Clock
from madoguchi.ports.storage import InteractionStore, JournalRow
from madoguchi.services.rows import Json, moment
from madoguchi.services.sights import Sights, kept

PLACED: Final = frozenset({"Offered", "OffersAdded", "ConsultOffered", "OffersPlaced"})
"""Events with which it began to ring."""
OUTCOMES: Final[Mapping[str, str]] = {
    "OfferAccepted": "accepted",
    "OfferDeclined": "declined",
    "OfferMissed": "missed",
    "OfferWithdrawn": "withdrawn",
}


class LiveInteractions(Protocol):
    """The owners of calls or chats."""

    def state(self, owner: str) -> Call | Chat | None:
        """Return the present state of a live one."""


class Lines(Protocol):
    """The dispatcher, as far as it is asked here."""

    def line_of(self, waiting: Waiting) -> tuple[Waiting, Post] | None:
        """Return somebody who waits with the group he was allotted to, and his queue."""


class RoutingService:
    """Reads decisions from journals, and looks at who waits now."""

    def __init__(
        self,
        *,
        lines: Lines,
        calls: LiveInteractions,
        chats: LiveInteractions,
        store: InteractionStore,
        clock: Clock,
    ) -> None:
        self._lines = lines
        self._live = {"call": calls, "chat": chats}
        self._store = store
        self._clock = clock
        self.sights = Sights()
        """Who sees what; set when teams are there."""

    async def of_call(self, actor: Principal, call: InteractionId) -> Json:
        """Return the decisions about a call: whom it was offered to and why, with what came of it, and who gets it now.

        Raises:
            NotAllowedError: the caller may not see calls.
            NotFoundError: there is no such call, or none in his teams.
        """
        return await self._of(call, "call", self.sights.of(actor, Permission.VIEW_CALLS))

    async def of_chat(self, actor: Principal, chat: InteractionId) -> Json:
        """Return the same about a chat.

        Raises:
            NotAllowedError: the caller may not see chats.
            NotFoundError: there is no such chat, or none in his teams.
        """
        return await self._of(chat, "chat", self.sights.of(actor, Permission.VIEW_CHATS))

    async def _of(self, interaction: InteractionId, kind: str, sight: Sight | None) -> Json:
        """Return the decisions as far as `sight` reaches: of others he learns how many there were, not who."""
        state = self._live[kind].state(interaction)
        if state is not None:
            whose = of_call(state) if isinstance(state, Call) else of_chat(state)
        else:
            snapshot = await self._store.load(interaction)
            if snapshot is None or snapshot.kind != kind:
                raise NotFoundError(f"there is no such {kind}")
            whose = kept(snapshot)
        if sight is not None and not sight.covers(whose):
            raise NotFoundError(f"there is no such {kind}, or it is of other teams")
        journal = await self._store.journal(interaction)
        waiting = state.waiting() if state is not None else None
        decisions: Sequence[Json] = _decisions(journal)
        now = self._now(waiting) if waiting is not None else None
        if sight is not None:
            decisions = [_within(one, sight) for one in decisions]
            now = _within(now, sight) if now is not None else None
        return {"decisions": decisions, "now": now}

    def _now(self, waiting: Waiting) -> Json | None:
        """Return what would be decided at this moment."""
        found = self._lines.line_of(waiting)
        if found is None:
            return None
        waiting, post = found
        now, settings = self._clock.now(), post.queue.routing
        choice = choose(waiting, settings, post.staff, now)
        return {"at": moment(now), **_plain(asdict(explain(waiting, settings, post.staff, now, choice)))}


def _decisions(journal: Sequence[JournalRow]) -> Sequence[Json]:
    outcomes = {row.data["offer"]: OUTCOMES[row.kind] for row in journal if row.kind in OUTCOMES}
    joined = (row.data["party"].get("offer") for row in journal if row.kind == "PartyJoined")
    outcomes.update(dict.fromkeys((offer for offer in joined if offer), OUTCOMES["OfferAccepted"]))
    decisions = []
    known: set[str] = set()
    for row in journal:
        if row.kind in PLACED and row.data.get("why") is not None:
            new = [offer for offer in row.data["offers"] if offer["id"] not in known]
            known.update(offer["id"] for offer in new)
            decisions.append(_decision(row, new, outcomes))
    return decisions


def _decision(row: JournalRow, offers: Sequence[Mapping[str, Any]], outcomes: Mapping[str, str]) -> Json:
    why = row.data["why"]
    known = {one["agent"]: one for one in why["rung"]}
    rung = [
        {
            "agent": offer["agent"],
            "name": offer["name"],
            "idle_s": known.get(offer["agent"], {}).get("idle_s"),
            "outcome": outcomes.get(offer["id"], "standing"),
        }
        for offer in offers
    ]
    return {"at": moment(row.at), **why, "rung": rung}


def _within(decision: Json, sight: Sight) -> Json:
    """Return a decision without the agents that `sight` does not cover; those passed over are still counted."""

    def known(agents: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        return [one for one in agents if one["agent"] in sight.users]

    passed = [{**one, "agents": known(one["agents"])} for one in decision["passed"]]
    return {**decision, "rung": known(decision["rung"]), "passed": passed}


def _plain(value: Any) -> Any:
    """Return a value as the journal has it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
