"""From changes of calls and agents to rows of live screens: what is shown where, and what is gone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final, Protocol

from madoguchi.domain.agents.agent import Agent
from madoguchi.domain.belonging import Belonging, of_call
from madoguchi.domain.calls.call import Call, Medium
from madoguchi.domain.queues.queue import Queue
from madoguchi.kernel.ids import TeamId, UserId
from madoguchi.kernel.time import Instant
from madoguchi.services import views
from madoguchi.services.lifecycle import Change
from madoguchi.services.rows import Json
from madoguchi.services.rows_agents import agent_row, presence_row, wrap_up_row, wrapping_up
from madoguchi.services.rows_calls import consumer_row, desk_row, monitoring_row, offer_row, supervised_row

CONSUMER_REMEMBERS: Final = timedelta(minutes=10)
"""How long an ended call stays in its consumer's view."""


class Publisher(Protocol):
    """Where rows go: `ViewStore`."""

    def publish(
        self,
        topic: str,
        put: Iterable[Mapping[str, Any]] = (),
        gone: Iterable[str] = (),
        whose: Mapping[str, Belonging] = MappingProxyType({}),
    ) -> None:
        """Replace or add the rows `put`, and remove those named in `gone`; `whose` tells whose the rows are."""

    def retire(self, topic: str, row_id: str, at: Instant) -> None:
        """Remove a row at `at`."""


class CallProjection:
    """Shows calls."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._shown: dict[str, set[tuple[str, str]]] = {}

    def __call__(self, change: Change[Call, Any]) -> None:
        """Publish what changed; an observer of the runtime's calls."""
        call = change.state
        rows = {} if call.over else dict(_rows(call))
        before = self._shown.pop(call.id, set())
        for topic, row_id in before - rows.keys():
            self._publisher.publish(topic, gone=(row_id,))
        for (topic, _), row in rows.items():
            whose = {str(call.id): of_call(call)} if topic == views.CALLS else {}
            self._publisher.publish(topic, put=(row,), whose=whose)
        if rows:
            self._shown[call.id] = set(rows)
        if call.medium is Medium.WEB:
            topic = views.consumer(call.consumer.id)
            self._publisher.publish(topic, put=(consumer_row(call),))
            if call.ended_at is not None:
                self._publisher.retire(topic, call.id, call.ended_at + CONSUMER_REMEMBERS)


def _rows(call: Call) -> Iterable[tuple[tuple[str, str], Json]]:
    yield (views.CALLS, call.id), supervised_row(call)
    for agent in call.parties:
        if agent.present and agent.user is not None and agent.handling is not None:
            yield (views.desk(agent.user), call.id), desk_row(call, agent)
    for offer in call.offers:
        yield (views.desk(offer.agent), offer.id), offer_row(call, offer)
    for monitor in call.monitors():
        if monitor.user is not None and monitor.monitoring is not None:
            yield (views.monitoring(monitor.user), monitor.monitoring), monitoring_row(call, monitor)


class AgentProjection:
    """Shows agents."""

    def __init__(
        self,
        publisher: Publisher,
        queues_of: Callable[[UserId], Sequence[Queue]],
        now: Callable[[], Instant],
        teams_of: Callable[[UserId], Mapping[TeamId, str]],
        state: Callable[[UserId], Agent | None],
    ) -> None:
        self._publisher = publisher
        self._queues_of = queues_of
        self._now = now
        self._teams_of = teams_of
        self._state = state
        self._wrap_ups: dict[str, set[str]] = {}
        self._held: dict[str, tuple[UserId, Instant]] = {}
        """Calls whose consumer is on hold, with whose he is and since when."""

    def __call__(self, change: Change[Agent, Any]) -> None:
        """Publish what changed; an observer of the runtime's agents."""
        agent = change.state
        self.show((agent,))
        rows = [presence_row(agent), *(wrap_up_row(one) for one in wrapping_up(agent))]
        now = {one.id for one in wrapping_up(agent)}
        gone = self._wrap_ups.get(agent.id, set()) - now
        self._wrap_ups[agent.id] = {str(one) for one in now}
        self._publisher.publish(views.desk(agent.id), put=rows, gone=tuple(gone))

    def call_changed(self, change: Change[Call, Any]) -> None:
        """Show at its agent that a consumer is on hold, or no longer is; an observer of the runtime's calls."""
        call, before = change.state, self._held.get(change.state.id)
        agent = call.agent_party.user if call.agent_party is not None else None
        if call.over or not call.consumer_party.on_hold or agent is None:
            self._held.pop(call.id, None)
        else:
            self._held[call.id] = (agent, before[1] if before is not None else self._now())
        after = self._held.get(call.id)
        if after != before:
            touched = {one[0] for one in (before, after) if one is not None}
            self.show(state for one in touched if (state := self._state(one)) is not None)

    def show(self, agents: Iterable[Agent]) -> None:
        """Publish agents as supervisors see them: they, their queues, teams or the day have changed."""
        now = self._now()
        held = dict(self._held.values())
        rows = [
            agent_row(one, self._queues_of(one.id), now, self._teams_of(one.id), held.get(one.id)) for one in agents
        ]
        whose = {row["id"]: Belonging(frozenset({row["id"]})) for row in rows}
        self._publisher.publish(views.AGENTS, put=rows, whose=whose)
