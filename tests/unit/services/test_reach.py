"""Whose calls a manager may end, and what becomes of an agent whose record changes while he talks."""

from dataclasses import replace
from pathlib import Path

import pytest

from madoguchi.domain.access.permissions import Permission, Role, granted
from madoguchi.domain.access.teams import Team
from madoguchi.domain.access.users import Credentials, Principal
from madoguchi.domain.agents.presence import Presence
from madoguchi.kernel.errors import NotAllowedError, NotFoundError
from madoguchi.kernel.ids import LegId, SessionId, TeamId, UserId
from madoguchi.testing.builders import ANA, BEN, a_principal, a_queue, a_user
from madoguchi.testing.environment import settle
from tests.unit.services.floor import Floor

SUE, ADA = UserId("user_sue"), UserId("user_ada")
LEG = LegId("leg_phone")


def manager_of(*members: UserId) -> Team:
    return Team(TeamId("team_1"), "One", members=frozenset(members), managers=frozenset({SUE}))


async def a_floor(folder: Path, *members: UserId) -> Floor:
    """A floor with Ana at the only queue, whom Sue manages if she is one of `members`."""
    floor = Floor(folder)
    await floor.staff(ANA, BEN, queues=[a_queue("sales", ANA)])
    await floor.storage.catalogue.add_user(a_user(SUE, role=Role.MANAGER), Credentials("x"))
    await floor.storage.catalogue.add_user(a_user(ADA, role=Role.ADMIN), Credentials("x"))
    await floor.storage.people.save_teams([manager_of(*members)])
    return floor


@pytest.mark.req("END-2")
@pytest.mark.parametrize("talking", [False, True])
async def test_a_manager_ends_calls_of_his_teams_agents_and_of_queues_that_they_serve(
    tmp_path: Path, *, talking: bool
) -> None:
    sue = a_principal(SUE, role=Role.MANAGER)
    async with await a_floor(tmp_path, ANA) as floor:
        call = await floor.waits(LEG)
        if talking:
            await floor.available(ANA)
            await floor.accepts(ANA)
        await floor.core.calls.end(sue, call)
        await settle()
        assert floor.owners.state(call) is None or floor.call(call).over


@pytest.mark.req("END-2")
@pytest.mark.parametrize("talking", [False, True])
async def test_a_manager_of_others_does_not_end_it_and_an_administrator_does(tmp_path: Path, *, talking: bool) -> None:
    async with await a_floor(tmp_path, BEN) as floor:
        call = await floor.waits(LEG)
        if talking:
            await floor.available(ANA)
            await floor.accepts(ANA)
        with pytest.raises(NotFoundError, match="team"):
            await floor.core.calls.end(a_principal(SUE, role=Role.MANAGER), call)
        assert not floor.call(call).over
        await floor.core.calls.end(a_principal(ADA, role=Role.ADMIN), call)


@pytest.mark.req("BASE-1")
async def test_an_agent_who_is_let_go_in_a_call_finishes_it_and_is_then_signed_out(tmp_path: Path) -> None:
    async with await a_floor(tmp_path, ANA) as floor:
        core = floor.core
        call = await floor.waits(LEG)
        await floor.available(ANA)
        _, handling = await floor.accepts(ANA)
        ada = a_principal(ADA, role=Role.ADMIN)
        ana = a_user(ANA)
        known = await floor.storage.catalogue.user(ANA)
        assert known is not None
        await core.users.set_active(ada, ANA, active=False)
        inactive = replace(known, active=False)

        state = floor.house._agents.state(ANA)
        assert state is not None
        assert (state.status, core.desk.working(ANA)) == (Presence.SIGNED_OUT, True)
        kept = await core.sign_in._principal(inactive, SessionId("s"))
        assert set(kept.permissions) == {Permission.DESK}
        with pytest.raises(NotAllowedError, match="nothing more"):
            await core.desk.set_presence(kept, "available")

        await core.calls.hang_up(kept, call)
        await settle()
        await core.handlings.finish(kept, handling, None, None)
        await settle()
        assert not core.desk.working(ANA)
        after = await core.sign_in._principal(inactive, SessionId("s"))
        assert after.permissions == {}
        assert Principal.of(ana, SessionId("s")).permissions == granted([Role.AGENT])


@pytest.mark.req("BASE-3")
async def test_an_agent_who_loses_his_role_in_a_call_keeps_the_desk_until_it_is_done(tmp_path: Path) -> None:
    async with await a_floor(tmp_path, ANA) as floor:
        await floor.waits(LEG)
        await floor.available(ANA)
        await floor.accepts(ANA)
        manager = a_user(ANA, role=Role.MANAGER)
        await floor.core.desk.follow(manager)
        during = await floor.core.sign_in._principal(manager, SessionId("s"))
        assert {Permission.DESK, Permission.VIEW_CALLS} <= set(during.permissions)
        state = floor.house._agents.state(ANA)
        assert state is not None
        assert state.status is Presence.SIGNED_OUT
