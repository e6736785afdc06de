"""A call's present state, and the questions that everybody asks of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Final

from madoguchi.domain.calls.consult import UNDER_WAY, Consult, ConsultFailure, ConsultState, ConsultTarget
from madoguchi.domain.calls.doors import Door
from madoguchi.domain.calls.lifecycle import TERMINAL, CallState, EndReason
from madoguchi.domain.calls.parties import Media, Party
from madoguchi.domain.consumers.consumer import Consumer
from madoguchi.domain.queues.menu import PhoneMenu
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.offers import Channel, Offer
from madoguchi.domain.routing.waiting import Waiting
from madoguchi.domain.supervision import Role
from madoguchi.kernel.ids import BridgeId, InteractionId, LegId, OfferId, PartyId, QueueId, RecordingId, UserId
from madoguchi.kernel.time import Instant, Span

BROWSER_RETURNS: Final = timedelta(seconds=20)
"""How long a browser may be away before the call goes on without it."""
PHONE_RETURNS: Final = timedelta(seconds=30)
DIAL_LIMIT: Final = timedelta(minutes=3)
"""How long a phone that we dialled may ring if its engine does not end it."""
ANSWER_LIMIT: Final = timedelta(seconds=32)
"""How long a phone may take to confirm that we answered (SIP: 64 times T1)."""


class Medium(Enum):
    """What the consumer speaks into."""

    PHONE = "phone"
    WEB = "web"


class Stage(Enum):
    """What happens in the menu."""

    ARRIVING = "arriving"
    DIRECT = "direct"
    """He called an agent's direct number, who is rung."""
    MENU = "menu"
    """The choices are being said; a key may be pressed already."""
    CHOOSING = "choosing"
    """They have been said."""
    CLOSED = "closed"
    """He chose a queue and is told that it is closed."""
    ELSEWHERE = "elsewhere"
    """It is closed, and another number is rung in its place, or he speaks to it."""
    UNREACHED = "unreached"
    """He is told that the other number does not answer."""
    NOTICE = "notice"
    """He is told that the call is recorded."""
    ASKING = "asking"
    """He is asked whether it may be."""
    GOODBYE = "goodbye"
    DONE = "done"


class Timer(Enum):
    """Deadlines that do not follow from anything else in the state."""

    CHOICE = "choice"
    MENU = "menu"
    ANNOUNCEMENT = "announcement"


@dataclass(frozen=True)
class ActiveRecording:
    """The recording that runs."""

    id: RecordingId
    leg: LegId
    number: int
    """1 for the call's first."""
    dual: bool = False
    paused: bool = False


@dataclass(frozen=True)
class Transfer:
    """The call went from one agent elsewhere."""

    at: Instant
    agent: UserId | None
    agent_name: str
    to_queue: Queue | None = None
    to_agent: UserId | None = None
    to_agent_name: str = ""
    to_number: str = ""
    warm: bool = False
    """The agent spoke to the other side first."""


@dataclass(frozen=True)
class DirectLine:
    """Whose direct number was called."""

    agent: UserId
    name: str


@dataclass(frozen=True)
class Call:
    """One call. Everything that may change is in here; nothing else remembers."""

    id: InteractionId
    medium: Medium
    language: str
    company: str
    """Who greets."""
    consumer: Consumer
    called: str
    trunk: str
    bridge: BridgeId
    started_at: Instant
    outbound: bool = False
    """An agent called the consumer."""
    direct: DirectLine | None = None
    """The consumer called an agent's own number; the menu is what comes instead if he does not take it."""
    state: CallState = CallState.IN_MENU
    stage: Stage = Stage.ARRIVING
    choices: PhoneMenu = field(default_factory=PhoneMenu)
    """The menu as it was when the call came in; nothing once the choice is made."""
    path: tuple[int, ...] = ()
    """The keys that led to the level that is said."""
    doors: tuple[Door, ...] = ()
    """Which queues of the menu are closed, or soon will be."""
    met: tuple[QueueId, ...] = ()
    """The closed doors that he came to, in their order."""
    round: int = 0
    """How often a level of the menu was said."""
    repeats: int = 0
    """How often this level was said again because he asked for it."""
    mistakes: int = 0
    """How often no choice or a wrong one was made on this level."""
    complaint: str = ""
    """What is said before the menu: `invalid_choice`, `no_input` or nothing."""
    parties: tuple[Party, ...] = ()
    """All who ever were in it, in the order of their coming; the first is the consumer."""
    queue: Queue | None = None
    """The queue it waits in or came from; in the menu the one that was chosen."""
    queued_at: Instant | None = None
    front: bool = False
    attempts: int = 0
    tried: tuple[UserId, ...] = ()
    pauses: Mapping[UserId, Instant] = field(default_factory=dict)
    """Until when those who declined are left alone."""
    offers: tuple[Offer, ...] = ()
    position: int | None = None
    wait_min: int | None = None
    """How long he will probably wait, in minutes."""
    announced: int = 0
    answered_at: Instant | None = None
    ended_at: Instant | None = None
    end_reason: EndReason | None = None
    recording: ActiveRecording | None = None
    recordings: int = 0
    """How many were begun."""
    may_record: bool | None = None
    """What the consumer answered, where he was asked."""
    redacting: bool = False
    """The agent leaves out what is said, until he says otherwise or has left."""
    recording_broken: bool = False
    """It could not be begun; not tried again."""
    held_by_far_end: bool = False
    transfers: tuple[Transfer, ...] = ()
    consults: tuple[Consult, ...] = ()
    """Those that are not over; one at most is being set up."""
    consult_failure: ConsultFailure | None = None
    """How the last one came to nothing, until the next."""
    timers: Mapping[Timer, Instant] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether the state is terminal."""
        return self.state in TERMINAL

    @property
    def consumer_party(self) -> Party:
        """The consumer's party."""
        return self.parties[0]

    @property
    def agent_party(self) -> Party | None:
        """The agent who is in the call now."""
        return next((one for one in self.parties if one.role is Role.AGENT and one.present), None)

    @property
    def last_agent(self) -> Party | None:
        """The agent who is or was the last in the call."""
        return next((one for one in reversed(self.parties) if one.role is Role.AGENT), None)

    def party(self, party: PartyId) -> Party | None:
        """Return a party, present or not."""
        return next((one for one in self.parties if one.id == party), None)

    def party_of(self, leg: LegId) -> Party | None:
        """Return whose leg it is now."""
        return next((one for one in self.parties if one.leg == leg), None)

    def monitors(self) -> Iterator[Party]:
        """Yield those who supervise, heard or unheard."""
        return (one for one in self.parties if one.present and one.monitoring is not None)

    @property
    def consult(self) -> Consult | None:
        """The consultation that is being set up."""
        return next((one for one in self.consults if one.state in UNDER_WAY), None)

    def consult_with(self, party: PartyId) -> Consult | None:
        """Return the consultation by which a third party is or comes in."""
        return next((one for one in self.consults if one.party == party), None)

    @property
    def third_parties(self) -> tuple[Party, ...]:
        """Those who were asked into the call and are in it."""
        return tuple(one for one in self.parties if one.role is Role.THIRD_PARTY and one.present)

    def staff(self, user: UserId) -> Party | None:
        """Return the agent, or the colleague whom he asked into the call, if that is `user`."""
        roles = (Role.AGENT, Role.THIRD_PARTY)
        return next((one for one in self.parties if one.present and one.role in roles and one.user == user), None)

    @property
    def meeting_place(self) -> str:
        """What the legs of the call are made near, the same throughout its life, so that they can meet.

        A caller's phone leg is there before we know of it. Browser legs come and go, and may all go at once.
        """
        leg = self.consumer_party.leg
        return leg if self.medium is Medium.PHONE and leg is not None and not self.outbound else self.id

    def offer(self, offer: OfferId) -> Offer | None:
        """Return a standing offer."""
        return next((one for one in self.offers if one.id == offer), None)

    def waiting(self) -> Waiting | None:
        """Return what routing needs to know; nothing while it does not wait."""
        consult = self.consult
        if consult is not None and consult.target is ConsultTarget.QUEUE and consult.state is ConsultState.RINGING:
            return self._waiting(consult.queue, consult.began_at, front=True)
        if self.queue is None or self.queued_at is None or self.state not in {CallState.QUEUED, CallState.OFFERED}:
            return None
        return self._waiting(self.queue, self.queued_at, front=self.front)

    def _waiting(self, queue: Queue | None, since: Instant, *, front: bool) -> Waiting | None:
        if queue is None:
            return None
        return Waiting(
            interaction=self.id,
            channel=Channel.CALL,
            queue=queue.id,
            language=self.language,
            queued_at=since,
            attempts=self.attempts,
            tried=frozenset(self.tried),
            pauses=self.pauses,
            standing=frozenset(one.agent for one in self.offers),
            to_all=bool(self.offers) and all(one.to_all for one in self.offers),
            front=front,
        )

    def patience(self, party: Party) -> Instant | None:
        """Return until when a party without media is waited for."""
        if party.waiting_since is None or not party.present:
            return None
        return party.waiting_since + self._returns(party)

    def _returns(self, party: Party) -> Span:
        if party.number and party.media is Media.CONNECTING:
            return DIAL_LIMIT
        if not party.number and (party.role is not Role.CONSUMER or self.medium is Medium.WEB):
            return BROWSER_RETURNS
        return ANSWER_LIMIT if party.media is Media.CONNECTING else PHONE_RETURNS

    def next_deadline(self) -> Instant | None:
        """Return when something must be decided at the latest."""
        if self.over:
            return None
        times = [*self.timers.values(), *(one.expires_at for one in self.offers)]
        times += [one.until for one in self.consults if one.state is ConsultState.RINGING]
        times += [limit for one in self.parties if (limit := self.patience(one)) is not None]
        return min(times, default=None)
