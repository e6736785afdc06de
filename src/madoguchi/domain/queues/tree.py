"""The menu trees, one per channel, and what can be done with them. Every operation returns the nodes that it changed.

A tree is well-formed: siblings have the places 1, 2, 3 …, parents are levels of the same channel, nobody is assigned to
a level, no path is longer than `DEPTH`, and a level of the phone menu has no more choices than a telephone has keys.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from madoguchi.domain.audit.entries import Seen, Subject
from madoguchi.domain.queues.names import checked_names
from madoguchi.domain.queues.nodes import Assignment, Node
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.queues.settings import Overrides
from madoguchi.kernel.errors import ConflictError, InvalidInputError, Kind, MadoguchiError, NotFoundError
from madoguchi.kernel.ids import QueueId

KEYS: Final = 9
"""Choices of a level of the phone menu: the keys 1–9."""
DEPTH: Final = 8
LIMIT: Final = 20_000
"""Nodes of one channel."""

Changed = tuple[Node, ...]


class MenuFullError(MadoguchiError):
    """There is no room for this in the menu."""

    kind = Kind.CONFLICT
    code = "menu_full"


class NotALevelError(MadoguchiError):
    """Agents are assigned to this queue: it cannot have queues below it."""

    kind = Kind.CONFLICT
    code = "queue_has_agents"


class Direction(Enum):
    """Where a node goes among its siblings."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class Tree:
    """All nodes of all channels."""

    nodes: Mapping[QueueId, Node] = field(default_factory=dict)
    _below: Mapping[tuple[MenuChannel, QueueId | None], tuple[Node, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @staticmethod
    def of(nodes: Sequence[Node]) -> "Tree":
        """Return the tree of `nodes`."""
        below: dict[tuple[MenuChannel, QueueId | None], list[Node]] = {}
        for one in sorted(nodes, key=lambda one: (one.position, one.id)):
            if not one.deleted:
                below.setdefault((one.channel, one.parent), []).append(one)
        return Tree({one.id: one for one in nodes}, {place: tuple(each) for place, each in below.items()})

    def with_(self, changed: Changed) -> "Tree":
        """Return the tree after a change."""
        return Tree.of(tuple({**self.nodes, **{one.id: one for one in changed}}.values()))

    # --- Questions ---

    def node(self, node: QueueId) -> Node:
        """Return a node that is in a menu.

        Raises:
            NotFoundError: there is none, or it is deleted.
        """
        found = self.nodes.get(node)
        if found is None or found.deleted:
            raise NotFoundError("there is no such queue", field="queue")
        return found

    def level(self, channel: MenuChannel, parent: QueueId | None = None) -> tuple[Node, ...]:
        """Return what is directly below `parent`, in order."""
        return self._below.get((channel, parent), ())

    def children(self, node: Node) -> tuple[Node, ...]:
        """Return what is directly below `node`, in order."""
        return self.level(node.channel, node.id)

    def chain(self, node: Node) -> tuple[Node, ...]:
        """Return the path from the top level to `node`."""
        path = [node]
        while path[-1].parent is not None and (above := self.nodes.get(path[-1].parent)) is not None:
            path.append(above)
        return tuple(reversed(path))

    def subtree(self, node: Node) -> Iterator[Node]:
        """Yield `node` and all below it, as they are shown."""
        yield node
        for child in self.children(node):
            yield from self.subtree(child)

    def walk(self, channel: MenuChannel) -> Iterator[Node]:
        """Yield a channel's nodes as they are shown."""
        for top in self.level(channel):
            yield from self.subtree(top)

    def leaf(self, node: Node) -> bool:
        """Whether `node` is a queue, with nothing below it."""
        return not self.children(node)

    def height(self, node: Node) -> int:
        """Return how many levels `node` and what is below it take."""
        return 1 + max((self.height(child) for child in self.children(node)), default=0)

    def keys(self, channel: MenuChannel, parent: QueueId | None = None) -> Mapping[QueueId, int]:
        """Return the keys of a level's choices. Hidden ones have none."""
        shown = (one.id for one in self.level(channel, parent) if not one.hidden)
        return {one: key for key, one in enumerate(shown, 1)}

    # --- Changes ---

    def add(self, node: QueueId, channel: MenuChannel, parent: QueueId | None, names: Mapping[str, str]) -> Changed:
        """Return a new node at the end of a level.

        Raises:
            InvalidInputError: a name will not do.
            MenuFullError: the level has no room, or it would be too deep.
            NotALevelError: agents are assigned to the parent.
        """
        made = Node(node, channel, parent, len(self.level(channel, parent)) + 1, checked_names(names, channel))
        self._require_room(channel, parent, [made], height=1)
        return (made,)

    def edit(
        self,
        node: QueueId,
        version: int,
        *,
        names: Mapping[str, str],
        hidden: bool,
        overrides: Overrides,
        assignments: Sequence[Assignment],
    ) -> Changed:
        """Return the node with new contents.

        Raises:
            ChangedMeanwhileError: its version is another one.
            InvalidInputError: a name will not do, or agents are assigned to a level.
            MenuFullError: it is to be shown where no key is left.
        """
        old = self.node(node)
        if old.version != version:
            raise ChangedMeanwhileError(f"it is at version {old.version}", Seen(Subject.QUEUE, node, version))
        wanted = tuple(one for one in assignments if not one.empty)
        if len({one.language for one in wanted}) != len(wanted):
            raise InvalidInputError("name each language once", field="assignments")
        if wanted and not self.leaf(old):
            raise InvalidInputError("agents are assigned to queues, not to levels", field="assignments", reason="level")
        new = replace(
            old,
            names=checked_names(names, old.channel),
            hidden=hidden,
            overrides=overrides,
            assignments=wanted,
            version=old.version + 1,
        )
        if old.hidden and not hidden:
            self._require_keys(old.channel, old.parent, 1)
        return (new,)

    def move(self, node: QueueId, direction: Direction) -> Changed:
        """Return the siblings that changed places; nothing where the node is at that end already."""
        old = self.node(node)
        siblings = list(self.level(old.channel, old.parent))
        at = siblings.index(old)
        other = at + (1 if direction is Direction.DOWN else -1)
        if not 0 <= other < len(siblings):
            return ()
        siblings[at], siblings[other] = siblings[other], siblings[at]
        return _renumbered(siblings)

    def move_into(self, node: QueueId, parent: QueueId | None) -> Changed:
        """Return what changes when the node, with all below it, becomes the last of another level.

        Raises:
            InvalidInputError: the level is the node itself or below it, or of another channel.
            MenuFullError: there is no room, or it would be too deep.
            NotALevelError: agents are assigned to the new parent.
        """
        old = self.node(node)
        if parent == old.parent:
            return ()
        if parent is not None:
            above = self.node(parent)
            if above.channel is not old.channel:
                raise InvalidInputError("it is in another channel's menu", field="parent", reason="channel")
            if any(one.id == old.id for one in self.chain(above)):
                raise InvalidInputError("a level cannot go into itself", field="parent", reason="itself")
        self._require_room(old.channel, parent, [old], height=self.height(old))
        left = [one for one in self.level(old.channel, old.parent) if one.id != old.id]
        moved = replace(old, parent=parent, position=len(self.level(old.channel, parent)) + 1)
        return (*_renumbered(left), moved)

    def copy(
        self, nodes: Sequence[Node], channel: MenuChannel, parent: QueueId | None, new_id: Callable[[], QueueId]
    ) -> Changed:
        """Return copies of subtrees, with their settings and assignments, at the end of a level.

        Args:
            nodes: the tops of what is copied.
            channel: whose menu the copies are for.
            parent: the level that they go to.
            new_id: makes an id per copy.

        Raises:
            InvalidInputError: a name will not do in that channel.
            MenuFullError: there is no room, or it would be too deep.
            NotALevelError: agents are assigned to the parent.
        """
        made: list[Node] = []

        def copied(node: Node, under: QueueId | None, position: int) -> None:
            names = checked_names(node.names, channel)
            one = replace(node, id=new_id(), channel=channel, parent=under, position=position, names=names, version=1)
            made.append(one)
            for place, child in enumerate(self.children(node), 1):
                copied(child, one.id, place)

        after = len(self.level(channel, parent))
        for place, node in enumerate(nodes, after + 1):
            copied(node, parent, place)
        tops = [one for one in made if one.parent == parent]
        self._require_room(channel, parent, tops, height=max((self.height(one) for one in nodes), default=0))
        if channel is MenuChannel.IVR:
            counts: dict[QueueId | None, int] = {}
            for one in made:
                counts[one.parent] = counts.get(one.parent, 0) + (not one.hidden)
            if any(count > KEYS for count in counts.values()):
                raise MenuFullError(f"a level of the phone menu has {KEYS} keys", reason="keys")
        if sum(1 for _ in self.walk(channel)) + len(made) > LIMIT:
            raise MenuFullError(f"a channel has room for {LIMIT} queues", reason="limit")
        return tuple(made)

    def delete(self, node: QueueId) -> Changed:
        """Return the node and all below it as deleted, and the siblings that close ranks.

        The deleted keep their agents and settings, so that those who wait in them are served.
        """
        old = self.node(node)
        gone = tuple(replace(one, deleted=True, position=0, version=one.version + 1) for one in self.subtree(old))
        left = [one for one in self.level(old.channel, old.parent) if one.id != old.id]
        return (*gone, *_renumbered(left))

    def _require_room(self, channel: MenuChannel, parent: QueueId | None, tops: Sequence[Node], *, height: int) -> None:
        depth = 0
        if parent is not None:
            above = self.node(parent)
            if above.channel is not channel:
                raise InvalidInputError("it is in another channel's menu", field="parent", reason="channel")
            if above.assigned:
                raise NotALevelError("take its agents away first", field="parent")
            depth = len(self.chain(above))
        if depth + height > DEPTH:
            raise MenuFullError(f"at most {DEPTH} levels", field="parent", reason="depth")
        self._require_keys(channel, parent, sum(not one.hidden for one in tops))

    def _require_keys(self, channel: MenuChannel, parent: QueueId | None, more: int) -> None:
        if channel is MenuChannel.IVR and len(self.keys(channel, parent)) + more > KEYS:
            raise MenuFullError(f"a level of the phone menu has {KEYS} keys", field="parent", reason="keys")
        if sum(1 for _ in self.walk(channel)) + more > LIMIT:
            raise MenuFullError(f"a channel has room for {LIMIT} queues", reason="limit")


class ChangedMeanwhileError(ConflictError):
    """Somebody else has changed this meanwhile."""

    code = "changed_meanwhile"

    def __init__(self, detail: str, seen: Seen) -> None:
        super().__init__(detail)
        self.seen = seen


def _renumbered(siblings: Sequence[Node]) -> Changed:
    return tuple(replace(one, position=at) for at, one in enumerate(siblings, 1) if one.position != at)
