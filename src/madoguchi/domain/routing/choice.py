"""Which agents get the next offer, and why; and who is served first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

from madoguchi.domain.routing.candidate import LONG_AGO, Attendance, Candidate, Staff
from madoguchi.domain.routing.need import Need, needed
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.routing.record import NAMED, Considered, PassedOver, Reason, Rule, Why
from madoguchi.domain.routing.settings import PRIORITIES, OfferPolicy, RoutingSettings
from madoguchi.domain.routing.waiting import Waiting
from madoguchi.kernel.ids import UserId
from madoguchi.kernel.time import Instant

Rank: TypeAlias = tuple[bool, int, Instant, str]
"""Who has the smaller one is served first."""

_KEPT_AWAY: Final = {
    Attendance.ABSENT: Reason.SIGNED_OUT,
    Attendance.AWAY: Reason.AWAY,
    Attendance.MISSED: Reason.MISSED,
    Attendance.LEAVING: Reason.LEAVING,
}


@dataclass(frozen=True)
class Choice:
    """Whom to ring."""

    agents: tuple[Candidate, ...] = ()
    to_all: bool = False
    rule: Rule = Rule.NOBODY
    again_at: Instant | None = None
    """When the answer may be another one although nothing has changed but the time."""
    hopeless: bool = False
    """Nobody who is free fits, whoever may have been tried."""


def rank(waiting: Waiting, settings: RoutingSettings, now: Instant) -> Rank:
    """Return the place in the order of service.

    First come those who talked to an agent already, then it goes by priority, then first come, first served. With
    ageing, who waits becomes more urgent step by step.
    """
    priority = settings.priority
    if settings.ageing_s:
        waited_s = (now - waiting.queued_at).total_seconds()
        priority = max(PRIORITIES[0], priority - int(waited_s / settings.ageing_s))
    return (not (waiting.front and settings.transfers_first), priority, waiting.queued_at, waiting.interaction)


def choose(waiting: Waiting, settings: RoutingSettings, staff: Staff, now: Instant) -> Choice:
    """Return whom to ring now; nobody where nobody fitting is free or enough offers stand.

    Deltacast rings one agent at a time, at first those who were not tried yet. After enough offers, it rings all free
    agents, as multicast does from the start. While it rings all, agents who become free are rung as well. Whoever
    declined is left alone for a while, whoever else may be free.
    """
    to_all = rings_all(waiting, settings)
    if waiting.standing and not (to_all and waiting.to_all):
        return Choice()
    need = needed(waiting, settings, staff, now)
    fit = [one for one in staff.ready(waiting.channel) if need.refuses(one) is None]
    rested = [one for one in fit if one.agent not in waiting.standing and not _paused(one, waiting, now)]
    again_at = min((*_times(fit, waiting, now), *need.changes_at), default=None)
    if waiting.standing:
        rested = [one for one in rested if one.agent not in waiting.tried]
    if not rested:
        return Choice(again_at=again_at, hopeless=not fit)
    if to_all:
        rule = Rule.ALL_AT_ONCE if settings.policy is OfferPolicy.MULTICAST else Rule.FELL_BACK
        by_turn = sorted(rested, key=lambda one: _turn(one, waiting.channel))
        return Choice(tuple(by_turn), to_all=True, rule=rule, again_at=again_at)
    untried = [one for one in rested if one.agent not in waiting.tried]
    chosen = min(untried or rested, key=lambda one: _turn(one, waiting.channel))
    return Choice((chosen,), rule=_one_by_one(chosen, waiting.channel), again_at=again_at)


def rings_all(waiting: Waiting, settings: RoutingSettings) -> bool:
    """Whether the next offers go to all at once."""
    return settings.policy is OfferPolicy.MULTICAST or (settings.fall_back and waiting.attempts >= settings.attempts)


def explain(waiting: Waiting, settings: RoutingSettings, staff: Staff, now: Instant, choice: Choice) -> Why:
    """Return what is written down of `choice`: every agent of the queue is in it, rung or passed over for a reason."""
    need = needed(waiting, settings, staff, now)
    rung = {one.agent for one in choice.agents}
    found: dict[Reason, list[Candidate]] = {}
    for one in staff.members:
        if one.agent not in rung:
            found.setdefault(_passed_over(one, waiting, need, choice, now), []).append(one)
    return Why(
        rule=choice.rule,
        rung=tuple(_considered(one, waiting.channel, now) for one in choice.agents[:NAMED]),
        passed=tuple(_summed(reason, found[reason], waiting.channel, now) for reason in Reason if reason in found),
        attempt=waiting.attempts + 1,
        language=need.language,
        skills=tuple(one.skill for one in need.skills),
        skills_given_up=need.skills_given_up,
        groups=tuple(one.name for one in need.groups or ()),
    )


def _passed_over(one: Candidate, waiting: Waiting, need: Need, choice: Choice, now: Instant) -> Reason:  # noqa: PLR0911 - one per reason
    if one.agent in waiting.standing:
        return Reason.RINGING
    kept_away = _KEPT_AWAY.get(one.attendance)
    if kept_away is not None:
        return kept_away
    if _paused(one, waiting, now):
        # Before `BUSY`: the slot of an offer that he declined is freed a moment after.
        return Reason.PAUSE
    if not one.room(need.channel, need.call_weight):
        return Reason.BUSY
    refused = need.refuses(one)
    if refused is not None:
        return refused
    if one.agent in waiting.tried and not any(each.agent in waiting.tried for each in choice.agents):
        return Reason.TRIED
    return Reason.TURN


def _summed(reason: Reason, agents: Sequence[Candidate], channel: Channel, now: Instant) -> PassedOver:
    some = sorted(agents, key=lambda one: _turn(one, channel))[:NAMED]
    return PassedOver(reason, len(agents), tuple(_considered(one, channel, now) for one in some))


def _considered(one: Candidate, channel: Channel, now: Instant) -> Considered:
    since = one.idle_since(channel)
    return Considered(one.agent, one.name, None if since == LONG_AGO else (now - since) // timedelta(seconds=1))


def _paused(one: Candidate, waiting: Waiting, now: Instant) -> bool:
    until = waiting.pauses.get(one.agent)
    return until is not None and now < until


def _times(fit: Collection[Candidate], waiting: Waiting, now: Instant) -> Sequence[Instant]:
    return [waiting.pauses[one.agent] for one in fit if _paused(one, waiting, now)]


def _turn(one: Candidate, channel: Channel) -> tuple[int, Instant, UserId]:
    """Deltacast: the longest since the last ended call; for chats the longest without, else who has the fewest."""
    return (one.chats if channel is Channel.CHAT else 0, one.idle_since(channel), one.agent)


def _one_by_one(chosen: Candidate, channel: Channel) -> Rule:
    if channel is Channel.CALL:
        return Rule.LONGEST_SINCE_CALL
    return Rule.FEWEST_CHATS if chosen.chats else Rule.LONGEST_SINCE_CHAT
