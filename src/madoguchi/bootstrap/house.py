"""The services over any set of ports: how they depend on each other, and in which order they begin and end."""

from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from madoguchi.adapters.speech.assets import RING_BACK
from madoguchi.bootstrap.deflection import deflection_of
from madoguchi.bootstrap.doctor import doctor_of
from madoguchi.bootstrap.figures import Figures
from madoguchi.bootstrap.live_counts import live_counts
from madoguchi.bootstrap.people import people_services
from madoguchi.bootstrap.ports import Ports
from madoguchi.bootstrap.restrictions import Restrictions
from madoguchi.bootstrap.sms import Texting
from madoguchi.bootstrap.warm_up import warm_up
from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.commands import PositionIs as CallPositionIs
from madoguchi.domain.calls.commands import ServerRestarted
from madoguchi.domain.chats.chat import Chat
from madoguchi.domain.chats.commands import PositionIs as ChatPositionIs
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import QueueId, RoleId, TeamId
from madoguchi.kernel.time import Span
from madoguchi.ports.voice import LegArrived
from madoguchi.services.access_changes import AccessChanges
from madoguchi.services.agent_life import AGENTS, NoEffects
from madoguchi.services.attachments import AttachmentService
from madoguchi.services.audit import AuditService
from madoguchi.services.browser_legs import BrowserLegs
from madoguchi.services.bundle import Services
from madoguchi.services.call_history import CallHistory
from madoguchi.services.call_life import CALLS
from madoguchi.services.call_performer import CallPerformer
from madoguchi.services.calls import CallService
from madoguchi.services.centre_time import CentreTime
from madoguchi.services.chat_life import CHATS, ChatPerformer
from madoguchi.services.chat_supervision import ChatSupervision
from madoguchi.services.chat_views import ChatViews
from madoguchi.services.chats import ChatService
from madoguchi.services.consults import ConsultService
from madoguchi.services.consumer_history import ConsumerHistory
from madoguchi.services.consumers import ConsumerService
from madoguchi.services.desk import DeskService
from madoguchi.services.dialling import DiallingService
from madoguchi.services.dispatch import Dispatcher, WaitingRoom
from madoguchi.services.dispositions import DispositionService
from madoguchi.services.embedding import EmbeddingService
from madoguchi.services.handlings import HandlingService
from madoguchi.services.hours import HoursService
from madoguchi.services.hours_settings import HoursSettings
from madoguchi.services.languages import LanguageService
from madoguchi.services.listening_keeper import ListeningKeeper
from madoguchi.services.message_audio import MessageAudio
from madoguchi.services.messages import MessageService
from madoguchi.services.metadata import MetadataService
from madoguchi.services.monitoring_report import MonitoringReportService
from madoguchi.services.offers import OfferService
from madoguchi.services.outbound import OutboundService
from madoguchi.services.phone_calls import PhoneCalls
from madoguchi.services.projection import AgentProjection, CallProjection
from madoguchi.services.prompts import PromptService
from madoguchi.services.queue_rows import QueueRows
from madoguchi.services.queue_settings import QueueSettingsService
from madoguchi.services.queues import QueueService
from madoguchi.services.recordings import RecordingService
from madoguchi.services.replies import ReplyService
from madoguchi.services.reservations import Reservations
from madoguchi.services.roles import RoleService
from madoguchi.services.routing import RoutingService
from madoguchi.services.runtime import Runtime
from madoguchi.services.sms_sending import SmsSender
from madoguchi.services.statuses import StatusService
from madoguchi.services.supervision import SupervisionService
from madoguchi.services.teams import TeamService
from madoguchi.services.tenant import Tenant
from madoguchi.services.view_store import ViewStore
from madoguchi.services.views import ViewService
from madoguchi.services.voice_facts import VoiceFacts

DRAIN: Final = Span(seconds=3)
"""How long live calls may take to note their end when the house closes."""
_STEP: Final = Span(milliseconds=50)


class House:
    """All services, ready to be `opened`."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        clock, ids, storage, catalogue = ports.clock, ports.ids, ports.storage, ports.storage.catalogue
        self._runtime = Runtime(storage.interactions, ports.directory, clock, ids)
        self._views = ViewStore(clock, ids)
        self.access = AccessChanges()
        self._roles = RoleService(storage.people, ids, self.access)
        self._teams = TeamService(storage.people, ids, self.access)
        self._queues = QueueService(storage.queues, self._teams.members)
        self._teams.changed = self._queues.refresh
        self._restrictions = Restrictions(ports, self._roles, self._teams, self._queues)
        self._embedding = EmbeddingService(catalogue)
        self._embedding.changed = lambda: self.access.changed(None)
        self._hours = HoursService(storage.hours, parents=self._queues.above)
        self._languages = LanguageService(storage.messages, clock)
        tenant = self._tenant = Tenant(catalogue, self._languages)
        self._messages = MessageService(
            store=storage.messages,
            languages=self._languages,
            audio=MessageAudio(ports.blobs, ports.data / "messages"),
            sounds=ports.sounds,
            speech=ports.speech,
            tenant=tenant,
            clock=clock,
            ids=ids,
        )
        asked = (self._queues, self._hours, self._languages, self._messages)
        self._deflection, self._deflection_settings = deflection_of(ports, *asked)
        self._prompts = PromptService(ports.speech, ports.music, self._messages, RING_BACK)
        self._recordings = RecordingService(
            voice=ports.voice,
            catalogue=catalogue,
            interactions=storage.interactions,
            blobs=ports.blobs,
            transcoder=ports.transcoder,
            clock=clock,
            data=ports.data,
        )
        self._agents = self._runtime.add(AGENTS, NoEffects())
        self._reservations = Reservations(self._agents, clock, ids)
        self._calls = self._runtime.add(
            CALLS,
            CallPerformer(ports.voice, self._agents, self._reservations, self._prompts, self._recordings),
        )
        texts = SmsSender(storage.sms, clock, ids)
        self._chats = self._runtime.add(CHATS, ChatPerformer(self._agents, texts))
        self._texting = Texting(ports, texts, self._chats, self._queues, self._hours)
        self._doctor = doctor_of(ports, self._calls, self._chats, self._agents, self._views)
        self._statuses = StatusService(storage.statuses, ids)
        centre = self._centre = CentreTime(lambda: self._hours.book.center.zone, clock)
        self._desk = DeskService(self._agents, catalogue, self._statuses, centre)
        self._queues.available = self._desk.available
        self._deflection.present = self._desk.present
        self._desk.grants = self._roles.grants
        self._dispatcher = Dispatcher(self._agents, self._queues, self._reservations, clock, self._runtime.alarms)
        self._facts = VoiceFacts(self._calls, self._arrived, self._recordings.ended)
        self._chat_views = ChatViews(self._views, storage.interactions)
        self._listening = ListeningKeeper(storage.listening, clock, ids)
        self._figures = Figures(ports, centre, self._queues, self._views)
        self._early: list[LegArrived] | None = []
        """Calls that came before the runtime ran; none are kept once it does."""
        self._phone = PhoneCalls(
            calls=self._calls,
            voice=ports.voice,
            catalogue=catalogue,
            queues=self._queues,
            deflection=self._deflection,
            tenant=tenant,
            clock=clock,
            ids=ids,
        )
        self._observe()
        self.services = self._made(tenant)

    def _observe(self) -> None:
        now, queues_of = self._ports.clock.now, self._queues.of_agent
        board = AgentProjection(self._views, queues_of, now, self._teams.of, self._agents.state)
        self._agents.observe(board)
        self._calls.observe(board.call_changed)
        self._queues.observe(QueueRows(self._queues, self._views.publish))
        self._queues.observe(self._dispatcher.queues_changed)
        self._queues.observe(lambda: board.show(self._agents.states()))
        self._agents.observe(self._dispatcher.agent_changed)
        self._calls.observe(CallProjection(self._views))
        self._calls.observe(self._facts.changed)
        self._restrictions.watch(self._calls, self._chats, self._views, self.access, self.spawn)
        self._chat_views.attach(self._chats)
        self._chats.observe(self._chat_views.changed)
        self._listening.observe(self._calls, self._chats, self._chat_views)
        self._figures.observe(
            self._calls, self._chats, self._agents, on_new_day=lambda: board.show(self._agents.states())
        )
        self._dispatcher.add(WaitingRoom(self._calls, Channel.CALL, CallPositionIs))
        self._dispatcher.add(WaitingRoom(self._chats, Channel.CHAT, ChatPositionIs))

    def _made(self, tenant: Tenant) -> Services:
        clock, ids, storage = self._ports.clock, self._ports.ids, self._ports.storage
        legs = BrowserLegs(self._ports.voice, self._facts, ids)
        attachments = AttachmentService(storage.catalogue, self._ports.blobs, clock, ids)
        calls = CallService(
            calls=self._calls,
            legs=legs,
            queues=self._queues,
            reservations=self._reservations,
            history=CallHistory(storage.interactions, self._recordings),
            tenant=tenant,
            ids=ids,
            require_open=self._require_open,
            deflection=self._deflection,
        )
        chats = ChatService(
            self._chats,
            self._reservations,
            storage,
            self._chat_views,
            attachments,
            clock,
            ids,
            queue=self._queues.get,
            require_open=self._require_open,
        )
        people = people_services(
            self._ports,
            roles=self._roles,
            teams=self._teams,
            changes=self.access,
            desk=self._desk,
            queues=self._queues,
            spawn=self.spawn,
        )
        queue_settings = QueueSettingsService(self._queues, storage.queues, storage.catalogue, ids, self._waiting)
        queue_settings.teams, queue_settings.grants = self._teams.paths, self._roles.grants
        dispositions = DispositionService(storage.desk, storage.catalogue, self._queues, ids)
        dialling = DiallingService(storage.catalogue)
        outbound = OutboundService(
            calls=self._calls,
            queues=self._queues,
            reservations=self._reservations,
            dialling=dialling,
            catalogue=storage.catalogue,
            tenant=tenant,
            clock=clock,
            ids=ids,
        )
        consults = ConsultService(
            calls=self._calls,
            queues=self._queues,
            reservations=self._reservations,
            dialling=dialling,
            ids=ids,
        )
        services = Services(
            consults=consults,
            outbound=outbound,
            sign_in=people.sign_in,
            consumers=ConsumerService(storage.catalogue, self._queues, clock, ids),
            consumer_history=ConsumerHistory(storage, self._agents, self._calls, self._chats),
            desk=self._desk,
            offers=OfferService(self._agents, {Channel.CALL: self._calls, Channel.CHAT: self._chats}),
            calls=calls,
            chats=chats,
            chat_supervision=ChatSupervision(self._chats, self._reservations),
            handlings=HandlingService(self._agents, dispositions),
            dispositions=dispositions,
            replies=ReplyService(storage.desk, self._queues, ids),
            supervision=SupervisionService(self._calls, legs, self._reservations, ids),
            recordings=self._recordings,
            queues=self._queues,
            queue_settings=queue_settings,
            views=ViewService(self._views, self._chat_views),
            roles=self._roles,
            teams=self._teams,
            users=people.users,
            user_import=people.user_import,
            credentials=people.credentials,
            second_factors=people.second_factors,
            profile=people.profile,
            statuses=self._statuses,
            routing=RoutingService(
                lines=self._dispatcher,
                calls=self._calls,
                chats=self._chats,
                store=storage.interactions,
                clock=clock,
            ),
            languages=self._languages,
            messages=self._messages,
            doctor=self._doctor,
            embedding=self._embedding,
            deflection=self._deflection,
            deflection_settings=self._deflection_settings,
            figures=self._figures.service,
            metadata=MetadataService(storage),
            sms=self._texting.settings,
            monitoring_report=MonitoringReportService(storage.listening, self._centre, clock),
            audit=AuditService(storage.audit, storage.catalogue, self._centre, self._name_of),
            hours=HoursSettings(
                storage.hours,
                self._hours,
                self._ports.national_holidays,
                clock,
                ids,
                queues=lambda: [one.id for one in self._queues.all()],
            ),
        )
        self._restrictions.tell(services)
        services.consumers.closed = self._hours.closed
        services.consumers.instead = self._deflection.options
        services.chats.require_target = self._deflection.require_target
        services.chats.offered = self._languages.offered
        services.consumers.languages = self._languages.live
        return services

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Recover what was live, take calls and chats, and end well.

        The engine starts first, because recovered calls have orders for it. In the end the calls note that the server
        stops before the engine lets go of them, so that nobody seems to have hung up.

        Raises:
            VoiceUnavailableError: the voice engine cannot start.
            StorageUnavailableError: what was live cannot be read.
        """
        await self._queues.load()
        await self._roles.load()
        await self._teams.load()
        await self._languages.load()
        await self._embedding.load()
        await self._doctor.load()
        await self._messages.load()
        await self._hours.load()
        await self._deflection.load()
        await self._listening.load()
        await self._texting.settings.load()
        await self._ports.voice.start(self._doctor.listens_before(self._facts.listen))
        closed = False
        try:
            async with self._runtime:
                await self._begin()
                try:
                    yield
                finally:
                    closed = True
                    await self._texting.close()
                    await self._end_calls()
                    await self._listening.close()
                    await self._ports.voice.close()
        finally:
            if not closed:
                await self._ports.voice.close()

    async def _begin(self) -> None:
        await self._desk.start()
        await self._chat_views.restore(self._ports.clock.now())
        for work in (self._views.run(), self._dispatcher.run(), self._recordings.run(), self._listening.run()):
            self._runtime.spawn(work)
        for work in (
            *self._figures.work(),
            self._doctor.run(),
            warm_up(self._tenant, self._queues, self._prompts),
        ):
            self._runtime.spawn(work)
        early, self._early = self._early or [], None
        for leg in early:
            self._arrived(leg)
        await self._texting.start(self._runtime.spawn)
        self._dispatcher.wake()

    def _require_open(self, queue: QueueId, channel: Channel, language: str) -> None:
        self._hours.require_open(queue, channel, language, self._ports.clock.now())

    def _arrived(self, leg: LegArrived) -> None:
        if self._early is not None:
            self._early.append(leg)
        else:
            self._runtime.spawn(self._phone.arrived(leg))

    def _name_of(self, thing: str) -> str | None:
        """Return what a role, team or queue is called; None for anything else."""
        role, team = self._roles.known.get(RoleId(thing)), self._teams.tree.get(TeamId(thing))
        if role is not None or team is not None:
            return role.name if role is not None else self._teams.tree.path(TeamId(thing))
        node = self._queues.menus.tree.nodes.get(QueueId(thing))
        return " / ".join(dict.fromkeys(node.names.values())) if node is not None else None

    def _waiting(self) -> Iterable[QueueId]:
        states: Iterable[Call | Chat] = (*self._calls.states(), *self._chats.states())
        return [waiting.queue for one in states if (waiting := one.waiting()) is not None]

    async def _end_calls(self) -> None:
        for call in self._calls.states():
            self._calls.tell(call.id, ServerRestarted())
        until = self._ports.clock.now() + DRAIN
        while any(True for _ in self._calls.states()) and self._ports.clock.now() < until:
            await self._ports.clock.sleep(_STEP)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` as long as the house is open. An exception out of it closes the house."""
        self._runtime.spawn(work)

    def message_figures(self) -> Mapping[str, float]:
        """Return how often an own message could not be played and the built-in one was heard in its place."""
        return {"madoguchi_message_fallbacks": float(self._prompts.fallbacks)}

    def live(self) -> Mapping[str, Mapping[str, float]]:
        """Return how many calls, chats and agents are in which state now, and how many offers stand."""
        return live_counts(self._calls.states(), self._chats.states(), self._agents.states())
