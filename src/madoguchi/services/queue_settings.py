"""Managers build the menu trees: add, edit, move, copy, delete. What they save counts for the next call at once."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog

from madoguchi.domain.access.permissions import Grants, Permission, granted
from madoguchi.domain.access.users import Principal, User
from madoguchi.domain.audit.entries import Seen, Subject
from madoguchi.domain.queues.nodes import Assignment, Node
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.queues.resolve import agreed, names_of, require_agreement
from madoguchi.domain.queues.settings import (
    GLOBAL,
    QUEUE,
    ROUTING,
    SECTIONS,
    Overrides,
    checked,
    described,
    effective,
    plain,
)
from madoguchi.domain.queues.tree import Changed, ChangedMeanwhileError, Direction, Tree
from madoguchi.kernel.errors import InvalidInputError, Kind, MadoguchiError
from madoguchi.kernel.ids import QueueId
from madoguchi.ports.environment import IdSource
from madoguchi.ports.queues import QueueMenus
from madoguchi.ports.storage import Catalogue, StaleVersionError
from madoguchi.services.queue_rows import described_sections, node_row, tree_rows
from madoguchi.services.queues import QueueService
from madoguchi.services.rows import Json

ATTEMPTS: Final = 5
"""How often a change is tried while others change the trees at the same time."""

_log = structlog.get_logger(__name__)


class QueueInUseError(MadoguchiError):
    """Somebody waits in this queue, or agents are assigned to it."""

    kind = Kind.CONFLICT
    code = "queue_in_use"


@dataclass(frozen=True)
class Contents:
    """What can be edited of a node."""

    names: Mapping[str, str]
    hidden: bool
    settings: Mapping[str, object]
    """Section to field to value; null is not set."""
    assignments: Sequence[Assignment]


class QueueSettingsService:
    """The menu trees as managers see and change them.

    `waiting` tells the queue of everything that waits. `teams` lists teams, id to name; set when there are some.
    """

    def __init__(
        self,
        queues: QueueService,
        menus: QueueMenus,
        catalogue: Catalogue,
        ids: IdSource,
        waiting: Callable[[], Iterable[QueueId]],
    ) -> None:
        self._queues = queues
        self._menus = menus
        self._catalogue = catalogue
        self._ids = ids
        self._waiting = waiting
        self.teams: Callable[[], Mapping[str, str]] = dict
        self.grants: Callable[[User], Grants] = lambda user: granted(user.roles)
        """What a user may do; set when roles are there."""

    # --- Looking ---

    async def overview(self, actor: Principal) -> Json:
        """Return all trees as rows, what the sections are, and who can be assigned.

        Raises:
            NotAllowedError: the actor may not see these settings.
        """
        actor.require(Permission.VIEW_QUEUE_SETTINGS)
        agents = [one for one in await self._catalogue.users() if self._assignable(one)]
        return {
            "rows": list(tree_rows(self._queues)),
            "sections": described_sections(),
            "agents": [{"id": one.id, "name": one.name, "languages": list(one.languages)} for one in agents],
            "teams": [{"id": team, "name": name} for team, name in self.teams().items()],
        }

    async def details(self, actor: Principal, node: QueueId) -> Json:
        """Return a node with its settings, and where each value comes from.

        Raises:
            NotAllowedError: the actor may not see these settings.
            NotFoundError: there is no such node.
        """
        actor.require(Permission.VIEW_QUEUE_SETTINGS)
        menus = self._queues.menus
        found = menus.tree.node(node)
        chain = [(str(one.id), one.overrides) for one in menus.tree.chain(found)]
        return {
            **node_row(menus, found),
            "names": dict(found.names),
            "path": [{"id": one.id, "names": dict(names_of(one))} for one in menus.tree.chain(found)],
            "assignments": [
                {"language": one.language, "users": list(one.users), "teams": list(one.teams)}
                for one in found.assignments
            ],
            "settings": _values(chain, menus.common),
        }

    async def common(self, actor: Principal) -> Json:
        """Return the global settings.

        Raises:
            NotAllowedError: the actor may not see these settings.
        """
        actor.require(Permission.VIEW_QUEUE_SETTINGS)
        stored = self._queues.stored
        return {"version": stored.common_version, "settings": _values([(GLOBAL, stored.common)], {})}

    # --- Changing ---

    async def add(
        self, actor: Principal, channel: MenuChannel, parent: QueueId | None, names: Mapping[str, str]
    ) -> QueueId:
        """Add a node at the end of a level; return it.

        Raises:
            NotAllowedError: the actor may not change these settings.
            InvalidInputError: a name will not do.
            MenuFullError: there is no room.
            NotALevelError: agents are assigned to the parent.
        """
        made = QueueId(self._ids.new("queue"))
        await self._change(actor, "add", made, lambda tree: tree.add(made, channel, parent, names))
        return made

    async def edit(self, actor: Principal, node: QueueId, version: int, contents: Contents) -> Json:
        """Replace what is in a node; return it as `details` does.

        Raises:
            NotAllowedError: the actor may not change these settings.
            NotFoundError: there is no such node.
            ChangedMeanwhileError: somebody else has changed it since it was at `version`.
            InvalidInputError: a value is not possible.
            MenuFullError: it is to be shown where no key is left.
        """
        actor.require(Permission.EDIT_QUEUE_SETTINGS)
        await self._require_known(node, contents.assignments)

        def edited(tree: Tree) -> Changed:
            return tree.edit(
                node,
                version,
                names=contents.names,
                hidden=contents.hidden,
                overrides=self._checked(tree, contents.settings),
                assignments=contents.assignments,
            )

        await self._change(actor, "edit", node, edited)
        return await self.details(actor, node)

    async def edit_common(self, actor: Principal, version: int, settings: Mapping[str, object]) -> Json:
        """Replace the global settings; return them as `common` does.

        Raises:
            NotAllowedError: the actor may not change these settings.
            ChangedMeanwhileError: somebody else has changed them since.
            InvalidInputError: a value is not possible.
        """
        actor.require(Permission.EDIT_QUEUE_SETTINGS)
        for _ in range(ATTEMPTS):
            stored = self._queues.stored
            if stored.common_version != version:
                seen = Seen(Subject.QUEUE_SETTINGS, GLOBAL, version)
                raise ChangedMeanwhileError(f"they are at version {stored.common_version}", seen)
            overrides = self._checked(self._queues.menus.tree, settings)
            agreed(effective(ROUTING, (), overrides).values)
            menus = replace(self._queues.menus, common=overrides)
            require_agreement(menus, menus.tree.nodes.values())
            if await self._saved((), stored.revision, overrides):
                _log.info("queue_settings_changed", change="edit", queue=GLOBAL, by=actor.user.id)
                return await self.common(actor)
        raise StaleVersionError("too many others change the queues at the same time")

    async def move(self, actor: Principal, node: QueueId, direction: Direction) -> None:
        """Let a node change places with its neighbour.

        Raises:
            NotAllowedError: the actor may not change these settings.
            NotFoundError: there is no such node.
        """
        await self._change(actor, "move", node, lambda tree: tree.move(node, direction))

    async def move_into(self, actor: Principal, node: QueueId, parent: QueueId | None) -> None:
        """Make a node, with all below it, the last of another level; `None` is the top level.

        Raises:
            NotAllowedError: the actor may not change these settings.
            NotFoundError: there is no such node.
            InvalidInputError: the level is the node itself or below it, or of another channel.
            MenuFullError: there is no room.
            NotALevelError: agents are assigned to the new parent.
        """
        await self._change(actor, "move_into", node, lambda tree: tree.move_into(node, parent))

    async def copy(
        self, actor: Principal, source: QueueId | MenuChannel, channel: MenuChannel, parent: QueueId | None
    ) -> Sequence[QueueId]:
        """Copy a node with all below it, or a channel's whole tree, to the end of a level; return the copies' tops.

        Raises:
            NotAllowedError: the actor may not change these settings.
            NotFoundError: there is no such node.
            InvalidInputError: a name will not do in that channel.
            MenuFullError: there is no room.
            NotALevelError: agents are assigned to the parent.
        """

        def copied(tree: Tree) -> Changed:
            nodes = tree.level(source) if isinstance(source, MenuChannel) else (tree.node(source),)
            return tree.copy(nodes, channel, parent, lambda: QueueId(self._ids.new("queue")))

        name = source.value if isinstance(source, MenuChannel) else source
        changed = await self._change(actor, "copy", name, copied)
        return [one.id for one in changed if one.parent == parent]

    async def delete(self, actor: Principal, node: QueueId, *, confirmed: bool = False) -> None:
        """Delete a node with all below it. Who waits or talks there goes on as if nothing had happened.

        Raises:
            NotAllowedError: the actor may not change these settings.
            NotFoundError: there is no such node.
            QueueInUseError: somebody waits there or is assigned, and it is not `confirmed`; `reason` is `waiting`,
                `assigned` or `both`.
        """

        def deleted(tree: Tree) -> Changed:
            inside = list(tree.subtree(tree.node(node)))
            if not confirmed:
                self._require_unused(inside)
            return tree.delete(node)

        await self._change(actor, "delete", node, deleted)

    def _require_unused(self, nodes: Sequence[Node]) -> None:
        waiting = Counter(self._waiting())
        waits = sum(waiting[one.id] for one in nodes)
        assigned = sum(one.assigned for one in nodes)
        if waits or assigned:
            reason = "both" if waits and assigned else "waiting" if waits else "assigned"
            raise QueueInUseError(f"{waits} wait here; {assigned} queues have agents", reason=reason)

    async def _change(
        self, actor: Principal, what: str, subject: str, change: Callable[[Tree], Changed]
    ) -> Sequence[Node]:
        actor.require(Permission.EDIT_QUEUE_SETTINGS)
        for _ in range(ATTEMPTS):
            stored = self._queues.stored
            changed = change(self._queues.menus.tree)
            if not changed:
                return ()
            require_agreement(replace(self._queues.menus, tree=self._queues.menus.tree.with_(changed)), changed)
            if await self._saved(changed, stored.revision):
                _log.info("queue_settings_changed", change=what, queue=subject, by=actor.user.id)
                return changed
        raise StaleVersionError("too many others change the queues at the same time")

    async def _saved(self, changed: Changed, revision: int, common: Overrides | None = None) -> bool:
        """Store a change, or see what others have changed; tell which."""
        try:
            await self._menus.save(changed, revision=revision, common=common)
        except StaleVersionError:
            await self._queues.load()
            return False
        await self._queues.load()
        return True

    async def _require_known(self, node: QueueId, assignments: Sequence[Assignment]) -> None:
        """Refuse to assign who does not exist or takes no calls; whoever is assigned already may stay."""
        known = {one.id for one in await self._catalogue.users() if self._assignable(one)}
        teams: set[str] = set(self.teams())
        for one in self._queues.menus.tree.node(node).assignments:
            known.update(one.users)
            teams.update(one.teams)
        for one in assignments:
            if not known.issuperset(one.users) or not teams.issuperset(one.teams):
                raise InvalidInputError("there is no such agent or team", field="assignments", reason="unknown")

    def _assignable(self, user: User) -> bool:
        return user.active and Permission.DESK in self.grants(user)

    def _checked(self, tree: Tree, settings: Mapping[str, object]) -> Overrides:
        overrides = checked(settings)
        for name, values in overrides.items():
            for one in described(SECTIONS[name]):
                queue = values.get(one.name)
                if one.kind == QUEUE and queue and not _is_phone_queue(tree, str(queue)):
                    path = f"settings.{name}.{one.name}"
                    raise InvalidInputError("this is no queue of the phone menu", field=path, reason="queue")
        return overrides


def _is_phone_queue(tree: Tree, queue: str) -> bool:
    found = tree.nodes.get(QueueId(queue))
    return found is not None and not found.deleted and found.channel is MenuChannel.IVR and tree.leaf(found)


def _values(chain: Sequence[tuple[str, Overrides]], common: Overrides) -> Json:
    """Return every setting: its value, where it comes from, and what it would be without the last of `chain`."""
    _, own = chain[-1]
    result: Json = {}
    for name, section in SECTIONS.items():
        found, above = effective(section, chain, common), effective(section, chain[:-1], common)
        result[name] = {
            field: {
                "value": plain(getattr(found.values, field)),
                "source": source,
                "own": field in own.get(name, {}),
                "inherited": plain(getattr(above.values, field)),
                "inherited_from": above.sources[field],
            }
            for field, source in found.sources.items()
        }
    return result
