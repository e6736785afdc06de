"""What a consumer has been through with us: his earlier calls and chats, for who serves him now."""

from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Final, Protocol

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.belonging import Sight, of_call, of_chat
from madoguchi.domain.calls.call import Call
from madoguchi.domain.chats.chat import Chat, holder
from madoguchi.domain.figures.facts import HandlingFact
from madoguchi.kernel.errors import NotFoundError
from madoguchi.kernel.ids import ConsumerId, DispositionId, UserId
from madoguchi.kernel.time import Instant
from madoguchi.ports.storage import Snapshot, Storage
from madoguchi.services.call_life import CALLS
from madoguchi.services.chat_life import CHATS
from madoguchi.services.reservations import LiveAgents
from madoguchi.services.rows import Json, moment, person, queue_or_none
from madoguchi.services.rows_calls import is_agent_of
from madoguchi.services.sights import Sights, covered

VIEWED: Final = {CALLS.kind: Permission.VIEW_CALLS, CHATS.kind: Permission.VIEW_CHATS}
BOTH: Final = frozenset(VIEWED)


class LiveCalls(Protocol):
    """The calls' owners."""

    def states(self) -> Iterable[Call]:
        """Return all live calls."""


class LiveChats(Protocol):
    """The chats' owners."""

    def states(self) -> Iterable[Chat]:
        """Return all live chats."""


class ConsumerHistory:
    """Reads ended interactions of one consumer, newest first."""

    def __init__(self, storage: Storage, agents: LiveAgents, calls: LiveCalls, chats: LiveChats) -> None:
        self._storage = storage
        self._agents = agents
        self._calls = calls
        self._chats = chats
        self.sights = Sights()
        """Who sees what; set when teams are there."""

    async def interactions(
        self, actor: Principal, consumer: ConsumerId, limit: int, before: Instant | None, before_id: str = ""
    ) -> Sequence[Json]:
        """Return a page of `PastInteraction`s, those before `before` only; see `InteractionStore.finished`.

        Who serves the consumer now sees all that was; others see the kinds that they may view of everybody.

        Raises:
            NotFoundError: there is no such consumer, or the caller has no reason to know of him.
        """
        serves = self._serves(actor.user.id, consumer)
        kinds = BOTH if serves else _viewed(actor)
        if not kinds or await self._storage.catalogue.consumer(consumer) is None:
            raise NotFoundError("there is no such consumer, or you do not serve him")
        sights = {kind: None if serves else self.sights.of(actor, VIEWED[kind]) for kind in kinds}

        def read(size: int, before: Instant | None, before_id: str) -> Awaitable[Sequence[Snapshot]]:
            return self._storage.interactions.finished_of(
                consumer, limit=size, kinds=kinds, before=before, before_id=before_id
            )

        found = await covered(read, lambda one: sights[one.kind], limit, before, before_id)
        if not found and before is None and not await self._knows(consumer, sights):
            raise NotFoundError("there is no such consumer, or you do not serve him")
        handlings = await self._storage.facts.handlings_of([one.id for one in found])
        names = await self._names({one.agent for one in handlings})
        dispositions = {one.id: one.names for one in await self._storage.desk.dispositions()}
        told: dict[str, list[Json]] = {one.id: [] for one in found}
        for one in handlings:
            told[one.interaction].append(_handling(one, names, dispositions))
        return [{**self._row(one, actor), "handlings": told[one.id]} for one in found]

    async def _knows(self, consumer: ConsumerId, sights: Mapping[str, Sight | None]) -> bool:
        """Whether somebody for whom nothing ended is in the list may know of the consumer: he sees him live, or all."""
        for kind, sight in sights.items():
            live: Iterable[Call | Chat] = self._calls.states() if kind == CALLS.kind else self._chats.states()
            theirs = (one for one in live if one.consumer.id == consumer)
            if sight is None or any(
                sight.covers(of_call(one) if isinstance(one, Call) else of_chat(one)) for one in theirs
            ):
                return True
        return False

    def _row(self, snapshot: Snapshot, actor: Principal) -> Json:
        if snapshot.kind == CALLS.kind:
            call = CALLS.codec.state(snapshot.data)
            agent = call.last_agent
            opens = is_agent_of(call, actor.user.id) or self.sights.sees(actor, Permission.VIEW_CALLS, of_call(call))
            medium, direction = call.medium.value, "outbound" if call.outbound else "inbound"
            had = person(agent.user, agent.name) if agent is not None else None
            return {**_common(call, medium, direction, opens=opens), "agent": had}
        chat = CHATS.codec.state(snapshot.data)
        opens = actor.user.id in chat.agents or self.sights.sees(actor, Permission.VIEW_TRANSCRIPTS, of_chat(chat))
        had = person(chat.agent.id, chat.agent.name) if chat.agent is not None else None
        return {**_common(chat, chat.medium, "inbound", opens=opens), "agent": had}

    def _serves(self, user: UserId, consumer: ConsumerId) -> bool:
        """Whether the user has him on his desk: in a talk or a wrap-up, or in a colleague's call as third party.

        The agent's own record of a handling comes a moment after the talk is his, so the talks are looked at too.
        """
        agent = self._agents.state(user)
        if agent is not None and any(one.consumer.id == consumer for one in agent.handlings):
            return True
        calls = (one for one in self._calls.states() if one.consumer.id == consumer)
        chats = (one for one in self._chats.states() if one.consumer.id == consumer)
        return any(one.staff(user) is not None for one in calls) or any(holder(one) == user for one in chats)

    async def _names(self, users: Iterable[str]) -> Mapping[str, str]:
        found = [await self._storage.catalogue.user(UserId(one)) for one in users]
        return {one.id: one.name for one in found if one is not None}


def _viewed(actor: Principal) -> frozenset[str]:
    return frozenset(kind for kind, right in VIEWED.items() if right in actor.permissions)


def _common(one: Call | Chat, medium: str, direction: str, *, opens: bool) -> Json:
    return {
        "id": one.id,
        "channel": "call" if isinstance(one, Call) else "chat",
        "medium": medium,
        "direction": direction,
        "state": one.state.value,
        "language": one.language,
        "queue": queue_or_none(one.queue),
        "started_at": moment(one.started_at),
        "answered_at": moment(one.answered_at),
        "ended_at": moment(one.ended_at),
        "end_reason": one.end_reason.value if one.end_reason is not None else None,
        "opens": opens,
    }


def _handling(
    one: HandlingFact, names: Mapping[str, str], dispositions: Mapping[DispositionId, Mapping[str, str]]
) -> Json:
    named = dispositions.get(DispositionId(one.disposition))
    return {
        "agent": person(UserId(one.agent), names.get(one.agent, "")),
        "disposition": one.disposition or None,
        "disposition_names": dict(named) if named is not None else None,
        "notes": one.notes,
    }
