"""Agents as rows of live screens: for supervisors, and on their own desks."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from madoguchi.domain.agents.agent import Agent
from madoguchi.domain.agents.handling import Handling, HandlingState
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import TeamId
from madoguchi.kernel.time import Instant
from madoguchi.services.rows import Json, consumer, moment, queue_or_none, queue_ref
from madoguchi.services.statuses import custom_row


def agent_row(
    agent: Agent,
    queues: Sequence[Queue],
    now: Instant,
    teams: Mapping[TeamId, str] = MappingProxyType({}),
    held_since: Instant | None = None,
) -> Json:
    """Return the agent as supervisors see him `now`.

    `queues` are those that he is assigned to, `teams` his own by id, and `held_since` tells since when his consumer is
    on hold.
    """
    agent = agent.on(now)
    occupancy, since = occupied(agent)
    return {
        "id": agent.id,
        "kind": "agent",
        "name": agent.name,
        "email": agent.email,
        "status": agent.status.value,
        "since": moment(agent.since),
        "custom": custom_row(agent.custom),
        "next_status": agent.next_status.value if agent.next_status is not None else None,
        "next_custom": custom_row(agent.next_custom),
        "calls": [_work(one) for one in working(agent, Channel.CALL)],
        "chats": [_work(one) for one in working(agent, Channel.CHAT)],
        "chat_limit": agent.chat_limit,
        "languages": list(agent.languages),
        "skills": dict(agent.skills),
        "occupancy": occupancy,
        "occupied_since": moment(since),
        "calls_today": agent.calls_today,
        "chats_today": agent.chats_today,
        "missed_today": agent.missed_today,
        "aht_s": _average(agent.handled_ms_today, agent.closed_today),
        "wrap_up_s": _average(agent.wrap_up_ms_today, agent.closed_today),
        "last_offered_at": moment(agent.last_offered_at),
        "last_ended_at": moment(agent.last_ended_at),
        "held_since": moment(held_since),
        "teams": [{"id": team, "name": name} for team, name in teams.items()],
        "queues": [queue_ref(one) for one in queues],
    }


def presence_row(agent: Agent) -> Json:
    """Return the agent's own status as his desk shows it."""
    return {
        "id": "presence",
        "kind": "presence",
        "status": agent.status.value,
        "since": moment(agent.since),
        "custom": custom_row(agent.custom),
        "next_status": agent.next_status.value if agent.next_status is not None else None,
        "next_custom": custom_row(agent.next_custom),
        "calls": len(working(agent, Channel.CALL)),
        "chats": len(working(agent, Channel.CHAT)),
        "chat_limit": agent.chat_limit,
    }


def wrap_up_row(handling: Handling) -> Json:
    """Return a wrap-up as its desk shows it."""
    return {
        "id": handling.id,
        "kind": "wrap_up",
        "handling": handling.id,
        "interaction": handling.interaction,
        "channel": handling.channel.value,
        "consumer": consumer(handling.consumer),
        "queue": queue_or_none(handling.queue),
        "started_at": moment(handling.wrap_up_at),
        "ends_at": moment(handling.ends_at),
        "disposition": handling.disposition,
        "notes": handling.notes,
        "dismissed": handling.dismissed,
    }


def working(agent: Agent, channel: Channel) -> Sequence[Handling]:
    """Return what the agent is with at present, wrap-ups left out."""
    return [one for one in agent.handlings if one.channel is channel and one.state is HandlingState.WORKING]


def wrapping_up(agent: Agent) -> Sequence[Handling]:
    """Return the agent's wrap-ups."""
    return [one for one in agent.handlings if one.state is HandlingState.WRAP_UP]


def occupied(agent: Agent) -> tuple[str, Instant | None]:
    """Return what the agent is busy with, and since when. It follows from his work and is stored nowhere."""
    for name, since in (
        ("in_call", [one.started_at for one in working(agent, Channel.CALL)]),
        ("in_chat", [one.started_at for one in working(agent, Channel.CHAT)]),
        ("wrap_up", [one.wrap_up_at for one in wrapping_up(agent) if one.wrap_up_at is not None]),
    ):
        if since:
            return name, min(since)
    return ("offered", None) if agent.reservations else ("idle", None)


def _average(total_ms: int, count: int) -> float | None:
    return round(total_ms / count / 1000, 1) if count else None


def _work(handling: Handling) -> Json:
    return {
        "id": handling.interaction,
        "consumer": consumer(handling.consumer),
        "queue": queue_or_none(handling.queue),
    }
