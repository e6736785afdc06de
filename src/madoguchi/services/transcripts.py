"""A chat as a file: for people as text, for programs as JSON. Both are UTF-8."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from madoguchi.domain.chats.chat import Chat
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.time import Instant, stamp
from madoguchi.ports.storage import MessageRow
from madoguchi.services.rows import Json, consumer, moment, person, queue_ref

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "title": "Chat transcript",
        "id": "Chat",
        "queue": "Queue",
        "consumer": "Consumer",
        "agent": "Agent",
        "started": "Started",
        "ended": "Ended",
        "zone": "Times are in {zone}.",
        "file": "[File: {name}, {size} bytes]",
        "agent_joined": "{name} joined the chat.",
        "agent_left": "{name} left the chat.",
        "not_delivered": "A text message was not delivered.",
        "transferred": "The chat was transferred to {name}.",
        "ended_by": "{name} ended the chat.",
        "ended_plain": "The chat ended.",
        "system": "System",
        "to": " > ",
    },
    "ja": {
        "title": "チャット記録",
        "id": "チャット",
        "queue": "キュー",
        "consumer": "お客様",
        "agent": "担当者",
        "started": "開始",
        "ended": "終了",
        "zone": "時刻は {zone} です。",
        "file": "[ファイル: {name}、{size} バイト]",
        "agent_joined": "{name} が参加しました。",
        "agent_left": "{name} が退出しました。",
        "not_delivered": "メッセージを配信できませんでした。",
        "transferred": "{name} に転送されました。",
        "ended_by": "{name} がチャットを終了しました。",
        "ended_plain": "チャットが終了しました。",
        "system": "システム",
        "to": " > ",
    },
}


def transcript(chat: Chat, messages: Sequence[MessageRow], kind: str, zone: str = "UTC") -> str:
    """Return the transcript.

    Args:
        chat: the chat, live or over.
        messages: its lines in order.
        kind: `txt` or `json`.
        zone: time zone of the text's times; JSON is always in UTC.

    Raises:
        InvalidInputError: there is no such kind.
    """
    if kind == "json":
        return json.dumps(as_json(chat, messages), ensure_ascii=False, indent=2) + "\n"
    if kind == "txt":
        return "\n".join(as_text(chat, messages, zone)) + "\n"
    raise InvalidInputError("txt or json", field="format")


def as_json(chat: Chat, messages: Iterable[MessageRow]) -> Json:
    """Return the transcript for programs."""
    return {
        "chat": chat.id,
        "state": chat.state.value,
        "language": chat.language,
        "consumer": consumer(chat.consumer),
        "queue": queue_ref(chat.queue),
        "agent": person(chat.agent.id, chat.agent.name) if chat.agent is not None else None,
        "started_at": stamp(chat.started_at),
        "answered_at": moment(chat.answered_at),
        "ended_at": moment(chat.ended_at),
        "end_reason": chat.end_reason.value if chat.end_reason is not None else None,
        "messages": [
            {
                "seq": line.seq,
                "at": stamp(line.at),
                "sender": line.sender,
                "sender_name": line.sender_name,
                "body": line.body,
            }
            for line in messages
        ],
    }


def as_text(chat: Chat, messages: Iterable[MessageRow], zone: str) -> Iterator[str]:
    """Yield the transcript line by line, in the chat's language."""
    words = WORDS.get(chat.language, WORDS["en"])
    where = ZoneInfo(zone)
    path = [*chat.queue.parents, chat.queue.names]
    yield words["title"]
    yield f"{words['id']}: {chat.id}"
    yield f"{words['queue']}: {words['to'].join(one.get(chat.language) or one['en'] for one in path)}"
    yield f"{words['consumer']}: {chat.consumer.name}"
    if chat.agent is not None:
        yield f"{words['agent']}: {chat.agent.name}"
    yield f"{words['started']}: {_local(chat.started_at, where):%Y-%m-%d %H:%M:%S}"
    if chat.ended_at is not None:
        yield f"{words['ended']}: {_local(chat.ended_at, where):%Y-%m-%d %H:%M:%S}"
    yield words["zone"].format(zone=zone)
    yield ""
    for line in messages:
        name = line.sender_name or words["system"]
        first, *rest = said(line, words).splitlines() or [""]
        yield f"[{_local(line.at, where):%Y-%m-%d %H:%M:%S}] {name}: {first}"
        yield from (f"    {more}" for more in rest)


def said(line: MessageRow, words: Mapping[str, str]) -> str:
    """Return what a line says."""
    body = line.body
    match body.get("type"):
        case "text":
            return str(body.get("text", ""))
        case "attachment":
            return words["file"].format(name=body.get("name"), size=body.get("size"))
        case _:
            event, name = body.get("event"), body.get("name")
            if event == "ended":
                event = "ended_by" if name else "ended_plain"
            return words.get(str(event), str(event)).format(name=name)


def _local(at: Instant, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone)
