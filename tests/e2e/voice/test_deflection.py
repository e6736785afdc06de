"""Callers who come to closed queues: on to another queue, to another phone by the trunk, or told and hung up."""

import asyncio
import socket
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from madoguchi.bootstrap.settings import Settings
from madoguchi.bootstrap.storage import opened
from madoguchi.domain.hours.book import SupportCenter
from madoguchi.domain.hours.custom import CustomHours, EntryPoint
from madoguchi.domain.hours.week import ROUND_THE_CLOCK, HoursMode, WeeklyHours
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.kernel.ids import CustomHoursId, UserId
from madoguchi.kernel.time import instant
from madoguchi.ports.hours import Signature
from madoguchi.testing.server import RealServer, free_port
from tests.e2e.kit.house import Office, brisk, figure, nothing_is_live, organised, running_server, until
from tests.e2e.kit.phone import CALLER_HERTZ, QUEUE_KEY, a_phone, call_in, hears

pytestmark = [
    pytest.mark.req("DEF-3"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(240, func_only=True),
]

NUMBER: Final = "03-5550-4321"
E164: Final = "+81355504321"
OTHER_HERTZ: Final = 700
OPEN: Final = "Billing"
LEVEL_KEY: Final = "3"
NEVER: Final = WeeklyHours(HoursMode.PER_DAY)
NOTHING: Final[Mapping[str, Any]] = {"kinds": []}


@pytest.fixture(scope="module")
def carrier() -> int:
    """The port at which our carrier takes calls."""
    return free_port(socket.SOCK_DGRAM)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, carrier: int) -> Iterator[RealServer]:
    """A server that is closed, but for one queue, with a trunk to the carrier."""
    folder = tmp_path_factory.mktemp("server")
    file, data = folder / "madoguchi.toml", folder / "data"
    file.write_text(
        f'[[trunks]]\nname = "carrier"\nhost = "127.0.0.1"\nport = {carrier}\ncaller = "+81355500000"\n',
        encoding="utf-8",
    )
    organised(data, brisk)

    async def close() -> None:
        async with opened(Settings(data=str(data))) as storage:
            nodes = (await storage.queues.load()).nodes
            always = [one.id for one in nodes if one.name("en") == OPEN and one.channel is MenuChannel.IVR]
            signed = Signature(instant("2026-11-23T12:00:00+00:00"), UserId("user_1"), "Sue")
            await storage.hours.save(SupportCenter(weekly=NEVER), 0, signed)
            point = EntryPoint(queues=tuple(always))
            hours = CustomHours(
                CustomHoursId("hours_1"), "Always", "Asia/Tokyo", ROUND_THE_CLOCK, entry_points=(point,)
            )
            await storage.hours.save(hours, 0, signed)

    asyncio.run(close())
    with running_server(data, {"MADOGUCHI_CONFIG": str(file)}) as running:
        yield running


def set_for_all(office: Office, *, enabled: bool = True, **phone: Any) -> None:
    """Say what all callers get after hours."""
    version = office.get("/settings/deflection")["calls"]["version"]
    body = {"version": version, "enabled": enabled, "transfers": True, "phone": phone, "pages": NOTHING}
    office.http.put("/settings/deflection/calls", json=body).raise_for_status()


def queue_named(office: Office, name: str) -> str:
    rows = office.get("/settings/queues")["rows"]
    return next(str(one["id"]) for one in rows if one["channel"] == "ivr" and one["names"]["en"] == name)


def at_key(office: Office, key: str) -> str:
    rows = office.get("/settings/queues")["rows"]
    return next(
        str(one["id"]) for one in rows if one["channel"] == "ivr" and one["parent"] is None and str(one["key"]) == key
    )


async def test_while_it_is_off_a_closed_queue_is_told_and_the_caller_hung_up(
    server: RealServer, office: Office
) -> None:
    set_for_all(office, enabled=False, kinds=["phone_number"], number=NUMBER)
    async with a_phone() as phone:
        await call_in(phone, server)
        phone.voice.press(QUEUE_KEY)
        await until(phone.ended.is_set, "he is hung up")
    await nothing_is_live(server)
    assert office.newest_call()["end_reason"] == "after_hours"


async def test_a_number_is_rung_by_the_trunk_and_both_hear_each_other(
    server: RealServer, office: Office, carrier: int
) -> None:
    set_for_all(office, kinds=["phone_number"], number=NUMBER)
    async with a_phone() as phone, a_phone(E164, port=carrier) as other:
        other.voice.say([OTHER_HERTZ])
        other.answers = False
        await call_in(phone, server)
        phone.voice.press(QUEUE_KEY)
        await until(lambda: other.rings, "the other phone rings")
        other.answer()
        await hears(phone, OTHER_HERTZ)
        await hears(other, CALLER_HERTZ)
        other.hang_up()
        await until(phone.ended.is_set, "the call ends with it")
    await nothing_is_live(server)
    call = office.newest_call()
    assert (call["state"], call["end_reason"]) == ("ended", "deflected")
    assert "deflected" in [one["kind"] for one in call["timeline"]]


async def test_a_number_that_is_busy_is_told_and_the_caller_hung_up(
    server: RealServer, office: Office, carrier: int
) -> None:
    set_for_all(office, kinds=["phone_number"], number=NUMBER)
    async with a_phone() as phone, a_phone(E164, port=carrier) as other:
        other.refusal = "486 Busy Here"
        await call_in(phone, server)
        phone.voice.press(QUEUE_KEY)
        await until(phone.ended.is_set, "he is told, and hung up")
    await nothing_is_live(server)
    assert office.newest_call()["end_reason"] == "deflection_failed"


@pytest.mark.req("DEF-9")
async def test_a_level_with_everything_below_closed_sends_on_to_an_open_queue(
    server: RealServer, office: Office
) -> None:
    set_for_all(office, kinds=["message"])
    level = at_key(office, LEVEL_KEY)
    plan = {"kinds": ["queue"], "queue": queue_named(office, OPEN)}
    body = {"version": 0, "enabled": True, "plan": plan}
    office.http.put(f"/settings/deflection/queues/{level}", json=body).raise_for_status()
    async with a_phone() as phone:
        await call_in(phone, server)
        phone.voice.press(LEVEL_KEY)
        await until(lambda: figure(server, "madoguchi_calls", "queued") == 1, "the caller waits")
        phone.hang_up()
    await nothing_is_live(server)
    call = office.newest_call()
    assert call["queue"]["names"]["en"] == OPEN
