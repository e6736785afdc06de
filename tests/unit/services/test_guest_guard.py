"""Who has joined a chat as a supervisor writes in it as long as he has the right to, and no longer."""

from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from madoguchi.domain.access.permissions import Role
from madoguchi.domain.access.teams import Team
from madoguchi.domain.access.users import Credentials
from madoguchi.domain.chats.commands import NotYourChatError
from madoguchi.domain.listening.entries import Mode, What
from madoguchi.domain.transfers import ToAgent, ToQueue
from madoguchi.kernel.ids import InteractionId, TeamId, UserId
from madoguchi.services.views import SnapshotFrame
from madoguchi.testing.builders import ANA, BEN, SUE, a_principal, a_queue, a_user
from madoguchi.testing.environment import settle
from tests.unit.services.floor import Floor, a_visitor

pytestmark = pytest.mark.req("MON-7", "MON-13")

ADA = UserId("user_ada")
SALES = a_queue("sales", ANA, key=1)
SUPPORT = a_queue("support", BEN, key=2)
VISITOR = a_visitor()
MANAGER = a_principal(SUE, role=Role.MANAGER)
TEAM = Team(TeamId("team_1"), "One", members=frozenset({ANA}), managers=frozenset({SUE}))

Change = Callable[[Floor, InteractionId], Awaitable[Any]]


async def a_floor(folder: Path) -> Floor:
    """A floor on which Sue manages Ana, and nobody else."""
    floor = Floor(folder)
    await floor.staff(ANA, BEN, queues=(SALES, SUPPORT))
    for user, role in ((SUE, Role.MANAGER), (ADA, Role.ADMIN)):
        await floor.storage.catalogue.add_user(a_user(user, role=role), Credentials("x"))
    await floor.storage.people.save_teams([TEAM])
    return floor


async def joined(floor: Floor) -> InteractionId:
    """Ana chats with a visitor, and Sue has joined them."""
    await floor.available(ANA)
    chat = await floor.core.chats.start(VISITOR, SALES.id, "en", "Where is my order?")
    await settle()
    await floor.accepts(ANA)
    await floor.core.chat_supervision.join(MANAGER, chat)
    await floor.core.chats.send(MANAGER, chat, "s1", "May I help?")
    await settle()
    return chat


def guests(floor: Floor, chat: InteractionId) -> list[UserId]:
    state = floor.house._chats.state(chat)
    assert state is not None
    return [one.user for one in state.guests]


async def events(floor: Floor, chat: InteractionId) -> list[tuple[str, str]]:
    """What the consumer's page says of who came and left."""
    subscription = await floor.core.views.subscribe(VISITOR, "chat", {"chat": chat})
    try:
        async for frame in subscription:
            assert isinstance(frame, SnapshotFrame)
            bodies = [row["body"] for row in frame.rows if row["kind"] == "message"]
            return [(one["event"], one["name"]) for one in bodies if one["type"] == "event"]
    finally:
        subscription.close()
    raise AssertionError("nothing came")


# --- What takes the right away ---


async def his_role_changes(floor: Floor, _chat: InteractionId) -> None:
    await floor.storage.catalogue.save_user(a_user(SUE))
    floor.house.access.changed([SUE])


async def his_team_shrinks(floor: Floor, _chat: InteractionId) -> None:
    await floor.core.teams._store([replace(TEAM, members=frozenset({BEN}))], [ANA, BEN])


async def he_is_let_go(floor: Floor, _chat: InteractionId) -> None:
    await floor.core.users.set_active(a_principal(ADA, role=Role.ADMIN), SUE, active=False)


async def it_goes_to_another_team(floor: Floor, chat: InteractionId) -> None:
    await floor.core.chats.transfer(a_principal(ANA), chat, ToQueue(SUPPORT.id))


async def a_colleague_of_another_team_takes_it(floor: Floor, chat: InteractionId) -> None:
    await floor.available(BEN)
    await floor.core.chats.transfer(a_principal(ANA), chat, ToAgent(BEN))
    await settle()
    await floor.accepts(BEN)


@pytest.mark.parametrize(
    "change",
    [
        his_role_changes,
        his_team_shrinks,
        he_is_let_go,
        it_goes_to_another_team,
        a_colleague_of_another_team_takes_it,
    ],
    ids=lambda change: change.__name__,
)
async def test_who_loses_the_right_is_taken_out_and_both_sides_see_that_he_left(tmp_path: Path, change: Change) -> None:
    async with await a_floor(tmp_path) as floor:
        chat = await joined(floor)
        assert guests(floor, chat) == [SUE]

        await change(floor, chat)
        await settle()

        assert guests(floor, chat) == []
        with pytest.raises(NotYourChatError):
            await floor.core.chats.send(MANAGER, chat, "s2", "One more thing")
        told = await events(floor, chat)
        assert told.count(("agent_joined", "Sue")) == told.count(("agent_left", "Sue")) == 1
        assert all(row["guests"] == [] for agent in (ANA, BEN) for row in floor.desk(agent, "chat"))


async def test_who_keeps_the_right_stays_whatever_else_changes(tmp_path: Path) -> None:
    async with await a_floor(tmp_path) as floor:
        chat = await joined(floor)

        await floor.core.teams._store([replace(TEAM, members=frozenset({ANA, BEN}))], [BEN])
        await floor.storage.catalogue.save_user(a_user(SUE, role=Role.MANAGER_ADMIN))
        floor.house.access.changed([SUE])
        floor.house.access.changed(None)
        await settle()

        assert guests(floor, chat) == [SUE]
        await floor.core.chats.send(MANAGER, chat, "s2", "One more thing")
        assert ("agent_left", "Sue") not in await events(floor, chat)


async def test_who_lost_it_while_the_server_was_away_is_taken_out_when_it_is_back(tmp_path: Path) -> None:
    first = await a_floor(tmp_path)
    await first.__aenter__()
    chat = await joined(first)
    await first.killed()
    await first.storage.catalogue.save_user(a_user(SUE))
    async with first.restarted() as second:
        await settle()
        assert guests(second, chat) == []


@asynccontextmanager
async def looking_on(floor: Floor, chat: InteractionId) -> Any:
    subscription = await floor.core.views.subscribe(MANAGER, "chat", {"chat": chat})
    try:
        yield subscription
    finally:
        subscription.close()
        await settle()


@pytest.mark.req("MON-12")
async def test_the_ledger_says_from_when_on_he_did_not_take_part_any_more(tmp_path: Path) -> None:
    async with await a_floor(tmp_path) as floor:
        chat = await joined(floor)
        async with looking_on(floor, chat):
            await floor.clock.advance(7)
            await his_role_changes(floor, chat)
            await settle()
            told = [one.note for one in await floor.storage.listening.entries()]
            assert [(one.user, one.what, one.mode) for one in told[:2]] == [
                (SUE, What.BEGAN, Mode.BARGE),
                (SUE, What.MODE, Mode.VIEW),
            ]
            assert told[1].heard_ms == 7_000
