"""How queues find their agents, and why a call or chat went to whom it went."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.models import Id, In, Line, Out
from madoguchi.adapters.http.state import InServices
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.routing.record import Reason, Rule
from madoguchi.domain.routing.settings import AgentGroup, OfferPolicy, RoutingSettings, SkillNeed, Spread
from madoguchi.kernel.ids import InteractionId, QueueId, UserId

router = APIRouter(tags=["routing"])

Editor = Annotated[Principal, needs(Permission.EDIT_ROUTING)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class SkillNeedModel(In):
    """A skill that an agent must have, at least so well."""

    skill: Line
    level: int = 1


class AgentGroupModel(In):
    """Some of a queue's agents."""

    name: Line
    agents: Annotated[tuple[Id, ...], Field(max_length=1_000)] = ()
    skills: Annotated[tuple[SkillNeedModel, ...], Field(max_length=20)] = ()
    wait_s: Seconds = 30.0
    replaces: bool = False
    percent: int = 0


class RoutingSettingsModel(In):
    """How a queue finds its agents; what is left out gets its default."""

    policy: OfferPolicy = OfferPolicy.DELTACAST
    offer_s: Seconds = 20.0
    attempts: int = 3
    fall_back: bool = True
    decline_pause_s: Seconds = 5.0
    auto_answer: bool = False
    spread: Spread = Spread.ALL
    groups: Annotated[tuple[AgentGroupModel, ...], Field(max_length=20)] = ()
    skip_absent_groups: bool = False
    priority: int = 4
    ageing_s: Seconds = 0.0
    transfers_first: bool = True
    skills: Annotated[tuple[SkillNeedModel, ...], Field(max_length=20)] = ()
    relax_skills_s: Seconds = 0.0
    relax_languages_s: Seconds = 0.0
    service_level_s: Seconds = 20.0
    service_level_percent: int = 80
    missed_calls: int = 1
    missed_chats: int = 2
    unresponsive_after: int = 3
    call_weight: int | None = None


class ConsideredOut(Out):
    """An agent who was looked at; `idle_s` without any of the channel, null where he never had one."""

    agent: str
    name: str
    idle_s: float | None


class RungOut(ConsideredOut):
    """An agent who was rung, and what came of it."""

    outcome: Literal["standing", "accepted", "declined", "missed", "withdrawn"]


class PassedOverOut(Out):
    """Agents who were not rung, some of them by name."""

    reason: Reason
    count: int
    agents: list[ConsideredOut]


class WhyOut(Out):
    """One decision, or what would be decided now."""

    at: str
    rule: Rule
    attempt: int
    language: str | None
    skills: list[str]
    skills_given_up: bool
    groups: list[str]
    passed: list[PassedOverOut]


class DecisionOut(WhyOut):
    """A decision by which somebody was rung."""

    rung: list[RungOut]


class NowOut(WhyOut):
    """What would be decided now; nobody is in `rung` where nobody can be."""

    rung: list[ConsideredOut]


class RoutingOut(Out):
    """The decisions about an interaction, oldest first; `now` while it waits."""

    decisions: list[DecisionOut]
    now: NowOut | None


@router.get("/calls/{call}/routing")
async def of_call(
    call: Id, actor: Annotated[Principal, needs(Permission.VIEW_CALLS)], services: InServices
) -> RoutingOut:
    """Tell why a call went to whom it went, or why nobody gets it."""
    return RoutingOut.model_validate(await services.routing.of_call(actor, InteractionId(call)))


@router.get("/chats/{chat}/routing")
async def of_chat(
    chat: Id, actor: Annotated[Principal, needs(Permission.VIEW_CHATS)], services: InServices
) -> RoutingOut:
    """Tell why a chat went to whom it went, or why nobody gets it."""
    return RoutingOut.model_validate(await services.routing.of_chat(actor, InteractionId(chat)))


@router.get("/queues/{queue}/routing")
async def settings(queue: Id, actor: Editor, services: InServices) -> RoutingSettingsModel:
    """Return how a queue finds its agents."""
    found = await services.routing.settings(actor, QueueId(queue))
    return RoutingSettingsModel.model_validate(found, from_attributes=True)


@router.put("/queues/{queue}/routing", status_code=204)
async def set_settings(queue: Id, body: RoutingSettingsModel, actor: Editor, services: InServices) -> None:
    """Let a queue find its agents otherwise."""
    await services.routing.set_settings(actor, QueueId(queue), _settings(body))


def _settings(body: RoutingSettingsModel) -> RoutingSettings:
    plain = body.model_dump(exclude={"groups", "skills"})
    groups = tuple(
        AgentGroup(
            one.name,
            tuple(UserId(agent) for agent in one.agents),
            _skills(one.skills),
            one.wait_s,
            replaces=one.replaces,
            percent=one.percent,
        )
        for one in body.groups
    )
    return RoutingSettings(**plain, groups=groups, skills=_skills(body.skills))


def _skills(needs_: tuple[SkillNeedModel, ...]) -> tuple[SkillNeed, ...]:
    return tuple(SkillNeed(one.skill, one.level) for one in needs_)
