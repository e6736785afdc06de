"""Which queues agents may send consumers to."""

import pytest

from madoguchi.domain.deflection.transfers import LISTED, Candidate, Ground, VirtualAgentHours, ground
from madoguchi.domain.routing.offers import Channel

pytestmark = pytest.mark.req("DEF-6")

CALL, CHAT = Channel.CALL, Channel.CHAT
ALWAYS, HOURS = VirtualAgentHours.ROUND_THE_CLOCK, VirtualAgentHours.QUEUE_HOURS
ON_ALLOWED, OFF_ALLOWED, ON_FORBIDDEN, OFF_FORBIDDEN = (True, True), (False, True), (True, False), (False, False)


def closed(*, deflected: bool = False, agents: bool = False, virtual: VirtualAgentHours | None = None) -> Candidate:
    return Candidate(open=False, deflected=deflected, agents_there=agents, virtual_agent=virtual)


@pytest.mark.parametrize("service", [CALL, CHAT])
@pytest.mark.parametrize("switches", [ON_ALLOWED, OFF_ALLOWED, ON_FORBIDDEN, OFF_FORBIDDEN])
@pytest.mark.parametrize("virtual", [None, ALWAYS, HOURS])
def test_an_open_queue_is_always_listed(
    service: Channel, switches: tuple[bool, bool], virtual: VirtualAgentHours | None
) -> None:
    switched_on, allowed = switches
    candidate = Candidate(open=True, deflected=False, agents_there=False, virtual_agent=virtual)
    assert ground(service, candidate, switched_on=switched_on, allowed=allowed) is Ground.OPEN


@pytest.mark.parametrize(
    ("service", "switches", "candidate", "expected"),
    [
        (CALL, ON_ALLOWED, closed(deflected=True), Ground.DEFLECTED),
        (CALL, ON_ALLOWED, closed(agents=True), Ground.AGENTS_THERE),
        (CALL, ON_ALLOWED, closed(), Ground.NOBODY_THERE),
        (CALL, ON_ALLOWED, closed(virtual=ALWAYS), Ground.VIRTUAL_AGENT),
        (CALL, ON_ALLOWED, closed(virtual=HOURS), Ground.VIRTUAL_AGENT_KEEPS_HOURS),
        (CALL, ON_ALLOWED, closed(deflected=True, agents=True, virtual=HOURS), Ground.VIRTUAL_AGENT_KEEPS_HOURS),
        (CALL, OFF_ALLOWED, closed(agents=True), Ground.AGENTS_THERE),
        (CALL, OFF_ALLOWED, closed(), Ground.NOBODY_THERE),
        (CALL, ON_FORBIDDEN, closed(deflected=True, agents=True), Ground.AFTER_HOURS),
        (CALL, ON_FORBIDDEN, closed(virtual=ALWAYS), Ground.AFTER_HOURS),
        (CHAT, OFF_ALLOWED, closed(agents=True), Ground.AGENTS_THERE),
        (CHAT, OFF_ALLOWED, closed(), Ground.NOBODY_THERE),
        (CHAT, OFF_ALLOWED, closed(virtual=ALWAYS), Ground.VIRTUAL_AGENT),
        (CHAT, OFF_ALLOWED, closed(virtual=HOURS), Ground.VIRTUAL_AGENT_KEEPS_HOURS),
        (CHAT, OFF_FORBIDDEN, closed(agents=True), Ground.AFTER_HOURS),
        (CHAT, ON_ALLOWED, closed(deflected=True, agents=True), Ground.CHATS_DEFLECTED),
        (CHAT, ON_FORBIDDEN, closed(agents=True), Ground.CHATS_DEFLECTED),
    ],
)
def test_a_closed_queue_is_listed_or_hidden_for_a_reason(
    service: Channel, switches: tuple[bool, bool], candidate: Candidate, expected: Ground
) -> None:
    switched_on, allowed = switches
    assert ground(service, candidate, switched_on=switched_on, allowed=allowed) is expected


def test_grounds_that_list_are_apart_from_those_that_hide() -> None:
    assert {one.value for one in LISTED} == {"open", "deflected", "agents_there", "virtual_agent"}
