"""Figures as CSV that a spreadsheet opens: RFC 4180, UTF-8 with a mark, and nothing in it that could run."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from madoguchi.services.rows import Json
from madoguchi.services.rows_figures import FIGURES

MARK: Final = "\ufeff"
"""By which spreadsheets know that it is UTF-8."""
_RUNS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a cell that a spreadsheet would compute begins with."""

HEADS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "queue": "Queue",
        "queue_id": "Queue ID",
        "agent": "Agent",
        "agent_id": "Agent ID",
        "interval": "Interval ({zone})",
        "offered": "Offered",
        "answered": "Answered",
        "abandoned": "Abandoned",
        "short_abandoned": "Short abandons (not counted)",
        "service_level": "Service level (%)",
        "abandon_rate": "Abandon rate (%)",
        "asa_s": "Average speed of answer (s)",
        "longest_wait_s": "Longest wait (s)",
        "handled": "Handled",
        "aht_s": "Average handling time (s)",
        "talk_s": "Average talk (s)",
        "hold_s": "Average hold (s)",
        "wrap_up_s": "Average wrap-up (s)",
        "transfers": "Transfers",
        "occupancy": "Occupancy (%)",
        "busy_s": "Working (s)",
        "available": "Available (s)",
        "unavailable": "Unavailable (s)",
        "break": "Break (s)",
        "meal": "Meal (s)",
        "missed": "Missed (s)",
        "deleted": "(deleted)",
    },
    "ja": {
        "queue": "キュー",
        "queue_id": "キュー ID",
        "agent": "エージェント",
        "agent_id": "エージェント ID",
        "interval": "時間帯 ({zone})",
        "offered": "着信数",
        "answered": "応答数",
        "abandoned": "放棄数",
        "short_abandoned": "短時間放棄数 (対象外)",
        "service_level": "サービス レベル (%)",
        "abandon_rate": "放棄率 (%)",
        "asa_s": "平均応答時間 (秒)",
        "longest_wait_s": "最長待ち時間 (秒)",
        "handled": "処理数",
        "aht_s": "平均処理時間 (秒)",
        "talk_s": "平均通話時間 (秒)",
        "hold_s": "平均保留時間 (秒)",
        "wrap_up_s": "平均後処理時間 (秒)",
        "transfers": "転送数",
        "occupancy": "稼働率 (%)",
        "busy_s": "対応時間 (秒)",
        "available": "対応可能 (秒)",
        "unavailable": "対応不可 (秒)",
        "break": "休憩 (秒)",
        "meal": "食事 (秒)",
        "missed": "応答なし (秒)",
        "deleted": "(削除済み)",
    },
}
_PARTS: Final = frozenset({"service_level", "abandon_rate", "occupancy"})
_STATUSES: Final = ("available", "unavailable", "break", "meal", "missed")


def table(rows: Sequence[Json], by: str, zone: ZoneInfo, language: str) -> str:
    """Return `rows` of figures as CSV with heads in `language`."""
    heads = HEADS.get(language, HEADS["en"])
    more = sorted({status for row in rows for status in row.get("idle_s", ())} - set(_STATUSES))
    statuses = (*_STATUSES, *more) if by == "agent" else ()
    times = ("occupancy", "busy_s") if by == "agent" else ()
    first = {"queue": ("queue", "queue_id"), "agent": ("agent", "agent_id"), "interval": ("interval",)}[by]
    out = io.StringIO()
    out.write(MARK)
    writer = csv.writer(out)
    columns = (*first, *FIGURES, *times, *statuses)
    writer.writerow([safe(heads.get(one, one).format(zone=zone.key)) for one in columns])
    for row in rows:
        cells = [*_names(row, by, language, heads), *(_cell(name, row.get(name)) for name in (*FIGURES, *times))]
        writer.writerow([*cells, *(_cell(one, row["idle_s"].get(one, 0)) for one in statuses)])
    return out.getvalue()


def safe(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_RUNS) else text


def _names(row: Json, by: str, language: str, heads: Mapping[str, str]) -> Sequence[str]:
    if by == "interval":
        return (row["at"][:16].replace("T", " "),)
    if by == "agent":
        return safe(row["name"]), safe(row["id"])
    if row["queue"] is None:
        return heads["deleted"], safe(row["id"])
    path = " > ".join(one.get(language) or one["en"] for one in row["queue"]["path"])
    return safe(path), safe(row["id"])


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in _PARTS:
        return f"{value * 100:.1f}"
    return f"{value:.1f}" if isinstance(value, float) else str(value)
