"""The first step of every offer: an agent's slot, kept until a moment after the offer lapses."""

from datetime import timedelta
from typing import Final, Protocol

from madoguchi.domain.agents.agent import Agent
from madoguchi.domain.agents.messages import AgentMessage, AgentNotFreeError, FreeSlot, Reservation, Reserve, Terms
from madoguchi.domain.routing.offers import Channel, Offer
from madoguchi.domain.routing.settings import OfferPolicy, RoutingSettings
from madoguchi.kernel.errors import NotFoundError
from madoguchi.kernel.ids import InteractionId, OfferId, UserId
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.services.lifecycle import Outcome

MARGIN: Final = timedelta(seconds=5)
"""How much longer than the offer the slot is kept: an answer in its last second still finds it."""


def terms(settings: RoutingSettings, channel: Channel) -> Terms:
    """Return what a queue's settings mean for an agent's slot."""
    missed = settings.missed_calls if channel is Channel.CALL else settings.missed_chats
    return Terms(settings.call_weight, missed, settings.unresponsive_after)


class LiveAgents(Protocol):
    """The agents' owners."""

    def state(self, owner: str) -> Agent | None:
        """Return an agent's present state."""

    async def send(self, owner: str, command: AgentMessage) -> Outcome[Agent]:
        """Have `command` decided and committed by the agent's owner."""

    def tell(self, owner: str, fact: AgentMessage) -> None:
        """Report a fact to the agent's owner."""


class Reservations:
    """Asks agents' owners for slots."""

    def __init__(self, agents: LiveAgents, clock: Clock, ids: IdSource) -> None:
        self._agents = agents
        self._clock = clock
        self._ids = ids

    async def reserve(
        self,
        agent: UserId,
        interaction: InteractionId,
        channel: Channel,
        settings: RoutingSettings,
        *,
        to_all: bool = False,
    ) -> Offer:
        """Keep a slot under the queue's `settings`, and return the offer that may be placed now.

        Raises:
            AgentNotFreeError: the agent is away, busy or unknown.
            StorageUnavailableError: nothing was kept.
        """
        known = self._agents.state(agent)
        if known is None:
            raise AgentNotFreeError("there is no such agent at work")
        now = self._clock.now()
        expires_at = now + timedelta(seconds=settings.offer_s)
        auto = settings.auto_answer and settings.policy is OfferPolicy.DELTACAST and not to_all
        offer = Offer(OfferId(self._ids.new("offer")), agent, known.name, now, expires_at, to_all, auto)
        reservation = Reservation(offer.id, interaction, channel, expires_at + MARGIN, terms(settings, channel))
        try:
            await self._agents.send(agent, Reserve(reservation))
        except NotFoundError as error:
            raise AgentNotFreeError("there is no such agent at work") from error
        return offer

    async def reserve_to_take_over(self, agent: UserId, chat: InteractionId) -> Offer:
        """Keep a slot for a chat that the agent takes from a colleague, whatever he has chosen to be.

        Raises:
            AgentNotFreeError: he has a call in hand, or has signed out.
            StorageUnavailableError: nothing was kept.
        """
        return await self._reserve_unasked(agent, chat, Channel.CHAT)

    async def reserve_to_dial(self, agent: UserId, interaction: InteractionId) -> Offer:
        """Keep a slot for a call that the agent makes himself; nothing is offered, the id is what is kept.

        Raises:
            AgentNotFreeError: he has a call in hand, or has signed out.
            StorageUnavailableError: nothing was kept.
        """
        return await self._reserve_unasked(agent, interaction, Channel.CALL)

    async def _reserve_unasked(self, agent: UserId, interaction: InteractionId, channel: Channel) -> Offer:
        known = self._agents.state(agent)
        if known is None:
            raise AgentNotFreeError("you are not at work")
        now = self._clock.now()
        offer = Offer(OfferId(self._ids.new("offer")), agent, known.name, now, now + MARGIN)
        reservation = Reservation(offer.id, interaction, channel, offer.expires_at + MARGIN, outbound=True)
        await self._agents.send(agent, Reserve(reservation))
        return offer

    def free(self, offer: Offer) -> None:
        """Give the slot back: the offer was not placed."""
        self._agents.tell(offer.agent, FreeSlot(offer.agent, offer.id, missed=False))
