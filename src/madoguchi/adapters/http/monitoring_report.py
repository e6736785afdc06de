"""The Supervisor Monitoring report, and the ledger of listening that it is told from."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.models import Id, Out
from madoguchi.adapters.http.state import InServices
from madoguchi.adapters.http.times import Time, time_of
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.listening.entries import Because, Fault, Mode, Named
from madoguchi.domain.listening.report import Listened
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import UserId
from madoguchi.kernel.time import stamp
from madoguchi.ports.listening import ListeningQuery
from madoguchi.services.monitoring_table import LedgerCsv, LedgerFile, LedgerJson

router = APIRouter(prefix="/reports/monitoring", tags=["reports"])

Reader = Annotated[Principal, needs(Permission.VIEW_MONITORING_REPORT)]
MAX_PAGE: Final = 200
_LAST_SEQ: Final = 2**62


class ListenerOut(Out):
    """A person or a queue, as it was called then."""

    id: str
    name: str


class ListenedOut(Out):
    """One user's stretch of listening to one call or chat."""

    id: str
    supervisor: ListenerOut
    interaction: str
    channel: Channel
    started_at: str
    ended_at: str | None
    """Null while it goes on; then all else is as it was noted last."""
    because: Because | None
    duration_ms: int | None
    heard_ms: int
    """How long anything reached him."""
    hold_ms: int
    """How long the consumer was on hold meanwhile."""
    others: int
    """Count of other agents."""
    modes: list[Mode]
    agent: ListenerOut | None
    queue: ListenerOut | None


class ListenedPageOut(Out):
    """Listenings, the newest first."""

    rows: list[ListenedOut]
    next: int | None
    """`before` of the next page."""


class LedgerBrokenOut(Out):
    """The first entry that cannot be believed."""

    seq: int
    fault: Fault


class LedgerStateOut(Out):
    """How far the ledger can be believed."""

    seq: int
    """Of the last entry that was verified; 0 for none."""
    hash: str
    broken: LedgerBrokenOut | None


def _query(since: Time = None, until: Time = None, supervisor: Id | None = None) -> ListeningQuery:
    user = UserId(supervisor) if supervisor is not None else None
    return ListeningQuery(time_of(since, "since"), time_of(until, "until"), user)


Wanted = Annotated[ListeningQuery, Depends(_query)]


@router.get("")
async def listenings(
    wanted: Wanted,
    actor: Reader,
    services: InServices,
    before: Annotated[int | None, Query(ge=1, le=_LAST_SEQ, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> ListenedPageOut:
    """Tell who listened to which call or viewed which chat, the newest first."""
    query = ListeningQuery(wanted.since, wanted.until, wanted.user, before, limit)
    page = await services.monitoring_report.find(actor, query)
    return ListenedPageOut(rows=[_out(one) for one in page.rows], next=page.next)


@router.get("/supervisors")
async def supervisors(actor: Reader, services: InServices) -> list[ListenerOut]:
    """Tell who has ever listened."""
    found = await services.monitoring_report.supervisors(actor)
    return [ListenerOut(id=one.id, name=one.name) for one in found]


@router.get("/state")
async def state(actor: Reader, services: InServices) -> LedgerStateOut:
    """Verify the ledger, and tell how far it can be believed."""
    verdict = await services.monitoring_report.state(actor)
    broken = verdict.broken
    return LedgerStateOut(
        seq=verdict.head.seq,
        hash=verdict.head.hash,
        broken=LedgerBrokenOut(seq=broken.seq, fault=broken.fault) if broken is not None else None,
    )


@router.get("/export", response_class=StreamingResponse)
async def export(
    wanted: Wanted,
    actor: Reader,
    services: InServices,
    language: Annotated[str, Query(pattern="^(en|ja)$")] = "en",
) -> StreamingResponse:
    """Return the report as a CSV file."""
    lines = services.monitoring_report.export(actor, wanted, language)
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=_file("monitoring.csv"))


@router.get("/ledger", response_class=StreamingResponse)
async def ledger(
    actor: Reader,
    services: InServices,
    since: Time = None,
    until: Time = None,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> StreamingResponse:
    """Return the ledger's entries of a period with their hashes, so that they can be verified elsewhere."""
    made: LedgerFile = LedgerCsv() if form == "csv" else LedgerJson()
    pieces = services.monitoring_report.ledger(actor, time_of(since, "since"), time_of(until, "until"), made)
    media = "text/csv; charset=utf-8" if form == "csv" else "application/json"
    return StreamingResponse(pieces, media_type=media, headers=_file(f"ledger.{form}"))


def _file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename={name}", "Cache-Control": "no-store"}


def _out(one: Listened) -> ListenedOut:
    return ListenedOut(
        id=one.id,
        supervisor=ListenerOut(id=one.user, name=one.user_name),
        interaction=one.interaction,
        channel=one.channel,
        started_at=stamp(one.started_at),
        ended_at=stamp(one.ended_at) if one.ended_at is not None else None,
        because=one.because,
        duration_ms=one.duration_ms,
        heard_ms=one.heard_ms,
        hold_ms=one.hold_ms,
        others=one.others,
        modes=list(one.modes),
        agent=_named(one.agent),
        queue=_named(one.queue),
    )


def _named(one: Named | None) -> ListenerOut | None:
    return ListenerOut(id=one.id, name=one.name) if one is not None else None
