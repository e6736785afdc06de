"""Calls as rows of live screens: for supervisors, for the agent's desk, for the consumer."""

from typing import Final

from madoguchi.domain.calls.call import Call, Transfer
from madoguchi.domain.calls.consult import Consult, ConsultFailure
from madoguchi.domain.calls.parties import Media, Party
from madoguchi.domain.routing.offers import Channel, Offer
from madoguchi.domain.supervision import Role
from madoguchi.kernel.ids import UserId
from madoguchi.services.rows import Json, consumer, moment, person, queue_or_none

CONNECTION: Final = {
    Media.NONE: "connecting",
    Media.CONNECTING: "connecting",
    Media.CONNECTED: "connected",
    Media.LOST: "lost",
}
PERMISSIONS: Final = {None: "not_asked", True: "granted", False: "denied"}
"""What the consumer answered, where he was asked whether he may be recorded."""
MODES: Final = {Role.MONITOR: "listen", Role.WHISPER: "whisper", Role.BARGE: "barge"}
"""The parts that a supervisor plays, as screens and requests name them."""


def call_row(call: Call) -> Json:
    """Return a `CallRow` without monitors."""
    agent = call.agent_party or (call.last_agent if call.over else None)
    return {
        "id": call.id,
        "kind": "call",
        "state": call.state.value,
        "medium": call.medium.value,
        "direction": "outbound" if call.outbound else "inbound",
        "direct": call.direct is not None,
        "called": None if call.outbound else call.called or None,
        "language": call.language,
        "consumer": consumer(call.consumer),
        "queue": queue_or_none(call.queue),
        "priority": call.queue.routing.priority if call.queue is not None else None,
        "agent": person(agent.user, agent.name) if agent is not None else None,
        "offered_to": [person(one.agent, one.name) for one in call.offers],
        "position": call.position,
        "wait_min": call.wait_min,
        "started_at": moment(call.started_at),
        "queued_at": moment(call.queued_at),
        "answered_at": moment(call.answered_at),
        "ended_at": moment(call.ended_at),
        "on_hold": call.consumer_party.on_hold,
        "recording": _recording(call),
        "recording_permission": PERMISSIONS[call.may_record],
        "transfers": [_transfer(one) for one in call.transfers],
        "participants": [_participant(one) for one in call.parties if one.present and not one.supervises],
        "end_reason": call.end_reason.value if call.end_reason is not None else None,
    }


def supervised_row(call: Call) -> Json:
    """Return a `CallRow` as supervisors see it."""
    monitors = [{**person(one.user, one.name), "mode": MODES[one.role]} for one in call.monitors()]
    return {**call_row(call), "monitors": monitors}


def desk_row(call: Call, agent: Party) -> Json:
    """Return the call as its agent sees it."""
    handles = agent.role is Role.AGENT
    consult = call.consult if handles else call.consult_with(agent.id)
    return {
        **call_row(call),
        "handling": agent.handling,
        "my_media": agent.media.value,
        "muted": agent.muted,
        "part": agent.role.value,
        "coaches": [person(one.user, one.name) for one in call.monitors() if handles and one.role is Role.WHISPER],
        "consult": _consult(call, consult) if consult is not None else None,
        "consult_failure": _failure(call.consult_failure) if handles and call.consult_failure is not None else None,
    }


def offer_row(call: Call, offer: Offer) -> Json:
    """Return what rings at an agent's desk."""
    consult = call.consult
    return {
        "id": offer.id,
        "kind": "offer",
        "offer": offer.id,
        "interaction": call.id,
        "channel": Channel.CALL.value,
        "medium": call.medium.value,
        "consumer": consumer(call.consumer),
        "queue": queue_or_none((consult.queue if consult is not None else None) or call.queue),
        "consult": _consult(call, consult) if consult is not None else None,
        "direct": call.direct is not None and call.queue is None,
        "language": call.language,
        "queued_at": moment(consult.began_at if consult is not None else call.queued_at or call.started_at),
        "offered_at": moment(offer.placed_at),
        "expires_at": moment(offer.expires_at),
        "auto_answer": offer.auto_answer,
    }


def monitoring_row(call: Call, monitor: Party) -> Json:
    """Return the monitoring as the supervisor sees it."""
    agent = call.agent_party
    return {
        "id": monitor.monitoring,
        "kind": "monitoring",
        "call": call.id,
        "consumer": consumer(call.consumer),
        "agent": person(agent.user, agent.name) if agent is not None else None,
        "mode": MODES[monitor.role],
        "redacted": call.redacting,
        "since": moment(monitor.since),
        "media": CONNECTION[monitor.media],
    }


def consumer_row(call: Call) -> Json:
    """Return the call as its consumer may see it."""
    agent = call.agent_party
    return {
        "id": call.id,
        "kind": "call",
        "state": call.state.value,
        "queue": queue_or_none(call.queue),
        "agent": {"name": agent.name} if agent is not None else None,
        "position": call.position,
        "wait_min": call.wait_min,
        "started_at": moment(call.started_at),
        "answered_at": moment(call.answered_at),
        "on_hold": call.consumer_party.on_hold,
        "my_media": call.consumer_party.media.value,
        "end_reason": call.end_reason.value if call.end_reason is not None else None,
    }


def is_agent_of(call: Call, user: UserId) -> bool:
    """Whether `user` handles the call now, or did."""
    return any(one.user == user and one.handling is not None for one in call.parties)


def _recording(call: Call) -> str:
    if call.recording is not None:
        return "paused" if call.recording.paused else "recording"
    return "stopped" if call.recordings else "off"


def _transfer(one: Transfer) -> Json:
    return {
        "at": moment(one.at),
        "from": person(one.agent, one.agent_name),
        "to_queue": queue_or_none(one.to_queue),
        "to_agent": person(one.to_agent, one.to_agent_name) if one.to_agent is not None else None,
        "to_number": one.to_number or None,
        "warm": one.warm,
    }


def _consult(call: Call, one: Consult) -> Json:
    asker = next((party for party in reversed(call.parties) if party.user == one.agent), None)
    return {
        "id": one.id,
        "by": person(one.agent, asker.name if asker is not None else ""),
        "target": one.target.value,
        "name": one.name,
        "private": one.private,
        "state": one.state.value,
        "party": one.party,
        "note": one.note,
        "began_at": moment(one.began_at),
    }


def _failure(one: ConsultFailure) -> Json:
    return {"name": one.name, "outcome": one.outcome.value, "at": moment(one.at)}


def _participant(one: Party) -> Json:
    return {
        "party": one.id,
        "role": one.role.value,
        "name": one.name,
        "since": moment(one.since),
        "connected": one.connected,
        "on_hold": one.on_hold,
        "muted": one.muted,
        "number": one.number or None,
    }
