"""How the runtime handles agents. They are always live, and order nothing."""

from collections.abc import Sequence
from typing import Final, Never

from madoguchi.domain.agents.agent import Agent, AgentEvent, evolve
from madoguchi.domain.agents.decide import decide
from madoguchi.domain.agents.messages import AgentDue, AgentMessage
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.services.codec import Codec
from madoguchi.services.lifecycle import Lifecycle


def _no_effect(effect: Never, error: MadoguchiError) -> AgentMessage:
    raise AssertionError(f"agents order nothing, but {effect} failed: {error}")


class NoEffects:
    """Performs the effects of agents, of which there are none."""

    async def perform(self, owner: str, effect: Never, key: str) -> Sequence[AgentMessage]:
        """Never called."""
        raise AssertionError(f"agents order nothing, but {owner} ordered {effect} ({key})")


AGENTS: Final[Lifecycle[Agent, AgentMessage, AgentEvent, Never]] = Lifecycle(
    kind="agent",
    codec=Codec(Agent),
    decide=decide,
    evolve=evolve,
    state_name=lambda agent: agent.status.value,
    live=lambda _agent: True,
    next_deadline=Agent.next_deadline,
    due=AgentDue(),
    failed=_no_effect,
    lanes=lambda _effect: (),
    lasting=lambda _effect: False,
    resume=lambda _agent: (),
)
