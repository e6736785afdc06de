"""A call to an agent's direct number: it rings at him alone, and goes where his number says if he does not take it."""

from datetime import timedelta
from typing import Final

from madoguchi.domain.agents.messages import FreeSlot
from madoguchi.domain.calls import menu
from madoguchi.domain.calls.call import Call, Stage, Timer
from madoguchi.domain.calls.commands import AgentFound
from madoguchi.domain.calls.draft import Draft
from madoguchi.domain.calls.effects import FindAgent
from madoguchi.domain.calls.events import StageReached, TimerSet
from madoguchi.domain.calls.lifecycle import CallState, DirectMissed, Offered
from madoguchi.domain.routing.record import Rule, Why

FIND_LIMIT: Final = timedelta(seconds=10)
"""How long it may take to learn whether the agent can be rung."""


def begin(draft: Draft) -> None:
    """The consumer can hear us: see whether the agent can be rung."""
    direct = draft.call.direct
    assert direct is not None  # noqa: S101 - asked before
    draft.add(StageReached(Stage.DIRECT), TimerSet(Timer.MENU, draft.now + FIND_LIMIT))
    draft.order(FindAgent(direct.agent))


def found(draft: Draft, message: AgentFound) -> None:
    """A slot of his is kept: ring. Where the call no longer wants it, it is given back."""
    if _looks(draft.call):
        draft.add(TimerSet(Timer.MENU, None), Offered((message.offer,), Why(Rule.DIRECT_NUMBER)))
    else:
        draft.order(FreeSlot(message.offer.agent, message.offer.id, missed=False))


def not_found(draft: Draft) -> None:
    """He is away or busy, or it could not be learnt."""
    if _looks(draft.call):
        menu.instead(draft)


def missed(draft: Draft) -> None:
    """He did not take it."""
    draft.add(DirectMissed(draft.now))
    menu.instead(draft)


def _looks(call: Call) -> bool:
    """Whether it is still to be learnt if the agent can be rung."""
    return call.state is CallState.IN_MENU and call.stage is Stage.DIRECT
