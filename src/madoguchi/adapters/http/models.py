"""What requests may say and answers contain. Nothing behind this folder knows these classes."""

from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_ID: Final = r"^[A-Za-z0-9]+_[A-Za-z0-9]{1,60}$"
_NUL: Final = "\0"


def _without_nul(value: str) -> str:
    if _NUL in value:
        raise ValueError("must not contain a zero character")
    return value


Id = Annotated[str, Field(pattern=_ID, max_length=64, examples=["call_01J0000000000000000000000A"])]
Status = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,64}$", examples=["available"])]
"""A built-in status's word, or the id of one of the organisation's own."""
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$", examples=["ja"])]
Line = Annotated[str, Field(max_length=200), AfterValidator(_without_nul)]
Whole = Annotated[int, Field(ge=-(2**31), lt=2**31)]
"""A number that every database can hold; which ones are good is said where they count."""
Version = Annotated[int, Field(ge=0, lt=2**31)]
"""What the caller saw; if somebody else has made another version meanwhile, the request is refused."""
Prose = Annotated[str, Field(max_length=4_000), AfterValidator(_without_nul)]
Sdp = Annotated[str, Field(max_length=64_000), AfterValidator(_without_nul)]
PhoneText = Annotated[str, Field(min_length=1, max_length=40, examples=["03-1234-5678"]), AfterValidator(_without_nul)]
"""A phone number or extension as people type it."""
Digits = Annotated[str, Field(pattern=r"^[0-9*#A-D]{1,32}$", examples=["1"])]


class In(BaseModel):
    """A request body. A member that we do not know is an error, so that a typing mistake is not silently ignored."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """An answer."""


class SignIn(In):
    """Who signs in."""

    email: Line
    password: Annotated[str, Field(min_length=1, max_length=500)]
    code: Annotated[str, Field(max_length=40), AfterValidator(_without_nul)] = ""
    """Of the second factor, for those who have one."""
    embedded: bool = False
    """The page is shown within one of another site; its cookie must come back from there."""


class UserOut(Out):
    """The signed-in user."""

    id: str
    name: str
    email: str
    roles: list[str]
    languages: list[str]
    chat_limit: int


class SessionOut(Out):
    """What the portal needs to know about its user."""

    user: UserOut
    permissions: list[str]
    must_enrol: bool
    """He may do nothing before he has set up a second factor."""
    branding: dict[str, Any]
    embedders: list[str]
    """Origins whose pages may embed this one and exchange messages with it."""


class PresenceIn(In):
    """A status that an agent chooses."""

    status: Status
    when: Annotated[str, Field(pattern=r"^(now|next)$")] = "now"


class AgentPresenceIn(In):
    """A status that somebody else chooses for an agent."""

    status: Status


class AcceptedOut(Out):
    """What an accepted offer became."""

    interaction: str
    handling: str


class OfferIn(In):
    """A browser's media offer."""

    offer: Annotated[Sdp, Field(min_length=1)]


class MediaOut(Out):
    """The answer to a browser's media offer."""

    leg: str
    answer: str


class SwitchIn(In):
    """Something that is on or off."""

    on: bool


class DigitsIn(In):
    """Keys to press."""

    digits: Digits


class RecordingIn(In):
    """Whether the recording leaves out what is said."""

    paused: bool


class TransferIn(In):
    """Where an interaction goes: to a queue or to an agent."""

    queue: Id | None = None
    agent: Id | None = None

    @model_validator(mode="after")
    def _one_target(self) -> "TransferIn":
        if (self.queue is None) == (self.agent is None):
            raise ValueError("name either a queue or an agent")
        return self


class CallTransferIn(In):
    """Where a call goes: to a queue, to an agent or to a phone."""

    queue: Id | None = None
    agent: Id | None = None
    number: PhoneText | None = None

    @model_validator(mode="after")
    def _one_target(self) -> "CallTransferIn":
        if sum(one is not None for one in (self.queue, self.agent, self.number)) != 1:
            raise ValueError("name a queue, an agent or a number")
        return self


class FinishIn(In):
    """How a piece of work ended."""

    disposition: Line | None = None
    notes: Prose | None = None


class MonitoringOut(Out):
    """A started monitoring."""

    monitoring: str
    leg: str
    answer: str


class AttachedOut(Out):
    """Where a file is in its chat."""

    seq: int


class QueueRef(Out):
    """A queue as rows name it."""

    id: str
    names: dict[str, str]
    path: list[dict[str, str]]


class PortalQueue(QueueRef):
    """A queue as the portal lists it."""

    channels: list[str]
    agents: int
    available: int


class QueuesOut(Out):
    """Queues for transfers and filters."""

    queues: list[PortalQueue]


class Colleague(Out):
    """An agent to whom work can be transferred."""

    id: str
    name: str
    status: str
    available: bool


class ColleaguesOut(Out):
    """Agents for transfers."""

    agents: list[Colleague]


class RowsOut(Out):
    """A page of ended interactions, newest first; `next` is the `before` of the following page."""

    rows: list[dict[str, Any]]
    next: str | None = None


class ConsumerQueue(QueueRef):
    """A queue as a consumer may choose it."""

    channels: list[str]


class MenuEntry(Out):
    """One choice of a menu: a level with `entries`, or a queue with `channels`."""

    id: str
    names: dict[str, str]
    channels: list[str] = []
    entries: list["MenuEntry"]


class AttachmentRules(Out):
    """What may be attached to a chat."""

    max_bytes: int
    types: list[str]


class InsteadOption(Out):
    """What is offered in the place of a closed queue."""

    kind: str
    """`email`, `phone_number` or `queue`."""
    email: str = ""
    number: str = ""
    queue: str = ""
    """Where the consumer goes instead; it is open."""


class ClosedQueue(Out):
    """A queue that is closed to consumers who come by one channel in one language."""

    queue: str
    channel: str
    language: str
    opens_at: str | None
    zone: str
    message: str
    """What a holiday has to say, and in the web menu where to write instead; empty otherwise."""
    options: list[InsteadOption] = []


class ConsumerConfig(Out):
    """What the widget needs to know before anybody talks."""

    name: str
    languages: list[str]
    queues: list[ConsumerQueue]
    """All that can be chosen, whatever the level."""
    menu: list[MenuEntry]
    attachments: AttachmentRules
    closed: list[ClosedQueue] = []
    """Where it is closed now; everything else is open."""


class ConsumerSessionIn(In):
    """Who comes (back)."""

    resume: Annotated[str, Field(max_length=500), AfterValidator(_without_nul)] | None = None
    language: Language | None = None


class ConsumerOut(Out):
    """A consumer."""

    id: str
    name: str


class ConsumerSessionOut(Out):
    """A consumer's session. The token is told only here."""

    token: str
    consumer: ConsumerOut
    expires_at: str


class StartChatIn(In):
    """A new chat."""

    queue: Id
    language: Language
    text: Prose | None = None


class ChatOut(Out):
    """A started chat."""

    chat: str


class StartCallIn(OfferIn):
    """A new call from a browser."""

    queue: Id
    language: Language


class StartedCallOut(MediaOut):
    """A started call."""

    call: str


class FieldProblem(Out):
    """What is wrong with one input."""

    field: str
    """Its place: `weekly.days.mon.1.start`."""
    detail: str
    reason: str | None = None
    params: dict[str, str] | None = None


class ChangedProblem(Out):
    """What somebody else did to the thing meanwhile."""

    by: str
    """His name; empty for the system."""
    at: str
    action: str
    fields: list[str]
    """Paths of the fields that he changed."""


class ProblemOut(Out):
    """An RFC 9457 problem."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    field: str | None = None
    reason: str | None = None
    position: int | None = None
    """How many characters of the field stand before what is wrong with it."""
    errors: list[FieldProblem] | None = None
    changed: list[ChangedProblem] | None = None
    """What others did since the version that was sent, the newest first."""
