"""What is known of calls, live and over: details with timeline and recordings, and the list of those that ended."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.belonging import Belonging, of_call
from madoguchi.domain.calls.call import Call
from madoguchi.domain.recording import Recording
from madoguchi.kernel.errors import NotFoundError
from madoguchi.kernel.ids import InteractionId, PartyId
from madoguchi.kernel.time import Instant
from madoguchi.ports.storage import InteractionStore, JournalRow
from madoguchi.services.call_life import CALLS
from madoguchi.services.recordings import RecordingService
from madoguchi.services.rows import Json, moment
from madoguchi.services.rows_calls import call_row, is_agent_of, supervised_row
from madoguchi.services.sights import Sights, finished

TOLD: Final = frozenset(
    {
        "CallStarted",
        "QueueChosen",
        "Deflected",
        "RecordingAnswered",
        "Enqueued",
        "Offered",
        "OffersAdded",
        "OfferMissed",
        "OfferDeclined",
        "DirectMissed",
        "OfferAccepted",
        "Held",
        "Muted",
        "MediaDropped",
        "RecordingBegan",
        "RecordingPaused",
        "RecordingClosed",
        "Transferred",
        "ConsultBegan",
        "ThirdPartyAnswered",
        "ConsultSwapped",
        "ConferenceBegan",
        "HandedOver",
        "TransferCompleted",
        "ConsultEnded",
        "TookOver",
        "SupervisorTookOver",
        "Requeued",
        "TurnedAway",
        "DialledOut",
        "DialAnswered",
        "NotReached",
        "TalkEnded",
        "Resolved",
        "ConsumerLeft",
        "Dismissed",
        "Broke",
    }
)
"""Events that make up the timeline. Those of supervisors are not among them."""
_WORD: Final = re.compile(r"(?<!^)(?=[A-Z])")


class CallHistory:
    """Reads calls from the store."""

    def __init__(self, store: InteractionStore, recordings: RecordingService) -> None:
        self._store = store
        self._recordings = recordings
        self.sights = Sights()
        """Who sees what; set when teams are there."""

    async def details(self, actor: Principal, call: InteractionId, live: Call | None) -> Json:
        """Return a `CallRow` with `timeline` and `recordings`.

        Raises:
            NotFoundError: there is none, or none that the caller may see.
        """
        state = live or await self._load(call)
        supervises = state is not None and self.sights.sees(actor, Permission.VIEW_CALLS, of_call(state))
        if state is None or not (supervises or is_agent_of(state, actor.user.id)):
            raise NotFoundError("there is no such call, or it is not yours")
        seen = {one.id for one in state.parties if not one.supervises}
        journal = await self._store.journal(call)
        return {
            **(supervised_row(state) if supervises else call_row(state)),
            "timeline": [entry(row) for row in journal if row.kind in TOLD and is_told_of(row, seen)],
            "recordings": [recording_row(one) for one in await self._recordings.of(call)],
        }

    async def completed(self, actor: Principal, limit: int, before: Instant | None, before_id: str) -> Sequence[Json]:
        """Return ended calls as rows, newest first.

        Raises:
            NotAllowedError: the caller may not see calls.
        """
        sight = self.sights.of(actor, Permission.VIEW_CALLS)
        found = await finished(self._store, CALLS.kind, sight, limit, before, before_id)
        return [call_row(CALLS.codec.state(one.data)) for one in found]

    async def whose(self, call: InteractionId) -> Belonging | None:
        """Return whose a call is as it was stored last; nothing where there is none."""
        state = await self._load(call)
        return of_call(state) if state is not None else None

    async def _load(self, call: InteractionId) -> Call | None:
        snapshot = await self._store.load(call)
        return CALLS.codec.state(snapshot.data) if snapshot is not None and snapshot.kind == CALLS.kind else None


def recording_row(one: Recording) -> Json:
    """Return a recording as details list it."""
    return {"id": one.id, "state": one.state.value, "span_s": one.span_s, "size": one.size}


def is_told_of(row: JournalRow, seen: set[PartyId]) -> bool:
    """Whether the event is about the call as a whole, or about a party that agent and consumer know of."""
    party = row.data.get("party")
    return not isinstance(party, str) or party in seen


def entry(row: JournalRow) -> Json:
    """Return an event as timelines list it."""
    return {"at": moment(row.at), "kind": _WORD.sub("_", row.kind).lower(), "data": _plain(row.data)}


def _plain(data: Mapping[str, Any]) -> Json:
    """Return what a reader of the timeline needs: plain values, and of nested things their id and name."""
    plain: Json = {}
    for key, value in data.items():
        if key == "why":
            # What is known of colleagues is for supervisors; see `RoutingService`.
            continue
        if isinstance(value, Mapping):
            plain[key] = {part: value[part] for part in ("id", "name", "names", "to_agent_name") if part in value}
        elif isinstance(value, list):
            plain[key] = [
                {part: one[part] for part in ("agent", "name") if part in one}
                for one in value
                if isinstance(one, Mapping)
            ]
        else:
            plain[key] = value
    return plain
