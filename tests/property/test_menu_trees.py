"""Whatever managers do with the menu trees: they stay well-formed, and no edit reaches beyond its subtree."""

from collections import Counter
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from madoguchi.domain.queues.nodes import Assignment, Node
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.queues.resolve import Menus
from madoguchi.domain.queues.settings import RECORDING, ROUTING, SECTIONS, WRAP_UP, Overrides, Section
from madoguchi.domain.queues.tree import DEPTH, KEYS, Changed, Direction, Tree
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.ids import QueueId, UserId

pytestmark = pytest.mark.req("BASE-4")

OVERRIDES = st.fixed_dictionaries(
    {},
    optional={
        "routing": st.fixed_dictionaries(
            {}, optional={"offer_s": st.integers(5, 300), "policy": st.sampled_from(["deltacast", "multicast"])}
        ),
        "wrap_up": st.fixed_dictionaries({}, optional={"wrap_up_s": st.integers(0, 3600)}),
        "phone_menu": st.fixed_dictionaries({}, optional={"tries": st.integers(1, 10)}),
    },
)
PICK = st.integers(0, 10_000)
CHANNELS = st.sampled_from([MenuChannel.IVR, MenuChannel.WEB])


class Menus_(RuleBasedStateMachine):  # noqa: N801 - the shorter name is what it is about
    """Managers add, move, copy, edit and delete."""

    def __init__(self) -> None:
        super().__init__()
        self.tree = Tree()
        self.ids = count(1)

    def new_id(self) -> QueueId:
        return QueueId(f"queue_{next(self.ids)}")

    def one(self, pick: int) -> Node | None:
        known = [one for one in self.tree.nodes.values() if not one.deleted]
        return known[pick % len(known)] if known else None

    def changed(self, changed: Changed) -> None:
        self.tree = self.tree.with_(changed)

    @initialize()
    def begins(self) -> None:
        for channel in (MenuChannel.IVR, MenuChannel.WEB):
            top = self.new_id()
            self.changed(self.tree.add(top, channel, None, {"en": "top"}))
            for _ in range(3):
                self.changed(self.tree.add(self.new_id(), channel, top, {"en": "below"}))

    @rule(pick=PICK, top=st.booleans(), channel=CHANNELS)
    def adds(self, pick: int, channel: MenuChannel, *, top: bool) -> None:
        parent = None if top else self.one(pick)
        self.attempt(lambda: self.tree.add(self.new_id(), channel, parent.id if parent else None, {"en": "new"}))

    @rule(pick=PICK, direction=st.sampled_from(Direction))
    def moves(self, pick: int, direction: Direction) -> None:
        if (node := self.one(pick)) is not None:
            self.attempt(lambda: self.tree.move(node.id, direction))

    @rule(pick=PICK, into=PICK, top=st.booleans())
    def moves_into(self, pick: int, into: int, *, top: bool) -> None:
        node, parent = self.one(pick), None if top else self.one(into)
        if node is not None:
            self.attempt(lambda: self.tree.move_into(node.id, parent.id if parent else None))

    @rule(pick=PICK, into=PICK, top=st.booleans(), channel=CHANNELS)
    def copies(self, pick: int, into: int, channel: MenuChannel, *, top: bool) -> None:
        node, parent = self.one(pick), None if top else self.one(into)
        if node is not None and len(self.tree.nodes) < 60:
            self.attempt(lambda: self.tree.copy([node], channel, parent.id if parent else None, self.new_id))

    @rule(pick=PICK, overrides=OVERRIDES, hidden=st.booleans(), assigned=st.booleans())
    def edits(self, pick: int, overrides: Overrides, *, hidden: bool, assigned: bool) -> None:
        node = self.one(pick)
        if node is None:
            return
        agents = (Assignment(users=(UserId("user_ana"),)),) if assigned and self.tree.leaf(node) else node.assignments
        before = effective_of(self.tree)
        self.attempt(
            lambda: self.tree.edit(
                node.id, node.version, names=node.names, hidden=hidden, overrides=overrides, assignments=agents
            )
        )
        inside = {one.id for one in self.tree.subtree(self.tree.node(node.id))}
        after = effective_of(self.tree)
        assert {key: one for key, one in before.items() if key not in inside} == {
            key: one for key, one in after.items() if key not in inside
        }

    @rule(pick=PICK)
    def deletes(self, pick: int) -> None:
        if (node := self.one(pick)) is not None:
            self.attempt(lambda: self.tree.delete(node.id))

    def attempt(self, change: "object") -> None:
        before = self.tree
        try:
            self.changed(change())  # type: ignore[operator]
        except MadoguchiError:
            assert self.tree == before

    @invariant()
    def every_tree_is_well_formed(self) -> None:
        shown = [one for channel in MenuChannel for one in self.tree.walk(channel)]
        assert Counter(one.id for one in shown) == Counter(
            one.id for one in self.tree.nodes.values() if not one.deleted
        ), "every node is reached once"
        for node in shown:
            children = self.tree.children(node)
            assert [one.position for one in children] == list(range(1, len(children) + 1))
            assert not (children and node.assigned)
            assert len(self.tree.chain(node)) <= DEPTH
            assert all(one.channel is node.channel for one in self.tree.chain(node))
        for parent in (None, *(one.id for one in shown)):
            keys = self.tree.keys(MenuChannel.IVR, parent)
            assert sorted(keys.values()) == list(range(1, len(keys) + 1))
            assert len(keys) <= KEYS


def effective_of(tree: Tree) -> dict[QueueId, object]:
    menus = Menus(tree)
    return {
        one.id: [menus.settings(section, one) for section in SECTIONS.values()]
        for one in tree.nodes.values()
        if not one.deleted
    }


TestMenuTrees = Menus_.TestCase
TestMenuTrees.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


@given(st.lists(OVERRIDES, min_size=1, max_size=8), OVERRIDES)
def test_every_value_comes_from_the_nearest_that_sets_it(chain: list[Overrides], common: Overrides) -> None:
    nodes = [
        Node(QueueId(f"queue_{n}"), MenuChannel.WEB, QueueId(f"queue_{n - 1}") if n else None, 1, {"en": "x"})
        for n in range(len(chain))
    ]
    nodes = [replace(one, overrides=own) for one, own in zip(nodes, chain, strict=True)]
    menus = Menus(Tree.of(nodes), common)
    sections: tuple[Section[Any], ...] = (ROUTING, WRAP_UP, RECORDING)
    for section in sections:
        found = menus.settings(section, nodes[-1])
        for name, source in found.sources.items():
            setting = [one for one in nodes if name in one.overrides.get(section.name, {})]
            assert source == (setting[-1].id if setting else "global")
