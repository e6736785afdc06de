"""An agent asks a colleague into his call and leaves it to him; and he calls out by the trunk."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, expect

from madoguchi.testing.server import RealServer, free_port
from tests.e2e.kit.house import Office, brisk_server, nothing_is_live, until
from tests.e2e.kit.phone import CALLER_HERTZ, a_phone, hears, hears_music, talking
from tests.e2e.kit.portal import an_agent, look
from tests.e2e.voice.conftest import AGENT_HERTZ
from tests.e2e.voice.test_call_controls import COLLEAGUE_HERTZ, tones_over

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300, func_only=True)]

NUMBER: Final = "03-5550-4321"
E164: Final = "+81355504321"
QUEUE: Final = "Billing"


@pytest.fixture(scope="module")
def carrier() -> int:
    """The port at which our carrier takes calls."""
    return free_port(socket.SOCK_DGRAM)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, carrier: int) -> Iterator[RealServer]:
    """A server with a trunk to the carrier."""
    folder = tmp_path_factory.mktemp("server")
    file = folder / "madoguchi.toml"
    file.write_text(
        f'[[trunks]]\nname = "carrier"\nhost = "127.0.0.1"\nport = {carrier}\ncaller = "+81355500000"\n',
        encoding="utf-8",
    )
    with brisk_server(folder / "data", {"MADOGUCHI_CONFIG": str(file)}) as running:
        yield running


@pytest.mark.req("BASE-11")
async def test_a_colleague_is_consulted_joins_and_goes_on_with_the_caller(
    server: RealServer, browser: Browser, office: Office, looks: Path | None
) -> None:
    async with (
        an_agent(browser, server) as first,
        talking(server, first, AGENT_HERTZ) as phone,
        an_agent(browser, server, 1, hertz=COLLEAGUE_HERTZ) as second,
    ):
        await first.transfer("田中 翔", "Agent", "Consult first")
        await hears_music(phone)
        await second.accept()
        await first.ears.hears(COLLEAGUE_HERTZ)
        await second.ears.hears(AGENT_HERTZ)
        await hears_music(phone)
        await look(looks, consulting=first, consulted=second)

        await first.control("Three-way call").click()
        await hears(phone, AGENT_HERTZ, COLLEAGUE_HERTZ)
        await first.ears.hears(CALLER_HERTZ, COLLEAGUE_HERTZ)
        await second.ears.hears(CALLER_HERTZ, AGENT_HERTZ)
        await look(looks, conference=first)

        await first.control("Leave the call to them").click()
        await hears(phone, COLLEAGUE_HERTZ)
        await second.ears.hears(CALLER_HERTZ)
        await first.ears.hears()
        await first.finish_wrap_up("Handed over")

        phone.hang_up()
        await second.finish_wrap_up()

    call = office.newest_call()
    assert [(one["warm"], one["to_agent"]["name"]) for one in call["transfers"]] == [(True, "田中 翔")]
    assert {CALLER_HERTZ, AGENT_HERTZ, COLLEAGUE_HERTZ} <= tones_over(await office.recorded(call["id"]))
    await nothing_is_live(server)


@pytest.mark.req("BASE-12")
async def test_an_agent_calls_out_and_is_told_why_somebody_is_not_reached(
    server: RealServer, browser: Browser, office: Office, carrier: int, looks: Path | None
) -> None:
    async with an_agent(browser, server) as agent:
        async with a_phone(E164, port=carrier) as phone:
            phone.answers = False
            await agent.dial(NUMBER, QUEUE)
            await expect(agent.call.get_by_text("Dialling")).to_be_visible()
            await until(lambda: phone.rings, "the phone rings")
            await look(looks, dialling=agent)
            phone.answer()
            await agent.ears.hears(CALLER_HERTZ)
            await hears(phone, AGENT_HERTZ)
            await look(looks, talking=agent)
            await agent.ears.heard_for(1)
            phone.hang_up()
            await agent.finish_wrap_up()
        call = office.newest_call()
        assert (call["direction"], call["state"], call["end_reason"]) == ("outbound", "ended", "consumer_hung_up")
        assert {CALLER_HERTZ, AGENT_HERTZ} <= tones_over(await office.recorded(call["id"]))

        for answer, reason in (("486 Busy Here", "Busy"), ("603 Decline", "Declined")):
            async with a_phone(E164, port=carrier) as phone:
                phone.refusal = answer
                await agent.dial(NUMBER, QUEUE)
                await expect(agent.page.get_by_text(reason).first).to_be_visible()
                await expect(agent.page.get_by_text(f"{NUMBER} was not reached").first).to_be_visible()
                await expect(agent.call).to_have_count(0)
        await look(looks, not_reached=agent)
        await expect(agent.presence).to_contain_text("Available")
    await nothing_is_live(server)


@pytest.mark.req("BASE-12")
async def test_a_call_that_nobody_answers_ends_and_leaves_the_agent_and_the_line_free(
    server: RealServer, browser: Browser, office: Office, carrier: int, looks: Path | None
) -> None:
    async with an_agent(browser, server) as agent:
        async with a_phone(E164, port=carrier) as phone:
            phone.answers = False
            await agent.dial(NUMBER, QUEUE)
            await until(lambda: phone.rings, "the phone rings")
            await agent.hang_up()
            await expect(agent.call).to_have_count(0)
            await until(phone.ended.is_set, "the phone rings no more")
        call = office.newest_call()
        assert (call["direction"], call["end_reason"], call["recordings"]) == ("outbound", "agent_hung_up", [])

        async with a_phone(E164, port=carrier) as phone:
            phone.refusal = "480 Temporarily Unavailable"
            await agent.dial(NUMBER, QUEUE)
            await expect(agent.page.get_by_text(f"{NUMBER} was not reached").first).to_be_visible()
            await expect(agent.page.get_by_text("No answer").first).to_be_visible()
            await look(looks, not_answered=agent)
        await agent.dial("1001", QUEUE)
        await expect(agent.page.get_by_text("1001 was not reached").first).to_be_visible()
        await expect(agent.call).to_have_count(0)
        await expect(agent.presence).to_contain_text("Available")
    await nothing_is_live(server)
