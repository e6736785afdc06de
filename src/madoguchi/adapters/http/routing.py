"""How queues find their agents, and why a call or chat went to whom it went."""

from typing import Annotated, Literal

from fastapi import APIRouter

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.models import Id, Out
from madoguchi.adapters.http.state import InServices
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.routing.record import Reason, Rule
from madoguchi.kernel.ids import InteractionId

router = APIRouter(tags=["routing"])


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


class ChoiceNowOut(WhyOut):
    """What would be decided now; nobody is in `rung` where nobody can be."""

    rung: list[ConsideredOut]


class RoutingOut(Out):
    """The decisions about an interaction, oldest first; `now` while it waits."""

    decisions: list[DecisionOut]
    now: ChoiceNowOut | None


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
