"""What consumers are offered in the place of a closed queue: for all calls, for all chats, and for single queues."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import QueueId


class OptionKind(Enum):
    """One thing that can be offered."""

    QUEUE = "queue"
    """He waits in another queue."""
    PHONE_NUMBER = "phone_number"
    """On the phone he is connected with another number, in an app he is shown it."""
    VOICEMAIL = "voicemail"
    MESSAGE = "message"
    """He is told, and that is all."""
    SCHEDULED_CALL = "scheduled_call"
    EMAIL = "email"
    """He is shown the address of the support centre."""


POSSIBLE: Final[Mapping[MenuChannel, tuple[OptionKind, ...]]] = {
    MenuChannel.IVR: (OptionKind.QUEUE, OptionKind.PHONE_NUMBER, OptionKind.VOICEMAIL, OptionKind.MESSAGE),
    MenuChannel.MOBILE: (
        OptionKind.QUEUE,
        OptionKind.SCHEDULED_CALL,
        OptionKind.EMAIL,
        OptionKind.PHONE_NUMBER,
        OptionKind.VOICEMAIL,
    ),
    MenuChannel.WEB: (OptionKind.SCHEDULED_CALL, OptionKind.EMAIL),
    MenuChannel.SMS: (OptionKind.MESSAGE,),
}
"""What can be offered to who comes by a menu, in the order in which it is shown."""

FOR_ALL: Final[Mapping[MenuChannel, tuple[OptionKind, ...]]] = {
    MenuChannel.IVR: POSSIBLE[MenuChannel.IVR],
    MenuChannel.MOBILE: tuple(one for one in POSSIBLE[MenuChannel.MOBILE] if one is not OptionKind.QUEUE),
    MenuChannel.WEB: POSSIBLE[MenuChannel.WEB],
    MenuChannel.SMS: (),
}
"""What can be offered to everybody who wants to call."""
FOR_CHATS: Final = (OptionKind.EMAIL,)
"""What can be offered to everybody who wants to chat."""

GIVEN: Final[Mapping[MenuChannel, frozenset[OptionKind]]] = {
    MenuChannel.IVR: frozenset({OptionKind.QUEUE, OptionKind.PHONE_NUMBER, OptionKind.MESSAGE}),
    MenuChannel.MOBILE: frozenset({OptionKind.QUEUE, OptionKind.EMAIL, OptionKind.PHONE_NUMBER}),
    MenuChannel.WEB: frozenset({OptionKind.EMAIL}),
    MenuChannel.SMS: frozenset(),
}
"""What this installation can carry out. Whatever else is `POSSIBLE` is refused when settings are saved."""

OWN: Final = frozenset({MenuChannel.IVR, MenuChannel.MOBILE, MenuChannel.SMS})
"""The menus whose queues may have a deflection of their own; on the web the one for all counts."""


@dataclass(frozen=True)
class Plan:
    """What is offered, and what that needs."""

    kinds: tuple[OptionKind, ...] = ()
    """On the phone and by SMS just one."""
    queue: str = ""
    """The id of the queue, for `QUEUE`."""
    number: str = ""
    """For `PHONE_NUMBER`: E.164, or an extension of ours."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Own words for `MESSAGE`, by language; without any the usual message is said."""

    @property
    def redirect(self) -> QueueId | None:
        """The queue to which consumers are sent on; none where something else is offered."""
        return QueueId(self.queue) if OptionKind.QUEUE in self.kinds else None

    def only(self, kinds: tuple[OptionKind, ...]) -> "Plan":
        """Return the plan with those of its options that are among `kinds`, in their order."""
        kept = tuple(one for one in kinds if one in self.kinds)
        return Plan(kept, self.queue, self.number, self.texts)


def plan_values(plan: Plan) -> Mapping[str, Any]:
    """Return a plan as it is stored and sent."""
    kinds = [one.value for one in plan.kinds]
    return {"kinds": kinds, "queue": plan.queue, "number": plan.number, "texts": dict(plan.texts)}


def plan_of(values: Mapping[str, Any]) -> Plan:
    """Read what `plan_values` wrote; an option that this program does not know is left out."""
    known = {one.value: one for one in OptionKind}
    kinds = tuple(known[one] for one in values.get("kinds", ()) if one in known)
    return Plan(kinds, values.get("queue", ""), values.get("number", ""), dict(values.get("texts", {})))


@dataclass(frozen=True)
class CallDeflection:
    """What holds for all calls."""

    enabled: bool = False
    transfers: bool = True
    """Whether agents may transfer calls to queues outside of their hours."""
    phone: Plan = Plan((OptionKind.MESSAGE,))
    pages: Plan = Plan()
    """On the web and in apps; what only apps can offer is left out on the web."""
    version: int = 0


@dataclass(frozen=True)
class ChatDeflection:
    """What holds for all chats."""

    enabled: bool = False
    transfers: bool = True
    """Whether agents may transfer chats to queues outside of their hours, as long as chats are not deflected."""
    pages: Plan = Plan()
    version: int = 0


@dataclass(frozen=True)
class QueueDeflection:
    """What holds for one queue, or for a level of a menu while everything below it is closed."""

    queue: QueueId
    enabled: bool = False
    """Switched off it is kept, but does not count."""
    plan: Plan = Plan()
    version: int = 0


@dataclass(frozen=True)
class DeflectionSettings:
    """All of it."""

    calls: CallDeflection = CallDeflection()
    chats: ChatDeflection = ChatDeflection()
    queues: Mapping[QueueId, QueueDeflection] = field(default_factory=dict)

    def enabled(self, menu: MenuChannel, service: Channel) -> bool:
        """Whether anybody who comes by `menu` is deflected. SMS has no switch for all: each queue says it."""
        if menu is MenuChannel.SMS:
            return True
        return self.calls.enabled if service is Channel.CALL else self.chats.enabled

    def own(self, node: QueueId, menu: MenuChannel) -> Plan | None:
        """Return what a queue or level says for itself."""
        found = self.queues.get(node)
        if found is None or not found.enabled or menu not in OWN:
            return None
        plan = found.plan.only(POSSIBLE[menu])
        return plan if plan.kinds else None

    def counting(self, node: QueueId, menu: MenuChannel, service: Channel) -> Plan | None:
        """Return what counts for a queue or level: its own, else what holds for all."""
        own = self.own(node, menu)
        return own if own is not None else self.common(menu, service)

    def common(self, menu: MenuChannel, service: Channel) -> Plan | None:
        """Return what holds where no queue says otherwise; none where that offers nothing."""
        if service is Channel.CHAT:
            plan = self.chats.pages.only(FOR_CHATS if FOR_ALL[menu] else ())
        else:
            plan = (self.calls.phone if menu is MenuChannel.IVR else self.calls.pages).only(FOR_ALL[menu])
        return plan if plan.kinds else None
