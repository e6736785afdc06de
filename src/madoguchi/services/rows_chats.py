"""Chats as rows of live views: for supervisors, on desks, and as their consumers may see them."""

from collections.abc import Mapping

from madoguchi.domain.chats.chat import Chat, Transfer
from madoguchi.domain.chats.lifecycle import ChatState, Side
from madoguchi.domain.chats.messages import Marks
from madoguchi.domain.chats.supervising import Whispered
from madoguchi.domain.routing.offers import Channel, Offer
from madoguchi.kernel.ids import UserId
from madoguchi.kernel.time import stamp
from madoguchi.ports.storage import MessageRow
from madoguchi.services.rows import Json, consumer, moment, person, queue_ref


def chat_row(chat: Chat) -> Json:
    """Return the `ChatRow`, without monitors."""
    last = chat.last_message
    return {
        "id": chat.id,
        "kind": "chat",
        "medium": chat.medium,
        "state": chat.state.value,
        "language": chat.language,
        "consumer": consumer(chat.consumer),
        "queue": queue_ref(chat.queue),
        "agent": person(chat.agent.id, chat.agent.name) if chat.agent is not None else None,
        "offered_to": [person(offer.agent, offer.name) for offer in chat.offers],
        "position": chat.position,
        "wait_min": chat.wait_min,
        "started_at": stamp(chat.started_at),
        "queued_at": moment(chat.queued_at),
        "answered_at": moment(chat.answered_at),
        "ended_at": moment(chat.ended_at),
        "waiting_since": moment(chat.waiting_since) if chat.live else None,
        "last_message": {"at": stamp(last.at), "sender": last.side.value, "text": last.text} if last else None,
        "transfers": [_transfer(one) for one in chat.transfers],
        "typing": _typing(chat),
        "delivered": _marks(chat.delivered),
        "read": _marks(chat.read),
        "end_reason": chat.end_reason.value if chat.end_reason is not None else None,
        "guests": [person(one.user, one.name) for one in chat.guests],
    }


def whisper_row(whispered: Whispered) -> Json:
    """Return a line that only the agent and supervisors see."""
    return {
        "id": f"w{whispered.number}",
        "kind": "whisper",
        "at": stamp(whispered.at),
        "sender": person(whispered.user, whispered.name),
        "client_id": whispered.client_id,
        "text": whispered.text,
    }


def supervised_row(row: Json, monitors: Mapping[UserId, str]) -> Json:
    """Return the row of the `chats` view, made of the `ChatRow`: who looks on is told here only."""
    return {**row, "monitors": [person(user, name) for user, name in monitors.items()]}


def desk_row(chat: Chat, row: Json) -> Json:
    """Return the row on its agent's desk, made of the `ChatRow`."""
    handling = chat.agent.handling if chat.agent is not None else None
    return {**row, "handling": handling, "unread": chat.unread(Side.AGENT)}


def offer_row(chat: Chat, offer: Offer) -> Json:
    """Return what rings at an agent's desk."""
    return {
        "id": offer.id,
        "kind": "offer",
        "offer": offer.id,
        "interaction": chat.id,
        "channel": Channel.CHAT.value,
        "medium": chat.medium,
        "consumer": consumer(chat.consumer),
        "queue": queue_ref(chat.queue),
        "language": chat.language,
        "queued_at": moment(chat.queued_at),
        "offered_at": moment(offer.placed_at),
        "expires_at": moment(offer.expires_at),
        "auto_answer": offer.auto_answer,
    }


def consumer_row(chat: Chat) -> Json:
    """Return the row of the `consumer` view. That it rings somewhere, or sleeps, is no business of his."""
    shown = {ChatState.OFFERED: ChatState.QUEUED, ChatState.DORMANT: ChatState.CHATTING}.get(chat.state, chat.state)
    return {
        "id": chat.id,
        "kind": "chat",
        "state": shown.value,
        "queue": queue_ref(chat.queue),
        "agent": {"name": chat.agent.name} if chat.agent is not None else None,
        "started_at": stamp(chat.started_at),
        "position": chat.position,
        "wait_min": chat.wait_min,
        "unread": chat.unread(Side.CONSUMER),
        "end_reason": chat.end_reason.value if chat.end_reason is not None else None,
    }


def consumer_chat_row(chat: Chat, row: Json) -> Json:
    """Return the `ConsumerChatRow`, made of the row of the `consumer` view."""
    return {
        **row,
        "language": chat.language,
        "typing": _typing(chat),
        "delivered": _marks(chat.delivered),
        "read": _marks(chat.read),
    }


def message_id(seq: int) -> str:
    """Return the id of a line's row."""
    return f"m{seq}"


def message_row(message: MessageRow) -> Json:
    """Return the `MessageRow`."""
    return {
        "id": message_id(message.seq),
        "kind": "message",
        "seq": message.seq,
        "at": stamp(message.at),
        "sender": message.sender,
        "sender_id": message.sender_id,
        "sender_name": message.sender_name,
        "client_id": message.client_id,
        "body": message.body,
    }


def _transfer(moved: Transfer) -> Json:
    to_agent = person(moved.to_agent, moved.to_name) if moved.to_agent is not None else None
    return {
        "at": stamp(moved.at),
        "from": person(moved.from_id, moved.from_name),
        "to_queue": queue_ref(moved.to_queue) if to_agent is None else None,
        "to_agent": to_agent,
    }


def _typing(chat: Chat) -> Json:
    return {"consumer": chat.consumer_typing is not None, "agent": chat.agent_typing is not None}


def _marks(marks: Marks) -> Json:
    return {"consumer": marks.consumer, "agent": marks.agent}
