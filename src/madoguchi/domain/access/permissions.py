"""Permissions: pages of the portal, what one may do there, and for whom. What roles are made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import ClassVar, Final, TypeAlias

from madoguchi.kernel.ids import RoleId


class Permission(Enum):
    """One right on one page. Named as page and right, or as the thing done."""

    DESK = "desk"
    """Open the agent desk, take calls and chats. The Agent role has it, and no other can be given it."""
    VIEW_CALLS = "calls.view"
    VIEW_CHATS = "chats.view"
    VIEW_AGENTS = "agents.view"
    VIEW_LIVE_QUEUES = "queues_live.view"
    """See how the queues stand; their settings are another page."""
    VIEW_DASHBOARD = "dashboard.view"
    VIEW_REPORTS = "reports.view"
    CHANGE_AGENT_STATUS = "agents.edit"
    EDIT_STATUSES = "agent_statuses.edit"
    """Make and change the organisation's own statuses."""
    MONITOR = "monitor"
    """Listen to live calls and view live chats, unseen."""
    BARGE = "barge"
    """Speak in live calls and chats of others: whisper to the agent, speak to all, take over."""
    END_INTERACTIONS = "monitor_chats.edit"
    """End calls and chats of others: one permission named after chats for both."""
    LISTEN_TO_RECORDINGS = "recordings.view"
    VIEW_TRANSCRIPTS = "transcripts.view"
    VIEW_USERS = "users.view"
    EDIT_USERS = "users.edit"
    VIEW_TEAMS = "teams.view"
    EDIT_TEAMS = "teams.edit"
    VIEW_ROLES = "roles.view"
    EDIT_ROLES = "roles.edit"
    VIEW_QUEUE_SETTINGS = "settings.queues.view"
    EDIT_QUEUE_SETTINGS = "settings.queues.edit"
    VIEW_MESSAGES = "settings.messages.view"
    """Languages, and what consumers hear in them."""
    EDIT_MESSAGES = "settings.messages.edit"
    VIEW_SUPPORT_CENTER = "settings.support_center.view"
    """Details of the support centre, hours and holidays."""
    EDIT_SUPPORT_CENTER = "settings.support_center.edit"
    EDIT_DISPOSITIONS = "settings.dispositions.edit"
    EDIT_REPLIES = "settings.replies.edit"
    EDIT_EMBEDDING = "settings.embedding.edit"
    """Say which other sites may show the portal within their pages."""
    EDIT_SMS = "settings.sms.edit"
    """Set up connections to carriers of text messages, and the numbers behind them."""
    OUTBOUND = "outbound"
    """Dial numbers: call out, ask a phone into a call, hand over to one."""
    VIEW_AUDIT = "audit.view"
    """Who changed what, and who signed in."""
    VIEW_MONITORING_REPORT = "reports.monitoring.view"
    """Who listened to which calls and viewed which chats."""


class Scope(Enum):
    """For whom a permission counts."""

    ASSIGNED_TEAMS = "assigned_teams"
    """For those in teams that the user manages, and in their sub-teams."""
    ALL = "all"


@dataclass(frozen=True)
class Page:
    """A row of the role page: what can be viewed and edited there."""

    key: str
    view: Permission | None = None
    edit: Permission | None = None
    scoped: bool = False
    """Whether it can be restricted to assigned teams; only where every use asks for whom."""
    hands_out_roles: bool = False
    """Whether it can be restricted to *assignable roles*."""

    @property
    def rights(self) -> tuple[Permission, ...]:
        """What the page has of View and Edit."""
        return tuple(one for one in (self.view, self.edit) if one is not None)


PAGES: Final = (
    Page("dashboard", Permission.VIEW_DASHBOARD),
    Page("reports", Permission.VIEW_REPORTS, scoped=True),
    Page("calls", Permission.VIEW_CALLS, scoped=True),
    Page("chats", Permission.VIEW_CHATS, scoped=True),
    Page("agents", Permission.VIEW_AGENTS, Permission.CHANGE_AGENT_STATUS, scoped=True),
    Page("queues_live", Permission.VIEW_LIVE_QUEUES, scoped=True),
    Page("monitor", Permission.MONITOR, scoped=True),
    Page("barge", edit=Permission.BARGE, scoped=True),
    Page("monitor_chats", edit=Permission.END_INTERACTIONS, scoped=True),
    Page("recordings", Permission.LISTEN_TO_RECORDINGS, scoped=True),
    Page("transcripts", Permission.VIEW_TRANSCRIPTS, scoped=True),
    Page("users", Permission.VIEW_USERS, Permission.EDIT_USERS, scoped=True, hands_out_roles=True),
    Page("teams", Permission.VIEW_TEAMS, Permission.EDIT_TEAMS, scoped=True),
    Page("roles", Permission.VIEW_ROLES, Permission.EDIT_ROLES),
    Page("statuses", edit=Permission.EDIT_STATUSES),
    Page("queue_settings", Permission.VIEW_QUEUE_SETTINGS, Permission.EDIT_QUEUE_SETTINGS),
    Page("messages", Permission.VIEW_MESSAGES, Permission.EDIT_MESSAGES),
    Page("dispositions", edit=Permission.EDIT_DISPOSITIONS),
    Page("replies", edit=Permission.EDIT_REPLIES),
    Page("embedding", edit=Permission.EDIT_EMBEDDING),
    Page("sms", edit=Permission.EDIT_SMS),
    Page("outbound", edit=Permission.OUTBOUND),
    Page("support_center", Permission.VIEW_SUPPORT_CENTER, Permission.EDIT_SUPPORT_CENTER),
    Page("audit", Permission.VIEW_AUDIT),
    Page("monitoring_report", Permission.VIEW_MONITORING_REPORT),
)
"""All pages whose permissions roles can have, in the order of the role page. The desk is none of them."""

PAGE_OF: Final[Mapping[Permission, Page]] = {right: page for page in PAGES for right in page.rights}

Grants: TypeAlias = Mapping[Permission, Scope]
"""What is allowed, and for whom."""

NOTHING: Final[Grants] = MappingProxyType({})


@dataclass(frozen=True)
class Role:
    """A named set of permissions that users can have."""

    AGENT: ClassVar[RoleId] = RoleId("agent")
    MANAGER: ClassVar[RoleId] = RoleId("manager")
    MANAGER_TEAM: ClassVar[RoleId] = RoleId("manager_team")
    MANAGER_DATA: ClassVar[RoleId] = RoleId("manager_data")
    MANAGER_ADMIN: ClassVar[RoleId] = RoleId("manager_admin")
    ADMIN: ClassVar[RoleId] = RoleId("admin")

    id: RoleId
    name: str
    label: str
    """Short, for badges."""
    colour: str
    """A tone of the portal: `ok`, `info`, `warning`, `danger`, `violet`, `muted`."""
    position: int
    """Place in lists, from 1."""
    grants: Grants = field(default_factory=dict)
    assignable: frozenset[RoleId] | None = None
    """Which roles its users may hand out, where they may edit users; None for all."""
    second_factor: bool = False
    """Whether its users must have a second factor."""
    version: int = field(default=0, compare=False)
    """Counts its changes from 1 on; 0 for one that is not stored. It is no part of what the record says."""


def with_views(grants: Grants) -> Grants:
    """Return `grants` with what they imply: who may edit may view, for at least as many."""
    result = dict(grants)
    for right, scope in grants.items():
        page = PAGE_OF.get(right)
        if page is not None and right is page.edit and page.view is not None:
            result[page.view] = wider(result.get(page.view), scope)
    return result


def wider(one: Scope | None, other: Scope) -> Scope:
    """Return the scope that reaches further."""
    return Scope.ALL if Scope.ALL in {one, other} else other


def combined(roles: Iterable[Role]) -> Grants:
    """Return what a user with all of `roles` may do: the highest wins, also in scope."""
    result: dict[Permission, Scope] = {}
    for role in roles:
        for right, scope in with_views(role.grants).items():
            result[right] = wider(result.get(right), scope)
    return result


def _all(*rights: Permission) -> dict[Permission, Scope]:
    return dict.fromkeys(rights, Scope.ALL)


def _teams(*rights: Permission) -> dict[Permission, Scope]:
    return dict.fromkeys(rights, Scope.ASSIGNED_TEAMS)


_LOOKS_ON: Final = (
    Permission.VIEW_REPORTS,
    Permission.VIEW_CALLS,
    Permission.VIEW_CHATS,
    Permission.VIEW_AGENTS,
    Permission.VIEW_LIVE_QUEUES,
    Permission.LISTEN_TO_RECORDINGS,
    Permission.VIEW_TRANSCRIPTS,
)
_MANAGES: Final = {
    **_teams(*_LOOKS_ON, Permission.MONITOR, Permission.BARGE),
    **_all(
        Permission.VIEW_DASHBOARD,
        Permission.EDIT_STATUSES,
        Permission.VIEW_QUEUE_SETTINGS,
        Permission.EDIT_QUEUE_SETTINGS,
        Permission.EDIT_DISPOSITIONS,
        Permission.EDIT_REPLIES,
        Permission.VIEW_MESSAGES,
        Permission.VIEW_SUPPORT_CENTER,
        Permission.VIEW_AUDIT,
    ),
    **_teams(Permission.CHANGE_AGENT_STATUS, Permission.END_INTERACTIONS, Permission.VIEW_USERS, Permission.VIEW_TEAMS),
}
_BELOW_ADMIN: Final = frozenset({Role.AGENT, Role.MANAGER, Role.MANAGER_TEAM, Role.MANAGER_DATA})

DEFAULT_ROLES: Final[Mapping[RoleId, Role]] = {
    role.id: role
    for role in (
        Role(Role.AGENT, "Agent", "Agent", "info", 1, _all(Permission.DESK, Permission.OUTBOUND)),
        Role(Role.MANAGER, "Manager", "Manager", "ok", 2, _MANAGES, frozenset({Role.AGENT})),
        Role(
            Role.MANAGER_TEAM,
            "Manager: Team",
            "Manager: Team",
            "ok",
            3,
            {**_MANAGES, **_teams(Permission.EDIT_USERS, Permission.EDIT_TEAMS)},
            frozenset({Role.AGENT}),
        ),
        Role(
            Role.MANAGER_DATA,
            "Manager: Data",
            "Manager: Data",
            "ok",
            4,
            _all(Permission.VIEW_DASHBOARD, *_LOOKS_ON, Permission.VIEW_USERS, Permission.VIEW_TEAMS),
            frozenset(),
        ),
        Role(
            Role.MANAGER_ADMIN,
            "Manager: Admin",
            "Manager: Admin",
            "violet",
            5,
            {
                **dict.fromkeys(_MANAGES, Scope.ALL),
                **_all(
                    Permission.EDIT_USERS,
                    Permission.EDIT_TEAMS,
                    Permission.VIEW_ROLES,
                    Permission.EDIT_MESSAGES,
                    Permission.EDIT_SUPPORT_CENTER,
                ),
            },
            _BELOW_ADMIN,
        ),
        Role(Role.ADMIN, "Admin", "Admin", "danger", 6, _all(*PAGE_OF)),
    )
}
"""The roles that every installation has, as they are until somebody changes them."""

FIXED_ROLES: Final = frozenset({Role.AGENT, Role.ADMIN})
"""Whose permissions nobody can change: so there is always a desk, and always somebody who can mend the others."""


def granted(roles: Iterable[RoleId], known: Mapping[RoleId, Role] = DEFAULT_ROLES) -> Grants:
    """Return what a user with `roles` may do; a role that is not `known` (any more) allows nothing."""
    return combined(known[role] for role in roles if role in known)
