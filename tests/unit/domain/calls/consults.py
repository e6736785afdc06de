"""Calls into which somebody else is asked, up to the point from which a story is told."""

from madoguchi.domain.calls.commands import AttachMedia, BeginConsult, JoinConsult, LegUp, Outside
from madoguchi.domain.calls.consult import ConsultOutcome, ConsultState
from madoguchi.domain.calls.parties import Party
from madoguchi.domain.queues.queue import RecordingPolicy
from madoguchi.domain.routing.offers import AcceptOffer
from madoguchi.kernel.ids import LegId
from madoguchi.testing.builders import ANA, BEN, CHIE, CallScript, a_queue, a_talking_call, an_offer, leg_of

THIRD_LEG = LegId("leg_third")
EXPERT = Outside(THIRD_LEG, "+81312345678", "03-1234-5678", "+81398765432", 45.0)
SUPPORT = a_queue("support", BEN, CHIE)
RECORDED = a_queue("sales", recording=RecordingPolicy.RECORD)


def ask(script: CallScript, *, private: bool = True) -> CallScript:
    """Let Ana call the expert."""
    script.tell(BeginConsult(ANA, private=private, outside=EXPERT))
    return script


def consulting(script: CallScript | None = None) -> CallScript:
    """Return a call in which Ana talks to the expert in private."""
    script = ask(script or a_talking_call())
    script.tell(LegUp(THIRD_LEG))
    return script


def conferring() -> CallScript:
    """Return a call in which consumer, Ana and the expert hear each other."""
    script = consulting()
    script.tell(JoinConsult(ANA))
    return script


def with_ben(*, private: bool = True) -> CallScript:
    """Return a call into which Ben has come, asked by Ana."""
    script = a_talking_call()
    script.tell(BeginConsult(ANA, private=private, offer=an_offer(BEN, at=script.now)))
    script.tell(AcceptOffer(an_offer(BEN).id, BEN), AttachMedia(BEN, leg_of(BEN)), LegUp(leg_of(BEN)))
    return script


def state(script: CallScript) -> ConsultState | None:
    return script.call.consults[-1].state if script.call.consults else None


def the_third(script: CallScript) -> Party:
    (third,) = script.call.third_parties
    return third


def plays_to(script: CallScript, leg: LegId) -> str:
    party = script.call.party_of(leg)
    assert party is not None
    return party.playing.key if party.playing is not None else ""


def failure(script: CallScript) -> tuple[str, ConsultOutcome]:
    assert script.call.consult_failure is not None
    return script.call.consult_failure.name, script.call.consult_failure.outcome
