"""What an agent must be to be asked for one interaction at one moment: language, skills, group. Time relaxes it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from madoguchi.domain.routing.candidate import Attendance, Candidate, Staff
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.routing.record import Reason
from madoguchi.domain.routing.settings import AgentGroup, RoutingSettings, SkillNeed, Spread
from madoguchi.domain.routing.waiting import Waiting
from madoguchi.kernel.ids import UserId
from madoguchi.kernel.time import Instant


@dataclass(frozen=True)
class Need:
    """What is asked of an agent."""

    channel: Channel
    call_weight: int | None = None
    language: str | None = None
    """None: any."""
    skills: tuple[SkillNeed, ...] = ()
    skills_given_up: bool = False
    groups: tuple[AgentGroup, ...] | None = None
    """Whose turn it is; None: everybody's."""
    named: frozenset[UserId] = frozenset()
    """The agents whom `groups` name."""
    changes_at: tuple[Instant, ...] = ()
    """When less will be asked."""

    def refuses(self, one: Candidate) -> Reason | None:
        """Return what `one` lacks, attendance and room apart; None where he fits."""
        if self.groups is not None and one.agent not in self.named and not _by_skill(one, self.groups):
            return Reason.GROUP
        if self.language is not None and self.language not in one.languages:
            return Reason.LANGUAGE
        return None if has(one, self.skills) else Reason.SKILL


def needed(waiting: Waiting, settings: RoutingSettings, staff: Staff, now: Instant) -> Need:
    """Return what is asked for `waiting` at `now`.

    The language is asked for as long as somebody at work speaks it: a foreign word beats none at all, but who speaks it
    and is busy will be free some time.
    """
    waited_s = (now - waiting.queued_at).total_seconds()
    groups, group_at = _asked(waiting, settings, staff, waited_s)
    reachable = settings.groups if settings.spread is Spread.CASCADE else groups
    spoken = _speaks(waiting.language, reachable, staff) if reachable else staff.speaks(waiting.language)
    language, language_at = _until(settings.relax_languages_s, waited_s)
    skills, skills_at = _until(settings.relax_skills_s, waited_s)
    times = (group_at, language_at if spoken else None, skills_at if settings.skills else None)
    return Need(
        channel=waiting.channel,
        call_weight=settings.call_weight,
        language=waiting.language if spoken and language else None,
        skills=settings.skills if skills else (),
        skills_given_up=bool(settings.skills) and not skills,
        groups=groups,
        named=frozenset(agent for group in groups or () for agent in group.agents),
        changes_at=tuple(waiting.queued_at + timedelta(seconds=one) for one in times if one is not None),
    )


def has(one: Candidate, skills: Sequence[SkillNeed]) -> bool:
    """Whether `one` has all of `skills`, each well enough."""
    return all(one.skills.get(need.skill, 0) >= need.level for need in skills)


def belongs(one: Candidate, group: AgentGroup) -> bool:
    """Whether `one` is in `group`: named, or by skill."""
    return one.agent in group.agents or _by_skill(one, (group,))


def present_groups(settings: RoutingSettings, staff: Staff, language: str) -> Collection[int]:
    """Return the indexes of the groups in which somebody takes offers and speaks `language`, busy or not.

    Where nobody who takes offers speaks it, the language is left out of account.
    """
    there = [one for one in staff.members if one.attendance is Attendance.READY and has(one, settings.skills)]
    speakers = [one for one in there if language in one.languages] or there
    return [index for index, group in enumerate(settings.groups) if any(belongs(one, group) for one in speakers)]


def _by_skill(one: Candidate, groups: Sequence[AgentGroup]) -> bool:
    return any(group.skills and has(one, group.skills) for group in groups)


def _until(limit_s: float, waited_s: float) -> tuple[bool, float | None]:
    """Return whether something is still asked for, and when it will not be."""
    if not limit_s:
        return True, None
    return (True, limit_s) if waited_s < limit_s else (False, None)


def _asked(
    waiting: Waiting, settings: RoutingSettings, staff: Staff, waited_s: float
) -> tuple[tuple[AgentGroup, ...] | None, float | None]:
    """Return the groups whose turn it is, and after how many seconds of waiting that changes."""
    match settings.spread:
        case Spread.CASCADE:
            return _cascade(settings, staff, waited_s)
        case Spread.PERCENT if waiting.group is not None and waiting.group < len(settings.groups):
            group = settings.groups[waiting.group]
            if waited_s < group.wait_s and waiting.group in present_groups(settings, staff, waiting.language):
                return (group,), group.wait_s
    return None, None


def _cascade(
    settings: RoutingSettings, staff: Staff, waited_s: float
) -> tuple[tuple[AgentGroup, ...] | None, float | None]:
    joined: list[AgentGroup] = []
    begins_s = 0.0
    for group in settings.groups:
        if waited_s < begins_s and not (settings.skip_absent_groups and _all_absent(joined, staff)):
            return tuple(joined), begins_s
        joined = [group] if group.replaces else [*joined, group]
        begins_s += group.wait_s
    return tuple(joined) or None, None


def _all_absent(groups: Sequence[AgentGroup], staff: Staff) -> bool:
    return not any(
        one.attendance is Attendance.READY and any(belongs(one, group) for group in groups) for one in staff.members
    )


def _speaks(language: str, groups: Sequence[AgentGroup], staff: Staff) -> bool:
    """Whether anybody who is at work and in any of `groups` speaks `language`."""
    return any(
        language in one.languages
        and one.attendance is not Attendance.ABSENT
        and any(belongs(one, group) for group in groups)
        for one in staff.members
    )
