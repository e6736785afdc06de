"""What people ask of a call, and what the world tells it."""

from dataclasses import dataclass, field
from typing import TypeAlias

from madoguchi.domain.calls.call import DirectLine, Medium
from madoguchi.domain.calls.consult import ConsultTarget
from madoguchi.domain.calls.doors import Door
from madoguchi.domain.consumers.consumer import Consumer
from madoguchi.domain.queues.menu import PhoneMenu
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.offers import AcceptOffer, DeclineOffer, Offer, PlaceOffers
from madoguchi.domain.supervision import Role
from madoguchi.kernel.ids import InteractionId, LegId, MonitoringId, OfferId, PartyId, PlaybackId, UserId


@dataclass(frozen=True)
class Arrive:
    """Fact: somebody calls by phone, or has opened a call in the browser. Makes the call."""

    call: InteractionId
    leg: LegId
    medium: Medium
    language: str
    company: str
    consumer: Consumer
    called: str = ""
    trunk: str = ""
    menu: PhoneMenu = field(default_factory=PhoneMenu)
    """What can be chosen. In the browser: the one queue that was chosen."""
    doors: tuple[Door, ...] = ()
    """Which of them are closed, or soon will be."""
    direct: DirectLine | None = None
    """The number that was called is an agent's own; what can be chosen is for when he does not take it."""


@dataclass(frozen=True)
class Outside:
    """A phone to be dialled."""

    leg: LegId
    address: str
    """A SIP URI, or a number in E.164."""
    shown: str
    caller: str
    ring_s: float


@dataclass(frozen=True)
class Dial:
    """Command of an agent whose slot is reserved: call somebody. Makes the call."""

    call: InteractionId
    user: UserId
    name: str
    offer: OfferId
    outside: Outside
    language: str
    company: str
    consumer: Consumer
    queue: Queue | None = None
    """On whose behalf; by its policy the call is recorded. None: not at all."""


@dataclass(frozen=True)
class AttachMedia:
    """Command of its agent: this leg of his browser is his from now on."""

    user: UserId
    leg: LegId


@dataclass(frozen=True)
class AttachConsumerMedia:
    """Command of the consumer: the same for his browser."""

    leg: LegId


@dataclass(frozen=True)
class SetHold:
    """Command of its agent: the consumer hears music."""

    user: UserId
    on: bool


@dataclass(frozen=True)
class SetMute:
    """Command of its agent: nobody hears him."""

    user: UserId
    on: bool


@dataclass(frozen=True)
class PressKeys:
    """Command of its agent: keys towards the consumer's phone."""

    user: UserId
    digits: str


@dataclass(frozen=True)
class SetRecordingPaused:
    """Command of its agent: leave out what is said."""

    user: UserId
    on: bool


@dataclass(frozen=True)
class TransferToQueue:
    """Command of its agent: let others take it."""

    user: UserId
    queue: Queue
    door: Door | None = None
    """The queue is closed, and this is what is offered there instead of waiting."""


@dataclass(frozen=True)
class TransferToAgent:
    """Command of its agent: a slot of a colleague is reserved, ring him."""

    user: UserId
    offer: Offer


@dataclass(frozen=True)
class BeginConsult:
    """Command of its agent: ask somebody into the call. Exactly one of queue, offer and outside is named."""

    user: UserId
    private: bool
    """Speak to him first, while the consumer hears music."""
    queue: Queue | None = None
    offer: Offer | None = None
    """A slot of a colleague is reserved."""
    outside: Outside | None = None
    note: str = ""

    @property
    def target(self) -> ConsultTarget:
        """What is called."""
        if self.queue is not None:
            return ConsultTarget.QUEUE
        return ConsultTarget.AGENT if self.offer is not None else ConsultTarget.NUMBER


@dataclass(frozen=True)
class SwapConsult:
    """Command of its agent: turn to the one who hears music, and let the other one hear it."""

    user: UserId


@dataclass(frozen=True)
class JoinConsult:
    """Command of its agent: let all hear each other."""

    user: UserId


@dataclass(frozen=True)
class CompleteTransfer:
    """Command of its agent: leave the others to each other."""

    user: UserId


@dataclass(frozen=True)
class CancelConsult:
    """Command of its agent: send the third party away and go back to the consumer."""

    user: UserId


@dataclass(frozen=True)
class HoldParty:
    """Command of its agent: one participant hears music."""

    user: UserId
    party: PartyId
    on: bool


@dataclass(frozen=True)
class MuteParty:
    """Command of its agent: nobody hears this participant."""

    user: UserId
    party: PartyId
    on: bool


@dataclass(frozen=True)
class RemoveParty:
    """Command of its agent: this participant leaves."""

    user: UserId
    party: PartyId


@dataclass(frozen=True)
class HangUp:
    """Command of its agent: end it. Of a colleague whom he asked into it: leave."""

    user: UserId


@dataclass(frozen=True)
class ConsumerHangUp:
    """Command of the consumer."""


@dataclass(frozen=True)
class EndCall:
    """Command of who may end any call."""

    user: UserId
    name: str = ""


@dataclass(frozen=True)
class Monitor:
    """Command of a supervisor: listen unseen."""

    user: UserId
    name: str
    monitoring: MonitoringId
    leg: LegId


@dataclass(frozen=True)
class AttachMonitor:
    """Command of a supervisor who listens already: this leg of his browser is his from now on."""

    user: UserId
    monitoring: MonitoringId
    leg: LegId


@dataclass(frozen=True)
class SwitchMonitoring:
    """Command of who listens: play another part, on the same leg."""

    user: UserId
    monitoring: MonitoringId
    role: Role
    """`MONITOR`, `WHISPER` or `BARGE`."""


@dataclass(frozen=True)
class TakeOver:
    """Command of who listens, whose slot is reserved: be the call's agent from now on."""

    user: UserId
    monitoring: MonitoringId
    offer: OfferId


@dataclass(frozen=True)
class StopMonitoring:
    """Command of who listens: no more."""

    user: UserId
    monitoring: MonitoringId


@dataclass(frozen=True)
class AgentFound:
    """Fact: a slot of the agent whose direct number was called is kept under this offer."""

    offer: Offer


@dataclass(frozen=True)
class LegUp:
    """Fact: media flows on the leg."""

    leg: LegId


@dataclass(frozen=True)
class LegDown:
    """Fact: the leg is over."""

    leg: LegId
    cause: str = "normal"
    """A word of the voice engine's: `normal`, `busy`, `declined`, `no_answer`, `unreachable` …"""


@dataclass(frozen=True)
class LegSilent:
    """Fact: nothing is heard of the leg, or it is heard again."""

    leg: LegId
    silent: bool


@dataclass(frozen=True)
class LegOnHold:
    """Fact: the far end put us on hold, or took us back."""

    leg: LegId
    on: bool


@dataclass(frozen=True)
class KeysPressed:
    """Fact: the leg sent digits."""

    leg: LegId
    digits: str


@dataclass(frozen=True)
class PlaybackOver:
    """Fact: the playback is over."""

    playback: PlaybackId


@dataclass(frozen=True)
class PositionIs:
    """Fact: its place in the queue; 1 is the next."""

    position: int
    wait_min: int | None = None
    """How long he will probably wait, in minutes; None where nobody can tell."""


@dataclass(frozen=True)
class ServerRestarted:
    """Fact: all legs were lost with the process."""


@dataclass(frozen=True)
class NobodyHeard:
    """Fact: no packet has come from any of these legs, the call's own, for longer than the organisation allows."""

    legs: frozenset[LegId]
    gone: bool
    """The voice engine does not know one of them."""


@dataclass(frozen=True)
class EffectFailed:
    """Fact: what was ordered could not be done."""

    effect: str
    """Its class."""
    leg: LegId | None
    code: str
    playback: PlaybackId | None = None


@dataclass(frozen=True)
class CallDue:
    """Fact: a deadline has come."""


AgentCommand: TypeAlias = (
    AttachMedia | SetHold | SetMute | PressKeys | SetRecordingPaused | TransferToQueue | TransferToAgent | HangUp
)
ConsultCommand: TypeAlias = (
    BeginConsult | SwapConsult | JoinConsult | CompleteTransfer | CancelConsult | HoldParty | MuteParty | RemoveParty
)
MonitorCommand: TypeAlias = Monitor | AttachMonitor | SwitchMonitoring | TakeOver | StopMonitoring
CallCommand: TypeAlias = (
    Arrive
    | Dial
    | AgentCommand
    | ConsultCommand
    | MonitorCommand
    | AttachConsumerMedia
    | ConsumerHangUp
    | EndCall
    | PlaceOffers
    | AcceptOffer
    | DeclineOffer
)
LegFact: TypeAlias = LegUp | LegDown | LegSilent | LegOnHold | KeysPressed
CallFact: TypeAlias = (
    LegFact | AgentFound | PlaybackOver | PositionIs | ServerRestarted | NobodyHeard | EffectFailed | CallDue
)
CallMessage: TypeAlias = CallCommand | CallFact
