"""Agents under random messages: never rung beyond capacity, nothing held for ever."""

from datetime import timedelta

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from madoguchi.domain.agents.agent import Agent, evolve
from madoguchi.domain.agents.decide import decide
from madoguchi.domain.agents.handling import HandlingState
from madoguchi.domain.agents.messages import (
    AgentDue,
    AgentMessage,
    ChoosePresence,
    EndHandling,
    ExtendHandling,
    FinishHandling,
    FreeSlot,
    OpenHandling,
    ProfileIs,
    Reservation,
    Reserve,
)
from madoguchi.domain.agents.presence import MISSED, Presence
from madoguchi.domain.agents.statuses import CustomStatus
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.decision import Moment
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.ids import HandlingId, InteractionId, OfferId, StatusId
from madoguchi.kernel.time import Instant
from madoguchi.services.agent_life import AGENTS
from madoguchi.testing.builders import ANA, a_consumer, a_queue
from madoguchi.testing.environment import NOON, CountingIds

LIMIT = 3
NUMBERS = st.integers(1, 6)
CHANNELS = st.sampled_from(Channel)


class Agents(RuleBasedStateMachine):
    """One agent and everything that can be said to him, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now: Instant = NOON
        self.state: Agent | None = None
        self.tell(ProfileIs(ANA, "Ana", "ana@example.org", ("ja",), LIMIT))
        self.tell(ChoosePresence(Presence.AVAILABLE))

    @property
    def agent(self) -> Agent:
        assert self.state is not None
        return self.state

    def tell(self, message: AgentMessage) -> bool:
        try:
            decision = decide(self.state, message, Moment(self.now, CountingIds().new))
        except MadoguchiError:
            return False
        for event in decision.events:
            self.state = evolve(self.state, event)
        return True

    @rule(number=NUMBERS, channel=CHANNELS)
    def is_to_be_rung(self, number: int, channel: Channel) -> None:
        known = self.agent.reservation(OfferId(f"offer_{number}"))
        free = self.agent.free_for(channel)
        until = self.now + timedelta(seconds=25)
        interaction = InteractionId(f"{channel.value}_{number}")
        kept = self.tell(Reserve(Reservation(OfferId(f"offer_{number}"), interaction, channel, until)))
        assert kept is (free or known is not None)

    @rule(number=NUMBERS, missed=st.booleans())
    def is_not_rung_any_more(self, number: int, *, missed: bool) -> None:
        assert self.tell(FreeSlot(ANA, OfferId(f"offer_{number}"), missed))
        assert self.agent.reservation(OfferId(f"offer_{number}")) is None

    @rule(number=NUMBERS)
    def takes_it(self, number: int) -> None:
        reservation = self.agent.reservation(OfferId(f"offer_{number}"))
        if reservation is None:
            return
        opened = OpenHandling(
            ANA,
            HandlingId(f"handling_{number}_{self.now}"),
            reservation.offer,
            reservation.interaction,
            reservation.channel,
            a_consumer(),
            a_queue(),
        )
        assert self.tell(opened)
        assert self.tell(opened)

    @rule(wrap_up_s=st.sampled_from([0.0, 10.0]), pick=st.integers(0, 5))
    def is_through(self, wrap_up_s: float, pick: int) -> None:
        for handling in self.agent.handlings[pick : pick + 1]:
            assert self.tell(EndHandling(ANA, handling.id, wrap_up_s))

    @rule(pick=st.integers(0, 5), extend=st.booleans())
    def wraps_up(self, pick: int, *, extend: bool) -> None:
        for handling in self.agent.handlings[pick : pick + 1]:
            done = self.tell(ExtendHandling(handling.id) if extend else FinishHandling(handling.id))
            assert done is (handling.state is HandlingState.WRAP_UP)

    @rule(status=st.sampled_from(Presence), after_work=st.booleans(), away=st.booleans())
    def chooses(self, status: Presence, *, after_work: bool, away: bool) -> None:
        custom = CustomStatus(StatusId("status_1"), {"en": "x", "ja": "x"}, away=away)
        told = ChoosePresence(status, after_work, custom if status is Presence.CUSTOM else None)
        assert self.tell(told) is (status not in MISSED and status is not Presence.SPECIAL_TASK)

    @rule(seconds=st.integers(1, 60))
    def time_passes(self, seconds: int) -> None:
        until = self.now + timedelta(seconds=seconds)
        rounds = 0
        while (due := self.agent.next_deadline()) is not None and due <= until:
            rounds += 1
            assert rounds < 30, "a deadline that came is not cleared"
            self.now = max(due, self.now)
            self.tell(AgentDue())
        self.now = until

    @invariant()
    def he_is_never_rung_beyond_capacity(self) -> None:
        calls, chats = self.agent.load(Channel.CALL), self.agent.load(Channel.CHAT)
        assert calls <= 1
        assert chats <= LIMIT
        assert not (calls and chats)

    @invariant()
    def a_next_status_waits_for_work_only(self) -> None:
        assert self.agent.next_status is None or self.agent.handlings

    @invariant()
    def it_can_be_stored(self) -> None:
        assert AGENTS.codec.state(AGENTS.codec.dump(self.agent)) == self.agent


TestAgents = Agents.TestCase
