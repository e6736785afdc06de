"""Agents take and decline what is offered to them, calls and chats alike."""

from collections.abc import Mapping
from typing import Any, Protocol

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.routing.offers import AcceptOffer, Channel, DeclineOffer, OfferGoneError
from madoguchi.kernel.errors import NotFoundError
from madoguchi.kernel.ids import HandlingId, InteractionId, OfferId
from madoguchi.services.lifecycle import InteractionOverError, Outcome
from madoguchi.services.reservations import LiveAgents


class Offered(Protocol):
    """The owners of calls or chats."""

    async def send(self, owner: str, command: AcceptOffer | DeclineOffer) -> Outcome[Any]:
        """Have `command` decided; an acceptance is answered with the handling's id."""


class OfferService:
    """Agents take, decline and lose offers."""

    def __init__(self, agents: LiveAgents, offered: Mapping[Channel, Offered]) -> None:
        self._agents = agents
        self._offered = offered

    async def accept(self, actor: Principal, offer: OfferId) -> tuple[InteractionId, HandlingId]:
        """Give the interaction to `actor`; return it and his handling of it. Taking it twice is no error.

        Raises:
            NotAllowedError: the caller may not take calls or chats.
            OfferGoneError: a colleague was faster, or the offer lapsed.
        """
        actor.require(Permission.DESK)
        agent = self._agents.state(actor.user.id)
        taken = next((one for one in agent.handlings if one.offer == offer), None) if agent is not None else None
        if taken is not None:
            return taken.interaction, taken.id
        interaction, owners = self._find(actor, offer)
        try:
            outcome = await owners.send(interaction, AcceptOffer(offer, actor.user.id))
        except (NotFoundError, InteractionOverError) as error:
            raise OfferGoneError("the consumer has left") from error
        assert isinstance(outcome.answer, str)  # noqa: S101 - both lifecycles promise it
        return interaction, HandlingId(outcome.answer)

    async def decline(self, actor: Principal, offer: OfferId) -> None:
        """Leave the interaction to a colleague. Declining what no longer stands is no error.

        Raises:
            NotAllowedError: the caller may not take calls or chats.
        """
        actor.require(Permission.DESK)
        try:
            interaction, owners = self._find(actor, offer)
            await owners.send(interaction, DeclineOffer(offer, actor.user.id))
        except (OfferGoneError, NotFoundError, InteractionOverError):
            return

    def _find(self, actor: Principal, offer: OfferId) -> tuple[InteractionId, Offered]:
        agent = self._agents.state(actor.user.id)
        reservation = agent.reservation(offer) if agent is not None else None
        if reservation is None:
            raise OfferGoneError("a colleague was faster, or it rang too long")
        return reservation.interaction, self._offered[reservation.channel]
