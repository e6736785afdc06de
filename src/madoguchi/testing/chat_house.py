"""Everything that chats need, running: owners, views, services, on whatever storage a test brings."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from madoguchi.adapters.bus.directory import LocalDirectory
from madoguchi.domain.access.permissions import Role
from madoguchi.domain.access.users import Principal, User
from madoguchi.domain.agents.agent import Agent
from madoguchi.domain.agents.messages import ChoosePresence, ProfileIs, Reservation, Reserve
from madoguchi.domain.agents.presence import Presence
from madoguchi.domain.chats.chat import Chat
from madoguchi.domain.consumers.consumer import Consumer, ConsumerPrincipal
from madoguchi.domain.routing.offers import AcceptOffer, Channel, Offer, PlaceOffers
from madoguchi.kernel.errors import NotFoundError
from madoguchi.kernel.ids import ConsumerId, HandlingId, InteractionId, OfferId, RoleId, SessionId, UserId
from madoguchi.ports.blobs import Blobs
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.storage import Storage
from madoguchi.services.agent_life import AGENTS, NoEffects
from madoguchi.services.attachments import AttachmentRules, AttachmentService
from madoguchi.services.chat_life import CHATS, ChatPerformer
from madoguchi.services.chat_views import ChatViews
from madoguchi.services.chats import ChatService, ChatSettings
from madoguchi.services.queues import QueueService
from madoguchi.services.reservations import Reservations
from madoguchi.services.runtime import Owners, Runtime
from madoguchi.services.views import Row, ViewService, ViewStore
from madoguchi.testing.chats import ANA, BEN, MEI, RETURNS, SALES
from madoguchi.testing.environment import CountingIds, FakeClock
from madoguchi.testing.queues import plant

KEN: Final = Consumer(ConsumerId("consumer_ken"), "Web User 11/23 12:01", None, MEI.created_at)


def a_worker(user: UserId, *roles: RoleId) -> Principal:
    """Return a signed-in user, an agent unless said otherwise."""
    name = user.removeprefix("user_").title()
    person = User(user, name, f"{name.lower()}@example.com", frozenset(roles or {Role.AGENT}))
    return Principal.of(person, SessionId(f"session_{name}"))


async def until(condition: Callable[[], bool]) -> None:
    """Wait until `condition` holds; what needs a database's thread takes its time.

    Raises:
        TimeoutError: it does not hold after ten seconds.
    """
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for does not know of it
            await asyncio.sleep(0.002)


def a_visitor(consumer: Consumer = MEI) -> ConsumerPrincipal:
    """Return a consumer with a session."""
    return ConsumerPrincipal(consumer, SessionId(f"session_{consumer.id}"))


class MemoryBlobs:
    """Files in a dictionary."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    async def put(self, key: str, content: Any) -> int:
        """Keep `content`, which is bytes or the path of a file."""
        self.files[key] = content if isinstance(content, bytes) else content.read_bytes()
        return len(self.files[key])

    async def size(self, key: str) -> int:
        """Return the size of a file.

        Raises:
            NotFoundError: there is none.
        """
        if key not in self.files:
            raise NotFoundError(key)
        return len(self.files[key])

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes asked for."""
        await self.size(key)
        yield self.files[key][start:end]

    async def delete(self, key: str) -> None:
        """Forget a file."""
        self.files.pop(key, None)


@dataclass
class ChatHouse:
    """What a test works with."""

    time: Clock
    storage: Storage
    blobs: Blobs
    chats: Owners[Any, Any, Any, Any]
    agents: Owners[Any, Any, Any, Any]
    store: ViewStore
    shown: ChatViews
    service: ChatService
    views: ViewService

    @property
    def clock(self) -> FakeClock:
        """The clock that the test moves."""
        assert isinstance(self.time, FakeClock)
        return self.time

    def state(self, chat: InteractionId) -> Chat:
        """Return a live chat."""
        state = self.chats.state(chat)
        assert isinstance(state, Chat)
        return state

    def agent(self, user: UserId) -> Agent:
        """Return an agent."""
        state = self.agents.state(user)
        assert isinstance(state, Agent)
        return state

    def rows(self, topic: str) -> dict[str, Row]:
        """Return the rows of a topic that is in memory."""
        return dict(self.store.rows(topic))

    async def ring(self, chat: InteractionId, agent: UserId = ANA, *, ring_s: float = 20.0) -> OfferId:
        """Reserve a slot of `agent` and let the chat ring there."""
        now = self.time.now()
        until = now + timedelta(seconds=ring_s)
        offer = Offer(OfferId(f"offer_{agent}_{chat}"), agent, agent.removeprefix("user_").title(), now, until)
        slot = Reservation(offer.id, chat, Channel.CHAT, until + timedelta(seconds=5))
        await self.agents.send(agent, Reserve(slot))
        await self.chats.send(chat, PlaceOffers((offer,)))
        return offer.id

    async def answered(
        self, consumer: Consumer = MEI, agent: UserId = ANA, text: str | None = "Hello?"
    ) -> InteractionId:
        """Let `consumer` begin a chat and `agent` take it."""
        chat = await self.service.start(a_visitor(consumer), SALES.id, "en", text)
        await self.accept(chat, agent)
        return chat

    async def accept(self, chat: InteractionId, agent: UserId = ANA) -> HandlingId:
        """Let the chat ring at `agent`, who takes it."""
        offer = await self.ring(chat, agent)
        outcome = await self.chats.send(chat, AcceptOffer(offer, agent))
        return HandlingId(str(outcome.answer))


@asynccontextmanager
async def a_chat_house(
    storage: Storage,
    *,
    clock: Clock | None = None,
    ids: IdSource | None = None,
    blobs: Blobs | None = None,
    settings: ChatSettings | None = None,
    rules: AttachmentRules | None = None,
) -> AsyncIterator[ChatHouse]:
    """Start it with two queues, and Ana and Ben available. Leaving the context is as sudden as `kill -9`."""
    clock, ids, blobs = clock or FakeClock(), ids or CountingIds(), blobs or MemoryBlobs()
    store = ViewStore(clock, ids)
    runtime = Runtime(storage.interactions, LocalDirectory(), clock, ids)
    agents = runtime.add(AGENTS, NoEffects())
    chats = runtime.add(CHATS, ChatPerformer(agents))
    shown = ChatViews(store, storage.interactions)
    shown.attach(chats)
    chats.observe(shown.changed)
    attachments = AttachmentService(storage.catalogue, blobs, clock, ids, rules)
    queues = QueueService(storage.queues)
    service = ChatService(
        chats,
        Reservations(agents, clock, ids),
        storage,
        shown,
        attachments,
        clock,
        ids,
        queue=queues.get,
        settings=settings,
    )
    await plant(storage.queues, SALES, RETURNS)
    await queues.load()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(runtime)
        for user in (ANA, BEN):
            if agents.state(user) is None:
                person = a_worker(user).user
                await agents.create(user, ProfileIs(user, person.name, person.email, person.languages, 3))
                await agents.send(user, ChoosePresence(Presence.AVAILABLE))
        await shown.restore(clock.now())
        yield ChatHouse(clock, storage, blobs, chats, agents, store, shown, service, ViewService(store, shown))
