"""The Supervisor Monitoring report and the ledger as files."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from madoguchi.domain.listening.entries import LedgerEntry
from madoguchi.domain.listening.report import Listened
from madoguchi.kernel.time import Instant
from madoguchi.services.figures_table import MARK, safe

_HEADS: Final[Mapping[str, Sequence[str]]] = {
    "en": (
        "Started ({zone})",
        "Ended ({zone})",
        "Duration (s)",
        "Heard (s)",
        "Hold duration (s)",
        "Supervisor",
        "User ID",
        "Count of other agents",
        "Interaction ID",
        "Modes",
        "Agent",
        "Queue",
    ),
    "ja": (
        "開始 ({zone})",
        "終了 ({zone})",
        "モニタリング時間 (秒)",
        "聴取時間 (秒)",
        "保留時間 (秒)",
        "スーパーバイザー",
        "ユーザー ID",
        "他のエージェント数",
        "セッション ID",
        "モード",
        "エージェント",
        "キュー",
    ),
}
_MODES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "listen": "Monitor",
        "whisper": "Whisper",
        "barge": "Barge",
        "take_over": "Take over",
        "view": "View chat",
    },
    "ja": {
        "listen": "モニタリング",
        "whisper": "ささやき",
        "barge": "割り込み",
        "take_over": "引き継ぎ",
        "view": "チャットを表示",
    },
}


class LedgerFile(Protocol):
    """A file with entries of the ledger."""

    def head(self) -> str:
        """Return what comes first."""

    def rows(self, entries: Sequence[LedgerEntry]) -> str:
        """Return some entries."""

    def tail(self) -> str:
        """Return what comes last."""


class ReportFile:
    """The report as CSV that a spreadsheet opens, with nothing in it that could run."""

    def __init__(self, zone: ZoneInfo, language: str) -> None:
        self._zone = zone
        self._heads = _HEADS.get(language, _HEADS["en"])
        self._modes = _MODES.get(language, _MODES["en"])

    def head(self) -> str:
        """Return the first line, behind the mark by which spreadsheets know that it is UTF-8."""
        return MARK + _line(head.format(zone=self._zone.key) for head in self._heads)

    def rows(self, listened: Sequence[Listened]) -> str:
        """Return some lines."""
        return "".join(_line(self._cells(one)) for one in listened)

    def _cells(self, one: Listened) -> Sequence[str]:
        return (
            self._time(one.started_at),
            self._time(one.ended_at),
            _seconds(one.duration_ms),
            _seconds(one.heard_ms),
            _seconds(one.hold_ms),
            one.user_name,
            one.user,
            str(one.others),
            one.interaction,
            "; ".join(self._modes[mode.value] for mode in one.modes),
            one.agent.name if one.agent is not None else "",
            one.queue.name if one.queue is not None else "",
        )

    def _time(self, at: Instant | None) -> str:
        return at.astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S") if at is not None else ""


class LedgerCsv:
    """Entries as CSV: their texts as they are, by which hashes can be made."""

    def head(self) -> str:
        """Return the first line."""
        return _line(("seq", "previous", "hash", "text"))

    def rows(self, entries: Sequence[LedgerEntry]) -> str:
        """Return some lines."""
        return "".join(_line((str(one.seq), one.previous, one.hash, one.text)) for one in entries)

    def tail(self) -> str:
        """Return nothing."""
        return ""


class LedgerJson:
    """Entries as one JSON object, `{"entries": [{seq, previous, hash, text}]}`, one on a line."""

    def __init__(self) -> None:
        self._begun = False

    def head(self) -> str:
        """Return its beginning."""
        return '{"entries": ['

    def rows(self, entries: Sequence[LedgerEntry]) -> str:
        """Return some entries."""
        lines = [
            json.dumps({"seq": one.seq, "previous": one.previous, "hash": one.hash, "text": one.text})
            for one in entries
        ]
        comma, self._begun = ("," if self._begun else ""), True
        return comma + "\n" + ",\n".join(lines)

    def tail(self) -> str:
        """Return its end."""
        return "\n]}\n"


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([safe(cell) for cell in cells])
    return out.getvalue()


def _seconds(ms: int | None) -> str:
    return f"{ms / 1000:.1f}" if ms is not None else ""
