"""The menu trees as rows of a live screen."""

from collections.abc import Iterable
from typing import Protocol

from madoguchi.domain.queues.nodes import Node
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.queues.resolve import Menus, names_of
from madoguchi.domain.queues.settings import GLOBAL, SECTIONS, Overrides, Setting, described
from madoguchi.services import views
from madoguchi.services.queues import QueueService
from madoguchi.services.rows import Json


class Publish(Protocol):
    """`ViewStore.publish`."""

    def __call__(self, topic: str, put: Iterable[Json] = (), gone: Iterable[str] = ()) -> None:
        """Replace or add the rows `put`, and remove those named in `gone`."""


class QueueRows:
    """Shows the trees; an observer of `QueueService`."""

    def __init__(self, queues: QueueService, publish: Publish) -> None:
        self._queues = queues
        self._publish = publish
        self._shown: dict[str, Json] = {}

    def __call__(self) -> None:
        """Publish what changed."""
        rows = {str(row["id"]): row for row in tree_rows(self._queues)}
        changed = [row for row_id, row in rows.items() if self._shown.get(row_id) != row]
        self._publish(views.QUEUES, put=changed, gone=self._shown.keys() - rows.keys())
        self._shown = rows


def tree_rows(queues: QueueService) -> Iterable[Json]:
    """Yield a row per node in the order of the menus, and one for the global settings."""
    stored, menus = queues.stored, queues.menus
    yield {
        "id": GLOBAL,
        "kind": "global",
        "version": stored.common_version,
        "own": _count(stored.common),
    }
    for channel in MenuChannel:
        for node in menus.tree.walk(channel):
            yield node_row(menus, node)


def node_row(menus: Menus, node: Node) -> Json:
    """Return a node as the list shows it."""
    leaf = menus.tree.leaf(node)
    keys = menus.tree.keys(node.channel, node.parent) if node.channel is MenuChannel.IVR else {}
    return {
        "id": node.id,
        "kind": "node",
        "channel": node.channel.value,
        "parent": node.parent,
        "position": node.position,
        "key": keys.get(node.id),
        "names": dict(names_of(node)),
        "leaf": leaf,
        "hidden": node.hidden,
        "staffed": menus.staffed(node),
        "agents": len(menus.queue_of(node).agents) if leaf else 0,
        "teams": len({team for one in node.assignments for team in one.teams}),
        "own": _count(node.overrides),
        "version": node.version,
    }


def _count(overrides: Overrides) -> int:
    return sum(len(fields) for name, fields in overrides.items() if name in SECTIONS)


def described_sections() -> list[Json]:
    """Return what is in each section, for whoever draws a form of it."""
    return [
        {
            "name": section.name,
            "fields": [_described(one) for one in described(section)],
        }
        for section in SECTIONS.values()
    ]


def _described(one: Setting) -> Json:
    return {
        "name": one.name,
        "kind": one.kind,
        "choices": list(one.choices),
        "least": one.least,
        "most": one.most,
        "unit": one.unit,
        "members": [_described(member) for member in one.members],
    }
