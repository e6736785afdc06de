"""Which legs of a call are heard: by what the voice engine knows and reports, whatever the call believes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.commands import NobodyHeard
from madoguchi.domain.calls.parties import Party
from madoguchi.domain.calls.silence import talkers
from madoguchi.kernel.ids import LegId
from madoguchi.kernel.time import Instant, Span


@dataclass(frozen=True)
class Hearing:
    """What the voice engine says of its legs."""

    known: Collection[LegId] = frozenset()
    """Legs that are not over."""
    silent: Mapping[LegId, Instant] = field(default_factory=dict)
    """Legs from which no packet comes, and since when. Comfort noise is a packet; who merely says nothing is none."""
    missing: Mapping[LegId, Instant] = field(default_factory=dict)
    """Legs that calls believe to have and the engine does not know, and since when that was seen."""

    def unheard_since(self, party: Party, now: Instant) -> Instant | None:
        """Return since when nothing is heard of `party`; None while he is heard."""
        if party.leg is None or not party.connected:
            return party.waiting_since or party.since
        if party.leg not in self.known:
            return self.missing.get(party.leg, now)
        return self.silent.get(party.leg)


@dataclass(frozen=True)
class Silence:
    """Nobody in a call is heard."""

    since: Instant
    gone: bool
    """The engine knows none of its legs."""
    waited_until: Instant | None
    """Until when the call itself waits for one of them; it decides first."""
    held: bool
    """The consumer's phone has us on hold, and so may send nothing."""

    def closes_at(self, limit: Span) -> Instant | None:
        """Return when the call is ended by itself; None where it is not."""
        if self.held and not self.gone:
            return None
        at = self.since + limit
        return at if self.waited_until is None else max(at, self.waited_until)


def silence(call: Call, hearing: Hearing, now: Instant) -> Silence | None:
    """Return since when nobody in `call` is heard, supervisors apart; None while somebody is."""
    found = [(party, hearing.unheard_since(party, now)) for party in talkers(call)]
    since = [at for _, at in found if at is not None]
    if call.over or len(since) < len(found):
        return None
    waited = [limit for party, _ in found if (limit := call.patience(party)) is not None]
    return Silence(
        since=max(since, default=call.started_at),
        gone=all(party.leg is None or party.leg not in hearing.known for party, _ in found),
        waited_until=max(waited, default=None),
        held=call.held_by_far_end,
    )


def closing(call: Call, hearing: Hearing, limit: Span, now: Instant) -> NobodyHeard | None:
    """Return the fact that ends a call of which nobody has been heard for `limit`; None where it goes on."""
    found = silence(call, hearing, now)
    at = found.closes_at(limit) if found is not None else None
    if found is None or at is None or at > now:
        return None
    legs = frozenset(party.leg for party in talkers(call) if party.leg is not None)
    return NobodyHeard(legs, gone=found.gone)


def missing(
    calls: Iterable[Call], known: Collection[LegId], before: Mapping[LegId, Instant], now: Instant
) -> Mapping[LegId, Instant]:
    """Return which connected legs of `calls` the engine does not know, each with when that was first seen."""
    legs = (party.leg for call in calls for party in call.parties if party.present and party.connected)
    return {leg: before.get(leg, now) for leg in legs if leg is not None and leg not in known}
