"""A decision in the making: what has happened so far, and what it has made of the call."""

from typing import Final, TypeAlias

from madoguchi.domain.agents.messages import EndHandling, FreeSlot
from madoguchi.domain.calls import media
from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.consult import ConsultEnded, ConsultOutcome
from madoguchi.domain.calls.couple import couple
from madoguchi.domain.calls.effects import CallEffect
from madoguchi.domain.calls.events import CallEvent, PartyLeft
from madoguchi.domain.calls.evolve import evolve
from madoguchi.domain.calls.lifecycle import Broke, ConsumerLeft, Dismissed, NotReached, Resolved, TalkEnded
from madoguchi.domain.calls.parties import Party
from madoguchi.domain.routing.offers import OfferWithdrawn
from madoguchi.kernel.decision import Decision, Moment

CallDecision: TypeAlias = Decision[CallEvent, CallEffect]
Ending: TypeAlias = TalkEnded | NotReached | Resolved | ConsumerLeft | Dismissed | Broke

DIRECT_WRAP_UP_S: Final = 60.0
"""After a call to an agent's own number, which came from no queue that would say."""
ROUNDS: Final = 10
"""More rounds of couplings than there are parts; running into it is a bug."""


class Draft:
    """Collects events and orders of one decision. `call` is always the state after what was added."""

    def __init__(self, before: Call, at: Moment) -> None:
        self.before = before
        self.call = before
        self.at = at
        self.now = at.now
        self._events: list[CallEvent] = []
        self._orders: list[CallEffect] = []

    def add(self, *events: CallEvent) -> None:
        """Let `events` happen."""
        for event in events:
            self.call = evolve(self.call, event)
            self._events.append(event)

    def order(self, *effects: CallEffect) -> None:
        """Have `effects` done, before whatever follows from the change of the state."""
        self._orders.extend(effects)

    def end(self, ending: Ending) -> None:
        """Let the call be over: offers are withdrawn, the agent goes to wrap-up, everything else follows."""
        self.withdraw_offers()
        for consult in self.call.consults:
            self.add(ConsultEnded(consult.id, ConsultOutcome.CALL_ENDED, self.now))
        for party in self.call.parties:
            if party.present:
                wrap_up = party == self.call.agent_party and not isinstance(ending, NotReached)
                self._end_handling(party, wrap_up=wrap_up, dismissed=isinstance(ending, Dismissed))
        self.add(ending)

    def withdraw_offers(self) -> None:
        """Let it ring nowhere any more, and hold it against nobody."""
        for offer in self.call.offers:
            self.add(OfferWithdrawn(offer.id, offer.agent))
            self.order(FreeSlot(offer.agent, offer.id, missed=False))

    def leave(self, party: Party, *, wrap_up: bool) -> None:
        """Let an agent or a third party leave; who handled the call wraps up, who only helped need not."""
        self._end_handling(party, wrap_up=wrap_up)
        self.add(PartyLeft(party.id, self.now))

    def _end_handling(self, party: Party, *, wrap_up: bool, dismissed: bool = False) -> None:
        if party.user is not None and party.handling is not None:
            wrap_up_s = self._wrap_up_s() if wrap_up else 0.0
            self.order(EndHandling(party.user, party.handling, wrap_up_s, dismissed))

    def _wrap_up_s(self) -> float:
        if self.call.queue is not None:
            return self.call.queue.wrap_up_s
        return DIRECT_WRAP_UP_S if self.call.direct is not None else 0.0

    def decision(self, *, answer: object = None, silent: bool = False) -> CallDecision:
        """Return all of it, couplings included.

        Args:
            answer: what the sender of a command learns.
            silent: order nothing of the voice engine; it has lost everything anyway.
        """
        for _ in range(ROUNDS):
            follow_ups = couple(self.call, self.at)
            if not follow_ups:
                break
            self.add(*follow_ups)
        else:
            raise AssertionError("the couplings of a call do not come to rest")
        voice = () if silent else media.orders(self.before, self.call)
        return Decision(tuple(self._events), (*self._orders, *voice), answer=answer)
