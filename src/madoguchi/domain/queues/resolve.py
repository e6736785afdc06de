"""From trees to what routing, calls and pages use: queues with their settings in effect, and menus to choose from."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from madoguchi.domain.queues.menu import Entry, Manner, PhoneMenu
from madoguchi.domain.queues.nodes import ANY_LANGUAGE, Node
from madoguchi.domain.queues.queue import MenuChannel, Queue
from madoguchi.domain.queues.settings import (
    PHONE_MENU,
    RECORDING,
    ROUTING,
    WRAP_UP,
    Effective,
    Overrides,
    S,
    Section,
    effective,
)
from madoguchi.domain.queues.tree import Tree
from madoguchi.domain.routing.settings import RoutingSettings, checked
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import QueueId, UserId

_TOLD_IN: Final = "en"
LANGUAGES: Final = ("en", "ja")
"""Languages in which every queue has a name on screens, if only one borrowed from another language."""

Members = Callable[[str], Iterable[UserId]]


def nobody(team: str) -> Iterable[UserId]:
    """Return nobody: where there are no teams."""
    del team
    return ()


@dataclass(frozen=True)
class Menus:
    """All trees with their settings."""

    tree: Tree = field(default_factory=Tree)
    common: Overrides = field(default_factory=dict)
    """The global settings."""
    members: Members = nobody
    """Who is in a team."""

    def settings(self, section: Section[S], node: Node) -> Effective[S]:
        """Return a section as it takes effect at a node, and where each value comes from."""
        return effective(section, [(one.id, one.overrides) for one in self.tree.chain(node)], self.common)

    def queues(self) -> Iterator[Queue]:
        """Yield every queue, channel by channel in the order of its menu; deleted ones, which serve who waits, last."""
        for channel in MenuChannel:
            for node in self.tree.walk(channel):
                if self.tree.leaf(node):
                    yield self.queue_of(node)
        for node in self.tree.nodes.values():
            if node.deleted:
                yield self.queue_of(node)

    def queue_of(self, node: Node) -> Queue:
        """Return a leaf as routing and live interactions see it."""
        recording = self.settings(RECORDING, node).values
        agents = self._agents(node)
        return Queue(
            id=node.id,
            channels=frozenset({node.channel}),
            names=names_of(node),
            position=node.position,
            agents=tuple(agents),
            routing=self.settings(ROUTING, node).values,
            wrap_up_s=self.settings(WRAP_UP, node).values.wrap_up_s,
            recording=recording.recording,
            recording_channels=recording.recording_channels,
            parents=tuple(names_of(one) for one in self.tree.chain(node)[:-1]),
            spoken={agent: languages for agent, languages in agents.items() if languages},
        )

    def _agents(self, node: Node) -> Mapping[UserId, tuple[str, ...]]:
        """Return who is assigned, and for which languages; none means all."""
        found: dict[UserId, set[str]] = {}
        for one in node.assignments:
            for agent in (*one.users, *(user for team in one.teams for user in self.members(team))):
                found.setdefault(agent, set()).add(one.language)
        return {agent: () if ANY_LANGUAGE in spoken else tuple(sorted(spoken)) for agent, spoken in found.items()}

    def staffed(self, node: Node) -> bool:
        """Whether consumers can choose the node: somebody is assigned to it, or to a choice below it."""
        if node.hidden:
            return False
        children = self.tree.children(node)
        return any(self.staffed(child) for child in children) if children else bool(self._agents(node))

    def choices(self, channel: MenuChannel, parent: QueueId | None = None) -> Sequence[Node]:
        """Return what consumers can choose at a level; hidden and empty branches are left out."""
        return [one for one in self.tree.level(channel, parent) if self.staffed(one)]

    def phone_menu(self, level: Node | None = None) -> PhoneMenu:
        """Return the phone menu, or what is below a level of it.

        Its queues name no agents: a call does not need to carry them about.
        """
        values = (
            effective(PHONE_MENU, (), self.common).values if level is None else self.settings(PHONE_MENU, level).values
        )
        manners = [Manner.of(values)]
        entries = self._entries(level.id if level is not None else None, manners)
        wanted = {manner.default for manner in manners if manner.default is not None}
        nodes = (self.tree.nodes.get(one) for one in sorted(wanted))
        known = [one for one in nodes if one is not None and not one.deleted and self.tree.leaf(one)]
        return PhoneMenu(entries, manners[0], tuple(self._without_agents(one) for one in known))

    def _entries(self, parent: QueueId | None, manners: list[Manner]) -> tuple[Entry, ...]:
        keys = self.tree.keys(MenuChannel.IVR, parent)
        made = []
        for node in self.choices(MenuChannel.IVR, parent):
            key = keys[node.id]
            if self.tree.leaf(node):
                made.append(Entry(key, names_of(node), self._without_agents(node)))
            else:
                manner = Manner.of(self.settings(PHONE_MENU, node).values)
                manners.append(manner)
                below = self._entries(node.id, manners)
                made.append(Entry(key, names_of(node), entries=below, manner=manner, level=node.id))
        return tuple(made)

    def _without_agents(self, node: Node) -> Queue:
        return replace(self.queue_of(node), agents=(), spoken={})


def require_agreement(menus: Menus, changed: Iterable[Node]) -> None:
    """Let pass settings of which the inherited and the own ones make sense together, for all below `changed`, too.

    Raises:
        InvalidInputError: they do not, at one of the nodes; `field` is `settings.routing.<field>`.
    """
    for node in {below.id: below for one in changed if not one.deleted for below in menus.tree.subtree(one)}.values():
        agreed(menus.settings(ROUTING, node).values, f"at {node.name(_TOLD_IN)}: ")


def agreed(routing: RoutingSettings, where: str = "") -> None:
    """Let pass routing settings that make sense together.

    Raises:
        InvalidInputError: they do not; `field` is `settings.routing.<field>`.
    """
    try:
        checked(routing)
    except InvalidInputError as error:
        raise InvalidInputError(f"{where}{error.detail}", field=f"settings.routing.{error.field}") from None


def names_of(node: Node) -> Mapping[str, str]:
    """Return a node's names, with one for every language of the screens."""
    return {**{language: node.name(language) for language in LANGUAGES}, **node.names}
