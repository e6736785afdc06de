"""What becomes of a consumer who comes at a certain time, and why. Nothing else knows the hierarchy.

A queue that is closed follows its own deflection, else the one for all. A level is passed as long as anything below it
is open, or has a deflection of its own; else it follows its own, else the one for all, whether the level's own hours
are over or not. After hours, holidays and an open door are told apart by the hours of the queue, for the language and
the channel of who comes. A queue that is open but full is open: what happens there is not about hours.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from madoguchi.domain.deflection.plan import DeflectionSettings, Plan
from madoguchi.domain.hours.book import HoursBook
from madoguchi.domain.hours.calendar import Calendar
from madoguchi.domain.hours.custom import Asked as AskedHours
from madoguchi.domain.queues.nodes import Node
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.queues.tree import Tree
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import QueueId
from madoguchi.kernel.time import Instant


class Condition(Enum):
    """How a queue stands."""

    OPEN = "open"
    OVER_CAPACITY = "over_capacity"
    """Open, but more wait than it can take."""
    AFTER_HOURS = "after_hours"
    HOLIDAY = "holiday"


CLOSED = frozenset({Condition.AFTER_HOURS, Condition.HOLIDAY})


class Source(Enum):
    """Whose deflection counts."""

    GLOBAL = "global"
    QUEUE = "queue"
    PARENT = "parent"
    """A level's, for everything below it."""


@dataclass(frozen=True)
class Asked:
    """Who comes, and where to."""

    node: QueueId
    """The queue or level that he chose, or was transferred to."""
    service: Channel
    language: str


@dataclass(frozen=True)
class Step:
    """One thing that was looked at, as a code with parameters: the screen says it in words.

    Codes: `open {}`, `over_capacity {}`, `after_hours {}`, `holiday {}`, `switched_off {}`, `below_open {queue}`,
    `below_own {queue}`, `all_below_closed {}`, `level_open {}`, `own {queue}`, `no_own {}`, `not_for_web {}`,
    `common {}`, `nothing_chosen {}`.
    """

    code: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """What becomes of him, and why."""

    asked: Asked
    condition: Condition
    plan: Plan | None
    """None: he is let in where it is open, and told that it is closed where it is not."""
    source: Source | None
    steps: tuple[Step, ...]

    @property
    def deflected(self) -> bool:
        """Whether something is offered to him in its place."""
        return self.plan is not None

    @property
    def redirect(self) -> QueueId | None:
        """The queue where he goes instead."""
        return self.plan.redirect if self.plan is not None else None


@dataclass(frozen=True)
class Deflection:
    """Everything that decides: settings, menus and hours."""

    settings: DeflectionSettings
    tree: Tree
    book: HoursBook
    offered: Callable[[Node], bool] = lambda _node: True
    """Whether consumers can choose a queue: of a level only such queues count, as long as there are some."""

    def decide(self, asked: Asked, at: Instant, full: Collection[QueueId] = ()) -> Decision:
        """Say what becomes of who comes at `at`.

        Args:
            asked: who comes, and where to.
            at: when.
            full: queues in which more wait than they can take.

        Raises:
            NotFoundError: there is no such queue or level.
        """
        node = self.tree.node(asked.node)
        leaf = self.tree.leaf(node)
        condition = self._condition(node, asked, at, full)
        if condition not in CLOSED:
            return Decision(asked, condition, None, None, (self._open(node, condition, asked, at),))
        steps = [Step(condition.value)]
        if not leaf:
            steps.append(Step("all_below_closed"))
            if self.calendar(asked.node, asked).is_open(at):
                steps.append(Step("level_open"))
        if not self.settings.enabled(node.channel, asked.service):
            return Decision(asked, condition, None, None, (*steps, Step("switched_off")))
        if not leaf and (below := self.own_below(node)) is not None:
            return Decision(asked, condition, None, None, (*steps, Step("below_own", {"queue": below})))
        return self._deflected(node, asked, condition, steps)

    def follow(self, asked: Asked, at: Instant) -> tuple[Decision, ...]:
        """Return the decisions one after the other, from queue to queue, until he is not sent on any more.

        Where the last one still sends him on, that queue is not there any more, or he was there before: he is told that
        it is closed.
        """
        found = [self.decide(asked, at)]
        seen = {asked.node}
        while (to := found[-1].redirect) is not None:
            known = self.tree.nodes.get(to)
            if known is None or known.deleted or to in seen:
                break
            seen.add(to)
            found.append(self.decide(Asked(to, asked.service, asked.language), at))
        return tuple(found)

    def calendar(self, queue: QueueId, asked: Asked) -> Calendar:
        """Return the hours of a queue or level, for the language and the channel of who comes."""
        return self.book.calendar(self.book.match(AskedHours(queue, asked.service, asked.language), self.above))

    def above(self, queue: QueueId) -> Sequence[QueueId]:
        """Return the levels that a queue is in, the nearest first."""
        node = self.tree.nodes.get(queue)
        return [one.id for one in reversed(self.tree.chain(node)[:-1])] if node is not None else []

    def leaves(self, node: Node) -> Iterator[Node]:
        """Yield the queues of a level that consumers can choose, or the queue itself."""
        found = [one for one in self.tree.subtree(node) if self.tree.leaf(one)]
        return iter([one for one in found if self.offered(one)] or found)

    def own_below(self, node: Node) -> QueueId | None:
        """Return a queue or level below that says something for itself."""
        below = (one.id for one in self.tree.subtree(node) if one.id != node.id)
        return next((one for one in below if self.settings.own(one, node.channel) is not None), None)

    def _condition(self, node: Node, asked: Asked, at: Instant, full: Collection[QueueId]) -> Condition:
        """Return how a queue stands; a level is closed when all that is below it is."""
        found = {self._of_leaf(one.id, asked, at, full) for one in self.leaves(node)}
        order = (Condition.OPEN, Condition.OVER_CAPACITY, Condition.AFTER_HOURS, Condition.HOLIDAY)
        return next(one for one in order if one in found)

    def _of_leaf(self, queue: QueueId, asked: Asked, at: Instant, full: Collection[QueueId]) -> Condition:
        calendar = self.calendar(queue, asked)
        if calendar.is_open(at):
            return Condition.OVER_CAPACITY if queue in full else Condition.OPEN
        return Condition.HOLIDAY if calendar.holiday_at(at) is not None else Condition.AFTER_HOURS

    def _open(self, node: Node, condition: Condition, asked: Asked, at: Instant) -> Step:
        if self.tree.leaf(node):
            return Step(condition.value)
        opened = next(one for one in self.leaves(node) if self.calendar(one.id, asked).is_open(at))
        return Step("below_open", {"queue": opened.id})

    def _deflected(self, node: Node, asked: Asked, condition: Condition, steps: list[Step]) -> Decision:
        own = self.settings.own(node.id, node.channel)
        if own is not None:
            source = Source.QUEUE if self.tree.leaf(node) else Source.PARENT
            return Decision(asked, condition, own, source, (*steps, Step("own", {"queue": node.id})))
        steps.append(Step("not_for_web" if node.channel is MenuChannel.WEB else "no_own"))
        common = self.settings.common(node.channel, asked.service)
        if common is None:
            return Decision(asked, condition, None, None, (*steps, Step("nothing_chosen")))
        return Decision(asked, condition, common, Source.GLOBAL, (*steps, Step("common")))
