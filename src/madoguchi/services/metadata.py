"""Session metadata: everything that is known of one finished interaction, as one JSON for other systems.

The format is described in docs/protocol/metadata.md. `v` stays 1 as long as members are only added.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.belonging import of_call, of_chat
from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.parties import Party
from madoguchi.domain.chats.chat import Chat
from madoguchi.domain.consumers.consumer import Consumer
from madoguchi.domain.figures.facts import HandlingFact
from madoguchi.domain.figures.story import Handover, Offered, Redaction, Stay, Story, Stretch
from madoguchi.domain.figures.telling import tell
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.recording import Recording
from madoguchi.kernel.errors import ConflictError, NotFoundError
from madoguchi.kernel.ids import InteractionId
from madoguchi.kernel.time import Instant, stamp
from madoguchi.ports.storage import JournalRow, Storage
from madoguchi.services.call_history import TOLD, entry, is_told_of
from madoguchi.services.call_life import CALLS
from madoguchi.services.chat_life import CHATS
from madoguchi.services.rows import Json, consumer, moment, queue_or_none
from madoguchi.services.rows_calls import is_agent_of
from madoguchi.services.sights import Sights

VERSION: Final = 1
CHAT_TOLD: Final = frozenset(
    {
        "ChatStarted",
        "OffersPlaced",
        "OfferMissed",
        "OfferDeclined",
        "OfferAccepted",
        "Slept",
        "Woke",
        "Requeued",
        "Finished",
        "Abandoned",
        "Dismissed",
        "Expired",
    }
)
"""Events that make up a chat's timeline; its lines are in the transcript."""


class MetadataService:
    """Reads what is kept of finished interactions."""

    def __init__(self, storage: Storage) -> None:
        self._interactions = storage.interactions
        self._catalogue = storage.catalogue
        self._facts = storage.facts
        self.sights = Sights()
        """Who sees what; set when teams are there."""

    async def of_call(self, actor: Principal, call: InteractionId) -> Json:
        """Return a call's metadata: to its agents, and to who may view calls.

        Raises:
            NotFoundError: there is no such call, or none that the caller may see.
            ConflictError: it goes on still.
        """
        snapshot = await self._interactions.load(call)
        state = CALLS.codec.state(snapshot.data) if snapshot is not None and snapshot.kind == CALLS.kind else None
        if state is None or not (
            is_agent_of(state, actor.user.id) or self.sights.sees(actor, Permission.VIEW_CALLS, of_call(state))
        ):
            raise NotFoundError("there is no such call, or it is not yours")
        if not state.over:
            raise ConflictError("it goes on still; its metadata are complete when it is over")
        journal = await self._interactions.journal(call)
        recordings = await self._catalogue.recordings(call)
        return call_metadata(state, journal, recordings, await self._facts.handlings(call))

    async def of_chat(self, actor: Principal, chat: InteractionId) -> Json:
        """Return a chat's metadata: to its agents, and to who may view chats.

        Raises:
            NotFoundError: there is no such chat, or none that the caller may see.
            ConflictError: it goes on still.
        """
        snapshot = await self._interactions.load(chat)
        state = CHATS.codec.state(snapshot.data) if snapshot is not None and snapshot.kind == CHATS.kind else None
        if state is None or not (
            actor.user.id in state.agents or self.sights.sees(actor, Permission.VIEW_CHATS, of_chat(state))
        ):
            raise NotFoundError("there is no such chat, or it is not yours")
        if state.live:
            raise ConflictError("it goes on still; its metadata are complete when it is over")
        journal = await self._interactions.journal(chat)
        return chat_metadata(state, journal, await self._facts.handlings(chat))


def call_metadata(
    call: Call, journal: Sequence[JournalRow], recordings: Sequence[Recording], handlings: Sequence[HandlingFact]
) -> Json:
    """Return the metadata of a call that is over."""
    story = tell(journal)
    seen = {one.id for one in call.parties if not one.supervises}
    timeline = [entry(row) for row in journal if row.kind in TOLD and is_told_of(row, seen)]
    return {
        **_common(call, "call", call.medium.value, call.queue, story, handlings),
        "state": call.state.value,
        "direction": "outbound" if call.outbound else "inbound",
        "called": call.called or None,
        "direct": {"id": call.direct.agent, "name": call.direct.name} if call.direct is not None else None,
        "trunk": call.trunk or None,
        "answered": call.answered_at is not None,
        "participants": [
            _consumer_part(call.consumer, call.consumer_party, call.ended_at),
            *_agents_parts(story, handlings),
        ],
        "recordings": [_recording(one, story.redactions) for one in recordings],
        "recording_allowed": call.may_record,
        "timeline": timeline,
    }


def chat_metadata(chat: Chat, journal: Sequence[JournalRow], handlings: Sequence[HandlingFact]) -> Json:
    """Return the metadata of a chat that is over."""
    story = tell(journal)
    return {
        **_common(chat, "chat", chat.medium, chat.queue, story, handlings),
        "state": chat.state.value,
        "answered": chat.answered_at is not None,
        "messages": sum(row.kind == "MessageSent" and row.data.get("side") != "system" for row in journal),
        "participants": [
            {
                "role": "consumer",
                "id": chat.consumer.id,
                "name": chat.consumer.name,
                "since": stamp(chat.started_at),
                "until": moment(chat.ended_at),
            },
            *_agents_parts(story, handlings),
        ],
        "timeline": [entry(row) for row in journal if row.kind in CHAT_TOLD],
    }


def _common(
    one: Call | Chat,
    channel: str,
    medium: str,
    queue: Queue | None,
    story: Story,
    handlings: Sequence[HandlingFact],
) -> Json:
    return {
        "v": VERSION,
        "id": one.id,
        "channel": channel,
        "medium": medium,
        "language": one.language,
        "consumer": consumer(one.consumer),
        "queue": queue_or_none(queue),
        "started_at": stamp(one.started_at),
        "answered_at": moment(one.answered_at),
        "ended_at": moment(one.ended_at),
        "end_reason": one.end_reason.value if one.end_reason is not None else None,
        "durations": _durations(one, story, handlings),
        "stays": [_stay(stay) for stay in story.stays],
        "offers": [_offer(offer) for offer in story.offers],
        "transfers": [_handover(handover) for handover in story.handovers],
    }


def _durations(one: Call | Chat, story: Story, handlings: Sequence[HandlingFact]) -> Json:
    ended = one.ended_at or story.ended_at or one.started_at
    reached = story.stays[0].since if story.stays else ended
    if isinstance(one, Call) and one.outbound:
        reached = one.started_at
    return {
        "total_s": _between(one.started_at, ended),
        "menu_s": _between(one.started_at, reached),
        "wait_s": round(sum(stay.waited.total_seconds() for stay in story.stays), 3),
        "talk_s": round(sum(part.talk.total_seconds() for part in story.stretches), 3),
        "hold_s": round(sum(part.hold.total_seconds() for part in story.stretches), 3),
        "wrap_up_s": round(sum(part.wrap_up_ms for part in handlings) / 1000, 3),
    }


def _consumer_part(one: Consumer, party: Party, ended_at: Instant | None) -> Json:
    return {
        "role": "consumer",
        "id": one.id,
        "name": one.name,
        "since": stamp(party.since),
        "until": moment(party.left_at or ended_at),
    }


def _agents_parts(story: Story, handlings: Sequence[HandlingFact]) -> Sequence[Json]:
    closed = {one.id: one for one in handlings}
    return [_agent_part(stretch, closed.get(stretch.handling)) for stretch in story.stretches]


def _agent_part(stretch: Stretch, closed: HandlingFact | None) -> Json:
    return {
        "role": "agent",
        "id": stretch.agent,
        "name": stretch.name,
        "handling": stretch.handling,
        "queue": _queue(stretch.queue),
        "since": stamp(stretch.since),
        "until": moment(stretch.until),
        "talk_s": round(stretch.talk.total_seconds(), 3),
        "hold_s": round(stretch.hold.total_seconds(), 3),
        "wrap_up_s": closed.wrap_up_ms / 1000 if closed is not None else None,
        "disposition": closed.disposition or None if closed is not None else None,
        "transferred": stretch.transferred,
    }


def _stay(stay: Stay) -> Json:
    return {
        "queue": _queue(stay.queue),
        "came": stay.came.value,
        "since": stamp(stay.since),
        "until": moment(stay.until),
        "outcome": stay.outcome.value if stay.outcome is not None else None,
        "wait_s": round(stay.waited.total_seconds(), 3),
        "offers": stay.offers,
        "declined": stay.declined,
        "missed": stay.missed,
    }


def _offer(offer: Offered) -> Json:
    return {
        "agent": {"id": offer.agent, "name": offer.name},
        "at": stamp(offer.at),
        "until": moment(offer.until),
        "outcome": offer.outcome,
    }


def _handover(handover: Handover) -> Json:
    to_agent = {"id": handover.to_agent, "name": handover.to_name} if handover.to_agent else None
    return {
        "at": stamp(handover.at),
        "from": {"id": handover.agent, "name": handover.name} if handover.agent else None,
        "to_queue": _queue(handover.to_queue) if to_agent is None else None,
        "to_agent": to_agent,
        "to_number": handover.to_number or None,
        "warm": handover.warm,
    }


def _recording(one: Recording, redactions: Sequence[Redaction]) -> Json:
    return {
        "id": one.id,
        "state": one.state.value,
        "started_at": stamp(one.started_at),
        "span_s": round(one.span_s, 3),
        "redactions": [
            {"since": stamp(each.since), "until": moment(each.until)} for each in redactions if each.recording == one.id
        ],
    }


def _queue(queue: Mapping[str, Any] | None) -> Json | None:
    """Return a queue of the journal as a `QueueRef`."""
    if queue is None:
        return None
    names = dict(queue.get("names", {}))
    return {"id": queue["id"], "names": names, "path": [*(dict(one) for one in queue.get("parents", ())), names]}


def _between(since: Instant, until: Instant) -> float:
    return round((until - since).total_seconds(), 3)
