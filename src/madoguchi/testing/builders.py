"""Records and states for tests. A test says what matters to it; the rest is always the same."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from madoguchi.domain.access.permissions import Role as UserRole
from madoguchi.domain.access.users import Principal, User
from madoguchi.domain.calls.call import Call, Medium
from madoguchi.domain.calls.commands import Arrive, AttachMedia, CallMessage, KeysPressed, LegUp, PlaybackOver
from madoguchi.domain.calls.decide import decide
from madoguchi.domain.calls.doors import Door
from madoguchi.domain.calls.draft import CallDecision
from madoguchi.domain.calls.evolve import evolve
from madoguchi.domain.calls.lifecycle import CallState
from madoguchi.domain.consumers.consumer import Consumer
from madoguchi.domain.queues.menu import PhoneMenu
from madoguchi.domain.queues.queue import MenuChannel, Queue, RecordingPolicy
from madoguchi.domain.routing.offers import AcceptOffer, Offer, PlaceOffers
from madoguchi.domain.routing.settings import OfferPolicy, RoutingSettings
from madoguchi.kernel.decision import Moment
from madoguchi.kernel.ids import ConsumerId, InteractionId, LegId, OfferId, QueueId, RoleId, SessionId, UserId
from madoguchi.kernel.time import Instant
from madoguchi.ports.environment import IdSource
from madoguchi.testing.environment import NOON, CountingIds

ANA: Final = UserId("user_ana")
BEN: Final = UserId("user_ben")
CHIE: Final = UserId("user_chie")
SUE: Final = UserId("user_sue")
"""A supervisor."""

CONSUMER_LEG: Final = LegId("leg_consumer")
CALL_ID: Final = InteractionId("call_1")
OFFER_S: Final = 20.0


def a_consumer(name: str = "090-1234-5678", phone: str | None = "+819012345678") -> Consumer:
    """Return somebody who calls."""
    return Consumer(ConsumerId("consumer_1"), name, phone, NOON)


def a_queue(
    name: str = "sales",
    *agents: UserId,
    key: int = 1,
    policy: OfferPolicy = OfferPolicy.DELTACAST,
    recording: RecordingPolicy = RecordingPolicy.DO_NOT_RECORD,
    attempts: int = 3,
    wrap_up_s: float = 60.0,
    channels: frozenset[MenuChannel] = frozenset({MenuChannel.IVR, MenuChannel.WEB}),
) -> Queue:
    """Return a queue, in both menus unless said otherwise."""
    return Queue(
        id=QueueId(f"queue_{name}"),
        channels=channels,
        names={"en": name.capitalize(), "ja": f"{name}の窓口"},
        position=key,
        agents=agents,
        routing=RoutingSettings(policy=policy, attempts=attempts),
        recording=recording,
        wrap_up_s=wrap_up_s,
    )


def a_user(
    user: UserId = ANA, *, role: RoleId = UserRole.AGENT, languages: Sequence[str] = ("ja", "en"), chat_limit: int = 3
) -> User:
    """Return a user whose name is in the id."""
    name = user.partition("_")[2].capitalize()
    return User(user, name, f"{name.lower()}@example.org", frozenset({role}), tuple(languages), chat_limit)


def a_principal(user: UserId = ANA, *, role: RoleId = UserRole.AGENT) -> Principal:
    """Return a signed-in user."""
    return Principal.of(a_user(user, role=role), SessionId(f"session_{user}"))


def leg_of(user: UserId) -> LegId:
    """Return the leg of an agent's browser."""
    return LegId(f"leg_{user}")


def an_offer(agent: UserId, *, at: Instant = NOON, to_all: bool = False) -> Offer:
    """Return an offer to `agent` that stands for 20 s."""
    name = agent.partition("_")[2].capitalize()
    return Offer(OfferId(f"offer_{agent}"), agent, name, at, at + timedelta(seconds=OFFER_S), to_all=to_all)


class CallScript:
    """A call that is told messages one by one; keeps the last decision."""

    def __init__(self, ids: IdSource | None = None) -> None:
        self.now: Instant = NOON
        self.ids: IdSource = ids or CountingIds()
        self.state: Call | None = None
        self.last: CallDecision | None = None

    @property
    def call(self) -> Call:
        """The call's state."""
        assert self.state is not None
        return self.state

    @property
    def decision(self) -> CallDecision:
        """What followed from the last message."""
        assert self.last is not None
        return self.last

    def tell(self, *messages: CallMessage, after_s: float = 0.0) -> CallDecision:
        """Let `after_s` pass, then have `messages` decided; return what followed from the last."""
        self.now += timedelta(seconds=after_s)
        for message in messages:
            self.last = decide(self.state, message, Moment(self.now, self.ids.new))
            for event in self.last.events:
                self.state = evolve(self.state, event)
        return self.decision

    def hear_out(self) -> CallDecision:
        """Let what the consumer hears come to its end."""
        playing = self.call.consumer_party.playing
        assert playing is not None
        return self.tell(PlaybackOver(playing.id))


def a_call(
    *queues: Queue,
    medium: Medium = Medium.PHONE,
    language: str = "en",
    menu: PhoneMenu | None = None,
    doors: tuple[Door, ...] = (),
) -> CallScript:
    """Return a call that has just come in."""
    script = CallScript()
    script.tell(
        Arrive(
            call=CALL_ID,
            leg=CONSUMER_LEG,
            medium=medium,
            language=language,
            company="Madoguchi",
            consumer=a_consumer(),
            called="5000",
            trunk="carrier",
            menu=menu or PhoneMenu.flat(queues),
            doors=doors,
        )
    )
    return script


def a_call_in_menu(*queues: Queue) -> CallScript:
    """Return a call whose consumer hears the menu of `queues`."""
    script = a_call(*(queues or (a_queue("sales", key=1), a_queue("support", key=2))))
    script.tell(LegUp(CONSUMER_LEG))
    return script


def a_waiting_call(queue: Queue | None = None, *, medium: Medium = Medium.PHONE) -> CallScript:
    """Return a call that waits in `queue`."""
    script = a_call(queue or a_queue(), medium=medium)
    script.tell(LegUp(CONSUMER_LEG))
    while script.call.state is CallState.IN_MENU:
        script.hear_out()
        if script.call.stage.value == "asking":
            script.tell(KeysPressed(CONSUMER_LEG, "1"))
    return script


def a_ringing_call(*agents: UserId, queue: Queue | None = None, medium: Medium = Medium.PHONE) -> CallScript:
    """Return a call that rings at `agents`, at all at once where they are several."""
    script = a_waiting_call(queue, medium=medium)
    to_all = len(agents) > 1
    script.tell(PlaceOffers(tuple(an_offer(one, at=script.now, to_all=to_all) for one in agents)))
    return script


def a_talking_call(agent: UserId = ANA, *, queue: Queue | None = None, medium: Medium = Medium.PHONE) -> CallScript:
    """Return a call in which `agent` and the consumer hear each other."""
    script = a_ringing_call(agent, queue=queue, medium=medium)
    script.tell(AcceptOffer(an_offer(agent).id, agent), AttachMedia(agent, leg_of(agent)), LegUp(leg_of(agent)))
    return script
