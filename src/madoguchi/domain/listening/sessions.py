"""Sessions: all that one supervisor heard of one interaction, from beginning to end, as reports show it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from madoguchi.domain.listening.ledger import ENDS, Entry, Mode, What
from madoguchi.kernel.time import Instant


@dataclass(frozen=True)
class Session:
    """One row of the report."""

    id: str
    first: int
    """The number of its first entry."""
    user: str
    user_name: str
    interaction: str
    channel: str
    agents: tuple[str, ...]
    """The names of those who had the interaction meanwhile, in order."""
    queue: str
    began_at: Instant
    ended_at: Instant | None
    end: What | None
    modes: tuple[Mode, ...]
    """In the order in which he took them up, each once."""
    silent_s: float
    """How long he heard nothing because something was left out."""
    silent_since: Instant | None = None

    def listened_s(self, now: Instant) -> float:
        """Return how long it lasted, or lasts, in seconds; time in which he heard nothing left out."""
        until = self.ended_at or now
        silent = self.silent_s
        if self.silent_since is not None:
            silent += (until - self.silent_since).total_seconds()
        return max(0.0, (until - self.began_at).total_seconds() - silent)


def sessions(entries: Iterable[Entry]) -> list[Session]:
    """Return the sessions that `entries` tell, in the order of their beginnings. Entries of others are passed over."""
    found: dict[str, Session] = {}
    for entry in entries:
        seen = entry.observation
        if seen.what is What.BEGAN:
            found[seen.session] = Session(
                id=seen.session,
                first=entry.number,
                user=seen.user,
                user_name=seen.user_name,
                interaction=seen.interaction,
                channel=seen.channel,
                agents=(seen.agent_name,) if seen.agent_name else (),
                queue=seen.queue,
                began_at=seen.at,
                ended_at=None,
                end=None,
                modes=(seen.mode,),
                silent_s=0.0,
            )
        elif (session := found.get(seen.session)) is not None:
            found[seen.session] = _after(session, entry)
    return list(found.values())


def _after(session: Session, entry: Entry) -> Session:
    seen = entry.observation
    if seen.agent_name and seen.agent_name not in session.agents and seen.what is not What.TOOK_OVER:
        session = replace(session, agents=(*session.agents, seen.agent_name))
    if seen.mode not in session.modes:
        session = replace(session, modes=(*session.modes, seen.mode))
    if seen.what is What.SILENCED:
        return replace(session, silent_since=seen.at)
    if seen.what is What.HEARD or (seen.what in ENDS and session.silent_since is not None):
        since = session.silent_since or seen.at
        session = replace(session, silent_s=session.silent_s + (seen.at - since).total_seconds(), silent_since=None)
    if seen.what in ENDS:
        session = replace(session, ended_at=seen.at, end=seen.what)
    return session
