"""The audit log as a file for spreadsheets."""

from zoneinfo import ZoneInfo

import pytest

from madoguchi.domain.audit.entries import Act, Action, AuditRecord, Entry, Subject
from madoguchi.kernel.time import instant
from madoguchi.services import audit_table


@pytest.mark.req("OPS-4")
@pytest.mark.parametrize("language", ["en", "ja"])
def test_whatever_can_be_changed_and_done_has_a_word(language: str) -> None:
    at = instant("2026-11-23T12:00:00+00:00")
    records = [
        AuditRecord(1, at, Act(), Entry(subject, "thing", "name", action)) for subject in Subject for action in Action
    ]
    lines = audit_table.rows(records, {}, ZoneInfo("Asia/Tokyo"), language).splitlines()
    told = {(cells[4], cells[7]) for cells in (line.split(",") for line in lines)}
    assert len(told) == len(records)
