"""Menu trees in memory, and queues that a test plants."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from madoguchi.domain.audit.things import CommonSettings, entry_of
from madoguchi.domain.queues.nodes import Assignment, Node
from madoguchi.domain.queues.queue import MenuChannel, Queue
from madoguchi.domain.queues.resolve import Menus
from madoguchi.domain.queues.settings import RECORDING, ROUTING, WRAP_UP, Overrides, Section, Stored, plain
from madoguchi.domain.queues.tree import Tree
from madoguchi.kernel.ids import QueueId
from madoguchi.ports.queues import QueueMenus, StoredMenus
from madoguchi.ports.storage import StaleVersionError
from madoguchi.testing.audit import MemoryAudit


class MemoryQueueMenus:
    """`QueueMenus` in a variable."""

    def __init__(self, audit: MemoryAudit | None = None) -> None:
        self._audit = audit or MemoryAudit()
        self._stored = StoredMenus()

    async def load(self) -> StoredMenus:
        """Return everything."""
        await asyncio.sleep(0)
        return self._stored

    async def save(self, changed: Sequence[Node], *, revision: int, common: Overrides | None = None) -> None:
        """Store or replace nodes.

        Raises:
            StaleVersionError: something else was saved since.
        """
        await asyncio.sleep(0)
        old = self._stored
        if old.revision != revision:
            raise StaleVersionError(f"the menus are at revision {old.revision}, not {revision}")
        known = {one.id: one for one in old.nodes}
        if common is not None:
            version = old.common_version + 1
            self._audit.note(CommonSettings(old.common), CommonSettings(common), version=version)
        self._audit.add_all(entry_of(known.get(one.id), one) for one in changed)
        nodes = {**known, **{one.id: one for one in changed}}
        self._stored = StoredMenus(
            tuple(nodes.values()),
            old.common if common is None else common,
            old.common_version + (common is not None),
            old.revision + 1,
        )


def overrides_of(queue: Queue) -> Overrides:
    """Return what a queue's settings have that the default settings have not."""
    sections: tuple[tuple[Section[Any], object], ...] = ((ROUTING, queue.routing), (WRAP_UP, queue), (RECORDING, queue))
    overrides = {section.name: _changed(section, own) for section, own in sections}
    return {name: changed for name, changed in overrides.items() if changed}


def _changed(section: Section[Any], own: object) -> Mapping[str, Stored]:
    values = {one.name: getattr(own, one.name) for one in fields(section.kind)}
    return {name: plain(value) for name, value in values.items() if value != getattr(section.default, name)}


def planted(queue: Queue, channel: MenuChannel, position: int, *, twin: bool = False) -> Node:
    """Return a node of the top level that yields `queue` in the menu of `channel`."""
    return Node(
        id=QueueId(f"{queue.id}{channel.value}") if twin else queue.id,
        channel=channel,
        parent=None,
        position=position,
        names=queue.names,
        assignments=(Assignment(users=queue.agents),) if queue.agents else (),
        overrides=overrides_of(queue),
    )


async def plant(menus: QueueMenus, *queues: Queue) -> None:
    """Store queues at the end of the top level of the menus that they are in, or replace those that are there.

    A queue keeps its id in the first of its menus, web before the others; its twins have the channel behind it.
    """
    stored = await menus.load()
    tree, nodes = Tree.of(stored.nodes), []
    for queue in queues:
        first = MenuChannel.WEB if MenuChannel.WEB in queue.channels else min(queue.channels, key=lambda one: one.value)
        for channel in sorted(queue.channels, key=lambda one: one.value):
            node = planted(queue, channel, len(tree.level(channel)) + 1, twin=channel is not first)
            known = tree.nodes.get(node.id)
            nodes.append(replace(node, position=known.position) if known is not None else node)
            tree = tree.with_((nodes[-1],))
    await menus.save(nodes, revision=stored.revision)


async def planted_queues(menus: QueueMenus) -> Sequence[Queue]:
    """Return all queues as they take effect."""
    stored = await menus.load()
    return tuple(Menus(Tree.of(stored.nodes), stored.common).queues())
