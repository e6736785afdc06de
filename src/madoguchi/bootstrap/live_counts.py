"""How many calls, chats and agents there are in which state, as the metrics tell."""

from collections import Counter
from collections.abc import Iterable, Mapping

from madoguchi.domain.agents.agent import Agent
from madoguchi.domain.calls.call import Call
from madoguchi.domain.chats.chat import Chat


def live_counts(
    calls: Iterable[Call], chats: Iterable[Chat], agents: Iterable[Agent]
) -> Mapping[str, Mapping[str, float]]:
    """Return how many calls, chats and agents are in which state, and how many offers stand."""
    calls, chats = list(calls), list(chats)
    offers: dict[str, float] = {
        "call": sum(len(call.offers) for call in calls),
        "chat": sum(len(chat.offers) for chat in chats),
    }
    return {
        "calls": _counted(call.state.value for call in calls),
        "chats": _counted(chat.state.value for chat in chats),
        "agents": _counted(agent.status.value for agent in agents),
        "offers": offers,
    }


def _counted(states: Iterable[str]) -> dict[str, float]:
    return {state: float(count) for state, count in Counter(states).items()}
