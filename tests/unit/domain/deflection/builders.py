"""Deflections for tests: a menu of two levels, hours, and settings, each only as far as a test is about it."""

from collections.abc import Mapping, Sequence

from madoguchi.domain.deflection.decide import Asked, Deflection
from madoguchi.domain.deflection.plan import (
    CallDeflection,
    ChatDeflection,
    DeflectionSettings,
    OptionKind,
    Plan,
    QueueDeflection,
)
from madoguchi.domain.hours.book import HoursBook, SupportCenter
from madoguchi.domain.hours.custom import CustomHours, EntryPoint
from madoguchi.domain.hours.holidays import Holiday
from madoguchi.domain.hours.week import ROUND_THE_CLOCK, HoursMode, WeeklyHours
from madoguchi.domain.queues.nodes import Assignment, Node
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.queues.tree import Tree
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import QueueId, UserId
from tests.unit.domain.hours.builders import at, custom, folder, office

NEVER = WeeklyHours(HoursMode.PER_DAY)
OPEN_AT = at("2026-11-24 12:00:00")
CLOSED_AT = at("2026-11-24 20:00:00")
HOLIDAY_AT = at("2026-11-23 12:00:00")
"""Labour Thanksgiving Day, a Monday."""
EMAIL = "support@example.com"


def node(name: str, parent: str = "", *, menu: MenuChannel = MenuChannel.IVR, position: int = 1) -> Node:
    """A queue or level; its agent is Ana."""
    return Node(
        QueueId(name),
        menu,
        QueueId(parent) if parent else None,
        position,
        {"en": name},
        (Assignment(users=(UserId("ana"),)),),
    )


def orders(menu: MenuChannel = MenuChannel.IVR) -> Tree:
    """`orders` with `delivery` and `returns` below; beside it `billing` and `night`."""
    return Tree.of(
        (
            node("orders", menu=menu),
            node("delivery", "orders", menu=menu),
            node("returns", "orders", menu=menu, position=2),
            node("billing", menu=menu, position=2),
            node("night", menu=menu, position=3),
        )
    )


def plan(*kinds: str, queue: str = "", number: str = "", **texts: str) -> Plan:
    """`plan("queue", queue="night")`."""
    return Plan(tuple(OptionKind(one) for one in kinds), queue, number, texts)


def settings(
    calls: CallDeflection | None = None, chats: ChatDeflection | None = None, **queues: Plan
) -> DeflectionSettings:
    """Settings with own plans of queues by their names; deflection is on for all, with nothing but a message."""
    return DeflectionSettings(
        calls or CallDeflection(enabled=True),
        chats or ChatDeflection(enabled=True),
        {QueueId(name): QueueDeflection(QueueId(name), enabled=True, plan=own) for name, own in queues.items()},
    )


def hours(always: Sequence[str] = ("night",), never: Sequence[str] = (), holidays: Sequence[Holiday] = ()) -> HoursBook:
    """Office hours, but for queues that are always or never open."""
    special: Mapping[str, Sequence[str]] = {"always": always, "never": never}
    made: list[CustomHours] = []
    for name, queues in special.items():
        if queues:
            point = EntryPoint(queues=tuple(QueueId(one) for one in queues))
            made.append(custom(name, point, hours=NEVER if name == "never" else ROUND_THE_CLOCK, holidays=False))
    return HoursBook(SupportCenter(email=EMAIL, weekly=office()), tuple(made), (folder(*holidays),) if holidays else ())


def asked(name: str, service: Channel = Channel.CALL, language: str = "en") -> Asked:
    """Who comes to a queue."""
    return Asked(QueueId(name), service, language)


def deflection(made: DeflectionSettings, *, tree: Tree | None = None, book: HoursBook | None = None) -> Deflection:
    """All of it together."""
    return Deflection(made, tree or orders(), book or hours())
