"""What is wrong with live interactions, and when they count as stuck."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.models import In, Out, Version
from madoguchi.adapters.http.state import InServices
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.doctor.anomalies import Anomaly
from madoguchi.domain.doctor.settings import DoctorSettings
from madoguchi.services.rows import moment

router = APIRouter(prefix="/doctor", tags=["doctor"])

Supervisor = Annotated[Principal, needs(Permission.END_INTERACTIONS)]
_Number = Annotated[int, Field(ge=-1_000_000, le=1_000_000, strict=True)]


class AnomalyOut(Out):
    """One thing that is wrong."""

    id: str
    """The same as long as it is the same thing that is wrong."""
    code: str
    kind: str
    """`call`, `chat` or `agent`."""
    subject: str
    """The id of the call, chat or agent."""
    name: str
    """The consumer's, or the agent's."""
    agent: str
    """The name of the agent who has the interaction; empty without one."""
    since: str | None
    remedy: str
    """`end_call`, `end_chat`, `free_agent` or `nothing`."""
    heals_at: str | None
    """When it is over by itself, as far as that is known."""


class AnomaliesOut(Out):
    """All of them, longest first."""

    anomalies: list[AnomalyOut]


class HealIn(In):
    """The anomaly that somebody wants to be rid of."""

    anomaly: Annotated[str, Field(min_length=1, max_length=300)]


class DoctorSettingsIn(In):
    """The settings, and the version that they were made from."""

    version: Version
    stuck_min: Annotated[_Number, Field(examples=[300])]
    """After how many minutes an interaction that still goes on counts as stuck."""
    no_media_s: Annotated[_Number, Field(examples=[120])]
    """After how many seconds without a packet from anybody in it a call is ended by itself."""


class DoctorSettingsOut(Out):
    """The same, as they hold now."""

    version: int
    stuck_min: int
    no_media_s: int
    may_change: bool
    """Whether the caller may."""


@router.get("")
async def anomalies(actor: Supervisor, services: InServices) -> AnomaliesOut:
    """List what is wrong with interactions that the caller may end."""
    return AnomaliesOut(anomalies=[_out(one) for one in await services.doctor.anomalies(actor)])


@router.post("/heal", status_code=204)
async def heal(body: HealIn, actor: Supervisor, services: InServices) -> None:
    """Do what helps against one of them. What is not wrong any more needs no help, and is no error."""
    await services.doctor.heal(actor, body.anomaly)


@router.get("/settings")
async def settings(actor: Annotated[Principal, needs()], services: InServices) -> DoctorSettingsOut:
    """Tell when an interaction counts as stuck; the boards mark it then."""
    return _settings(services.doctor.settings, may_change=services.doctor.may_change(actor))


@router.put("/settings")
async def change(body: DoctorSettingsIn, actor: Supervisor, services: InServices) -> DoctorSettingsOut:
    """Change it; for those who may end interactions of all teams."""
    changed = await services.doctor.change(actor, body.version, body.stuck_min, body.no_media_s)
    return _settings(changed, may_change=True)


def _out(one: Anomaly) -> AnomalyOut:
    return AnomalyOut(
        id=one.id,
        code=one.code.value,
        kind=one.kind.value,
        subject=one.subject,
        name=one.name,
        agent=one.agent,
        since=moment(one.since),
        remedy=one.remedy.value,
        heals_at=moment(one.heals_at),
    )


def _settings(one: DoctorSettings, *, may_change: bool) -> DoctorSettingsOut:
    return DoctorSettingsOut(
        version=one.version, stuck_min=one.stuck_min, no_media_s=one.no_media_s, may_change=may_change
    )
