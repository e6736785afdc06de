"""Somebody listens: how long he has heard something, and what is noted of it when."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.media import joined
from madoguchi.domain.calls.parties import Party
from madoguchi.domain.chats.chat import Chat, holder
from madoguchi.domain.listening.entries import Because, Mode, Named, Note, What, whole_ms
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.supervision import Role
from madoguchi.kernel.ids import InteractionId, ListeningId, UserId
from madoguchi.kernel.time import Instant, Span

_MS: Final = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Scene:
    """What goes on in an interaction, as far as it matters who listens."""

    mode: Mode
    hears: bool
    """Whether anything reaches him."""
    on_hold: bool = False
    """Whether the consumer is on hold."""
    agent: Named | None = None
    queue: Named | None = None
    staff: frozenset[UserId] = frozenset()
    """Who works in it, himself left out."""


@dataclass(frozen=True)
class Listening:
    """One user's stretch of listening to one interaction, which goes on."""

    id: ListeningId
    user: UserId
    user_name: str
    interaction: InteractionId
    channel: Channel
    node: str
    since: Instant
    scene: Scene
    """As it is since `since`."""
    number: int = 0
    """Of the note before."""
    heard: Span = timedelta()
    """Until `since`."""
    held: Span = timedelta()
    staff: frozenset[UserId] = frozenset()
    """All who have been in it."""

    def begun(self) -> tuple["Listening", Note]:
        """Return it with what is noted of its beginning."""
        return _noted(replace(self, staff=self.scene.staff), What.BEGAN)

    def seen(self, scene: Scene, at: Instant) -> tuple["Listening", Note | None]:
        """Return it with `scene` from `at` on, and what is noted of that, which mostly is nothing."""
        moved = self._until(scene, at)
        return _noted(moved, What.MODE) if scene.mode is not self.scene.mode else (moved, None)

    def ended(self, scene: Scene | None, at: Instant, because: Because) -> Note:
        """Return what is noted of its end. Without a scene, it was to the end as it was."""
        last = replace(scene, mode=self.scene.mode) if scene is not None else self.scene
        return _noted(self._until(last, at), What.ENDED, because)[1]

    def _until(self, scene: Scene, at: Instant) -> "Listening":
        passed = max(at - self.since, timedelta())
        before = self.scene
        return replace(
            self,
            since=max(at, self.since),
            scene=scene,
            heard=self.heard + (passed if before.hears else timedelta()),
            held=self.held + (passed if before.on_hold else timedelta()),
            staff=self.staff | scene.staff,
        )


def _noted(one: Listening, what: What, because: Because | None = None) -> tuple[Listening, Note]:
    after = replace(one, number=one.number + 1)
    return after, Note(
        at=whole_ms(one.since),
        listening=one.id,
        number=after.number,
        user=one.user,
        user_name=one.user_name,
        interaction=one.interaction,
        channel=one.channel,
        mode=one.scene.mode,
        what=what,
        because=because,
        heard_ms=one.heard // _MS,
        hold_ms=one.held // _MS,
        agent=one.scene.agent,
        queue=one.scene.queue,
        others=len(one.staff),
        node=one.node,
    )


def closed_late(last: Note, until: Instant) -> Note:
    """Return what is noted of the end of a listening whose server died, when only its last note is left.

    Args:
        last: the last that was noted of it.
        until: the server's last sign of life. Until then, something is taken to have reached him.
    """
    at = max(whole_ms(until), last.at)
    return replace(
        last,
        at=at,
        number=last.number + 1,
        what=What.ENDED,
        because=Because.SERVER_STOPPED,
        heard_ms=last.heard_ms + (at - last.at) // _MS,
    )


def call_scene(call: Call, monitor: Party, mode: Mode) -> Scene:
    """Return what goes on in a call for one who came as its monitor."""
    agent = call.agent_party or call.last_agent
    roles = (Role.AGENT, Role.THIRD_PARTY)
    staff = [one.user for one in call.parties if one.present and one.role in roles and one.user is not None]
    return Scene(
        mode=mode,
        hears=_hears(call, monitor),
        on_hold=call.consumer_party.on_hold,
        agent=Named(agent.user, agent.name) if agent is not None and agent.user is not None else None,
        queue=_queue(call.queue),
        staff=frozenset(staff) - {monitor.user} if monitor.user is not None else frozenset(staff),
    )


def chat_scene(chat: Chat, user: UserId) -> Scene:
    """Return what goes on in a chat for somebody who views it; he may have joined it."""
    agent, has = chat.agent, holder(chat)
    mode = Mode.BARGE if chat.guest(user) is not None else Mode.VIEW
    return Scene(
        mode=mode if has != user else Mode.TAKE_OVER,
        hears=True,
        agent=Named(agent.id, agent.name) if agent is not None else None,
        queue=_queue(chat.queue),
        staff=frozenset({has} if has is not None else ()) - {user},
    )


def _hears(call: Call, monitor: Party) -> bool:
    """Whether any voice reaches him, as the voice engine was told."""
    bridge = joined(call) if monitor.present and monitor.connected and not call.over else None
    if bridge is None or monitor.leg not in bridge.legs:
        return False
    return any(gain > 0 for gain in bridge.gains[bridge.legs.index(monitor.leg)])


def _queue(queue: Queue | None) -> Named | None:
    return Named(queue.id, " / ".join(dict.fromkeys(queue.names.values()))) if queue is not None else None
