"""Roles and links to rows and back."""

from madoguchi.adapters.storage import records
from madoguchi.domain.access.credentials import Link, LinkKind
from madoguchi.domain.access.permissions import Permission, Role, Scope
from madoguchi.kernel.ids import RoleId, UserId


def role_values(role: Role) -> records.Values:
    """Return the columns of `roles`, the version left out: it is counted."""
    return {
        "id": role.id,
        "name": role.name,
        "label": role.label,
        "colour": role.colour,
        "position": role.position,
        "grants": {right.value: scope.value for right, scope in role.grants.items()},
        "assignable": None if role.assignable is None else sorted(role.assignable),
        "second_factor": role.second_factor,
    }


def to_role(row: records.Row) -> Role:
    """Read a row of `roles`."""
    known = {right.value: right for right in Permission}
    return Role(
        RoleId(row.id),
        row.name,
        row.label,
        row.colour,
        row.position,
        # A right that a later version brought, or an earlier one had, is left alone.
        {known[right]: Scope(scope) for right, scope in row.grants.items() if right in known},
        None if row.assignable is None else frozenset(RoleId(one) for one in row.assignable),
        row.second_factor,
        row.version,
    )


def link_values(link: Link) -> records.Values:
    """Return the columns of `links`."""
    return {
        "token_hash": link.token_hash,
        "user_id": link.user,
        "kind": link.kind.value,
        "created_at": link.created_at,
        "expires_at": link.expires_at,
    }


def to_link(row: records.Row) -> Link:
    """Read a row of `links`."""
    return Link(row.token_hash, UserId(row.user_id), LinkKind(row.kind), row.created_at, row.expires_at)
