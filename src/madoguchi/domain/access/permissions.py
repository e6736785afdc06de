"""Permissions, and what each default role has of them."""

from collections.abc import Mapping
from enum import Enum
from typing import Final


class Permission(Enum):
    """One thing that a role may allow. Named as page and right, or as the thing done."""

    DESK = "desk"
    """Open the agent desk, take calls and chats."""
    VIEW_CALLS = "calls.view"
    VIEW_CHATS = "chats.view"
    VIEW_AGENTS = "agents.view"
    CHANGE_AGENT_STATUS = "agents.edit"
    MONITOR = "monitor"
    """Listen to live calls and view live chats, unseen."""
    END_INTERACTIONS = "monitor_chats.edit"
    LISTEN_TO_RECORDINGS = "recordings.view"
    VIEW_TRANSCRIPTS = "transcripts.view"
    EDIT_DISPOSITIONS = "settings.dispositions.edit"
    EDIT_REPLIES = "settings.replies.edit"
    OUTBOUND = "outbound"
    """Dial numbers: call out, ask a phone into a call, hand over to one."""


class Role(Enum):
    """The default roles."""

    AGENT = "agent"
    MANAGER = "manager"
    ADMIN = "admin"


_SUPERVISION: Final = frozenset(
    {
        Permission.VIEW_CALLS,
        Permission.VIEW_CHATS,
        Permission.VIEW_AGENTS,
        Permission.CHANGE_AGENT_STATUS,
        Permission.MONITOR,
        Permission.END_INTERACTIONS,
        Permission.LISTEN_TO_RECORDINGS,
        Permission.VIEW_TRANSCRIPTS,
        Permission.EDIT_DISPOSITIONS,
        Permission.EDIT_REPLIES,
    }
)

GRANTS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.AGENT: frozenset({Permission.DESK, Permission.OUTBOUND}),
    Role.MANAGER: _SUPERVISION,
    Role.ADMIN: _SUPERVISION,
}


def granted(roles: frozenset[Role]) -> frozenset[Permission]:
    """Return what a user with `roles` may do: several roles add up."""
    return frozenset().union(*(GRANTS[role] for role in roles))
