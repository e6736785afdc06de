"""Who may watch which view, and what it is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.belonging import Belonging, Sight
from madoguchi.domain.consumers.consumer import ConsumerPrincipal
from madoguchi.kernel.errors import InvalidInputError, Kind, MadoguchiError, NotAllowedError, NotFoundError
from madoguchi.kernel.ids import ConsumerId, InteractionId, UserId
from madoguchi.services.restricted_view import RestrictedSubscription
from madoguchi.services.sights import Sights
from madoguchi.services.view_frames import DeltaFrame, Frame, Row, SnapshotFrame
from madoguchi.services.view_store import Source, Subscription, ViewStore
from madoguchi.services.view_store import ViewLimits as ViewLimits  # noqa: PLC0414 - callers find it beside the store

__all__ = [
    "DeltaFrame",
    "Frame",
    "Row",
    "SnapshotFrame",
    "Source",
    "Subscription",
    "ViewLimits",
    "ViewService",
    "ViewStore",
    "Viewer",
]

Viewer: TypeAlias = Principal | ConsumerPrincipal

CALLS: Final = "calls"
CHATS: Final = "chats"
AGENTS: Final = "agents"
QUEUES: Final = "queues"
LIVE_QUEUES: Final = "queues_live"
FIGURES: Final = "figures"


def desk(user: UserId) -> str:
    """Return the topic of an agent's desk."""
    return f"desk:{user}"


def monitoring(user: UserId) -> str:
    """Return the topic of a supervisor's monitorings."""
    return f"monitoring:{user}"


def consumer(consumer_id: ConsumerId) -> str:
    """Return the topic of a consumer's own interactions."""
    return f"consumer:{consumer_id}"


def chat(chat_id: InteractionId) -> str:
    """Return the topic of one chat as agents and supervisors see it."""
    return f"chat:{chat_id}"


def consumer_chat(chat_id: InteractionId) -> str:
    """Return the topic of one chat as its consumer sees it."""
    return f"consumer_chat:{chat_id}"


class UnknownViewError(MadoguchiError):
    """There is no such view."""

    kind = Kind.INVALID
    code = "unknown_view"


@dataclass(frozen=True)
class ChatSight:
    """Whom a chat concerns."""

    consumer: ConsumerId
    agents: frozenset[UserId]
    """Those who hold it now, or who held it last."""
    belonging: Belonging = Belonging()  # noqa: RUF009 - frozen, so sharing it is safe
    """Whose it is: for whom a supervisor must be there."""


class ChatSights(Protocol):
    """Knows whom chats concern, and is told who looks at them."""

    async def sight(self, chat_id: InteractionId) -> ChatSight | None:
        """Return whom the chat concerns; nothing where there is none with this id."""

    def watch(self, chat_id: InteractionId, user: UserId, name: str) -> Callable[[], None]:
        """Note that a supervisor looks on; return what to call when he stops."""


TENANT_VIEWS: Final[Mapping[str, tuple[str, Permission]]] = {
    "calls": (CALLS, Permission.VIEW_CALLS),
    "chats": (CHATS, Permission.VIEW_CHATS),
    "agents": (AGENTS, Permission.VIEW_AGENTS),
    "queues": (QUEUES, Permission.VIEW_QUEUE_SETTINGS),
    "queues_live": (LIVE_QUEUES, Permission.VIEW_LIVE_QUEUES),
    "figures": (FIGURES, Permission.VIEW_DASHBOARD),
}


OF_AGENTS: Final = frozenset({CALLS, CHATS, AGENTS, LIVE_QUEUES})
"""Topics whose rows belong to agents: who is restricted to teams sees some of them. The others name no agent."""

OWN_VIEWS: Final[Mapping[str, tuple[Callable[[UserId], str], Permission]]] = {
    "desk": (desk, Permission.DESK),
    "monitoring": (monitoring, Permission.MONITOR),
}
"""Views of which each user has one of his own."""

RULES: Final[Mapping[str, str]] = {
    **{name: permission.value for name, (_, permission) in TENANT_VIEWS.items()},
    **{name: permission.value for name, (_, permission) in OWN_VIEWS.items()},
    "chat": f"consumer of the chat, its agent, or {Permission.MONITOR.value}",
    "consumer": "consumer",
}
"""Who may watch each view there is. A view that is not here is unknown."""


class ViewService:
    """People and pages watch views."""

    def __init__(self, store: ViewStore, chats: ChatSights) -> None:
        self._store = store
        self._chats = chats
        self.sights = Sights()
        """Who sees what; set when teams are there."""

    async def subscribe(
        self, viewer: Viewer, view: str, params: Mapping[str, Any] | None = None, cursor: str | None = None
    ) -> Subscription:
        """Let `viewer` watch `view`, after `cursor` where that is still possible.

        Raises:
            UnknownViewError: there is no such view.
            InvalidInputError: a parameter is missing or wrong.
            NotAllowedError: he may not watch it.
            NotFoundError: there is no such chat, or none that he may see.
        """
        if view not in RULES:
            raise UnknownViewError(f"no view is called {view[:40]!r}")
        if view == "chat":
            return await self._chat(viewer, _chat_of(params or {}), cursor)
        if isinstance(viewer, ConsumerPrincipal):
            if view != "consumer":
                raise NotAllowedError("consumers see their own interactions only")
            return await self._store.subscribe(consumer(viewer.consumer.id), cursor, reader=viewer.consumer.id)
        topic = _topic(viewer, view)
        right = TENANT_VIEWS[view][1] if topic in OF_AGENTS else None
        if right is None or self.sights.of(viewer, right) is None:
            return await self._store.subscribe(topic, cursor, reader=viewer.user.id)

        def sight() -> Sight:
            return self.sights.of(viewer, right) or Sight()

        return await self._store.subscribe(
            topic,
            reader=viewer.user.id,
            kind=lambda store, rows, reader: RestrictedSubscription(store, rows, reader, sight),
        )

    async def _chat(self, viewer: Viewer, chat_id: InteractionId, cursor: str | None) -> Subscription:
        sight = await self._chats.sight(chat_id)
        if isinstance(viewer, ConsumerPrincipal):
            if sight is None or sight.consumer != viewer.consumer.id:
                raise NotFoundError("you have no such chat")
            return await self._store.subscribe(consumer_chat(chat_id), cursor, reader=viewer.consumer.id)
        user = viewer.user
        if sight is None:
            raise NotFoundError("there is no such chat, or it is not yours")
        topic, first = chat(chat_id), sight.belonging

        def sees() -> bool:
            return self.sights.sees(viewer, Permission.MONITOR, self._store.whose(topic, chat_id) or first)

        if user.id not in sight.agents and not sees():
            raise NotFoundError("there is no such chat, or it is not yours")
        subscription = await self._store.subscribe(topic, cursor, reader=user.id)
        if user.id not in sight.agents:
            subscription.allowed = sees
            subscription.on_close(self._chats.watch(chat_id, user.id, user.name))
        return subscription


def _topic(viewer: Principal, view: str) -> str:
    if view in TENANT_VIEWS:
        topic, permission = TENANT_VIEWS[view]
        viewer.require(permission)
        return topic
    if view in OWN_VIEWS:
        own, permission = OWN_VIEWS[view]
        viewer.require(permission)
        return own(viewer.user.id)
    raise NotAllowedError("only a consumer sees this view")


def _chat_of(params: Mapping[str, Any]) -> InteractionId:
    value = params.get("chat")
    if not isinstance(value, str) or not value:
        raise InvalidInputError("name the chat", field="chat")
    return InteractionId(value)
