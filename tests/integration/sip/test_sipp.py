"""Calls by sipp, an independent user agent."""

import asyncio
from pathlib import Path

import pytest

from madoguchi.adapters.voice.embedded.settings import EmbeddedVoiceSettings, Phone, Trunk
from madoguchi.kernel.ids import LegId
from madoguchi.ports.voice import DigitsHeard, LegAnswered, LegHeld, LegReleased, PhoneAddress, ReleaseCause
from tests.integration.sip.scenarios import SCENARIOS
from tests.unit.adapters.voice.embedded.house import House, a_house

pytestmark = pytest.mark.sipp

SETTINGS = EmbeddedVoiceSettings(
    sip_host="127.0.0.1", sip_port=0, trunks=(Trunk("here", "127.0.0.1"),), phones=(Phone("1001", "secret"),)
)
SIPP_S = 50


async def sipp(target: str, folder: Path, *options: str) -> tuple[int, str]:
    """Run sipp to its end; return its exit code (0: every call went as the scenario says) and its complaints."""
    process = await asyncio.create_subprocess_exec(
        "sipp", target, "-i", "127.0.0.1", "-nostdin", "-trace_err", "-error_file", str(folder / "errors"),
        "-timeout", "40", "-timeout_error", *options,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, cwd=folder,
    )  # fmt: skip
    try:
        async with asyncio.timeout(SIPP_S):
            code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    errors = folder / "errors"
    return code, errors.read_text() if errors.exists() else ""


def scenario(folder: Path, name: str) -> tuple[str, str]:
    path = folder / f"{name}.xml"
    path.write_text(SCENARIOS[name])
    return "-sf", str(path)


async def quiet(house: House) -> None:
    """Wait until no call is left, which leaks would prevent."""
    assert house.engine._agent is not None
    await house.engine._agent.drain(10)
    assert house.live_calls == 0


async def test_a_hundred_calls_a_second_all_succeed(tmp_path: Path) -> None:
    async with a_house(SETTINGS) as house:
        done = await sipp(house.address, tmp_path, "-sn", "uac", "-r", "100", "-m", "500", "-d", "100")

        assert done[0] == 0, done[1]
        await house.wait_count(LegReleased, 500)
        await quiet(house)
    assert len(house.all(LegAnswered)) == 500
    assert {fact.cause for fact in house.all(LegReleased)} == {ReleaseCause.NORMAL}


async def test_calls_over_tcp_succeed(tmp_path: Path) -> None:
    async with a_house(SETTINGS) as house:
        done = await sipp(house.address, tmp_path, "-sn", "uac", "-t", "t1", "-r", "50", "-m", "50", "-d", "50")

        assert done[0] == 0, done[1]
        await house.wait_count(LegReleased, 50)
        await quiet(house)


@pytest.mark.parametrize("name", ["cancel", "options", "register", "hold", "prack", "update"])
async def test_a_scenario_goes_as_written(name: str, tmp_path: Path) -> None:
    async with a_house(SETTINGS) as house:
        house.answers = name != "cancel"
        house.answer_after_s = 0.3 if name == "prack" else 0

        options = (*scenario(tmp_path, name), "-m", "5", "-r", "10", "-s", "1001", "-au", "1001", "-ap", "secret")
        done = await sipp(house.address, tmp_path, *options)

        assert done[0] == 0, done[1]
        await quiet(house)
    if name == "cancel":
        assert [fact.cause for fact in house.all(LegReleased)] == [ReleaseCause.CANCELLED] * 5
    if name == "hold":
        assert [fact.on_hold for fact in house.all(LegHeld)].count(True) == 10
        assert [fact.on_hold for fact in house.all(LegHeld)].count(False) == 10
        assert {fact.digits for fact in house.all(DigitsHeard)} == {"5"}


async def test_a_wrong_password_is_refused(tmp_path: Path) -> None:
    async with a_house(SETTINGS) as house:
        options = (*scenario(tmp_path, "register"), "-m", "1", "-s", "1001", "-au", "1001", "-ap", "wrong")
        code, errors = await sipp(house.address, tmp_path, *options)

        assert (code, "403" in errors) == (1, True)


async def test_calls_to_sipp_are_answered_and_hung_up(tmp_path: Path) -> None:
    async with a_house(SETTINGS) as house, asyncio.TaskGroup() as group:
        port = "15999"
        callee = group.create_task(sipp("127.0.0.1", tmp_path, "-sn", "uas", "-p", port, "-m", "20"))
        legs = [LegId(f"leg_{number}") for number in range(20)]
        for leg in legs:
            await house.engine.dial(
                leg, PhoneAddress(f"sip:100@127.0.0.1:{port}"), caller="200", headers={"X-Case": "7"}, ring_s=20
            )
        await house.wait_count(LegAnswered, 20)
        for leg in legs:
            await house.engine.release(leg)

        code, errors = await callee
        assert code == 0, errors
        await quiet(house)
