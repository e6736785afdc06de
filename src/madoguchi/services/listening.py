"""Keeps the ledger of listening: follows calls and chats, and writes what supervisors hear and read.

It follows from what calls and chats *are*, not from what was asked: whoever hears is in the ledger, however he came to.
Nothing waits for it: what the database cannot take now is kept in order and written as soon as it can.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any, Final, NoReturn

import structlog

from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.parties import Party
from madoguchi.domain.chats.chat import Chat
from madoguchi.domain.listening.ledger import ENDS, Mode, Observation, What, lost
from madoguchi.domain.supervision import Role
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.ids import UserId
from madoguchi.kernel.time import Instant
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.listening import ListeningLedger
from madoguchi.services.lifecycle import Change

AGAIN: Final = timedelta(seconds=2)
_MODES: Final = {Role.MONITOR: Mode.LISTEN, Role.WHISPER: Mode.WHISPER, Role.BARGE: Mode.BARGE}

_log = structlog.get_logger(__name__)


class ListeningKeeper:
    """Observes calls and chats. `run` writes; `begin` closes what the last process left open."""

    def __init__(self, ledger: ListeningLedger, clock: Clock, ids: IdSource) -> None:
        self._ledger = ledger
        self._clock = clock
        self._ids = ids
        self._waiting: deque[Observation] = deque()
        self._open: set[str] = set()
        """Sessions that began in this process and go on."""
        self._wake = asyncio.Event()
        self._one_by_one = asyncio.Lock()

    async def begin(self) -> None:
        """Close the sessions that were open when the last process ended.

        Raises:
            StorageUnavailableError: the ledger cannot be read or written.
        """
        now = self._clock.now()
        left = [lost(one, now) for one in await self._ledger.open_sessions()]
        if left:
            await self._ledger.add(left)

    async def run(self) -> NoReturn:
        """Write until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._write()

    async def settled(self) -> None:
        """Write what waits, if that is possible now; for who ends the process. The next one closes what stays open."""
        try:
            await self._write_some()
        except MadoguchiError as error:
            _log.warning("ledger_incomplete", code=error.code, entries=len(self._waiting))

    def call_changed(self, change: Change[Call, Any]) -> None:
        """Note who came, left, or plays another part; an observer of the runtime's calls."""
        before, after = change.before, change.state
        if before is None:
            # It comes in, or was taken up after a restart, which has closed whatever was open.
            return
        known = {one.id: one for one in before.parties}
        for party in after.parties:
            was = known.get(party.id)
            if party.monitoring is not None or (was is not None and was.monitoring is not None):
                self._add(_of_party(before, after, was, party, change.at))

    def chat_changed(self, change: Change[Chat, Any]) -> None:
        """Note which supervisors joined and left; an observer of the runtime's chats."""
        before = {one.user: one for one in change.before.guests} if change.before is not None else {}
        now = {one.user: one for one in change.state.guests}
        for user, guest in (before | now).items():
            if (user in before) != (user in now):
                what = What.BEGAN if user in now else What.ENDED
                session = f"{change.state.id}/{user}/{guest.since.isoformat()}"
                self._add([_of_chat(change.state, change.at, session, what, Mode.BARGE, user, guest.name)])

    def viewing(self, chat: Chat, user: UserId, name: str) -> Callable[[], None]:
        """Note that a supervisor reads along; return what to call when he stops."""
        session = self._ids.new("viewing")

        def note(what: What) -> None:
            self._add([_of_chat(chat, self._clock.now(), session, what, Mode.VIEW, user, name)])

        note(What.BEGAN)
        return lambda: note(What.ENDED)

    def _add(self, observations: Iterable[Observation]) -> None:
        for one in observations:
            if one.what is not What.BEGAN and one.session not in self._open:
                # It was open when the last process ended, and has been closed at the start of this one.
                continue
            (self._open.discard if one.what in ENDS else self._open.add)(one.session)
            self._waiting.append(one)
            self._wake.set()

    async def _write(self) -> None:
        while self._waiting:
            try:
                await self._write_some()
            except MadoguchiError as error:
                _log.warning("ledger_waits", code=error.code, entries=len(self._waiting))
                await self._clock.sleep(AGAIN)

    async def _write_some(self) -> None:
        async with self._one_by_one:
            some = list(self._waiting)
            await self._ledger.add(some)
            for _ in some:
                self._waiting.popleft()


def _of_party(before: Call, after: Call, was: Party | None, party: Party, at: Instant) -> Iterator[Observation]:
    """Yield what became of one who supervises, or did until now."""
    supervised = was is not None and was.monitoring is not None and was.present
    supervises = party.monitoring is not None and party.present
    session = (party.monitoring or (was.monitoring if was is not None else None)) or ""
    agent = after.agent_party or after.last_agent

    def seen(what: What, role: Role) -> Observation:
        return Observation(
            at=at,
            session=session,
            what=what,
            mode=_MODES[role],
            user=party.user or "",
            user_name=party.name,
            interaction=after.id,
            channel="call",
            agent=(agent.user or "") if agent is not None else "",
            agent_name=agent.name if agent is not None else "",
            queue=after.queue.id if after.queue is not None else "",
        )

    if supervises and not supervised:
        yield seen(What.BEGAN, party.role)
        if after.redacting:
            yield seen(What.SILENCED, party.role)
        return
    if supervised and was is not None and not supervises:
        yield seen(What.ENDED if party.handling is None else What.TOOK_OVER, was.role)
        return
    if not supervises or was is None:
        return
    if was.role is not party.role:
        yield seen(What.SWITCHED, party.role)
    if before.redacting is not after.redacting:
        yield seen(What.SILENCED if after.redacting else What.HEARD, party.role)
    had, has = before.agent_party, after.agent_party
    if has is not None and was.role is party.role and (had is None or had.user != has.user):
        # The call went to another agent, and the supervisor with it.
        yield seen(What.SWITCHED, party.role)


def _of_chat(chat: Chat, at: Instant, session: str, what: What, mode: Mode, user: UserId, name: str) -> Observation:
    return Observation(
        at=at,
        session=session,
        what=what,
        mode=mode,
        user=user,
        user_name=name,
        interaction=chat.id,
        channel="chat",
        agent=chat.agent.id if chat.agent is not None else "",
        agent_name=chat.agent.name if chat.agent is not None else "",
        queue=chat.queue.id,
    )
