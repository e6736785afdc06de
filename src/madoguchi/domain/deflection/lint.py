"""What is wrong with deflections: what cannot be saved, and dead ends into which consumers would run.

Every finding says where. Errors are refused when settings are saved; others, and those that came about because
something else was changed since, are shown beside the settings.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from enum import Enum

from madoguchi.domain.deflection.decide import Asked, Deflection
from madoguchi.domain.deflection.plan import (
    FOR_CHATS,
    GIVEN,
    POSSIBLE,
    DeflectionSettings,
    OptionKind,
    Plan,
    QueueDeflection,
)
from madoguchi.domain.queues.nodes import Node
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import QueueId
from madoguchi.kernel.time import Instant


class Fault(Enum):
    """What is wrong."""

    NOTHING_CHOSEN = "nothing_chosen"
    ONE_ONLY = "one_only"
    """Several options where there can be one."""
    QUEUE_EXCLUDES = "queue_excludes"
    """Another queue, and something else beside it."""
    NOT_HERE = "not_here"
    """The option does not exist for this menu."""
    NOT_GIVEN = "not_given"
    """This installation cannot carry it out yet."""
    QUEUE_MISSING = "queue_missing"
    QUEUE_ELSEWHERE = "queue_elsewhere"
    """The queue is in another menu, or it is a level."""
    QUEUE_BELOW = "queue_below"
    """The queue is below the level, and so is closed whenever the level sends consumers there."""
    QUEUE_NEVER_OPEN = "queue_never_open"
    LOOP = "loop"
    NUMBER_MISSING = "number_missing"
    EMAIL_MISSING = "email_missing"
    TEXT_MISSING = "text_missing"
    """Own words exist, but not in a live language."""
    MESSAGE_MISSING = "message_missing"
    """The usual message cannot be said in a live language."""
    VOICEMAIL_NOBODY = "voicemail_nobody"
    """Nobody is assigned who would hear what is recorded."""


TOLD_ONLY = frozenset({Fault.MESSAGE_MISSING, Fault.EMAIL_MISSING})
"""What is mended on other pages: it is told, but does not keep anybody from saving."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and where."""

    fault: Fault
    place: str
    """`calls.phone`, `calls.pages`, `chats.pages`, or the id of a queue or level."""
    field: str
    """The part of the plan: `kinds`, `queue`, `number` or `texts`."""
    params: Mapping[str, str] = default(default_factory=dict)
    """`kind`, `language`, `message`, or `path`: the ids of the queues through which a loop goes."""

    @property
    def refused(self) -> bool:
        """Whether it keeps settings from being saved."""
        return self.fault not in TOLD_ONLY


@dataclass(frozen=True)
class World:
    """What plans refer to."""

    deflection: Deflection
    live: Sequence[str]
    """The live languages."""
    unsaid: Collection[str] = ()
    """Live languages in which the usual message cannot be said."""
    email: str = ""
    """Of the support centre."""
    given: Mapping[MenuChannel, Collection[OptionKind]] = default(default_factory=lambda: GIVEN)

    @property
    def settings(self) -> DeflectionSettings:
        """What is looked at."""
        return self.deflection.settings


def findings(world: World, at: Instant) -> Iterator[Finding]:
    """Yield what is wrong with all settings that count."""
    yield from of_calls(world, at)
    yield from of_chats(world)
    for one in world.settings.queues.values():
        node = world.deflection.tree.nodes.get(one.queue)
        if node is not None and not node.deleted:
            yield from of_queue(world, one, at)


def of_calls(world: World, at: Instant) -> Iterator[Finding]:
    """Yield what is wrong with the settings for all calls; nothing while they are switched off."""
    calls = world.settings.calls
    if not calls.enabled:
        return
    yield from _phone(world, calls.phone, "calls.phone", None, at)
    yield from _pages(world, calls.pages, "calls.pages", (MenuChannel.MOBILE, MenuChannel.WEB))


def of_chats(world: World) -> Iterator[Finding]:
    """Yield what is wrong with the settings for all chats; nothing while they are switched off."""
    if not world.settings.chats.enabled:
        return
    pages = world.settings.chats.pages
    for kind in pages.kinds:
        if kind not in FOR_CHATS:
            yield Finding(Fault.NOT_HERE, "chats.pages", "kinds", {"kind": kind.value})
    yield from _pages(world, pages.only(FOR_CHATS), "chats.pages", (MenuChannel.MOBILE, MenuChannel.WEB))


def of_queue(world: World, own: QueueDeflection, at: Instant) -> Iterator[Finding]:
    """Yield what is wrong with the settings of one queue or level; nothing while they are switched off."""
    if not own.enabled:
        return
    node = world.deflection.tree.nodes[own.queue]
    match node.channel:
        case MenuChannel.IVR:
            yield from _phone(world, own.plan, own.queue, node, at)
        case MenuChannel.MOBILE:
            yield from _app(world, own.plan, node, at)
        case MenuChannel.SMS:
            yield from _kinds(world, own.plan, own.queue, (MenuChannel.SMS,))
            yield from _texts(world, own.plan, own.queue, needed=True)
        case MenuChannel.WEB:
            yield Finding(Fault.NOT_HERE, own.queue, "kinds")


def _phone(world: World, plan: Plan, place: str, node: Node | None, at: Instant) -> Iterator[Finding]:
    if len(plan.kinds) > 1:
        yield Finding(Fault.ONE_ONLY, place, "kinds")
    yield from _kinds(world, plan, place, (MenuChannel.IVR,))
    yield from _number(plan, place)
    yield from _target(world, plan, place, node, MenuChannel.IVR, at)
    if OptionKind.MESSAGE in plan.kinds:
        yield from _texts(world, plan, place, needed=False)
    if OptionKind.VOICEMAIL in plan.kinds:
        yield from _voicemail(world, place, node)


def _app(world: World, plan: Plan, node: Node, at: Instant) -> Iterator[Finding]:
    if OptionKind.QUEUE in plan.kinds and len(plan.kinds) > 1:
        yield Finding(Fault.QUEUE_EXCLUDES, node.id, "kinds")
    yield from _kinds(world, plan, node.id, (MenuChannel.MOBILE,))
    yield from _number(plan, node.id)
    yield from _email(world, plan, node.id)
    yield from _target(world, plan, node.id, node, MenuChannel.MOBILE, at)
    if OptionKind.VOICEMAIL in plan.kinds:
        yield from _voicemail(world, node.id, node)


def _pages(world: World, plan: Plan, place: str, menus: Sequence[MenuChannel]) -> Iterator[Finding]:
    if not plan.kinds:
        return  # On pages that is a choice: consumers are told that it is closed.
    yield from _kinds(world, plan, place, menus)
    if OptionKind.QUEUE in plan.kinds:
        yield Finding(Fault.NOT_HERE, place, "kinds", {"kind": OptionKind.QUEUE.value})
    yield from _number(plan, place)
    yield from _email(world, plan, place)


def _kinds(world: World, plan: Plan, place: str, menus: Sequence[MenuChannel]) -> Iterator[Finding]:
    """Yield options that do not exist in any of the menus, or that nobody can carry out."""
    if not plan.kinds:
        yield Finding(Fault.NOTHING_CHOSEN, place, "kinds")
    for kind in plan.kinds:
        if not any(kind in POSSIBLE[menu] for menu in menus):
            yield Finding(Fault.NOT_HERE, place, "kinds", {"kind": kind.value})
        elif not any(kind in world.given[menu] for menu in menus):
            yield Finding(Fault.NOT_GIVEN, place, "kinds", {"kind": kind.value})


def _number(plan: Plan, place: str) -> Iterator[Finding]:
    if OptionKind.PHONE_NUMBER in plan.kinds and not plan.number:
        yield Finding(Fault.NUMBER_MISSING, place, "number")


def _email(world: World, plan: Plan, place: str) -> Iterator[Finding]:
    if OptionKind.EMAIL in plan.kinds and not world.email:
        yield Finding(Fault.EMAIL_MISSING, place, "kinds")


def _texts(world: World, plan: Plan, place: str, *, needed: bool) -> Iterator[Finding]:
    """Own words are said in every live language, or in none."""
    if needed or plan.texts:
        for language in world.live:
            if not plan.texts.get(language, "").strip():
                yield Finding(Fault.TEXT_MISSING, place, "texts", {"language": language})
    else:
        for language in world.unsaid:
            yield Finding(Fault.MESSAGE_MISSING, place, "texts", {"language": language, "message": "after_hours"})


def _voicemail(world: World, place: str, node: Node | None) -> Iterator[Finding]:
    """What is recorded needs somebody who is told of it; for all queues that cannot be said at one place."""
    if node is not None and not any(one.assigned for one in world.deflection.leaves(node)):
        yield Finding(Fault.VOICEMAIL_NOBODY, place, "kinds", {"kind": OptionKind.VOICEMAIL.value})


def _target(
    world: World, plan: Plan, place: str, node: Node | None, menu: MenuChannel, at: Instant
) -> Iterator[Finding]:
    """Yield what is wrong with the queue to which consumers are sent on."""
    to = plan.redirect
    if to is None:
        return
    tree = world.deflection.tree
    target = tree.nodes.get(to)
    if not to or target is None or target.deleted:
        yield Finding(Fault.QUEUE_MISSING, place, "queue", {"queue": to})
        return
    if target.channel is not menu or not tree.leaf(target):
        yield Finding(Fault.QUEUE_ELSEWHERE, place, "queue", {"queue": to})
        return
    if node is not None and node.id != to and node in tree.chain(target):
        yield Finding(Fault.QUEUE_BELOW, place, "queue", {"queue": to})
        return
    if loop := _loop(world.settings, menu, [] if node is None else [node.id], to):
        yield Finding(Fault.LOOP, place, "queue", {"path": " ".join(loop)})
    elif not _ever_open(world, target, at) and world.settings.own(to, menu) is None:
        yield Finding(Fault.QUEUE_NEVER_OPEN, place, "queue", {"queue": to})


def _loop(settings: DeflectionSettings, menu: MenuChannel, path: list[QueueId], to: QueueId) -> Sequence[QueueId]:
    """Return the way of a consumer who comes back to where he was; nothing where he does not.

    The queue of all calls may close as well, and then sends nobody to itself: that is told by a message.
    """
    while to not in path:
        path = [*path, to]
        plan = settings.counting(to, menu, Channel.CALL)
        following = plan.redirect if plan is not None else None
        if following is None or (settings.own(to, menu) is None and following == to):
            return ()
        to = following
    return [*path[path.index(to) :], to]


def _ever_open(world: World, target: Node, at: Instant) -> bool:
    """Whether consumers of any live language can get into the queue at some time."""
    deflection = world.deflection
    for language in world.live:
        calendar = deflection.calendar(target.id, Asked(target.id, Channel.CALL, language))
        if calendar.is_open(at) or calendar.next_opening(at) is not None:
            return True
    return False
