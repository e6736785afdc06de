"""Shows who listened to what: the Supervisor Monitoring report, and the ledger that it is told from."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.listening.entries import LedgerEntry, Named
from madoguchi.domain.listening.report import Listened, report
from madoguchi.kernel.time import Instant
from madoguchi.ports.environment import Clock
from madoguchi.ports.listening import ListeningLedger, ListeningQuery
from madoguchi.services.centre_time import CentreTime
from madoguchi.services.ledger_check import LedgerCheck, Verdict
from madoguchi.services.monitoring_table import LedgerFile, ReportFile

_BATCH: Final = 500


@dataclass(frozen=True)
class MonitoringPage:
    """Listenings, the newest first."""

    rows: Sequence[Listened]
    next: int | None
    """`before` of the next page; none on the last."""


class MonitoringReportService:
    """Reads the ledger of listening."""

    def __init__(self, ledger: ListeningLedger, centre: CentreTime, clock: Clock) -> None:
        self._ledger = ledger
        self._centre = centre
        self._check = LedgerCheck(ledger, clock)

    async def find(self, actor: Principal, query: ListeningQuery) -> MonitoringPage:
        """Return a page.

        Raises:
            NotAllowedError: the caller may not see the report.
        """
        actor.require(Permission.VIEW_MONITORING_REPORT)
        begun = await self._ledger.begun(replace(query, limit=query.limit + 1))
        shown = begun[: query.limit]
        rows = await self._told(shown)
        return MonitoringPage(rows, shown[-1].seq if len(begun) > query.limit else None)

    async def supervisors(self, actor: Principal) -> Sequence[Named]:
        """Return everybody who has ever listened, by the name that he had last.

        Raises:
            NotAllowedError: the caller may not see the report.
        """
        actor.require(Permission.VIEW_MONITORING_REPORT)
        notes = [one.note for one in await self._ledger.listeners()]
        return sorted((Named(one.user, one.user_name) for one in notes), key=lambda one: (one.name, one.id))

    async def state(self, actor: Principal) -> Verdict:
        """Return how far the ledger can be believed.

        Raises:
            NotAllowedError: the caller may not see the report.
        """
        actor.require(Permission.VIEW_MONITORING_REPORT)
        return await self._check.verdict()

    def export(self, actor: Principal, query: ListeningQuery, language: str) -> AsyncIterator[str]:
        """Return the lines of a CSV file with all listenings that are wanted.

        Raises:
            NotAllowedError: the caller may not see the report.
        """
        actor.require(Permission.VIEW_MONITORING_REPORT)
        return self._lines(replace(query, limit=_BATCH), ReportFile(self._centre.zone(), language))

    def ledger(
        self, actor: Principal, since: Instant | None, until: Instant | None, file: LedgerFile
    ) -> AsyncIterator[str]:
        """Return the ledger's entries of a period, from the first to the last without gaps, as pieces of a file.

        Raises:
            NotAllowedError: the caller may not see the report.
        """
        actor.require(Permission.VIEW_MONITORING_REPORT)
        return self._entries(since, until, file)

    async def _lines(self, query: ListeningQuery, file: ReportFile) -> AsyncIterator[str]:
        yield file.head()
        more: ListeningQuery | None = query
        while more is not None:
            begun = await self._ledger.begun(more)
            yield file.rows(await self._told(begun))
            more = replace(query, before=begun[-1].seq) if len(begun) == query.limit else None

    async def _entries(self, since: Instant | None, until: Instant | None, file: LedgerFile) -> AsyncIterator[str]:
        yield file.head()
        stretch = await self._ledger.stretch(since, until)
        if stretch is not None:
            first, last = stretch
            after = first - 1
            while after < last:
                piece = await self._ledger.entries(after=after, limit=min(_BATCH, last - after))
                if not piece:
                    break
                yield file.rows(piece)
                after = piece[-1].seq
        yield file.tail()

    async def _told(self, begun: Sequence[LedgerEntry]) -> list[Listened]:
        return report(begun, await self._ledger.of([one.filing.listening for one in begun]))
