"""The audit log: who changed what."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.models import Id, Line, Out
from madoguchi.adapters.http.state import InServices
from madoguchi.adapters.http.times import Time, time_of
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.audit.entries import Action, AuditRecord, Subject, Told
from madoguchi.kernel.ids import UserId
from madoguchi.kernel.time import stamp
from madoguchi.ports.audit import AuditQuery

router = APIRouter(prefix="/audit", tags=["audit"])

Reader = Annotated[Principal, needs(Permission.VIEW_AUDIT)]
MAX_PAGE: Final = 200
_LAST_SEQ: Final = 2**62


class AuditChangeOut(Out):
    """A field that is another than before."""

    field: str
    before: Any = None
    after: Any = None
    told: Told
    """Whether these are the whole values; or only what left and came to a list; or nothing is told of them."""


class AuditOut(Out):
    """One entry."""

    id: int
    at: str
    by: str | None
    """The user; null for the system, and for people who were not signed in."""
    by_name: str
    address: str
    """Empty for the system."""
    subject: Subject
    thing: str
    """Its id."""
    name: str
    action: Action
    changes: list[AuditChangeOut]


class AuditPageOut(Out):
    """Entries, the newest first."""

    rows: list[AuditOut]
    names: dict[str, str]
    """What ids in the values are called."""
    next: int | None
    """`before` of the next page."""


def _query(
    since: Time = None,
    until: Time = None,
    by: Id | None = None,
    subject: Subject | None = None,
    thing: Annotated[str | None, Query(max_length=100)] = None,
    text: Line = "",
) -> AuditQuery:
    return AuditQuery(
        since=time_of(since, "since"),
        until=time_of(until, "until"),
        by=UserId(by) if by is not None else None,
        subject=subject,
        thing=thing,
        text=text,
    )


Wanted = Annotated[AuditQuery, Depends(_query)]


@router.get("")
async def entries(
    wanted: Wanted,
    actor: Reader,
    services: InServices,
    before: Annotated[int | None, Query(ge=1, le=_LAST_SEQ, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> AuditPageOut:
    """Tell who changed what from what to what, and who signed in, the newest first."""
    query = AuditQuery(
        wanted.since, wanted.until, wanted.by, wanted.subject, wanted.thing, wanted.text, before=before, limit=limit
    )
    page = await services.audit.find(actor, query)
    return AuditPageOut(rows=[_out(one) for one in page.records], names=page.names, next=page.next)


@router.get("/export", response_class=StreamingResponse)
async def export(
    wanted: Wanted,
    actor: Reader,
    services: InServices,
    language: Annotated[str, Query(pattern="^(en|ja)$")] = "en",
) -> StreamingResponse:
    """Return all entries that are wanted as a CSV file, a line for each changed field."""
    lines = services.audit.export(actor, wanted, language)
    headers = {"Content-Disposition": "attachment; filename=audit.csv", "Cache-Control": "no-store"}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _out(record: AuditRecord) -> AuditOut:
    entry, act = record.entry, record.act
    return AuditOut(
        id=record.seq,
        at=stamp(record.at),
        by=act.by,
        by_name=act.name,
        address=act.address,
        subject=entry.subject,
        thing=entry.thing,
        name=entry.name,
        action=entry.action,
        changes=[
            AuditChangeOut(field=one.field, before=one.before, after=one.after, told=one.told) for one in entry.changes
        ],
    )
