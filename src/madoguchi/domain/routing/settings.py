"""How a queue finds its agents: one record with everything that a manager may set, and what makes it impossible."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any, Final

from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import UserId

DEFAULT_PRIORITY: Final = 4
LEVELS: Final = range(1, 6)
"""How well somebody has a skill: 1 (a little) to 5 (nobody better)."""
PRIORITIES: Final = range(1, 9)
GROUPS: Final = 20
"""How many groups a queue may have."""
HUNDRED: Final = 100
LONGEST_S: Final = 86_400.0
"""A day: the longest time that any of the settings may name."""


def _within(default: float, least: float, most: float, unit: str = "") -> Any:
    return field(default=default, metadata={"least": least, "most": most, "unit": unit})


class OfferPolicy(Enum):
    """How agents get offers."""

    DELTACAST = "deltacast"
    """To one at a time by rule; after the last attempt to all."""
    MULTICAST = "multicast"
    """To all at once; the fastest wins."""


class Spread(Enum):
    """Who of a queue's agents is asked when."""

    ALL = "all"
    """Everybody, from the start."""
    CASCADE = "cascade"
    """Group by group, the longer the consumer waits."""
    PERCENT = "percent"
    """Each interaction goes to one group; the groups get their percentages."""


@dataclass(frozen=True)
class SkillNeed:
    """A skill that an agent must have."""

    skill: str
    level: int = 1
    """At least so well."""


@dataclass(frozen=True)
class AgentGroup:
    """Some of a queue's agents: those named, and those who have all of the skills."""

    name: str
    agents: tuple[UserId, ...] = ()
    skills: tuple[SkillNeed, ...] = ()
    wait_s: float = 30.0
    """Cascade: how long before the next group joins. Percent: how long the group is asked before everybody is."""
    replaces: bool = False
    """Cascade: when its turn comes, the groups before it are no longer asked."""
    percent: int = 0
    """Its share of the interactions."""


@dataclass(frozen=True)
class RoutingSettings:
    """How a queue finds its agents."""

    policy: OfferPolicy = OfferPolicy.DELTACAST
    offer_s: float = _within(20.0, 3.0, 600.0, "s")
    """How long one offer stands."""
    attempts: int = _within(3, 1, 50)
    """Deltacast offers before the fall-back to multicast."""
    fall_back: bool = True
    """Whether there is that fall-back; without it deltacast goes on, one agent after the other."""
    decline_pause_s: float = _within(5.0, 0.0, 600.0, "s")
    """For how long who declined is not asked again, even where nobody else is free."""
    auto_answer: bool = False
    """A deltacast offer is taken for the agent after a moment, without a click."""
    spread: Spread = Spread.ALL
    groups: tuple[AgentGroup, ...] = ()
    skip_absent_groups: bool = False
    """Cascade: a group of which nobody is at work does not hold up the next one."""
    priority: int = _within(DEFAULT_PRIORITY, PRIORITIES[0], PRIORITIES[-1])
    """1 (first) to 8, among the queues that an agent serves."""
    ageing_s: float = _within(0.0, 0.0, LONGEST_S, "s")
    """Who has waited so long counts as one priority more urgent, after twice as long two; 0 for never."""
    transfers_first: bool = True
    """Who has talked to an agent already goes before all others."""
    skills: tuple[SkillNeed, ...] = ()
    """What every agent must have, besides being assigned."""
    relax_skills_s: float = _within(0.0, 0.0, LONGEST_S, "s")
    """After so long the skills are no longer asked for; 0 for never."""
    relax_languages_s: float = _within(0.0, 0.0, LONGEST_S, "s")
    """After so long the language is no longer asked for; 0 for never."""
    service_level_s: float = _within(20.0, 1.0, LONGEST_S, "s")
    """The aim: an answer within this time …"""
    service_level_percent: int = _within(80, 1, 100, "%")
    """… for so many of a hundred."""
    missed_calls: int = _within(1, 1, 50)
    """After so many calls missed in a row an agent's status is Missed Call until he chooses another one."""
    missed_chats: int = _within(2, 1, 50)
    unresponsive_after: int = _within(3, 0, 50)
    """After so many offers missed without one taken between, however often he came back, he is Unresponsive; 0 for
    never."""
    call_weight: int | None = field(default=None, metadata={"least": 0, "most": 50})
    """As how many chats a call counts in an agent's limit. None: beside a call he gets nothing else."""


def checked(settings: RoutingSettings) -> RoutingSettings:
    """Return `settings` as they are.

    Raises:
        InvalidInputError: they make no sense; `field` names the part, such as `groups.1.wait_s`.
    """
    for part, wrong in _faults(settings):
        raise InvalidInputError(wrong, field=part)
    return settings


def _faults(it: RoutingSettings) -> Iterator[tuple[str, str]]:
    for one in fields(it):
        value, least, most = getattr(it, one.name), one.metadata.get("least"), one.metadata.get("most")
        if value is not None and least is not None and most is not None and not least <= value <= most:
            yield one.name, f"from {least:g} to {most:g}"
    if it.auto_answer and it.policy is OfferPolicy.MULTICAST:
        yield "auto_answer", "only where one agent is asked at a time"
    yield from _skill_faults("skills", it.skills)
    yield from _group_faults(it)


def _skill_faults(field: str, needs: tuple[SkillNeed, ...]) -> Iterator[tuple[str, str]]:
    for index, need in enumerate(needs):
        if not need.skill.strip():
            yield f"{field}.{index}.skill", "name the skill"
        if need.level not in LEVELS:
            yield f"{field}.{index}.level", f"from {LEVELS[0]} to {LEVELS[-1]}"
    if len({one.skill for one in needs}) < len(needs):
        yield field, "each skill once"


def _group_faults(it: RoutingSettings) -> Iterator[tuple[str, str]]:
    if it.spread is Spread.ALL:
        return
    if not 1 <= len(it.groups) <= GROUPS:
        yield "groups", f"from 1 to {GROUPS} groups"
    if len({one.name for one in it.groups}) < len(it.groups):
        yield "groups", "each name once"
    for index, group in enumerate(it.groups):
        last = it.spread is Spread.CASCADE and index == len(it.groups) - 1
        least_s = it.offer_s if it.policy is OfferPolicy.DELTACAST and not last else 0.0
        yield from _faults_of(group, f"groups.{index}", least_s)
    if it.spread is Spread.PERCENT and sum(one.percent for one in it.groups) != HUNDRED:
        yield "groups", "the percentages make a hundred"


def _faults_of(group: AgentGroup, field: str, least_s: float) -> Iterator[tuple[str, str]]:
    if not group.name.strip():
        yield f"{field}.name", "name the group"
    if not group.agents and not group.skills:
        yield f"{field}.agents", "name agents or skills"
    if not 0.0 <= group.wait_s <= LONGEST_S:
        yield f"{field}.wait_s", f"from 0 to {LONGEST_S:g}"
    elif least_s and group.wait_s <= least_s:
        yield f"{field}.wait_s", f"longer than one offer stands, which is {least_s:g}"
    if not 0 <= group.percent <= HUNDRED:
        yield f"{field}.percent", f"from 0 to {HUNDRED}"
    yield from _skill_faults(f"{field}.skills", group.skills)
