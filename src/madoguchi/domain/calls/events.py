"""What can happen to a call. Those that move it from state to state are beside the table, in `lifecycle`."""

from dataclasses import dataclass
from typing import TypeAlias

from madoguchi.domain.calls.call import ActiveRecording, DirectLine, Medium, Stage, Timer, Transfer
from madoguchi.domain.calls.consult import (
    ConferenceBegan,
    ConsultBegan,
    ConsultEnded,
    ConsultSwapped,
    HandedOver,
    ThirdPartyAnswered,
    TransferCompleted,
)
from madoguchi.domain.calls.doors import Door
from madoguchi.domain.calls.lifecycle import (
    Broke,
    ConsumerLeft,
    DialAnswered,
    DialledOut,
    DirectMissed,
    Dismissed,
    Enqueued,
    NotReached,
    OfferAccepted,
    Offered,
    OffersOver,
    Requeued,
    Resolved,
    TalkEnded,
    TurnedAway,
)
from madoguchi.domain.calls.parties import LegConnected, LegOpening, MediaDropped, Party, Playing
from madoguchi.domain.consumers.consumer import Consumer
from madoguchi.domain.queues.menu import PhoneMenu
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.offers import Offer, OfferDeclined, OfferMissed, OfferWithdrawn
from madoguchi.domain.routing.record import Why
from madoguchi.domain.supervision import Role
from madoguchi.kernel.ids import (
    BridgeId,
    HandlingId,
    InteractionId,
    OfferId,
    PartyId,
    PlaybackId,
    QueueId,
    RecordingId,
    UserId,
)
from madoguchi.kernel.time import Instant


@dataclass(frozen=True)
class CallStarted:
    """Somebody calls."""

    call: InteractionId
    medium: Medium
    language: str
    company: str
    consumer: Consumer
    called: str
    trunk: str
    bridge: BridgeId
    choices: PhoneMenu
    party: Party
    at: Instant
    doors: tuple[Door, ...] = ()
    outbound: bool = False
    direct: DirectLine | None = None


@dataclass(frozen=True)
class StageReached:
    """The menu went on."""

    stage: Stage


@dataclass(frozen=True)
class Deflected:
    """He came to a closed door, and goes on elsewhere or is told so."""

    door: QueueId
    """Of a queue, or of a level with nothing open below it."""
    to_queue: Queue | None
    to_number: str
    """As it is shown; empty where it is no number."""
    at: Instant


@dataclass(frozen=True)
class MenuSaid:
    """A level of the menu is said, again or for the first time."""

    complaint: str = ""
    mistake: bool = False
    repeat: bool = False
    """He asked for it."""
    path: tuple[int, ...] = ()
    """The keys that led there."""


@dataclass(frozen=True)
class QueueChosen:
    """The choice is made; a notice or a question may come before the queue."""

    queue: Queue


@dataclass(frozen=True)
class RecordingAnswered:
    """The consumer said whether the call may be recorded."""

    allowed: bool


@dataclass(frozen=True)
class TimerSet:
    """A deadline was set, or cleared."""

    timer: Timer
    at: Instant | None


@dataclass(frozen=True)
class PlaceChanged:
    """Others in the queue came or went."""

    position: int
    wait_min: int | None = None


@dataclass(frozen=True)
class Announced:
    """The place in the queue is announced."""


@dataclass(frozen=True)
class OffersAdded:
    """It rings at more agents."""

    offers: tuple[Offer, ...]
    why: Why | None = None


@dataclass(frozen=True)
class PartyJoined:
    """Somebody is in the call."""

    party: Party


@dataclass(frozen=True)
class PartyLeft:
    """Somebody is not in it any more."""

    party: PartyId
    at: Instant


@dataclass(frozen=True)
class Muted:
    """An agent muted himself, or not any more."""

    party: PartyId
    on: bool


@dataclass(frozen=True)
class Held:
    """The consumer was put on hold, or taken back."""

    on: bool


@dataclass(frozen=True)
class PartyHeld:
    """A third party was put on hold, or taken back."""

    party: PartyId
    on: bool


@dataclass(frozen=True)
class ConsultOffered:
    """It rings at colleagues, so that one of them joins. All at whom it rings now are named."""

    offers: tuple[Offer, ...]
    why: Why | None = None


@dataclass(frozen=True)
class TookOver:
    """A colleague who was asked into the call is its agent from now on."""

    party: PartyId
    at: Instant


@dataclass(frozen=True)
class ModeSwitched:
    """A supervisor plays another part: he listens, whispers to the agent, or speaks to all."""

    party: PartyId
    role: Role
    at: Instant


@dataclass(frozen=True)
class SupervisorTookOver:
    """Who listened is the call's agent from now on."""

    agent: UserId
    name: str
    party: PartyId
    handling: HandlingId
    offer: OfferId
    """Under which his slot was kept."""
    at: Instant


@dataclass(frozen=True)
class FarEndHeld:
    """The consumer's phone put us on hold, or took us back."""

    on: bool


@dataclass(frozen=True)
class PlaybackBegan:
    """A party hears something instead of the others."""

    party: PartyId
    playing: Playing


@dataclass(frozen=True)
class PlaybackStopped:
    """It hears the others again."""

    party: PartyId


@dataclass(frozen=True)
class PlaybackRanOut:
    """The playback came to its end."""

    party: PartyId
    playback: PlaybackId


@dataclass(frozen=True)
class RecordingBegan:
    """The call is recorded."""

    recording: ActiveRecording


@dataclass(frozen=True)
class RecordingPaused:
    """What is said from now on is left out, or not any more."""

    on: bool


@dataclass(frozen=True)
class RecordingClosed:
    """The recording is over."""

    recording: RecordingId


@dataclass(frozen=True)
class RecordingBroke:
    """It could not be begun."""

    code: str


@dataclass(frozen=True)
class Transferred:
    """An agent sent it elsewhere."""

    transfer: Transfer


CallEvent: TypeAlias = (
    CallStarted
    | StageReached
    | Deflected
    | MenuSaid
    | QueueChosen
    | RecordingAnswered
    | TimerSet
    | PlaceChanged
    | Announced
    | OffersAdded
    | OfferDeclined
    | OfferMissed
    | OfferWithdrawn
    | PartyJoined
    | PartyLeft
    | LegOpening
    | LegConnected
    | MediaDropped
    | Muted
    | Held
    | PartyHeld
    | ConsultBegan
    | ConsultOffered
    | ThirdPartyAnswered
    | ConsultSwapped
    | ConferenceBegan
    | HandedOver
    | TransferCompleted
    | ConsultEnded
    | TookOver
    | ModeSwitched
    | SupervisorTookOver
    | FarEndHeld
    | PlaybackBegan
    | PlaybackStopped
    | PlaybackRanOut
    | RecordingBegan
    | RecordingPaused
    | RecordingClosed
    | RecordingBroke
    | Transferred
    | Enqueued
    | Offered
    | OffersOver
    | DirectMissed
    | OfferAccepted
    | Requeued
    | TurnedAway
    | DialledOut
    | DialAnswered
    | NotReached
    | TalkEnded
    | Resolved
    | ConsumerLeft
    | Dismissed
    | Broke
)
