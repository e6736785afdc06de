"""What of calls, chats and agents somebody may see: all, or what belongs to the agents of teams that he manages."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from madoguchi.domain.access.permissions import Permission, Scope
from madoguchi.domain.access.teams import TeamTree
from madoguchi.domain.access.users import Principal
from madoguchi.domain.belonging import Belonging, Sight, of_call, of_chat
from madoguchi.domain.queues.queue import Queue
from madoguchi.kernel.errors import NotFoundError
from madoguchi.kernel.ids import InteractionId, UserId
from madoguchi.kernel.time import Instant
from madoguchi.ports.storage import InteractionStore, Snapshot
from madoguchi.services.call_life import CALLS
from madoguchi.services.chat_life import CHATS

BATCH: Final = 200
"""How many ended interactions are looked at at once for somebody who sees few of them."""


class Sights:
    """Answers for every service whether somebody sees something. Without teams whoever may see, sees everything."""

    def __init__(
        self, tree: Callable[[], TeamTree] | None = None, queues: Callable[[], Iterable[Queue]] = tuple
    ) -> None:
        self._tree = tree
        self._queues = queues
        self._known: dict[UserId, Sight] = {}
        self.on_change: Callable[[], None] = lambda: None
        """Called when somebody may see other things than before."""

    def changed(self) -> None:
        """Note that teams, or who serves which queue, have changed."""
        self._known.clear()
        self.on_change()

    def of(self, actor: Principal, permission: Permission) -> Sight | None:
        """Return what `actor` sees by `permission`; None for everything.

        Raises:
            NotAllowedError: he has not got it.
        """
        actor.require(permission)
        if self._tree is None or actor.permissions[permission] is Scope.ALL:
            return None
        found = self._known.get(actor.user.id)
        if found is None:
            found = self._known[actor.user.id] = self._work_out(self._tree(), actor.user.id)
        return found

    def sees(self, actor: Principal, permission: Permission, belonging: Belonging) -> bool:
        """Whether `actor` has `permission` for what belongs so."""
        if permission not in actor.permissions:
            return False
        sight = self.of(actor, permission)
        return sight is None or sight.covers(belonging)

    def require(self, actor: Principal, permission: Permission, belonging: Belonging) -> None:
        """Let pass who has `permission` for what belongs so; others do not learn that it is there.

        Raises:
            NotAllowedError: he has not got the permission.
            NotFoundError: he has it for others only.
        """
        actor.require(permission)
        if not self.sees(actor, permission, belonging):
            raise NotFoundError("there is none, or none in your teams")

    def _work_out(self, tree: TeamTree, user: UserId) -> Sight:
        teams = [tree.teams[one] for one in tree.managed_by(user)]
        users = frozenset(person for team in teams for person in team.members | team.managers)
        return Sight(users, frozenset(one.id for one in self._queues() if not users.isdisjoint(one.agents)))


def kept(snapshot: Snapshot) -> Belonging:
    """Return whose a stored call or chat is."""
    if snapshot.kind == CALLS.kind:
        return of_call(CALLS.codec.state(snapshot.data))
    return of_chat(CHATS.codec.state(snapshot.data))


async def finished(
    store: InteractionStore, kind: str, sight: Sight | None, limit: int, before: Instant | None, before_id: str
) -> Sequence[Snapshot]:
    """Return what `InteractionStore.finished` does, of what `sight` covers alone."""

    def page(size: int, before: Instant | None, before_id: str) -> Awaitable[Sequence[Snapshot]]:
        return store.finished(kind, limit=size, before=before, before_id=before_id)

    return await covered(page, lambda _: sight, limit, before, before_id)


async def covered(
    page: Callable[[int, Instant | None, str], Awaitable[Sequence[Snapshot]]],
    sight_of: Callable[[Snapshot], Sight | None],
    limit: int,
    before: Instant | None,
    before_id: str,
) -> Sequence[Snapshot]:
    """Return the next `limit` of those whose sight covers them; `page` reads on in the order of the list."""
    found: list[Snapshot] = []
    size = limit
    while len(found) < limit:
        read = await page(size, before, before_id)
        for one in read:
            sight = sight_of(one)
            if sight is None or sight.covers(kept(one)):
                found.append(one)
        if len(read) < size:
            break
        before, before_id = read[-1].at, read[-1].id
        size = BATCH
    return found[:limit]


async def belonging(store: InteractionStore, interaction: InteractionId) -> Belonging | None:
    """Return whose a call or chat is as it was stored last; nothing where there is none."""
    snapshot = await store.load(interaction)
    return kept(snapshot) if snapshot is not None and snapshot.kind in {CALLS.kind, CHATS.kind} else None
