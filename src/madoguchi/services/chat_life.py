"""How the runtime handles chats, and how a chat's effects reach agents."""

from collections.abc import Sequence
from typing import Final, Protocol

from madoguchi.domain.agents.agent import Agent
from madoguchi.domain.agents.messages import AgentMessage, EndHandling, FreeSlot, OpenHandling
from madoguchi.domain.chats.chat import Chat, ChatEvent, evolve
from madoguchi.domain.chats.commands import ChatDue, ChatMessage, ChatRecovered, EffectFailed
from madoguchi.domain.chats.decide import ChatEffect, decide
from madoguchi.domain.chats.messages import MessageSent
from madoguchi.domain.chats.texting import SendText
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.ids import UserId
from madoguchi.kernel.time import Instant
from madoguchi.ports.storage import MessageRow
from madoguchi.services.codec import Codec, kind_of
from madoguchi.services.lifecycle import Lifecycle, Outcome

CODEC: Final = Codec(Chat, effects=(FreeSlot, OpenHandling, EndHandling, SendText))


def lines(chat: Chat, events: Sequence[ChatEvent], _now: Instant) -> Sequence[MessageRow]:
    """Return the lines among `events` as they are stored."""
    return [stored_line(chat, event) for event in events if isinstance(event, MessageSent)]


def stored_line(chat: Chat, sent: MessageSent) -> MessageRow:
    """Return a line as it is stored."""
    return MessageRow(
        chat=chat.id,
        seq=sent.seq,
        at=sent.at,
        sender=sent.side.value,
        sender_id=sent.sender_id,
        sender_name=sent.sender_name,
        client_id=sent.client_id,
        body=dict(sent.body),
    )


def _failed(effect: ChatEffect, error: MadoguchiError) -> ChatMessage:
    return EffectFailed(kind_of(effect), error.code)


CHATS: Final[Lifecycle[Chat, ChatMessage, ChatEvent, ChatEffect]] = Lifecycle(
    kind="chat",
    codec=CODEC,
    decide=decide,
    evolve=evolve,
    state_name=lambda chat: chat.state.value,
    live=lambda chat: chat.live,
    next_deadline=Chat.next_deadline,
    due=ChatDue(),
    failed=_failed,
    lanes=lambda effect: ("sms",) if isinstance(effect, SendText) else (effect.agent,),
    lasting=lambda effect: not isinstance(effect, FreeSlot),
    resume=lambda _chat: (),
    recovered=ChatRecovered(),
    messages=lines,
)


class LiveAgents(Protocol):
    """The agents' owners."""

    def state(self, owner: str) -> Agent | None:
        """Return an agent's present state."""

    async def send(self, owner: str, command: AgentMessage) -> Outcome[Agent]:
        """Have `command` decided and committed by the agent's owner."""

    def tell(self, owner: str, fact: AgentMessage) -> None:
        """Report a fact to the agent's owner."""


class Texts(Protocol):
    """The way out for lines of chats by text message."""

    async def put(self, effect: SendText, key: str) -> None:
        """Keep a line to be sent; it is on disk on return. The same `key` again changes nothing."""


class ChatPerformer:
    """Tells agents' owners what chats decided about their slots, and gives lines to those who send them."""

    def __init__(self, agents: LiveAgents, texts: Texts | None = None) -> None:
        self._agents = agents
        self._texts = texts

    async def perform(self, owner: str, effect: ChatEffect, key: str) -> Sequence[ChatMessage]:
        """Have `effect` committed where it belongs; the same one again changes nothing there."""
        if isinstance(effect, SendText):
            if self._texts is not None:
                await self._texts.put(effect, key)
            return ()
        del owner
        await self._agents.send(UserId(effect.agent), effect)
        return ()
