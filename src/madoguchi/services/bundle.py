"""All services of one running Madoguchi, as the edges get them."""

from dataclasses import dataclass

from madoguchi.services.calls import CallService
from madoguchi.services.chats import ChatService
from madoguchi.services.consults import ConsultService
from madoguchi.services.consumers import ConsumerService
from madoguchi.services.desk import DeskService
from madoguchi.services.dispositions import DispositionService
from madoguchi.services.handlings import HandlingService
from madoguchi.services.offers import OfferService
from madoguchi.services.outbound import OutboundService
from madoguchi.services.queues import QueueService
from madoguchi.services.recordings import RecordingService
from madoguchi.services.replies import ReplyService
from madoguchi.services.sign_in import SignInService
from madoguchi.services.supervision import SupervisionService
from madoguchi.services.views import ViewService


@dataclass(frozen=True)
class Services:
    """The use cases."""

    sign_in: SignInService
    consumers: ConsumerService
    desk: DeskService
    dispositions: DispositionService
    offers: OfferService
    outbound: OutboundService
    calls: CallService
    consults: ConsultService
    chats: ChatService
    handlings: HandlingService
    supervision: SupervisionService
    recordings: RecordingService
    replies: ReplyService
    queues: QueueService
    views: ViewService
