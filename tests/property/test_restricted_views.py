"""Whatever moves, who is restricted to teams has what a fresh look gives him, and nothing of others."""

from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from madoguchi.domain.access.permissions import Permission, Scope
from madoguchi.domain.access.teams import Team, TeamTree
from madoguchi.domain.access.users import Principal
from madoguchi.domain.belonging import Belonging, Sight
from madoguchi.domain.queues.queue import Queue
from madoguchi.kernel.ids import QueueId, SessionId, TeamId, UserId
from madoguchi.services import views
from madoguchi.services.restricted_view import RestrictedSubscription
from madoguchi.services.sights import Sights
from madoguchi.services.view_frames import Row
from madoguchi.services.view_store import Subscription, ViewLimits, ViewStore
from madoguchi.services.views import ViewService
from madoguchi.testing.builders import a_queue, a_user
from tests.property.test_views import Client, Hand, apply

AGENTS = [UserId(f"user_{name}") for name in ("ana", "ben", "cia", "dan")]
CALLS = [f"call_{number}" for number in range(6)]
TEAMS = {"night": TeamId("team_night"), "sales": TeamId("team_sales")}
QUEUES = [QueueId("queue_a"), QueueId("queue_b")]
SUE = UserId("user_sue")

agents = st.sampled_from(AGENTS)
calls = st.sampled_from(CALLS)
owners = st.one_of(
    st.frozensets(agents, min_size=1, max_size=2).map(Belonging),
    st.builds(Belonging, st.frozensets(agents, max_size=1), st.sampled_from(QUEUES)),
)


def finish(steps: Coroutine[Any, Any, Subscription]) -> Subscription:
    """Run a coroutine that never has to wait."""
    try:
        steps.send(None)
    except StopIteration as done:
        result: Subscription = done.value
        return result
    raise AssertionError("it waited")


class Onlooker(Client):
    """As any client; but what he sees may change while nothing else does, and the cursor stays where it was."""

    def read(self) -> None:
        while self.subscription is not None and (frame := self.subscription.poll()) is not None:
            self.rows = apply(self.rows, frame)
            self.cursor = frame.cursor


class RestrictedViews(RuleBasedStateMachine):
    """Calls go from agent to agent and queue to queue, and agents from team to team, while Sue looks on."""

    @initialize()
    def begin(self) -> None:
        self.hand = Hand()
        limits = ViewLimits(deltas=4, delta_rows=6)
        self.store = ViewStore(self.hand, self.hand, limits, call_soon=self.hand.soon.append)
        self.members: dict[str, set[UserId]] = {"night": {AGENTS[0]}, "sales": {AGENTS[1]}}
        self.serving: dict[QueueId, tuple[UserId, ...]] = {QUEUES[0]: (AGENTS[0], AGENTS[2]), QUEUES[1]: (AGENTS[3],)}
        self.owners: dict[str, Belonging] = {}
        self.managed = {"night"}
        self.sights = Sights(self.tree, self.queues)
        self.sights.on_change = self.store.wake
        self.service = ViewService(self.store, None)  # type: ignore[arg-type] # no chat is asked for
        self.service.sights = self.sights
        self.sue = Principal(a_user(SUE), SessionId("s"), {Permission.VIEW_CALLS: Scope.ASSIGNED_TEAMS})
        self.count = 0
        self.client = Onlooker()

    def tree(self) -> TeamTree:
        return TeamTree(
            Team(
                TEAMS[name],
                name,
                members=frozenset(users),
                managers=frozenset({SUE} if name in self.managed else ()),
            )
            for name, users in self.members.items()
        )

    def queues(self) -> list[Queue]:
        return [a_queue(one.removeprefix("queue_"), *users) for one, users in self.serving.items()]

    def expected(self) -> set[str]:
        """Worked out from the plain facts, without a sight."""
        near = {SUE} if self.managed else set()
        near |= {user for name in self.managed for user in self.members[name]}
        return {
            call
            for call, whose in self.owners.items()
            if whose.users & near or (whose.queue is not None and near & set(self.serving[whose.queue]))
        }

    @rule(call=calls, whose=owners, same=st.booleans())
    def a_call_moves(self, call: str, whose: Belonging, same: bool) -> None:  # noqa: FBT001 - drawn
        known = self.store.row(views.CALLS, call)
        self.count += 1
        row = known if same and known is not None else {"id": call, "seen": self.count}
        self.owners[call] = whose
        self.store.publish(views.CALLS, [row], whose={call: whose})

    @rule(call=calls)
    def a_call_ends(self, call: str) -> None:
        self.owners.pop(call, None)
        self.store.publish(views.CALLS, gone=[call])

    @rule(agent=agents, team=st.sampled_from([*TEAMS, ""]))
    def an_agent_changes_teams(self, agent: UserId, team: str) -> None:
        for name, users in self.members.items():
            users.discard(agent)
            if name == team:
                users.add(agent)
        self.sights.changed()

    @rule(managed=st.sets(st.sampled_from([*TEAMS])))
    def sue_manages_other_teams(self, managed: set[str]) -> None:
        self.managed = managed
        self.sights.changed()

    @rule(queue=st.sampled_from(QUEUES), users=st.sets(agents))
    def a_queue_is_served_by_others(self, queue: QueueId, users: set[UserId]) -> None:
        self.serving[queue] = tuple(sorted(users))
        self.sights.changed()

    @rule()
    def the_turn_ends(self) -> None:
        self.hand.turn()

    @rule()
    def she_reads(self) -> None:
        self.client.read()
        if self.client.subscription is not None:
            assert self.client.rows == self.fresh()

    @rule()
    def she_comes_back(self) -> None:
        if self.client.subscription is not None:
            self.client.subscription.close()
        cursor = self.client.cursor
        self.client.subscription = finish(self.service.subscribe(self.sue, "calls", cursor=cursor))

    @invariant()
    def a_fresh_look_gives_nothing_of_others(self) -> None:
        assert self.fresh().keys() == self.expected()

    def fresh(self) -> dict[str, Row]:
        new = Onlooker()
        new.subscription = finish(self.service.subscribe(self.sue, "calls"))
        new.read()
        new.subscription.close()
        return new.rows


TestRestrictedViews = pytest.mark.req("MON-13")(RestrictedViews.TestCase)
TestRestrictedViews.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


def test_nobody_reads_on_from_what_a_restricted_viewer_had() -> None:
    machine = RestrictedViews()
    machine.begin()
    machine.a_call_moves(CALLS[0], Belonging(frozenset({AGENTS[3]})), same=False)
    machine.she_comes_back()
    machine.client.read()
    assert machine.client.rows == {}
    everybody = Principal(a_user(SUE), SessionId("s"), {Permission.VIEW_CALLS: Scope.ALL})
    again = finish(machine.service.subscribe(everybody, "calls", cursor=machine.client.cursor))
    machine.client.subscription = again
    machine.client.read()
    assert machine.client.rows.keys() == {CALLS[0]}


@pytest.mark.req("MON-13")
def test_an_update_of_one_row_looks_at_one_row_however_many_there_are() -> None:
    class Counting(Sight):
        looks = 0

        def covers(self, belonging: Belonging) -> bool:
            Counting.looks += 1
            return super().covers(belonging)

    hand = Hand()
    store = ViewStore(hand, hand, call_soon=hand.soon.append)
    whose = {f"call_{number}": Belonging(frozenset({AGENTS[number % 4]})) for number in range(2_000)}
    store.publish(views.CALLS, [{"id": one} for one in whose], whose=whose)
    sight = Counting(frozenset({AGENTS[0]}))
    reading = finish(
        store.subscribe(
            views.CALLS, kind=lambda known, rows, reader: RestrictedSubscription(known, rows, reader, lambda: sight)
        )
    )
    reading.poll()
    assert Counting.looks == len(whose)
    for number in range(50):
        row_id = f"call_{number}"
        store.publish(views.CALLS, [{"id": row_id, "seen": number}], whose={row_id: whose[row_id]})
        hand.turn()
        reading.poll()
    assert Counting.looks == len(whose) + 50
