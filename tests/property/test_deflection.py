"""The decision about deflection, compared with a naive person's."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.domain.deflection.decide import Asked, Condition, Deflection, Source
from madoguchi.domain.deflection.plan import (
    CallDeflection,
    ChatDeflection,
    DeflectionSettings,
    OptionKind,
    Plan,
    QueueDeflection,
)
from madoguchi.domain.hours.book import HoursBook, SupportCenter
from madoguchi.domain.hours.custom import EntryPoint
from madoguchi.domain.hours.week import HoursMode, WeeklyHours
from madoguchi.domain.queues.nodes import Assignment, Node
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.queues.tree import Tree
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import QueueId, UserId
from madoguchi.testing.environment import NOON
from tests.property.naive_deflection import Centre, Path, becomes
from tests.unit.domain.hours.builders import custom

pytestmark = [pytest.mark.req("DEF-2"), pytest.mark.req("DEF-9")]

NEVER = WeeklyHours(HoursMode.PER_DAY)
NAMES = ("a", "b")
PLACES: list[Path] = [(one,) for one in NAMES]
PLACES += [(*place, one) for place in list(PLACES) for one in NAMES]
PLACES += [(*place, one) for place in PLACES if len(place) == 2 for one in NAMES]
KINDS = st.sets(st.sampled_from([one.value for one in OptionKind]))


def with_levels(chosen: set[Path]) -> set[Path]:
    """Return the queues among `chosen`: those with nothing below them that was chosen."""
    return {one for one in chosen if not any(other != one and other[: len(one)] == one for other in chosen)}


queues = st.sets(st.sampled_from(PLACES), min_size=1).map(with_levels)


@st.composite
def centres(draw: st.DrawFn) -> tuple[Centre, Path, str]:
    found = draw(queues)
    levels = sorted({one[:length] for one in found for length in range(1, len(one) + 1)})
    service = draw(st.sampled_from(["call", "chat"]))
    menus = ["ivr", "mobile", "web"] if service == "call" else ["mobile", "web", "sms"]
    centre = Centre(
        menu=draw(st.sampled_from(menus)),
        queues=found,
        closed=draw(st.sets(st.sampled_from(sorted(found)))),
        on=draw(st.booleans()),
        common=draw(KINDS),
        own=draw(st.dictionaries(st.sampled_from(levels), KINDS, max_size=3)),
    )
    return centre, draw(st.sampled_from(levels)), service


def queue_of(place: Path) -> QueueId:
    return QueueId("/".join(place))


def made(centre: Centre, service: str) -> Deflection:
    menu = MenuChannel(centre.menu)
    nodes = [
        Node(
            queue_of(place),
            menu,
            queue_of(place[:-1]) if len(place) > 1 else None,
            1,
            {"en": place[-1]},
            (Assignment(users=(UserId("ana"),)),) if place in centre.queues else (),
        )
        for place in {one[:length] for one in centre.queues for length in range(1, len(one) + 1)}
    ]
    shut = tuple(queue_of(place) for place in sorted(centre.closed))
    hours = (custom("shut", EntryPoint(queues=shut), hours=NEVER),) if shut else ()
    plan = Plan(tuple(OptionKind(one) for one in sorted(centre.common)), "a")
    on: dict[str, Any] = {"enabled": centre.on}
    off: dict[str, Any] = {"enabled": not centre.on}
    settings = DeflectionSettings(
        CallDeflection(**(on if service == "call" else off), phone=plan, pages=plan),
        ChatDeflection(**(on if service == "chat" else off), pages=plan),
        {
            queue_of(place): QueueDeflection(
                queue_of(place), enabled=True, plan=Plan(tuple(OptionKind(one) for one in sorted(kinds)), "a")
            )
            for place, kinds in centre.own.items()
        },
    )
    return Deflection(settings, Tree.of(nodes), HoursBook(SupportCenter(), hours))


@given(centres())
def test_it_decides_as_a_naive_person_would(drawn: tuple[Centre, Path, str]) -> None:
    centre, place, service = drawn
    whose, options = becomes(centre, place, service)

    found = made(centre, service).decide(Asked(queue_of(place), Channel(service), "en"), NOON)

    assert [one.value for one in (found.plan.kinds if found.plan else ())] == options
    assert (found.source is Source.GLOBAL) is (whose == "all")
    assert (found.source in {Source.QUEUE, Source.PARENT}) is (whose == "own")
    assert found.steps


@given(centres())
def test_nobody_is_sent_round_in_circles_and_nobody_is_deflected_who_could_be_let_in(
    drawn: tuple[Centre, Path, str],
) -> None:
    centre, place, service = drawn

    trail = made(centre, service).follow(Asked(queue_of(place), Channel(service), "en"), NOON)

    visited = [one.asked.node for one in trail]
    assert len(visited) == len(set(visited))
    assert all(one.plan is None for one in trail if one.condition is Condition.OPEN)
