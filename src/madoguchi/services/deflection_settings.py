"""After-hours deflection as managers see and change it. Every save is checked, and counts for the next consumer."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.audit.entries import Seen, Subject
from madoguchi.domain.deflection.decide import Asked, Decision
from madoguchi.domain.deflection.lint import Finding, World, findings, of_calls, of_chats, of_queue
from madoguchi.domain.deflection.plan import (
    OWN,
    CallDeflection,
    ChatDeflection,
    DeflectionSettings,
    OptionKind,
    Plan,
    QueueDeflection,
)
from madoguchi.domain.hours import checks, wall
from madoguchi.domain.messages.registry import LONGEST_TEXT
from madoguchi.domain.messages.texts import Message
from madoguchi.domain.messages.variables import Variable, faults
from madoguchi.kernel.errors import InvalidInputError, MadoguchiError
from madoguchi.kernel.fields import FieldError, InvalidFieldsError
from madoguchi.kernel.time import Instant
from madoguchi.ports.deflection import QueueDeflections
from madoguchi.ports.environment import Clock
from madoguchi.ports.storage import Catalogue, require_present
from madoguchi.services.deflection import (
    CALLS,
    CHATS,
    DeflectionService,
    calls_of,
    calls_values,
    chats_of,
    chats_values,
)
from madoguchi.services.dialling import DiallingService, DialRules, read_number
from madoguchi.services.hours import HoursService
from madoguchi.services.languages import LanguageService
from madoguchi.services.messages import MessageService
from madoguchi.services.queues import QueueService


@dataclass(frozen=True)
class Overview:
    """All settings, and what is wrong with them."""

    settings: DeflectionSettings
    findings: tuple[Finding, ...]
    email: str
    """Of the support centre; empty where there is none."""
    languages: Sequence[str]
    """The live ones."""


@dataclass(frozen=True)
class Preview:
    """What a consumer would get, queue after queue."""

    at: Instant
    zone: str
    """In which the hours of the first queue are written."""
    trail: tuple[Decision, ...]


class DeflectionSettingsService:
    """Shows, checks and saves."""

    def __init__(  # noqa: PLR0913 - one per collaborator
        self,
        *,
        live: DeflectionService,
        catalogue: Catalogue,
        own: QueueDeflections,
        queues: QueueService,
        hours: HoursService,
        languages: LanguageService,
        messages: MessageService,
        dialling: DiallingService,
        clock: Clock,
    ) -> None:
        self._live = live
        self._catalogue = catalogue
        self._own = own
        self._queues = queues
        self._hours = hours
        self._languages = languages
        self._messages = messages
        self._dialling = dialling
        self._clock = clock
        self._saving = asyncio.Lock()
        """What is checked against the others must not change until it is saved."""

    async def overview(self, actor: Principal) -> Overview:
        """Return all settings, and what is wrong with them by now.

        Raises:
            NotAllowedError: the actor may not see these settings.
        """
        actor.require(Permission.VIEW_QUEUE_SETTINGS)
        settings = self._live.settings
        found = tuple(findings(self._world(settings), self._clock.now()))
        return Overview(settings, found, self._hours.book.center.email, self._languages.live())

    async def preview(self, actor: Principal, asked: Asked, at: datetime | None) -> Preview:
        """Say what a consumer would get, now or at a time, and why.

        A time without a zone is one of the clock of the hours that count; where that shows it twice, the first.

        Raises:
            NotAllowedError: the actor may not see these settings.
            NotFoundError: there is no such queue.
            InvalidInputError: the time is out of reach.
        """
        actor.require(Permission.VIEW_QUEUE_SETTINGS)
        deflection = self._live.deflection()
        deflection.tree.node(asked.node)
        zone = deflection.calendar(asked.node, asked).zone
        when = at if at is not None else self._clock.now()
        if when.year not in checks.YEARS:
            raise InvalidInputError(f"from {checks.YEARS[0]} to {checks.YEARS[-1]}", field="at", reason="bad_year")
        if when.tzinfo is None:
            when = wall.first_moment(ZoneInfo(zone), when)
        when = when.astimezone(UTC)
        return Preview(when, zone, deflection.follow(asked, when))

    async def change_calls(self, actor: Principal, wanted: CallDeflection) -> CallDeflection:
        """Replace what holds for all calls, as the actor saw it at `wanted.version`.

        Raises:
            NotAllowedError: the actor may not change these settings.
            StaleVersionError: somebody else has changed them since.
            InvalidFieldsError: something is wrong with them; `field` is `phone.…` or `pages.…`.
        """
        actor.require(Permission.EDIT_QUEUE_SETTINGS)
        rules = await self._dialling.rules()
        calls = replace(wanted, phone=_read(wanted.phone, rules, "phone"), pages=_read(wanted.pages, rules, "pages"))
        async with self._saving:
            stored = await self._catalogue.settings(CALLS)
            require_present(calls_of(stored).version, Seen(Subject.DEFLECTION, CALLS, wanted.version))
            world = self._world(replace(self._live.settings, calls=calls))
            _refuse(of_calls(world, self._clock.now()), "calls.")
            saved = replace(calls, version=calls.version + 1)
            await self._catalogue.save_settings(CALLS, calls_values(saved), seen=stored)
            await self._live.load()
        return saved

    async def change_chats(self, actor: Principal, wanted: ChatDeflection) -> ChatDeflection:
        """Replace what holds for all chats, as the actor saw it at `wanted.version`.

        Raises:
            NotAllowedError: the actor may not change these settings.
            StaleVersionError: somebody else has changed them since.
            InvalidFieldsError: something is wrong with them; `field` is `pages.…`.
        """
        actor.require(Permission.EDIT_QUEUE_SETTINGS)
        async with self._saving:
            stored = await self._catalogue.settings(CHATS)
            require_present(chats_of(stored).version, Seen(Subject.DEFLECTION, CHATS, wanted.version))
            _refuse(of_chats(self._world(replace(self._live.settings, chats=wanted))), "chats.")
            saved = replace(wanted, version=wanted.version + 1)
            await self._catalogue.save_settings(CHATS, chats_values(saved), seen=stored)
            await self._live.load()
        return saved

    async def change_queue(self, actor: Principal, wanted: QueueDeflection) -> QueueDeflection:
        """Replace what one queue or level says for itself, as the actor saw it at `wanted.version`.

        Raises:
            NotAllowedError: the actor may not change these settings.
            NotFoundError: there is no such queue.
            StaleVersionError: somebody else has changed it since.
            InvalidFieldsError: something is wrong with it; `field` is `plan.…`.
        """
        actor.require(Permission.EDIT_QUEUE_SETTINGS)
        node = self._queues.menus.tree.node(wanted.queue)
        if node.channel not in OWN:
            raise InvalidInputError("queues of this menu have no deflection of their own", field="queue", reason="menu")
        own = replace(wanted, plan=_read(wanted.plan, await self._dialling.rules(), "plan"))
        async with self._saving:
            settings = self._live.settings
            world = self._world(replace(settings, queues={**settings.queues, own.queue: own}))
            _refuse(of_queue(world, own, self._clock.now()), "plan.")
            saved = await self._own.save(own)
            await self._live.load()
        return saved

    def _world(self, settings: DeflectionSettings) -> World:
        return World(
            self._live.deflection(settings),
            live=self._languages.live(),
            unsaid=self._messages.unsaid(Message.AFTER_HOURS),
            email=self._hours.book.center.email,
        )


def _read(plan: Plan, rules: DialRules, place: str) -> Plan:
    """Return a plan with its number as it is dialled.

    Raises:
        InvalidFieldsError: it is no number, or one that may not be called; or a text is too long or has variables that
            have no value.
    """
    errors = [
        FieldError(f"{place}.texts.{language}", fault.kind.value, "this text cannot be said", {"name": fault.name})
        for language, text in plan.texts.items()
        if text.strip()
        for fault in faults(text, (Variable.NEXT_REOPEN_HOUR,), (), LONGEST_TEXT)
    ]
    number = plan.number.strip()
    if number and OptionKind.PHONE_NUMBER in plan.kinds:
        try:
            dialled = read_number(number, rules)
            number = dialled.e164 or dialled.shown
        except MadoguchiError as error:
            errors.append(FieldError(f"{place}.number", error.code, error.detail))
    if errors:
        raise InvalidFieldsError(errors)
    texts = {language: text.strip() for language, text in plan.texts.items() if text.strip()}
    return replace(plan, number=number, texts=texts)


def _refuse(found: Iterable[Finding], prefix: str) -> None:
    """Refuse what must not be saved.

    Raises:
        InvalidFieldsError: there is such a thing.
    """
    errors = list(_errors(found, prefix))
    if errors:
        raise InvalidFieldsError(errors)


def _errors(found: Iterable[Finding], prefix: str) -> Iterator[FieldError]:
    for one in found:
        if one.refused:
            part = f"{one.place.removeprefix(prefix)}." if one.place.startswith(prefix) else prefix
            yield FieldError(f"{part}{one.field}", one.fault.value, one.fault.value.replace("_", " "), dict(one.params))
