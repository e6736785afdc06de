"""What becomes of who comes after hours, for whoever lets consumers in. In memory: it is asked for every caller."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import structlog

from madoguchi.domain.audit.things import DEFLECTION
from madoguchi.domain.calls.doors import Door, Elsewhere
from madoguchi.domain.deflection.decide import CLOSED, Asked, Decision, Deflection
from madoguchi.domain.deflection.plan import (
    GIVEN,
    CallDeflection,
    ChatDeflection,
    DeflectionSettings,
    OptionKind,
    Plan,
    plan_of,
    plan_values,
)
from madoguchi.domain.deflection.transfers import LISTED, Candidate, Ground, ground
from madoguchi.domain.hours.announcement import in_own_words, reason
from madoguchi.domain.hours.calendar import OpenSpan
from madoguchi.domain.messages.texts import Message, line
from madoguchi.domain.queues.queue import MenuChannel, Queue
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.errors import Kind, MadoguchiError, NotFoundError
from madoguchi.kernel.ids import QueueId, UserId
from madoguchi.kernel.time import Instant
from madoguchi.ports.deflection import QueueDeflections
from madoguchi.ports.environment import Clock
from madoguchi.ports.storage import Catalogue
from madoguchi.services.dialling import DiallingService, DialRules, read_number
from madoguchi.services.hours import HoursService
from madoguchi.services.queues import QueueService
from madoguchi.services.rows import Json

CALLS, CHATS = DEFLECTION
"""The scopes of the settings for all calls and for all chats."""
RING_S: Final = 45.0
"""How long the other phone may ring."""

_log = structlog.get_logger(__name__)


class TransferHiddenError(MadoguchiError):
    """This queue takes no transfers at this time; `reason` says why."""

    kind = Kind.CONFLICT
    code = "transfer_hidden"


class DeflectionService:
    """Answers from settings, menus and hours as they are now. `load` it at the start and whenever settings were saved.

    `present` tells how many of some agents have signed in; set when agents are there.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        own: QueueDeflections,
        queues: QueueService,
        hours: HoursService,
        dialling: DiallingService,
        clock: Clock,
    ) -> None:
        self._catalogue = catalogue
        self._own = own
        self._queues = queues
        self._hours = hours
        self._dialling = dialling
        self._clock = clock
        self.settings = DeflectionSettings()
        self.present: Callable[[Sequence[UserId]], int] = lambda _agents: 0

    async def load(self) -> None:
        """Read the settings."""
        self.settings = DeflectionSettings(
            calls_of(await self._catalogue.settings(CALLS)),
            chats_of(await self._catalogue.settings(CHATS)),
            {one.queue: one for one in await self._own.all()},
        )

    def deflection(self, settings: DeflectionSettings | None = None) -> Deflection:
        """Return what decides now, or would with other settings."""
        menus = self._queues.menus
        return Deflection(settings or self.settings, menus.tree, self._hours.book, offered=menus.staffed)

    # --- Callers ---

    async def doors(self, queues: Sequence[QueueId], language: str, now: Instant) -> tuple[Door, ...]:
        """Return the doors of those `queues` that are closed to callers at some time soon, and what is behind them.

        Where calls are not deflected that is what the hours say.
        """
        plain = self._hours.doors(queues, language, now)
        if not self.settings.calls.enabled or not plain:
            return plain
        rules = await self._dialling.rules()
        deflection = self.deflection()
        made = {door.queue: self._door(deflection, door, language, now, rules) for door in plain}
        return (*made.values(), *self._levels(deflection, made, language, now, rules))

    def _door(self, deflection: Deflection, door: Door, language: str, now: Instant, rules: DialRules) -> Door:
        node = deflection.tree.nodes.get(door.queue)
        if node is None or node.channel is not MenuChannel.IVR:
            return door
        plan = deflection.settings.counting(door.queue, MenuChannel.IVR, Channel.CALL)
        return self._led(deflection, door, door.queue, plan, language, now, rules)

    def _levels(
        self, deflection: Deflection, made: Mapping[QueueId, Door], language: str, now: Instant, rules: DialRules
    ) -> Iterator[Door]:
        """Yield the doors of levels below which everything may be closed, and nothing says something for itself."""
        for node in deflection.tree.walk(MenuChannel.IVR):
            if deflection.tree.leaf(node) or node.hidden:
                continue
            inside = [one.id for one in deflection.leaves(node)]
            if any(one not in made for one in inside) or deflection.own_below(node) is not None:
                continue
            plan = deflection.settings.counting(node.id, MenuChannel.IVR, Channel.CALL)
            first = min(inside, key=lambda one: self._next_opening(deflection, one, language, now))
            spans: tuple[OpenSpan, ...] = tuple(span for one in inside for span in made[one].open)
            door = Door(node.id, spans, self._hours.said(first, language, now))
            yield self._led(deflection, door, first, plan, language, now, rules)

    def _next_opening(self, deflection: Deflection, queue: QueueId, language: str, now: Instant) -> float:
        calendar = deflection.calendar(queue, Asked(queue, Channel.CALL, language))
        opening = calendar.next_opening(now)
        return opening.timestamp() if opening is not None else float("inf")

    def _led(
        self,
        deflection: Deflection,
        door: Door,
        hours_of: QueueId,
        plan: Plan | None,
        language: str,
        now: Instant,
        rules: DialRules,
    ) -> Door:
        """Return `door` with what is behind it; `hours_of` is the queue whose hours are told."""
        match plan.kinds[0] if plan is not None else None:
            case OptionKind.QUEUE if plan is not None and (to := self._queue(plan)) is not None:
                return replace(door, to_queue=to)
            case OptionKind.PHONE_NUMBER if plan is not None and (phone := _phone(plan, rules)) is not None:
                calendar = deflection.calendar(hours_of, Asked(hours_of, Channel.CALL, language))
                closes = self._hours.closes(hours_of, language, now)
                said = (*reason(calendar, closes, language), line(Message.DEFLECTED_TO_NUMBER, language))
                return replace(door, closed=said, to_phone=phone)
            case OptionKind.MESSAGE if plan is not None and (text := plan.texts.get(language, "")):
                calendar = deflection.calendar(hours_of, Asked(hours_of, Channel.CALL, language))
                closes = self._hours.closes(hours_of, language, now)
                own = in_own_words(text, calendar, closes, language)
                return replace(door, closed=tuple(own) or door.closed)
            case _:
                return door

    def _queue(self, plan: Plan) -> Queue | None:
        try:
            found = self._queues.get(QueueId(plan.queue))
        except NotFoundError:
            _log.warning("deflection_queue_gone", queue=plan.queue)
            return None
        return replace(found, agents=(), spoken={})

    # --- Pages ---

    def options(self, queue: QueueId, service: Channel, language: str, now: Instant) -> Sequence[Json]:
        """Return what a page or an app offers in the place of a closed queue."""
        trail = self.deflection().follow(Asked(queue, service, language), now)
        first = trail[0].plan
        if first is None:
            return []
        if (to := first.redirect) is not None:
            # He may only be sent where somebody takes him.
            return [{"kind": OptionKind.QUEUE.value, "queue": trail[-1].asked.node}] if to and _let_in(trail) else []
        menu = self._queues.menus.tree.node(queue).channel
        email = self._hours.book.center.email
        rows: list[Json] = []
        for kind in first.kinds:
            if kind not in GIVEN[menu]:
                continue
            if kind is OptionKind.EMAIL and email:
                rows.append({"kind": kind.value, "email": email})
            elif kind is OptionKind.PHONE_NUMBER and first.number:
                rows.append({"kind": kind.value, "number": first.number})
        return rows

    # --- Agents ---

    def ground(self, queue: Queue, service: Channel, language: str, now: Instant) -> Ground:
        """Return why a queue is listed for transfers, or hidden."""
        found = self.deflection().decide(Asked(queue.id, service, language), now)
        candidate = Candidate(
            open=self._hours.state(queue.id, service, language, now).open,
            deflected=found.deflected,
            agents_there=self.present(queue.agents) > 0,
        )
        chosen = self.settings.calls if service is Channel.CALL else self.settings.chats
        return ground(service, candidate, switched_on=chosen.enabled, allowed=chosen.transfers)

    def targets(self, queues: Iterable[Queue], service: Channel, language: str) -> Iterator[tuple[Queue, Ground]]:
        """Yield queues with the reason why an agent sees them in a transfer, or does not."""
        now = self._clock.now()
        for queue in queues:
            yield queue, self.ground(queue, service, language, now)

    async def transferred(self, queue: Queue, language: str) -> tuple[Queue, Door | None]:
        """Return where a call comes that is sent to `queue`, and what is offered there if it is closed.

        Raises:
            TransferHiddenError: it takes none at this time.
        """
        self.require_target(queue, Channel.CALL, language)
        now, deflection = self._clock.now(), self.deflection()
        trail = deflection.follow(Asked(queue.id, Channel.CALL, language), now)
        last = trail[-1]
        there = self._queues.get(last.asked.node)
        if not last.deflected:
            return there, None
        door = Door(there.id, (), self._hours.said(there.id, language, now))
        if last.redirect is not None:
            return there, door
        rules = await self._dialling.rules()
        return there, self._led(deflection, door, there.id, last.plan, language, now, rules)

    def require_target(self, queue: Queue, service: Channel, language: str) -> None:
        """Let a transfer to `queue` pass.

        Raises:
            TransferHiddenError: it takes none at this time; `reason` is the ground.
        """
        found = self.ground(queue, service, language, self._clock.now())
        if found not in LISTED:
            raise TransferHiddenError("this queue takes no transfers at this time", field="queue", reason=found.value)


def _let_in(trail: Sequence[Decision]) -> bool:
    """Whether who is sent on comes to an open queue in the end."""
    return len(trail) > 1 and trail[-1].condition not in CLOSED


def _phone(plan: Plan, rules: DialRules) -> Elsewhere | None:
    try:
        dialled = read_number(plan.number, rules)
    except MadoguchiError as error:
        _log.warning("deflection_number_refused", code=error.code)
        return None
    return Elsewhere(dialled.address, dialled.shown, rules.caller, RING_S)


def calls_of(stored: Mapping[str, Any]) -> CallDeflection:
    """Read the settings for all calls."""
    usual = CallDeflection()
    return CallDeflection(
        stored.get("enabled", usual.enabled),
        stored.get("transfers", usual.transfers),
        plan_of(stored["phone"]) if "phone" in stored else usual.phone,
        plan_of(stored["pages"]) if "pages" in stored else usual.pages,
        stored.get("version", 0),
    )


def calls_values(calls: CallDeflection) -> Mapping[str, Any]:
    """Return the settings for all calls as they are stored and sent."""
    return {
        "enabled": calls.enabled,
        "transfers": calls.transfers,
        "phone": plan_values(calls.phone),
        "pages": plan_values(calls.pages),
        "version": calls.version,
    }


def chats_of(stored: Mapping[str, Any]) -> ChatDeflection:
    """Read the settings for all chats."""
    usual = ChatDeflection()
    return ChatDeflection(
        stored.get("enabled", usual.enabled),
        stored.get("transfers", usual.transfers),
        plan_of(stored["pages"]) if "pages" in stored else usual.pages,
        stored.get("version", 0),
    )


def chats_values(chats: ChatDeflection) -> Mapping[str, Any]:
    """Return the settings for all chats as they are stored and sent."""
    return {
        "enabled": chats.enabled,
        "transfers": chats.transfers,
        "pages": plan_values(chats.pages),
        "version": chats.version,
    }
