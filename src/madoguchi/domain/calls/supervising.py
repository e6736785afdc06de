"""What supervisors do in a call: listen unseen, whisper to its agent, speak to all, take it over."""

from madoguchi.domain.agents.messages import OpenHandling
from madoguchi.domain.calls.call import Call, Transfer
from madoguchi.domain.calls.commands import (
    AttachMonitor,
    Monitor,
    MonitorCommand,
    StopMonitoring,
    SwitchMonitoring,
    TakeOver,
)
from madoguchi.domain.calls.draft import Draft
from madoguchi.domain.calls.events import (
    Held,
    ModeSwitched,
    PartyJoined,
    PartyLeft,
    SupervisorTookOver,
    Transferred,
)
from madoguchi.domain.calls.lifecycle import CallState
from madoguchi.domain.calls.parties import LegOpening, Media, Party
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.supervision import Role
from madoguchi.kernel.errors import ConflictError, NotFoundError
from madoguchi.kernel.ids import HandlingId, MonitoringId, PartyId, UserId


def command(draft: Draft, message: MonitorCommand) -> HandlingId | None:
    """Do what a supervisor asks; return his handling if he takes the call over.

    Raises:
        ConflictError: nobody talks, or it cannot be taken over at present.
        NotFoundError: there is no such monitoring of this user.
    """
    if isinstance(message, Monitor):
        _begin(draft, message)
        return None
    found = _find(draft.call, message.user, message.monitoring)
    match message:
        case AttachMonitor(_, _, leg):
            draft.add(LegOpening(found.id, leg, draft.now))
        case StopMonitoring():
            draft.add(PartyLeft(found.id, draft.now))
        case SwitchMonitoring(_, _, role):
            if found.role is not role:
                draft.add(ModeSwitched(found.id, role, draft.now))
        case TakeOver():
            return _take_over(draft, found, message)
    return None


def _begin(draft: Draft, message: Monitor) -> None:
    if draft.call.state is not CallState.TALKING:
        raise ConflictError("nobody talks in this call at present", reason="nobody_talks")
    party = Party(
        id=PartyId(draft.at.new_id("party")),
        role=Role.MONITOR,
        name=message.name,
        since=draft.now,
        user=message.user,
        leg=message.leg,
        media=Media.CONNECTING,
        waiting_since=draft.now,
        monitoring=message.monitoring,
    )
    draft.add(PartyJoined(party))


def _find(call: Call, user: UserId, monitoring: MonitoringId) -> Party:
    for one in call.monitors():
        if one.monitoring == monitoring and one.user == user:
            return one
    raise NotFoundError("you do not listen to this call")


def _take_over(draft: Draft, supervisor: Party, message: TakeOver) -> HandlingId:
    """Let the supervisor be the call's agent; he stays on his leg, and the consumer hears no seam."""
    call, agent = draft.call, draft.call.agent_party
    if call.state is not CallState.TALKING:
        raise ConflictError("nobody talks in this call at present", reason="nobody_talks")
    if call.consult is not None:
        raise ConflictError("its agent is consulting; wait until that is over", reason="consulting")
    if call.staff(message.user) is not None:
        raise ConflictError("you are in this call already", reason="in_it")
    handling = HandlingId(draft.at.new_id("handling"))
    if call.consumer_party.on_hold:
        draft.add(Held(on=False))
    if agent is not None:
        went = Transfer(
            draft.now, agent.user, agent.name, to_agent=message.user, to_agent_name=supervisor.name, warm=True
        )
        draft.add(Transferred(went))
        draft.leave(agent, wrap_up=True)
    draft.add(SupervisorTookOver(message.user, supervisor.name, supervisor.id, handling, message.offer, draft.now))
    opened = OpenHandling(message.user, handling, message.offer, call.id, Channel.CALL, call.consumer, call.queue)
    draft.order(opened)
    return handling
