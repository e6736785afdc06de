"""Shows the audit log, page by page and as a file."""

import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.audit.entries import AuditRecord, Seen, Subject
from madoguchi.kernel.ids import UserId
from madoguchi.ports.audit import AuditLog, AuditQuery
from madoguchi.ports.storage import Catalogue
from madoguchi.services.audit_table import heads, rows
from madoguchi.services.centre_time import CentreTime

_ID: Final = re.compile(r"[a-z]+_[A-Za-z0-9_]{1,60}")
_BATCH: Final = 500
_MOST_NAMES: Final = 200


@dataclass(frozen=True)
class AuditPage:
    """Entries, the newest first."""

    records: Sequence[AuditRecord]
    names: dict[str, str]
    """What the ids in changed values are called now, or were called last."""
    next: int | None
    """`before` of the next page; none on the last."""


class AuditService:
    """Reads what the stores have noted.

    `known` tells the name of a role, team or queue.
    """

    def __init__(
        self, log: AuditLog, catalogue: Catalogue, centre: CentreTime, known: Callable[[str], str | None]
    ) -> None:
        self._log = log
        self._catalogue = catalogue
        self._centre = centre
        self._known = known

    async def find(self, actor: Principal, query: AuditQuery) -> AuditPage:
        """Return a page.

        Raises:
            NotAllowedError: the caller may not see the log.
        """
        actor.require(Permission.VIEW_AUDIT)
        found = await self._log.find(replace(query, limit=query.limit + 1))
        shown = found[: query.limit]
        return AuditPage(shown, await self._names(shown), shown[-1].seq if len(found) > query.limit else None)

    def export(self, actor: Principal, query: AuditQuery, language: str) -> AsyncIterator[str]:
        """Return the lines of a CSV file with everything that is wanted, one for each changed field.

        Raises:
            NotAllowedError: the caller may not see the log.
        """
        actor.require(Permission.VIEW_AUDIT)
        return self._lines(replace(query, limit=_BATCH), language)

    async def since(self, seen: Seen) -> Sequence[AuditRecord]:
        """Return what was done to a thing after somebody saw it; he was let to change it, so he may know."""
        return await self._log.since(seen.subject, seen.thing, seen.version)

    async def subjects(self, actor: Principal) -> Sequence[Subject]:
        """Return what entries can be about.

        Raises:
            NotAllowedError: the caller may not see the log.
        """
        actor.require(Permission.VIEW_AUDIT)
        return tuple(Subject)

    async def _lines(self, query: AuditQuery, language: str) -> AsyncIterator[str]:
        zone = self._centre.zone()
        yield heads(zone, language)
        more: AuditQuery | None = query
        while more is not None:
            found = await self._log.find(more)
            if found:
                yield rows(found, await self._names(found), zone, language)
            more = replace(query, before=found[-1].seq) if len(found) == query.limit else None

    async def _names(self, records: Sequence[AuditRecord]) -> dict[str, str]:
        wanted = {
            text
            for record in records
            for change in record.entry.changes
            for text in (*_texts(change.before), *_texts(change.after), *change.field.split("."))
            if _ID.fullmatch(text)
        }
        # A page of a log is read by a person: what would be too much for him is too much here.
        some = sorted(wanted)[:_MOST_NAMES]
        names = await self._log.names(some) if some else {}
        for one in some:
            present = self._known(one)
            if present is None and one not in names and one.startswith("user_"):
                user = await self._catalogue.user(UserId(one))
                present = user.name if user is not None else None
            if present is not None:
                names[one] = present
        return names


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
