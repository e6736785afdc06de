"""Synthetic people for `madoguchi demo`: callers, chatters, and agents who answer by themselves."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final

import httpx
import numpy as np

from madoguchi.testing.realtime_client import CommandRefusedError, RealtimeClient, Row, View, open_realtime
from madoguchi.testing.sip_caller import Callee, CallRefusedError, Samples, encoded, looped, open_call
from madoguchi.testing.tones import tone

LINES: Final[Mapping[str, Sequence[str]]] = {
    "ja": (
        "注文した商品がまだ届きません。",
        "注文番号は 4711 です。",
        "昨日から配送状況が変わっていません。",
        "住所を変更することはできますか?",
        "ありがとうございます。よろしくお願いします。",
    ),
    "en": (
        "Hello, my parcel has not arrived yet.",
        "The order number is 4711.",
        "Tracking has not changed since yesterday.",
        "Could you change the delivery address?",
        "Thank you, that helps.",
    ),
}
ANSWERS: Final[Mapping[str, Sequence[str]]] = {
    "ja": (
        "お問い合わせありがとうございます。",
        "確認いたしますので少々お待ちください。",
        "ご安心ください。本日お届けします。",
    ),
    "en": ("Thank you for contacting us.", "Let me check that for you.", "It will arrive today."),
}
PATIENCE_S: Final = 180.0

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Pace:
    """How fast people are, as a factor on every pause; tests are in a hurry."""

    factor: float = 1.0

    async def pause(self, low: float, high: float) -> None:
        """Wait between `low` and `high` seconds."""
        await asyncio.sleep(random.uniform(low, high) * self.factor)


class Caller:
    """Calls by telephone, chooses from the menu, waits, speaks, hangs up, and calls again."""

    def __init__(self, number: str, callee: Callee, voice: Samples | None, pace: Pace, tell: Tell) -> None:
        self._number = number
        self._callee = callee
        self._voice = voice
        self._pace = pace
        self._tell = tell

    async def live(self) -> None:
        """Call again and again, until cancelled."""
        while True:
            try:
                await self.call_once()
            except CallRefusedError as refused:
                self._tell(f"caller {self._number}: {refused}")
            await self._pace.pause(5, 15)

    async def call_once(self) -> None:
        """Call once."""
        speech = self._voice if self._voice is not None else _murmur(int(self._number[-2:]))
        async with open_call(self._callee, number=self._number, sound=looped(encoded(speech))) as call:
            self._tell(f"caller {self._number}: connected, listening to the menu")
            await self._pace.pause(3, 6)
            key = random.choice("123")
            call.press(key)
            if key == "3":
                await self._pace.pause(2, 5)
                call.press(random.choice("12"))
            self._tell(f"caller {self._number}: pressed {key}, waiting")
            with contextlib.suppress(TimeoutError):
                # The menu takes its time, however hurried everybody is.
                async with asyncio.timeout(45 + random.uniform(15, 105) * self._pace.factor):
                    await call.ended.wait()
        self._tell(f"caller {self._number}: the call is over")


def _murmur(seed: int) -> Samples:
    """Return ten seconds of something like a voice: syllables of a few tones with pauses between."""
    chance = random.Random(seed)
    base = chance.choice((110, 130, 200, 220))
    parts: list[Samples] = []
    while sum(len(part) for part in parts) < 80_000:  # noqa: PLR2004 - ten seconds at 8 kHz
        pitch = round(base * chance.uniform(0.9, 1.2))
        syllable = tone((pitch, 3 * pitch, 5 * pitch), chance.uniform(0.08, 0.25))
        parts += [syllable // 4, np.zeros(round(8000 * chance.uniform(0.02, 0.3)), np.int16)]
    voice: Samples = np.concatenate(parts)
    return voice


class Chatter:
    """Chats from a web page: writes, reads, types, ends, and comes again."""

    def __init__(self, number: int, url: str, pace: Pace, tell: Tell) -> None:
        self._name = f"chatter {number}"
        self._url = url
        self._pace = pace
        self._tell = tell

    async def live(self) -> None:
        """Chat again and again, until cancelled."""
        while True:
            try:
                await self.chat_once()
            except (httpx.HTTPError, CommandRefusedError, ConnectionError, TimeoutError) as trouble:
                self._tell(f"{self._name}: {type(trouble).__name__} {trouble}")
            await self._pace.pause(5, 15)

    async def chat_once(self) -> None:
        """Chat once."""
        language = random.choice(("ja", "en"))
        async with httpx.AsyncClient(base_url=self._url, timeout=30) as http:
            config = (await http.get("/api/v1/consumer/config")).raise_for_status().json()
            queue = random.choice([each for each in config["queues"] if "chat" in each["channels"]])
            opened = await http.post("/api/v1/consumer/sessions", json={"language": language})
            token = opened.raise_for_status().json()["token"]
            http.headers["Authorization"] = f"Bearer {token}"
            lines = LINES[language]
            begin = {"queue": queue["id"], "language": language, "text": lines[0]}
            chat = (await http.post("/api/v1/consumer/chats", json=begin)).raise_for_status().json()["chat"]
            self._tell(f"{self._name}: waits in “{queue['names'][language]}” with {chat}")
            try:
                await self._wait_and_converse(token, chat, lines[1:])
            finally:
                await http.post(f"/api/v1/consumer/chats/{chat}/end")
        self._tell(f"{self._name}: the chat is over")

    async def _wait_and_converse(self, token: str, chat: str, lines: Sequence[str]) -> None:
        async with open_realtime(self._url, token=token) as realtime:
            view = await realtime.view("chat", {"chat": chat})
            try:
                await view.until(lambda rows: rows.get(chat, {}).get("state") == "chatting", PATIENCE_S)
            except TimeoutError:
                self._tell(f"{self._name}: waited too long")
            else:
                await self._converse(realtime, view, chat, lines)

    async def _converse(self, realtime: RealtimeClient, view: View, chat: str, lines: Sequence[str]) -> None:
        for number, line in enumerate(lines):
            await self._pace.pause(2, 5)
            await self._see(realtime, view, chat)
            if view.rows.get(chat, {}).get("state") != "chatting":
                return
            await realtime.command("chat.typing", chat=chat, typing=True)
            await self._pace.pause(1, 4)
            await realtime.command("chat.send", chat=chat, client_id=f"line-{number}", text=line)
        await self._pace.pause(4, 10)
        await self._see(realtime, view, chat)

    async def _see(self, realtime: RealtimeClient, view: View, chat: str) -> None:
        newest = max((row["seq"] for row in view.rows.values() if row.get("kind") == "message"), default=0)
        if newest:
            await realtime.command("chat.delivered", chat=chat, seq=newest)
            await realtime.command("chat.read", chat=chat, seq=newest)


class Agent:
    """Signs in, takes every offer, answers chats, speaks in calls for a while, and wraps up at once.

    To speak it needs aiortc, which only a development environment has; without it the agent only takes the calls, and
    their callers go on hearing music.
    """

    def __init__(self, email: str, password: str, url: str, pace: Pace, tell: Tell) -> None:
        self._email = email
        self._password = password
        self._url = url
        self._pace = pace
        self._tell = tell
        self._busy: set[str] = set()

    @property
    def can_speak(self) -> bool:
        """Whether aiortc is installed."""
        return find_spec("aiortc") is not None

    async def live(self) -> None:
        """Work until cancelled."""
        async with httpx.AsyncClient(base_url=self._url + "/api/v1", headers={"X-Madoguchi": "1"}, timeout=30) as http:
            given = {"email": self._email, "password": self._password}
            (await http.post("/session", json=given)).raise_for_status()
            cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
            try:
                async with open_realtime(self._url, cookie=cookie) as realtime, asyncio.TaskGroup() as group:
                    desk = await realtime.view("desk")
                    await http.put("/desk/presence", json={"status": "available"})
                    self._tell(f"agent {self._email}: available")
                    while True:
                        row = await desk.until(self._open_work, 1e9)
                        self._busy.add(row["id"])
                        group.create_task(self._work(row, http, realtime))
            finally:
                with contextlib.suppress(httpx.HTTPError):
                    await http.put("/desk/presence", json={"status": "unavailable"})
                    await http.delete("/session")

    def _open_work(self, rows: Mapping[str, Row]) -> Row | None:
        known = {"offer", "call", "chat", "wrap_up"}
        return next((row for row in rows.values() if row["kind"] in known and row["id"] not in self._busy), None)

    async def _work(self, row: Row, http: httpx.AsyncClient, realtime: RealtimeClient) -> None:
        with contextlib.suppress(httpx.HTTPError, CommandRefusedError, ConnectionError):
            match row["kind"]:
                case "offer":
                    await self._pace.pause(1, 4)
                    taken = await http.post(f"/offers/{row['id']}/accept")
                    self._tell(f"agent {self._email}: {row['channel']} {'taken' if taken.is_success else 'missed'}")
                case "call":
                    await self._speak(row["id"], http)
                    await http.post(f"/calls/{row['id']}/hang-up")
                case "chat":
                    for number, line in enumerate(ANSWERS.get(row["language"], ANSWERS["en"])):
                        await self._pace.pause(3, 8)
                        await realtime.command("chat.send", chat=row["id"], client_id=f"agent-{number}", text=line)
                case "wrap_up":
                    await self._pace.pause(1, 5)
                    await http.post(f"/handlings/{row['id']}/finish", json={"disposition": "demo"})
                case _:
                    pass
        if row["kind"] == "offer":
            self._busy.discard(row["id"])

    async def _speak(self, call: str, http: httpx.AsyncClient) -> None:
        """Be in the call for a while."""
        if not self.can_speak:
            await self._pace.pause(20, 60)
            return
        from madoguchi.testing.browser_audio import speaking  # noqa: PLC0415 - aiortc is not everywhere

        async def attach(offer: str) -> str:
            reply = await http.post(f"/calls/{call}/media", json={"offer": offer})
            answer: str = reply.raise_for_status().json()["answer"]
            return answer

        async with speaking(np.repeat(_murmur(len(self._email)), 6), attach):
            self._tell(f"agent {self._email}: speaks with the caller")
            await self._pace.pause(20, 60)


def demo_number(number: int) -> str:
    """Return a telephone number that nobody has (reserved for use in fiction)."""
    return f"+8135550{number:04d}"


Living = Caller | Chatter | Agent


async def live_together(people: Sequence[Living], seconds: float, pace: Pace, tell: Tell) -> list[Any]:
    """Let `people` live for `seconds`, coming one after the other; return what any of them failed of."""
    failures: list[Any] = []

    async def one(person: Living, after: float) -> None:
        await asyncio.sleep(after)
        try:
            await person.live()
        except Exception as failure:  # noqa: BLE001 - one person's trouble must not end the demonstration; it is told
            failures.append(failure)
            tell(f"{type(person).__name__} gave up: {type(failure).__name__} {failure}")

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            for place, person in enumerate(people):
                group.create_task(one(person, place * 1.5 * pace.factor))
    return failures
