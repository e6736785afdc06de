"""What consumers are offered after hours: for all calls, for all chats, for single queues; and what agents may do."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.models import Id, In, Language, Line, Out, PortalQueue, Version
from madoguchi.adapters.http.state import InServices
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.deflection.decide import Asked, Decision
from madoguchi.domain.deflection.lint import Finding
from madoguchi.domain.deflection.plan import (
    FOR_ALL,
    FOR_CHATS,
    GIVEN,
    POSSIBLE,
    CallDeflection,
    ChatDeflection,
    OptionKind,
    Plan,
    QueueDeflection,
)
from madoguchi.domain.deflection.transfers import LISTED
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import QueueId
from madoguchi.kernel.time import stamp
from madoguchi.services.deflection_settings import Preview

router = APIRouter(tags=["deflection"])

Viewer = Annotated[Principal, needs(Permission.VIEW_QUEUE_SETTINGS)]
Editor = Annotated[Principal, needs(Permission.EDIT_QUEUE_SETTINGS)]
Agent = Annotated[Principal, needs(Permission.DESK)]
Kind = Literal["queue", "phone_number", "voicemail", "message", "scheduled_call", "email"]
Service = Literal["call", "chat"]


def _plain(texts: dict[str, str]) -> dict[str, str]:
    if any("\0" in text for text in texts.values()):
        raise ValueError("must not contain a zero character")
    return texts


class DeflectionPlanIn(In):
    """What is offered, and what that needs."""

    kinds: Annotated[list[Kind], Field(max_length=6, default_factory=list)]
    queue: Id | Literal[""] = ""
    """For `queue`: where consumers are sent."""
    number: Annotated[Line, Field(max_length=40)] = ""
    """For `phone_number`."""
    texts: Annotated[
        dict[Language, Annotated[str, Field(max_length=4_000)]],
        Field(max_length=50, default_factory=dict),
        AfterValidator(_plain),
    ]
    """For `message`: own words in each live language, or in none."""

    def plan(self) -> Plan:
        """Return the plan; each option once."""
        kinds = tuple(OptionKind(one) for one in dict.fromkeys(self.kinds))
        return Plan(kinds, self.queue, self.number, dict(self.texts))


class DeflectionPlanOut(Out):
    """The same, as it holds."""

    kinds: list[Kind]
    queue: str
    number: str
    texts: dict[str, str]

    @classmethod
    def of(cls, plan: Plan) -> "DeflectionPlanOut":
        """Write it."""
        return cls(
            kinds=[one.value for one in plan.kinds], queue=plan.queue, number=plan.number, texts=dict(plan.texts)
        )


class CallDeflectionIO(In):
    """What holds for all calls."""

    version: Version
    enabled: bool
    transfers: bool
    phone: DeflectionPlanIn
    pages: DeflectionPlanIn


class CallDeflectionOut(Out):
    """The same, as it holds."""

    version: int
    enabled: bool
    transfers: bool
    """Agents may transfer calls to queues outside of their hours."""
    phone: DeflectionPlanOut
    pages: DeflectionPlanOut

    @classmethod
    def of(cls, calls: CallDeflection) -> "CallDeflectionOut":
        """Write it."""
        return cls(
            version=calls.version,
            enabled=calls.enabled,
            transfers=calls.transfers,
            phone=DeflectionPlanOut.of(calls.phone),
            pages=DeflectionPlanOut.of(calls.pages),
        )


class ChatDeflectionIO(In):
    """What holds for all chats."""

    version: Version
    enabled: bool
    transfers: bool
    pages: DeflectionPlanIn


class ChatDeflectionOut(Out):
    """The same, as it holds."""

    version: int
    enabled: bool
    transfers: bool
    """As long as chats are not deflected, agents may transfer them to queues outside of their hours."""
    pages: DeflectionPlanOut

    @classmethod
    def of(cls, chats: ChatDeflection) -> "ChatDeflectionOut":
        """Write it."""
        return cls(
            version=chats.version,
            enabled=chats.enabled,
            transfers=chats.transfers,
            pages=DeflectionPlanOut.of(chats.pages),
        )


class QueueDeflectionIO(In):
    """What one queue or level says for itself."""

    version: Version
    enabled: bool
    plan: DeflectionPlanIn


class QueueDeflectionOut(Out):
    """The same, as it holds."""

    queue: str
    version: int
    enabled: bool
    plan: DeflectionPlanOut

    @classmethod
    def of(cls, own: QueueDeflection) -> "QueueDeflectionOut":
        """Write it."""
        return cls(queue=own.queue, version=own.version, enabled=own.enabled, plan=DeflectionPlanOut.of(own.plan))


class DeflectionFindingOut(Out):
    """One thing that is wrong, and where."""

    fault: str
    place: str
    """`calls.phone`, `calls.pages`, `chats.pages`, or the id of a queue or level."""
    field: str
    params: dict[str, str]
    refused: bool
    """Whether it could not be saved again as it is."""

    @classmethod
    def of(cls, one: Finding) -> "DeflectionFindingOut":
        """Write it."""
        return cls(
            fault=one.fault.value, place=one.place, field=one.field, params=dict(one.params), refused=one.refused
        )


class DeflectionOptionOut(Out):
    """One option of a menu."""

    kind: Kind
    given: bool
    """Whether it can be carried out; others are refused."""


class DeflectionOut(Out):
    """All settings, what is wrong with them, and what can be chosen."""

    calls: CallDeflectionOut
    chats: ChatDeflectionOut
    queues: list[QueueDeflectionOut]
    """Only those that were ever changed."""
    findings: list[DeflectionFindingOut]
    email: str
    languages: list[str]
    """The live ones."""
    options: dict[str, list[DeflectionOptionOut]]
    """For `calls.phone`, `calls.mobile`, `calls.web`, `chats`, and for queues of `ivr`, `mobile` and `sms`."""


class DeflectionStepOut(Out):
    """One thing that was looked at."""

    code: str
    params: dict[str, str]


class DeflectionDecisionOut(Out):
    """What becomes of a consumer at one queue, and why."""

    queue: str
    condition: Literal["open", "over_capacity", "after_hours", "holiday"]
    source: Literal["global", "queue", "parent"] | None
    plan: DeflectionPlanOut | None
    """Nothing: he is let in, or told that it is closed."""
    steps: list[DeflectionStepOut]

    @classmethod
    def of(cls, one: Decision) -> "DeflectionDecisionOut":
        """Write it."""
        return cls(
            queue=one.asked.node,
            condition=one.condition.value,
            source=one.source.value if one.source is not None else None,
            plan=DeflectionPlanOut.of(one.plan) if one.plan is not None else None,
            steps=[DeflectionStepOut(code=step.code, params=dict(step.params)) for step in one.steps],
        )


class DeflectionPreviewOut(Out):
    """What a consumer would get, from queue to queue."""

    at: str
    zone: str
    trail: list[DeflectionDecisionOut]

    @classmethod
    def of(cls, preview: Preview) -> "DeflectionPreviewOut":
        """Write it."""
        return cls(
            at=stamp(preview.at), zone=preview.zone, trail=[DeflectionDecisionOut.of(one) for one in preview.trail]
        )


class TransferQueue(PortalQueue):
    """A queue in the transfer dialog."""

    ground: Literal[
        "open",
        "deflected",
        "agents_there",
        "virtual_agent",
        "after_hours",
        "chats_deflected",
        "nobody_there",
        "virtual_agent_keeps_hours",
    ]
    """Why it is listed, or hidden."""


class TransferQueuesOut(Out):
    """Where a call or chat can be sent now, and where not."""

    queues: list[TransferQueue]
    hidden: list[TransferQueue]


@router.get("/settings/deflection")
async def overview(actor: Viewer, services: InServices) -> DeflectionOut:
    """Return all settings, and what is wrong with them by now."""
    found = await services.deflection_settings.overview(actor)
    return DeflectionOut(
        calls=CallDeflectionOut.of(found.settings.calls),
        chats=ChatDeflectionOut.of(found.settings.chats),
        queues=[QueueDeflectionOut.of(one) for one in found.settings.queues.values()],
        findings=[DeflectionFindingOut.of(one) for one in found.findings],
        email=found.email,
        languages=list(found.languages),
        options=_options(),
    )


@router.put("/settings/deflection/calls")
async def change_calls(body: CallDeflectionIO, actor: Editor, services: InServices) -> CallDeflectionOut:
    """Replace what holds for all calls."""
    wanted = CallDeflection(body.enabled, body.transfers, body.phone.plan(), body.pages.plan(), body.version)
    return CallDeflectionOut.of(await services.deflection_settings.change_calls(actor, wanted))


@router.put("/settings/deflection/chats")
async def change_chats(body: ChatDeflectionIO, actor: Editor, services: InServices) -> ChatDeflectionOut:
    """Replace what holds for all chats."""
    wanted = ChatDeflection(body.enabled, body.transfers, body.pages.plan(), body.version)
    return ChatDeflectionOut.of(await services.deflection_settings.change_chats(actor, wanted))


@router.put("/settings/deflection/queues/{queue}")
async def change_queue(queue: Id, body: QueueDeflectionIO, actor: Editor, services: InServices) -> QueueDeflectionOut:
    """Replace what one queue or level says for itself."""
    wanted = QueueDeflection(QueueId(queue), body.enabled, body.plan.plan(), body.version)
    return QueueDeflectionOut.of(await services.deflection_settings.change_queue(actor, wanted))


@router.get("/settings/deflection/preview")
async def preview(
    queue: Id,
    actor: Viewer,
    services: InServices,
    service: Service = "call",
    language: Language = "ja",
    at: Annotated[str | None, Query(max_length=40)] = None,
) -> DeflectionPreviewOut:
    """Say what a consumer would get, now or at a time, and why.

    A time without its offset from UTC is one of the clock of the hours that count.
    """
    asked = Asked(QueueId(queue), Channel(service), language)
    return DeflectionPreviewOut.of(await services.deflection_settings.preview(actor, asked, _time(at)))


@router.get("/desk/transfer-queues")
async def transfer_queues(
    actor: Agent, services: InServices, service: Service = "call", language: Language = "ja"
) -> TransferQueuesOut:
    """List the queues to which a call or chat in a language can be sent now, and the others with the reason."""
    known = {row["id"]: row for row in await services.queues.for_portal(actor)}
    listed: list[TransferQueue] = []
    hidden: list[TransferQueue] = []
    shown = (services.queues.get(QueueId(one)) for one in known)
    for queue, ground in services.deflection.targets(shown, Channel(service), language):
        row = TransferQueue.model_validate({**known[queue.id], "ground": ground.value})
        (listed if ground in LISTED else hidden).append(row)
    return TransferQueuesOut(queues=listed, hidden=hidden)


def _options() -> dict[str, list[DeflectionOptionOut]]:
    places = {f"calls.{menu.value}": (menu, kinds) for menu, kinds in FOR_ALL.items() if kinds}
    own = {menu.value: (menu, kinds) for menu, kinds in POSSIBLE.items()}
    made = {
        place: [DeflectionOptionOut(kind=one.value, given=one in GIVEN[menu]) for one in kinds]
        for place, (menu, kinds) in {**places, **own}.items()
    }
    return made | {"chats": [DeflectionOptionOut(kind=one.value, given=True) for one in FOR_CHATS]}


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInputError("is no time as ISO 8601 has it", field="at", reason="bad_time") from None
