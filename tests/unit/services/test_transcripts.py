"""Transcripts: every kind of line, in both languages."""

import json

import pytest

from madoguchi.domain.chats import messages
from madoguchi.domain.chats.lifecycle import Side
from madoguchi.domain.chats.messages import MessageSent
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.ports.storage import MessageRow
from madoguchi.services.chat_life import stored_line
from madoguchi.services.transcripts import transcript
from madoguchi.testing.chats import Story
from madoguchi.testing.environment import NOON

BODIES: list[tuple[Side, str, messages.Body]] = [
    (Side.CONSUMER, "Mei", messages.text("一行目\n二行目")),
    (Side.SYSTEM, "", messages.event("agent_joined", "Ana")),
    (Side.AGENT, "Ana", {"type": "attachment", "name": "猫.png", "size": 99}),
    (Side.SYSTEM, "", messages.event("agent_left", "Ana")),
    (Side.SYSTEM, "", messages.event("transferred", "Ben")),
    (Side.SYSTEM, "", messages.event("ended", "Mei")),
    (Side.SYSTEM, "", messages.event("ended")),
    (Side.SYSTEM, "", messages.event("something_new", "x")),
]


def lines() -> list[MessageRow]:
    chat = Story().begun().present
    return [
        stored_line(chat, MessageSent(seq, side, name, name, f"c{seq}", body, NOON))
        for seq, (side, name, body) in enumerate(BODIES, start=1)
    ]


def said(language: str) -> list[str]:
    chat = Story().begun().answered().present
    text = transcript(type(chat)(**{**vars(chat), "language": language}), lines(), "txt", "Asia/Tokyo")
    return text.split("\n\n", 1)[1].splitlines()


@pytest.mark.req("BASE-13")
def test_a_japanese_chat_has_a_japanese_transcript() -> None:
    assert said("ja") == [
        "[2026-11-23 21:00:00] Mei: 一行目",
        "    二行目",
        "[2026-11-23 21:00:00] システム: Ana が参加しました。",
        "[2026-11-23 21:00:00] Ana: [ファイル: 猫.png、99 バイト]",
        "[2026-11-23 21:00:00] システム: Ana が退出しました。",
        "[2026-11-23 21:00:00] システム: Ben に転送されました。",
        "[2026-11-23 21:00:00] システム: Mei がチャットを終了しました。",
        "[2026-11-23 21:00:00] システム: チャットが終了しました。",
        "[2026-11-23 21:00:00] システム: something_new",
    ]


@pytest.mark.req("BASE-13")
def test_any_other_chat_has_an_english_one() -> None:
    assert said("fr")[3:7] == [
        "[2026-11-23 21:00:00] Ana: [File: 猫.png, 99 bytes]",
        "[2026-11-23 21:00:00] System: Ana left the chat.",
        "[2026-11-23 21:00:00] System: The chat was transferred to Ben.",
        "[2026-11-23 21:00:00] System: Mei ended the chat.",
    ]


def test_programs_get_json_in_utf_8_and_utc() -> None:
    text = transcript(Story().begun().present, lines(), "json")
    assert "猫.png" in text
    told = json.loads(text)
    assert told["messages"][0] == {
        "seq": 1,
        "at": "2026-11-23T12:00:00.000Z",
        "sender": "consumer",
        "sender_name": "Mei",
        "body": {"type": "text", "text": "一行目\n二行目"},
    }
    assert (told["state"], told["agent"], told["ended_at"]) == ("queued", None, None)


def test_there_are_no_other_formats() -> None:
    with pytest.raises(InvalidInputError):
        transcript(Story().begun().present, [], "pdf")
