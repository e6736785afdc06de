"""Looks at everything that is live at once, and says what is wrong with it. One function per kind of thing."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from madoguchi.domain.agents.agent import Agent
from madoguchi.domain.agents.handling import Handling, HandlingState
from madoguchi.domain.belonging import Belonging, of_call, of_chat
from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.lifecycle import CallState
from madoguchi.domain.calls.parties import Party
from madoguchi.domain.chats.chat import Chat, Deadline, holder
from madoguchi.domain.doctor.anomalies import Anomaly, Code, Kind, Remedy
from madoguchi.domain.doctor.hearing import Hearing, silence
from madoguchi.domain.doctor.settings import DoctorSettings
from madoguchi.kernel.ids import HandlingId, LegId, OfferId, UserId
from madoguchi.kernel.time import Instant

Interaction: TypeAlias = Call | Chat


@dataclass(frozen=True)
class Present:
    """Everything that is live, as it is at one moment."""

    now: Instant
    settings: DoctorSettings = DoctorSettings()  # noqa: RUF009 - frozen, so sharing it is safe
    calls: Sequence[Call] = ()
    chats: Sequence[Chat] = ()
    agents: Sequence[Agent] = ()
    unowned: Sequence[Interaction] = ()
    """Stored as live, while no owner's task runs."""
    unreadable: Sequence[tuple[Kind, str]] = ()
    """Of what kind they are and their ids, where what is stored as live tells nothing more."""
    hearing: Hearing = field(default_factory=Hearing)
    at_desk: Collection[UserId] = frozenset()
    """Agents who have a page open."""


def examine(present: Present) -> Iterator[Anomaly]:
    """Yield all that is wrong. The work grows with the number of interactions and agents, not with their product."""
    for call in present.calls:
        yield from _call(call, present)
    for chat in present.chats:
        yield from _chat(chat, present)
    for one in present.unowned:
        yield _of(one, Code.NO_OWNER)
    for kind, subject in present.unreadable:
        yield Anomaly(Code.UNREADABLE, kind, subject, Remedy.NOTHING, name=subject)
    yield from _agents(present)


def _call(call: Call, present: Present) -> Iterator[Anomaly]:
    yield from _stuck(call, present)
    for party in call.parties:
        if _leg_is_gone(party, present.hearing.known):
            yield _of(call, Code.LEG_GONE, part=party.id, since=present.hearing.missing.get(LegId(party.leg or "")))
    silent = silence(call, present.hearing, present.now)
    if silent is not None:
        closes = silent.closes_at(present.settings.no_media_for)
        yield _of(call, Code.NO_MEDIA, since=silent.since, heals_at=closes)
    if call.recording is not None and call.state is not CallState.TALKING:
        yield _of(call, Code.RECORDING_WITHOUT_TALK)
    agent = call.agent_party
    if agent is not None and agent.user not in present.at_desk and not agent.connected:
        yield _of(call, Code.AGENT_GONE, heals_at=call.patience(agent))


def _leg_is_gone(party: Party, known: Collection[LegId]) -> bool:
    return party.present and party.connected and party.leg not in known


def _chat(chat: Chat, present: Present) -> Iterator[Anomaly]:
    if chat.sms is None:
        # Who writes a text message may answer the next day.
        yield from _stuck(chat, present)
    agent = holder(chat)
    if agent is not None and agent not in present.at_desk:
        yield _of(chat, Code.AGENT_GONE, heals_at=chat.deadlines().get(Deadline.AGENT_SILENT))


def _stuck(one: Interaction, present: Present) -> Iterator[Anomaly]:
    since = one.started_at + present.settings.stuck_after
    if since <= present.now:
        yield _of(one, Code.STUCK, since=since)


def _agents(present: Present) -> Iterator[Anomaly]:
    offers = set(_offers((*present.calls, *present.chats)))
    handlings = set(_handlings((*present.calls, *present.chats)))
    for agent in present.agents:
        for kept in agent.reservations:
            if (agent.id, kept.offer) not in offers:
                expires = kept.expires_at if kept.expires_at > present.now else None
                remedy = Remedy.FREE_AGENT if expires is None else Remedy.NOTHING
                yield _of_agent(agent, Code.RESERVATION_WITHOUT_OFFER, kept.offer, remedy=remedy, heals_at=expires)
        for work in agent.handlings:
            if work.state is HandlingState.WORKING and work.id not in handlings:
                yield _of_agent(agent, Code.HANDLING_WITHOUT_INTERACTION, work.id)
            elif (overdue := _overdue_since(work, present)) is not None:
                yield _of_agent(agent, Code.WRAP_UP_OVERDUE, work.id, since=overdue)


def _overdue_since(work: Handling, present: Present) -> Instant | None:
    """Return since when a wrap-up ought to be over: its time is up, or it was extended until nobody can mean it."""
    if work.state is not HandlingState.WRAP_UP or work.wrap_up_at is None:
        return None
    at = work.wrap_up_at + present.settings.stuck_after
    at = at if work.ends_at is None else min(at, work.ends_at)
    return at if at <= present.now else None


def _offers(live: Iterable[Interaction]) -> Iterator[tuple[UserId, OfferId]]:
    for one in live:
        yield from ((offer.agent, offer.id) for offer in one.offers)


def _handlings(live: Iterable[Interaction]) -> Iterator[HandlingId]:
    for one in live:
        if isinstance(one, Call):
            yield from (party.handling for party in one.parties if party.present and party.handling is not None)
        elif one.agent is not None and holder(one) is not None:
            yield one.agent.handling


def _of(
    one: Interaction, code: Code, *, part: str = "", since: Instant | None = None, heals_at: Instant | None = None
) -> Anomaly:
    call, agent = isinstance(one, Call), _agent(one)
    return Anomaly(
        code=code,
        kind=Kind.CALL if call else Kind.CHAT,
        subject=one.id,
        remedy=Remedy.END_CALL if call else Remedy.END_CHAT,
        name=one.consumer.name,
        agent=agent[1] if agent is not None else "",
        belonging=of_call(one) if isinstance(one, Call) else of_chat(one),
        part=part,
        since=since,
        heals_at=heals_at,
    )


def _of_agent(
    agent: Agent,
    code: Code,
    part: str,
    *,
    remedy: Remedy = Remedy.FREE_AGENT,
    since: Instant | None = None,
    heals_at: Instant | None = None,
) -> Anomaly:
    return Anomaly(
        code=code,
        kind=Kind.AGENT,
        subject=agent.id,
        remedy=remedy,
        name=agent.name,
        belonging=Belonging(frozenset({agent.id})),
        part=part,
        since=since,
        heals_at=heals_at,
    )


def _agent(one: Interaction) -> tuple[UserId | None, str] | None:
    """Return who has the interaction."""
    if isinstance(one, Call):
        party = one.agent_party
        return (party.user, party.name) if party is not None else None
    return (one.agent.id, one.agent.name) if one.agent is not None else None
