"""The menu trees in SQL."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from madoguchi.adapters.storage.audit import Trail
from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.schema_queues import queue_menus, queue_nodes
from madoguchi.domain.audit.things import CommonSettings, entry_of
from madoguchi.domain.queues.nodes import Assignment, Node
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.queues.settings import Overrides
from madoguchi.kernel.ids import QueueId, UserId
from madoguchi.ports.queues import StoredMenus
from madoguchi.ports.storage import StaleVersionError


class SqlQueueMenus:
    """`QueueMenus` over any `Database`."""

    def __init__(self, database: Database, trail: Trail) -> None:
        self._database = database
        self._trail = trail

    async def load(self) -> StoredMenus:
        """Return everything."""
        return await self._database.read(_load)

    async def save(self, changed: Sequence[Node], *, revision: int, common: Overrides | None = None) -> None:
        """Store or replace nodes, and the global settings where given, in one transaction.

        Raises:
            StaleVersionError: something else was saved since; nothing was stored.
        """

        def save(connection: sa.Connection) -> None:
            before = connection.execute(sa.select(queue_menus).with_for_update()).one()
            values: dict[str, Any] = {"revision": queue_menus.c.revision + 1}
            if common is not None:
                values |= {"common": common, "common_version": queue_menus.c.common_version + 1}
            ours = sa.update(queue_menus).where(queue_menus.c.revision == revision).values(values)
            if connection.execute(ours).rowcount != 1:
                raise StaleVersionError(f"the menus are not at revision {revision} any more")
            if common is not None:
                self._trail.note(
                    connection, CommonSettings(before.common), CommonSettings(common), version=before.common_version + 1
                )
            if changed:
                ids = [one.id for one in changed]
                rows = connection.execute(sa.select(queue_nodes).where(queue_nodes.c.id.in_(ids)))
                old = {row.id: _node(row) for row in rows}
                self._trail.add(connection, [entry_of(old.get(one.id), one) for one in changed])
                connection.execute(sa.delete(queue_nodes).where(queue_nodes.c.id.in_(ids)))
                connection.execute(sa.insert(queue_nodes), [_values(one) for one in changed])

        await self._database.write(save)


def _load(connection: sa.Connection) -> StoredMenus:
    menus = connection.execute(sa.select(queue_menus)).one()
    nodes = tuple(_node(row) for row in connection.execute(sa.select(queue_nodes)))
    return StoredMenus(nodes, menus.common, menus.common_version, menus.revision)


def _values(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "channel": node.channel.value,
        "parent": node.parent,
        "position": node.position,
        "names": dict(node.names),
        "assignments": [
            {"language": one.language, "users": list(one.users), "teams": list(one.teams)} for one in node.assignments
        ],
        "settings": node.overrides,
        "hidden": node.hidden,
        "deleted": node.deleted,
        "version": node.version,
    }


def _node(row: "sa.Row[Any]") -> Node:
    return Node(
        id=QueueId(row.id),
        channel=MenuChannel(row.channel),
        parent=QueueId(row.parent) if row.parent is not None else None,
        position=row.position,
        names=row.names,
        assignments=tuple(
            Assignment(one["language"], tuple(UserId(user) for user in one["users"]), tuple(one["teams"]))
            for one in row.assignments
        ),
        overrides=row.settings,
        hidden=row.hidden,
        deleted=row.deleted,
        version=row.version,
    )
