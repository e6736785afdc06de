"""`madoguchi demo`: callers, chatters and, if wanted, agents, against a running server."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx

from madoguchi.testing.demo_people import Agent, Caller, Chatter, Living, Pace, demo_number, live_together
from madoguchi.testing.sip_caller import Callee, Samples


class NoServerError(Exception):
    """There is no server, or it is not ready."""


@dataclass(frozen=True)
class DemoPlan:
    """Who comes, and for how long."""

    url: str
    """The server, `http://host:port`."""
    sip: Callee
    callers: int
    chatters: int
    minutes: float
    agents: Sequence[tuple[str, str]] = ()
    """E-mail address and password of the agents who answer by themselves."""
    voices: Sequence[Samples] = ()
    """What callers say, 8 kHz; something like a voice where there is none."""
    pace: Pace = field(default_factory=Pace)


async def require_server(url: str) -> None:
    """Make sure that the server answers.

    Raises:
        NoServerError: it does not; the message says what to do.
    """
    try:
        async with httpx.AsyncClient(timeout=10) as http:
            ready = await http.get(f"{url}/readyz")
    except httpx.HTTPError:
        raise NoServerError(
            f"nothing answers at {url}; start the server with `madoguchi run` (or `make run`)"
        ) from None
    if ready.status_code != httpx.codes.OK:
        raise NoServerError(f"the server at {url} is not ready: {ready.text}")


async def run(plan: DemoPlan, tell: Callable[[str], None]) -> int:
    """Let people come for the planned time; return how many of them gave up over a fault.

    Raises:
        NoServerError: there is no server to come to.
    """
    await require_server(plan.url)
    agents = [Agent(email, word, plan.url, plan.pace, tell) for email, word in plan.agents]
    if agents and not agents[0].can_speak:
        tell("The agents take calls but say nothing: aiortc is not installed (`make env-dev` installs it).")
    people: list[Living] = [*agents]
    for number in range(max(plan.callers, plan.chatters)):
        if number < plan.callers:
            voice = plan.voices[number % len(plan.voices)] if plan.voices else None
            people.append(Caller(demo_number(number), plan.sip, voice, plan.pace, tell))
        if number < plan.chatters:
            people.append(Chatter(number, plan.url, plan.pace, tell))
    tell(f"{plan.callers} callers, {plan.chatters} chatters, {len(plan.agents)} agents for {plan.minutes:g} minutes.")
    tell(f"Watch them: {plan.url}/ — as an agent take them, as a supervisor open Calls > Connected and listen.")
    return len(await live_together(people, plan.minutes * 60, plan.pace, tell))
