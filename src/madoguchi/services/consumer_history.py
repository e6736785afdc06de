"""What a consumer has been through with us: his earlier calls and chats, for who serves him now."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
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

BOTH = frozenset({CALLS.kind, CHATS.kind})


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

    async def interactions(
        self, actor: Principal, consumer: ConsumerId, limit: int, before: Instant | None, before_id: str = ""
    ) -> Sequence[Json]:
        """Return a page of `PastInteraction`s, those before `before` only; see `InteractionStore.finished`.

        Who serves the consumer now sees all that was; others see the kinds that they may view of everybody.

        Raises:
            NotFoundError: there is no such consumer, or the caller has no reason to know of him.
        """
        kinds = BOTH if self._serves(actor.user.id, consumer) else _viewed(actor)
        if not kinds or await self._storage.catalogue.consumer(consumer) is None:
            raise NotFoundError("there is no such consumer, or you do not serve him")
        found = await self._storage.interactions.finished_of(
            consumer, limit=limit, kinds=kinds, before=before, before_id=before_id
        )
        handlings = await self._storage.facts.handlings_of([one.id for one in found])
        names = await self._names({one.agent for one in handlings})
        dispositions = {one.id: one.names for one in await self._storage.desk.dispositions()}
        told: dict[str, list[Json]] = {one.id: [] for one in found}
        for one in handlings:
            told[one.interaction].append(_handling(one, names, dispositions))
        return [{**_row(one, actor), "handlings": told[one.id]} for one in found]

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
    rights = ((CALLS.kind, Permission.VIEW_CALLS), (CHATS.kind, Permission.VIEW_CHATS))
    return frozenset(kind for kind, right in rights if right in actor.permissions)


def _row(snapshot: Snapshot, actor: Principal) -> Json:
    if snapshot.kind == CALLS.kind:
        call = CALLS.codec.state(snapshot.data)
        agent = call.last_agent
        opens = Permission.VIEW_CALLS in actor.permissions or is_agent_of(call, actor.user.id)
        medium, direction = call.medium.value, "outbound" if call.outbound else "inbound"
        had = person(agent.user, agent.name) if agent is not None else None
        return {**_common(call, medium, direction, opens=opens), "agent": had}
    chat = CHATS.codec.state(snapshot.data)
    opens = Permission.VIEW_TRANSCRIPTS in actor.permissions or actor.user.id in chat.agents
    had = person(chat.agent.id, chat.agent.name) if chat.agent is not None else None
    return {**_common(chat, "web", "inbound", opens=opens), "agent": had}


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
