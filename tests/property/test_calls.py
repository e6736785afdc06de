"""Calls under random messages: nothing leaks, nobody is left, and only refusals are raised."""

from collections.abc import Sequence
from datetime import timedelta

import hypothesis.strategies as st
from hypothesis import assume
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from madoguchi.domain.agents.messages import EndHandling, FreeSlot, OpenHandling
from madoguchi.domain.calls import media
from madoguchi.domain.calls.call import DirectLine, Medium, Stage
from madoguchi.domain.calls.commands import (
    AgentFound,
    Arrive,
    AttachConsumerMedia,
    AttachMedia,
    AttachMonitor,
    BeginConsult,
    CallDue,
    CallMessage,
    CancelConsult,
    CompleteTransfer,
    ConsumerHangUp,
    EffectFailed,
    EndCall,
    HangUp,
    HoldParty,
    JoinConsult,
    KeysPressed,
    LegDown,
    LegOnHold,
    LegSilent,
    LegUp,
    Monitor,
    MuteParty,
    NobodyHeard,
    Outside,
    PlaybackOver,
    PositionIs,
    PressKeys,
    RemoveParty,
    ServerRestarted,
    SetHold,
    SetMute,
    SetRecordingPaused,
    StopMonitoring,
    SwapConsult,
    SwitchMonitoring,
    TakeOver,
    TransferToAgent,
    TransferToQueue,
)
from madoguchi.domain.calls.consult import TRANSFER, UNDER_WAY, ConsultState
from madoguchi.domain.calls.doors import Door, Elsewhere
from madoguchi.domain.calls.effects import (
    CloseBridge,
    DialLeg,
    PauseRecording,
    Play,
    ReleaseLeg,
    SetGains,
    SetListenOnly,
    StartRecording,
    StopPlayback,
    StopRecording,
)
from madoguchi.domain.calls.lifecycle import CallState
from madoguchi.domain.messages.texts import Line
from madoguchi.domain.queues.menu import PhoneMenu
from madoguchi.domain.queues.queue import Queue, RecordingPolicy
from madoguchi.domain.routing.offers import AcceptOffer, DeclineOffer, Offer, PlaceOffers
from madoguchi.domain.supervision import Role
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.ids import LegId, MonitoringId, OfferId, PlaybackId, RecordingId, UserId
from madoguchi.kernel.machine import IllegalTransitionError
from madoguchi.services.call_life import CALLS
from madoguchi.testing.builders import ANA, BEN, CALL_ID, CHIE, CONSUMER_LEG, SUE, CallScript, a_consumer, a_queue

AGENTS = st.sampled_from([ANA, BEN, CHIE])
QUEUES = [
    a_queue("sales", key=1),
    a_queue("support", key=2, recording=RecordingPolicy.RECORD),
    a_queue("claims", key=3, recording=RecordingPolicy.ASK_PERMISSION),
]
DOORS = st.sampled_from(
    [
        Door(QUEUES[0].id, (), (Line("Closed.", "en"),)),
        Door(QUEUES[0].id, (), (Line("Closed.", "en"),), to_queue=QUEUES[1]),
        Door(QUEUES[1].id, (), (Line("Closed.", "en"),), to_queue=QUEUES[0]),
        Door(QUEUES[1].id, (), (), to_phone=Elsewhere("+81312345678", "03-1234-5678", "", 30)),
    ]
)


class Calls(RuleBasedStateMachine):
    """One call and everything that can be said to it, in any order; a model engine is told every effect."""

    legs = Bundle("legs")
    offers = Bundle("offers")

    def __init__(self) -> None:
        super().__init__()
        self.script = CallScript()
        self.count = 0
        self.open_legs: set[LegId] = set()
        self.playing: dict[LegId, PlaybackId] = {}
        self.bridge: dict[LegId, tuple[float, ...]] = {}
        self.speaking: set[LegId] = set()
        """Supervisors' legs of which the engine takes what they say."""
        self.recordings: dict[RecordingId, bool] = {}
        self.slots: dict[OfferId, UserId] = {}
        self.handlings: set[str] = set()
        self.restarted = False

    def tell(self, message: CallMessage) -> None:
        """Have it decided; a refusal changes nothing, anything else that is raised fails the test."""
        if self.script.state is not None and self.script.call.over:
            return
        before = self.script.state
        try:
            decision = self.script.tell(message)
        except IllegalTransitionError:
            raise
        except MadoguchiError:
            assert self.script.state is before
            return
        for effect in decision.effects:
            self.perform(effect)

    def perform(self, effect: object) -> None:  # noqa: C901, PLR0912 - one case per effect
        match effect:
            case DialLeg(leg):
                assert leg not in self.open_legs
                self.open_legs.add(leg)
            case ReleaseLeg(leg):
                self.open_legs.discard(leg)
                self.playing.pop(leg, None)
                self.bridge.pop(leg, None)
            case Play(playback, leg):
                assert leg in self.open_legs
                self.playing[leg] = playback
            case StopPlayback(playback, leg):
                if self.playing.get(leg) == playback:
                    del self.playing[leg]
            case SetGains(_, legs, gains):
                assert set(legs) <= self.open_legs
                self.bridge = dict(zip(legs, gains, strict=True))
            case CloseBridge():
                self.bridge = {}
            case SetListenOnly(leg, on):
                assert leg in self.open_legs
                (self.speaking.discard if on else self.speaking.add)(leg)
            case StartRecording(recording, leg):
                assert leg in self.open_legs
                self.recordings[recording] = True
            case PauseRecording(recording):
                assert self.recordings[recording]
            case StopRecording(recording):
                self.recordings[recording] = False
            case FreeSlot(_, offer):
                del self.slots[offer]
            case OpenHandling(_, handling, offer):
                del self.slots[offer]
                self.handlings.add(handling)
            case EndHandling(_, handling):
                self.handlings.remove(handling)
            case _:
                pass

    def new_leg(self) -> LegId:
        self.count += 1
        leg = LegId(f"line_{self.count}")
        self.open_legs.add(leg)
        return leg

    def attach(self, message: CallMessage, leg: LegId) -> LegId:
        self.tell(message)
        if self.script.state is None or self.script.call.party_of(leg) is None:
            self.open_legs.discard(leg)
        return leg

    @initialize(target=legs, depth=st.integers(0, 4), medium=st.sampled_from(Medium), queue=st.sampled_from(QUEUES))
    def begins_somewhere(self, depth: int, medium: Medium, queue: Queue) -> LegId:
        """Most sequences begin in the middle, so that the interesting states are not left to chance."""
        if depth:
            self.open_legs.add(CONSUMER_LEG)
            self.tell(
                Arrive(CALL_ID, CONSUMER_LEG, medium, "ja", "Madoguchi", a_consumer(), menu=PhoneMenu.flat((queue,)))
            )
            self.tell(LegUp(CONSUMER_LEG))
            while self.script.call.state is CallState.IN_MENU:
                self.playback_ends()
                self.time_passes(5)
        if depth > 1:
            self.rings([ANA])
            (offer,) = self.script.call.offers
            self.tell(AcceptOffer(offer.id, ANA))
            leg = self.new_leg()
            self.tell(AttachMedia(ANA, leg))
            self.tell(LegUp(leg))
        if depth == 3:
            self.agent_asks_somebody_in("number", private=True)
            self.somebody_answers_the_agent("up")
        if depth > 3:
            leg = self.new_leg()
            self.tell(Monitor(SUE, "Sue", MonitoringId("monitoring_1"), leg))
            self.tell(LegUp(leg))
        return CONSUMER_LEG

    @precondition(lambda self: self.script.state is None)
    @rule(target=legs, otherwise=st.lists(st.sampled_from(QUEUES), unique_by=lambda q: q.id))
    def calls_an_agent(self, otherwise: Sequence[Queue]) -> LegId:
        self.open_legs.add(CONSUMER_LEG)
        menu, direct = PhoneMenu.flat(tuple(otherwise)), DirectLine(ANA, "Ana")
        arrival = Arrive(CALL_ID, CONSUMER_LEG, Medium.PHONE, "ja", "Madoguchi", a_consumer(), menu=menu, direct=direct)
        self.tell(arrival)
        self.tell(LegUp(CONSUMER_LEG))
        return CONSUMER_LEG

    @precondition(lambda self: self.script.state is not None)
    @rule(target=offers, found=st.booleans())
    def agent_is_looked_for(self, *, found: bool) -> OfferId:
        """The performer may answer late: a slot that the call does not want any more is given back."""
        self.count += 1
        offer = OfferId(f"offer_{self.count}")
        if not found:
            self.tell(EffectFailed("FindAgent", None, "agent_not_free"))
        elif not self.script.call.over:
            self.slots[offer] = ANA
            until = self.script.now + timedelta(seconds=20)
            self.tell(AgentFound(Offer(offer, ANA, "Ana", self.script.now, until)))
        return offer

    @precondition(lambda self: self.script.state is None)
    @rule(target=legs, medium=st.sampled_from(Medium), menu=st.lists(st.sampled_from(QUEUES), unique_by=lambda q: q.id))
    def arrives(self, medium: Medium, menu: Sequence[Queue]) -> LegId:
        queues = tuple(one for one in QUEUES if one in menu)
        self.open_legs.add(CONSUMER_LEG)
        self.tell(Arrive(CALL_ID, CONSUMER_LEG, medium, "ja", "Madoguchi", a_consumer(), menu=PhoneMenu.flat(queues)))
        return CONSUMER_LEG

    @precondition(lambda self: self.script.state is None)
    @rule(target=legs, keys=st.text("12", max_size=2), doors=st.lists(DOORS, min_size=1, max_size=3))
    def comes_to_a_closed_door(self, keys: str, doors: Sequence[Door]) -> LegId:
        """By phone, into a menu of which some doors are closed."""
        self.open_legs.add(CONSUMER_LEG)
        menu, at = PhoneMenu.flat(tuple(QUEUES)), tuple({one.queue: one for one in doors}.values())
        self.tell(Arrive(CALL_ID, CONSUMER_LEG, Medium.PHONE, "ja", "Us", a_consumer(), menu=menu, doors=at))
        self.tell(LegUp(CONSUMER_LEG))
        for key in keys:
            self.tell(KeysPressed(CONSUMER_LEG, key))
            self.playback_ends()
        return CONSUMER_LEG

    @precondition(lambda self: self.script.state is not None and self.script.call.stage is Stage.ELSEWHERE)
    @rule(what=st.sampled_from(["up", "down", "failed", "silent"]))
    def the_other_phone(self, what: str) -> None:
        """The number with which a caller before a closed door is connected."""
        for party in self.script.call.third_parties:
            assert party.leg is not None
            facts: dict[str, CallMessage] = {
                "up": LegUp(party.leg),
                "down": LegDown(party.leg, "busy"),
                "failed": EffectFailed("DialLeg", party.leg, "unreachable"),
                "silent": LegSilent(party.leg, silent=True),
            }
            if what in {"down", "failed"}:
                self.open_legs.discard(party.leg)
                self.bridge.pop(party.leg, None)
            self.tell(facts[what])

    @precondition(lambda self: self.script.state is not None)
    @rule(target=offers, agents=st.lists(AGENTS, min_size=1, unique=True))
    def rings(self, agents: Sequence[UserId]) -> OfferId:
        placed = []
        for agent in agents:
            self.count += 1
            offer = OfferId(f"offer_{self.count}")
            until = self.script.now + timedelta(seconds=20)
            placed.append(Offer(offer, agent, agent, self.script.now, until, to_all=len(agents) > 1))
        before = self.script.state
        self.tell(PlaceOffers(tuple(placed)))
        if self.script.state is not before:
            self.slots |= {one.id: one.agent for one in placed}
        return placed[0].id

    @precondition(lambda self: self.script.state is not None)
    @rule(agent=AGENTS, offer=offers, accept=st.booleans())
    def answers_offer(self, agent: UserId, offer: OfferId, *, accept: bool) -> None:
        agent = self.slots.get(offer, agent)
        self.tell(AcceptOffer(offer, agent) if accept else DeclineOffer(offer, agent))

    @precondition(lambda self: self.script.state is not None)
    @rule(target=legs, agent=AGENTS)
    def attaches(self, agent: UserId) -> LegId:
        staff = [one.user for one in self.script.call.parties if one.present and one.handling and one.user]
        if staff:
            agent = staff[self.count % len(staff)]
        leg = self.new_leg()
        return self.attach(AttachMedia(agent, leg), leg)

    @precondition(lambda self: self.script.state is not None)
    @rule(target=legs)
    def consumer_attaches(self) -> LegId:
        leg = self.new_leg()
        return self.attach(AttachConsumerMedia(leg), leg)

    @precondition(lambda self: self.script.state is not None)
    @rule(target=legs, again=st.booleans(), number=st.integers(0, 2))
    def listens(self, number: int, *, again: bool) -> LegId:
        leg = self.new_leg()
        monitoring = MonitoringId(f"monitoring_{number}")
        if again or any(one.monitoring == monitoring for one in self.script.call.parties):
            return self.attach(AttachMonitor(SUE, monitoring, leg), leg)
        return self.attach(Monitor(SUE, "Sue", monitoring, leg), leg)

    @precondition(lambda self: self.script.state is not None)
    @rule(number=st.integers(0, 2), role=st.sampled_from([Role.MONITOR, Role.WHISPER, Role.BARGE]))
    def switches(self, number: int, role: Role) -> None:
        self.tell(SwitchMonitoring(SUE, MonitoringId(f"monitoring_{number}"), role))

    @precondition(lambda self: self.script.state is not None)
    @rule(number=st.integers(0, 2))
    def takes_over(self, number: int) -> None:
        self.count += 1
        offer = OfferId(f"offer_{self.count}")
        before = self.script.state
        self.slots[offer] = SUE
        self.tell(TakeOver(SUE, MonitoringId(f"monitoring_{number}"), offer))
        if self.script.state is before:
            self.slots.pop(offer, None)

    @precondition(lambda self: self.script.state is not None)
    @rule(leg=legs, what=st.sampled_from(["up", "up", "up", "down", "silent", "heard", "held", "taken back"]))
    def leg_reports(self, leg: LegId, what: str) -> None:
        facts: dict[str, CallMessage] = {
            "up": LegUp(leg),
            "down": LegDown(leg),
            "silent": LegSilent(leg, silent=True),
            "heard": LegSilent(leg, silent=False),
            "held": LegOnHold(leg, on=True),
            "taken back": LegOnHold(leg, on=False),
        }
        if what == "down":
            self.open_legs.discard(leg)
            self.bridge.pop(leg, None)
            self.playing.pop(leg, None)
        elif leg not in self.open_legs:
            return
        self.tell(facts[what])

    @precondition(lambda self: self.script.state is not None)
    @rule(gone=st.booleans(), rare=st.integers(0, 9))
    def nobody_is_heard(self, rare: int, *, gone: bool) -> None:
        if rare == 0:
            legs = (party.leg for party in self.script.call.parties if party.leg is not None)
            self.tell(NobodyHeard(frozenset(legs), gone=gone))

    @precondition(lambda self: self.script.state is not None)
    @rule(keys=st.text("0123456789*#", min_size=1, max_size=3))
    def consumer_presses(self, keys: str) -> None:
        leg = self.script.call.consumer_party.leg
        assume(leg is not None)
        assert leg is not None
        self.tell(KeysPressed(leg, keys))

    @precondition(lambda self: self.script.state is not None)
    @rule()
    def playback_ends(self) -> None:
        for playback in list(self.playing.values()):
            self.tell(PlaybackOver(playback))

    @precondition(lambda self: self.script.state is not None)
    @rule(on=st.booleans(), what=st.sampled_from(["hold", "mute", "keys", "recording", "queue", "agent", "hang up"]))
    def agent_asks(self, what: str, *, on: bool) -> None:
        agent = self.script.call.agent_party
        user = (agent.user if agent is not None else None) or ANA
        self.count += 1
        offer = OfferId(f"offer_{self.count}")
        until = self.script.now + timedelta(seconds=20)
        commands: dict[str, CallMessage] = {
            "hold": SetHold(user, on),
            "mute": SetMute(user, on),
            "keys": PressKeys(user, "12#"),
            "recording": SetRecordingPaused(user, on),
            "queue": TransferToQueue(user, QUEUES[1]),
            "agent": TransferToAgent(user, Offer(offer, CHIE, "Chie", self.script.now, until)),
            "hang up": HangUp(user),
        }
        before = self.script.state
        if what == "agent" and self.script.call.state is CallState.TALKING:
            self.slots[offer] = CHIE
        self.tell(commands[what])
        if what == "agent" and self.script.state is before:
            self.slots.pop(offer, None)

    @precondition(lambda self: self.script.state is not None and self.script.call.agent_party is not None)
    @rule(target=legs, whom=st.sampled_from(["queue", "agent", "number"]), private=st.booleans())
    def agent_asks_somebody_in(self, whom: str, *, private: bool) -> LegId:
        agent = self.script.call.agent_party
        assert agent is not None
        assert agent.user is not None
        self.count += 1
        offer = OfferId(f"offer_{self.count}")
        leg = LegId(f"leg_{self.count}")
        until = self.script.now + timedelta(seconds=20)
        message = BeginConsult(
            agent.user,
            private,
            queue=QUEUES[1] if whom == "queue" else None,
            offer=Offer(offer, BEN, "Ben", self.script.now, until) if whom == "agent" else None,
            outside=Outside(leg, "+81312345678", "03-1234-5678", "", 30.0) if whom == "number" else None,
        )
        before = self.script.state
        if whom == "agent":
            self.slots[offer] = BEN
        self.tell(message)
        if whom == "agent" and self.script.state is before:
            self.slots.pop(offer, None)
        return leg

    @precondition(lambda self: self.script.state is not None and bool(self.script.call.consults))
    @rule(what=st.sampled_from(["up", "up", "accept", "decline", "down", "refused"]))
    def somebody_answers_the_agent(self, what: str) -> None:
        call = self.script.call
        for offer in call.offers[:1]:
            if what in {"up", "accept"}:
                self.tell(AcceptOffer(offer.id, offer.agent))
            elif what == "decline":
                self.tell(DeclineOffer(offer.id, offer.agent))
        for party in call.third_parties[:1]:
            if party.leg is None or not party.number:
                continue
            if what == "up":
                self.tell(LegUp(party.leg))
            elif what == "down":
                self.open_legs.discard(party.leg)
                self.bridge.pop(party.leg, None)
                self.playing.pop(party.leg, None)
                self.tell(LegDown(party.leg, "busy"))
            elif what == "refused" and not party.was_connected:
                self.tell(EffectFailed("DialLeg", party.leg, "voice_unavailable"))

    @precondition(lambda self: self.script.state is not None and self.script.call.agent_party is not None)
    @rule(
        what=st.sampled_from(["swap", "join", "complete", "cancel", "hold", "mute", "remove"]),
        on=st.booleans(),
        number=st.integers(0, 3),
    )
    def agent_arranges(self, what: str, number: int, *, on: bool) -> None:
        call = self.script.call
        user = call.agent_party.user if call.agent_party is not None else None
        assert user is not None
        present = [one for one in call.parties if one.present]
        party = present[number % len(present)].id
        commands: dict[str, CallMessage] = {
            "swap": SwapConsult(user),
            "join": JoinConsult(user),
            "complete": CompleteTransfer(user),
            "cancel": CancelConsult(user),
            "hold": HoldParty(user, party, on),
            "mute": MuteParty(user, party, on),
            "remove": RemoveParty(user, party),
        }
        self.tell(commands[what])

    @precondition(lambda self: self.script.state is not None)
    @rule(
        what=st.sampled_from(["restart", "end", "consumer", "answer", "record", "stop", "place"]),
        rare=st.integers(0, 3),
    )
    def something_happens(self, what: str, rare: int) -> None:
        if what in {"restart", "end", "consumer", "answer"} and rare:
            return
        recording = self.script.call.recording
        messages: dict[str, CallMessage] = {
            "restart": ServerRestarted(),
            "end": EndCall(SUE),
            "consumer": ConsumerHangUp(),
            "answer": EffectFailed("AnswerLeg", CONSUMER_LEG, "leg_gone"),
            "record": EffectFailed("StartRecording", recording.leg if recording else None, "voice_unavailable"),
            "stop": StopMonitoring(SUE, MonitoringId("monitoring_1")),
            "place": PositionIs(rare + 1),
        }
        if what == "restart":
            self.open_legs.clear()
            self.playing.clear()
            self.bridge.clear()
            self.recordings.clear()
        self.tell(messages[what])

    @precondition(lambda self: self.script.state is not None)
    @rule(seconds=st.integers(1, 40))
    def time_passes(self, seconds: int) -> None:
        until = self.script.now + timedelta(seconds=seconds)
        rounds = 0
        while (due := self.script.call.next_deadline()) is not None and due <= until:
            rounds += 1
            assert rounds < 50, "a deadline that came is not cleared"
            self.script.now = max(due, self.script.now)
            self.tell(CallDue())
        self.script.now = until

    @invariant()
    def at_most_one_agent_talks(self) -> None:
        if self.script.state is not None:
            present = [one for one in self.script.call.parties if one.role is Role.AGENT and one.present]
            assert len(present) <= 1
            call = self.script.call
            staff = [one for one in call.parties if one.present and one.handling is not None]
            assert len(self.handlings) == len(staff)
            if call.state is CallState.TALKING:
                handing_over = call.consult is not None and call.consult.state is ConsultState.HANDING_OVER
                assert present or call.third_parties or handing_over, "the consumer is left with nobody"
            else:
                assert not present
                assert not call.third_parties or call.stage is Stage.ELSEWHERE
                assert not call.consults

    @invariant()
    def the_consumer_hears_nothing_of_what_is_said_in_private(self) -> None:
        if self.script.state is None:
            return
        call = self.script.call
        now = media.joined(call)
        assert sum(one.state in UNDER_WAY for one in call.consults) <= 1
        for consult in call.consults:
            assert consult.state not in TRANSFER.terminal
            party = call.party(consult.party) if consult.party is not None else None
            private = consult.private and consult.state is ConsultState.CONSULTING
            if now is None or not private or party is None or party.leg not in now.legs:
                continue
            leg = call.consumer_party.leg
            if leg in now.legs:
                third, consumer = now.legs.index(party.leg), now.legs.index(leg)
                assert now.gains[third][consumer] == now.gains[consumer][third] == 0.0

    @invariant()
    def slots_are_kept_for_standing_offers_only(self) -> None:
        if self.script.state is not None:
            assert set(self.slots) == {one.id for one in self.script.call.offers}

    @invariant()
    def the_engine_does_what_the_state_says(self) -> None:
        if self.script.state is None:
            return
        call = self.script.call
        assert self.open_legs == set(media.legs_of(call))
        now = media.joined(call)
        assert self.bridge == (dict(zip(now.legs, now.gains, strict=True)) if now else {})
        wanted = {one.leg: one.playing.id for one in call.parties if one.playing and not one.playing.over}
        assert {leg: one for leg, one in self.playing.items() if one in wanted.values()} == wanted
        assert {one for one, on in self.recordings.items() if on} == ({call.recording.id} if call.recording else set())

    @invariant()
    def who_only_listens_cannot_be_heard_whatever_his_browser_sends(self) -> None:
        if self.script.state is not None:
            for one in self.script.call.monitors():
                assert (one.leg in self.speaking) is (one.leg is not None and one.role is not Role.MONITOR)

    @invariant()
    def a_call_that_is_over_holds_nothing(self) -> None:
        if self.script.state is not None and self.script.call.over:
            assert not self.open_legs
            assert not self.bridge
            assert not self.slots
            assert not self.handlings
            assert not any(self.recordings.values())
            assert self.script.call.next_deadline() is None

    @invariant()
    def it_can_be_stored(self) -> None:
        if self.script.state is not None:
            assert CALLS.codec.state(CALLS.codec.dump(self.script.call)) == self.script.call


TestCalls = Calls.TestCase
