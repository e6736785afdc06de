"""All services of one running Madoguchi, as the edges get them."""

from dataclasses import dataclass

from madoguchi.services.audit import AuditService
from madoguchi.services.calls import CallService
from madoguchi.services.chat_supervision import ChatSupervision
from madoguchi.services.chats import ChatService
from madoguchi.services.consults import ConsultService
from madoguchi.services.consumer_history import ConsumerHistory
from madoguchi.services.consumers import ConsumerService
from madoguchi.services.credentials import CredentialService
from madoguchi.services.deflection import DeflectionService
from madoguchi.services.deflection_settings import DeflectionSettingsService
from madoguchi.services.desk import DeskService
from madoguchi.services.dispositions import DispositionService
from madoguchi.services.doctor import DoctorService
from madoguchi.services.embedding import EmbeddingService
from madoguchi.services.figures import FiguresService
from madoguchi.services.handlings import HandlingService
from madoguchi.services.hours_settings import HoursSettings
from madoguchi.services.languages import LanguageService
from madoguchi.services.messages import MessageService
from madoguchi.services.metadata import MetadataService
from madoguchi.services.monitoring_report import MonitoringReportService
from madoguchi.services.offers import OfferService
from madoguchi.services.outbound import OutboundService
from madoguchi.services.profile import ProfileService
from madoguchi.services.queue_settings import QueueSettingsService
from madoguchi.services.queues import QueueService
from madoguchi.services.recordings import RecordingService
from madoguchi.services.replies import ReplyService
from madoguchi.services.roles import RoleService
from madoguchi.services.routing import RoutingService
from madoguchi.services.second_factor import SecondFactorService
from madoguchi.services.sign_in import SignInService
from madoguchi.services.sms_settings import SmsSettingsService
from madoguchi.services.statuses import StatusService
from madoguchi.services.supervision import SupervisionService
from madoguchi.services.teams import TeamService
from madoguchi.services.user_import import UserImport
from madoguchi.services.users import UserService
from madoguchi.services.views import ViewService


@dataclass(frozen=True)
class Services:
    """The use cases."""

    sign_in: SignInService
    consumers: ConsumerService
    consumer_history: ConsumerHistory
    desk: DeskService
    dispositions: DispositionService
    offers: OfferService
    outbound: OutboundService
    calls: CallService
    consults: ConsultService
    chats: ChatService
    chat_supervision: ChatSupervision
    handlings: HandlingService
    supervision: SupervisionService
    recordings: RecordingService
    replies: ReplyService
    queues: QueueService
    queue_settings: QueueSettingsService
    views: ViewService
    roles: RoleService
    teams: TeamService
    users: UserService
    user_import: UserImport
    credentials: CredentialService
    second_factors: SecondFactorService
    profile: ProfileService
    statuses: StatusService
    routing: RoutingService
    languages: LanguageService
    messages: MessageService
    hours: HoursSettings
    doctor: DoctorService
    embedding: EmbeddingService
    deflection: DeflectionService
    deflection_settings: DeflectionSettingsService
    figures: FiguresService
    metadata: MetadataService
    sms: SmsSettingsService
    audit: AuditService
    monitoring_report: MonitoringReportService
