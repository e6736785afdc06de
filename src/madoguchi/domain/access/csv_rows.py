"""Users as rows of a CSV file: the columns, how each is read and written, and what is wrong with a file."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

COLUMNS: Final = (
    "email",
    "new_email",
    "first_name",
    "last_name",
    "phone",
    "agent_number",
    "location",
    "languages",
    "roles",
    "teams",
    "manages",
    "chat_limit",
    "skills",
    "active",
)
"""In the order of the export. `email` says whom a row is about."""
MAX_ROWS: Final = 10_000
MAX_CELL: Final = 2_000
LIST: Final = ";"
"""Between the items of a cell that has several."""
YES: Final = frozenset({"yes", "true", "1", "active", "はい", "有効"})
NO: Final = frozenset({"no", "false", "0", "inactive", "いいえ", "無効"})

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_GUARD: Final = "'"


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong with a file."""

    row: int
    """As a spreadsheet counts: the header is 1."""
    column: str
    """Empty where it is the whole row."""
    reason: str
    """A stable word."""
    value: str = ""
    """What stands there, cut short."""

    def told(self) -> Mapping[str, str]:
        """Return the reason in each language."""
        return {language: texts.format(value=self.value) for language, texts in REASONS[self.reason].items()}


REASONS: Final[Mapping[str, Mapping[str, str]]] = {
    "no_header": {
        "en": "The first row must name the columns, at least email.",
        "ja": "1 行目に列名（少なくとも email）が必要です。",
    },
    "unknown_column": {"en": "There is no column “{value}”.", "ja": "「{value}」という列はありません。"},
    "double_column": {"en": "The column “{value}” is there twice.", "ja": "列「{value}」が重複しています。"},
    "cells": {
        "en": "The row has more cells than the header.",
        "ja": "ヘッダーより多くのセルがあります。",
    },
    "too_many_rows": {"en": f"At most {MAX_ROWS:,} rows.", "ja": f"最大 {MAX_ROWS:,} 行です。"},
    "encoding": {"en": "The file is not UTF-8.", "ja": "ファイルが UTF-8 ではありません。"},
    "quotes": {"en": "The quotes in this row do not match.", "ja": "この行の引用符が正しくありません。"},
    "missing": {"en": "A value is missing.", "ja": "値がありません。"},
    "length": {"en": "“{value}” is too long.", "ja": "「{value}」は長すぎます。"},
    "email": {"en": "“{value}” is no e-mail address.", "ja": "「{value}」はメールアドレスではありません。"},
    "taken": {"en": "“{value}” belongs to somebody else.", "ja": "「{value}」はほかのユーザーが使用しています。"},
    "double": {"en": "“{value}” is in this file twice.", "ja": "「{value}」がファイル内で重複しています。"},
    "phone": {"en": "“{value}” is no telephone number.", "ja": "「{value}」は電話番号ではありません。"},
    "agent_number": {
        "en": "An agent number has letters, digits, dot and hyphen only.",
        "ja": "エージェント番号に使えるのは英数字、ドット、ハイフンだけです。",
    },
    "languages": {
        "en": "Languages have two letters each, such as ja;en.",
        "ja": "言語は ja;en のように 2 文字のコードで指定します。",
    },
    "unknown_role": {"en": "There is no role “{value}”.", "ja": "「{value}」というロールはありません。"},
    "count": {"en": "A user has 1 to 10 roles.", "ja": "ロールは 1 ～ 10 個必要です。"},
    "role_not_assignable": {
        "en": "You may not hand out or take these roles.",
        "ja": "このロールを割り当てたり外したりする権限がありません。",
    },
    "unknown_team": {"en": "There is no team “{value}”.", "ja": "「{value}」というチームはありません。"},
    "both": {
        "en": "Nobody is member and manager of the same team.",
        "ja": "同じチームのメンバーと管理者を兼ねることはできません。",
    },
    "other_team": {"en": "You do not manage this team.", "ja": "このチームの管理者ではありません。"},
    "no_team": {"en": "Name one of your teams.", "ja": "管理しているチームを指定してください。"},
    "range": {"en": "“{value}” is no number from 0 to 50.", "ja": "「{value}」は 0 ～ 50 の数ではありません。"},
    "skills": {
        "en": "Skills are written as billing:3;returns:1, with levels from 1 to 5.",
        "ja": "スキルは 請求:3;返品:1 のように、1 ～ 5 のレベルを付けて指定します。",
    },
    "double_skill": {"en": "A skill is named twice.", "ja": "同じスキルが重複しています。"},
    "yes_or_no": {"en": "“{value}” is neither yes nor no.", "ja": "「{value}」は yes でも no でもありません。"},
    "not_within": {
        "en": "You may not change this user.",
        "ja": "このユーザーを変更する権限がありません。",
    },
    "last_admin": {
        "en": "An active administrator must stay.",
        "ja": "有効な管理者が少なくとも 1 人必要です。",
    },
    "yourself": {"en": "Nobody shuts himself out.", "ja": "自分自身を無効にすることはできません。"},
}


@dataclass(frozen=True)
class CsvRow:
    """A row with its number and its cells by column; columns that the file has not are missing."""

    number: int
    cells: Mapping[str, str]


def read(content: bytes) -> tuple[Sequence[CsvRow], Sequence[Wrong]]:
    """Return the rows of a file, or what is wrong with it as a whole."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return (), [Wrong(1, "", "encoding")]
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[CsvRow] = []
    wrong: list[Wrong] = []
    header: Sequence[str] | None = None
    number = 0
    try:
        for number, cells in enumerate(lines, 1):
            if header is None:
                header, wrong = _header(cells)
                if wrong:
                    return (), wrong
                continue
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(header):
                wrong.append(Wrong(number, "", "cells"))
                continue
            if len(rows) == MAX_ROWS:
                return (), [Wrong(number, "", "too_many_rows")]
            rows.append(CsvRow(number, {name: _bare(cell) for name, cell in zip(header, cells, strict=False)}))
    except csv.Error:
        return (), [Wrong(number + 1, "", "quotes")]
    return (rows, wrong) if header is not None else ((), [Wrong(1, "", "no_header")])


def _header(cells: Sequence[str]) -> tuple[Sequence[str], list[Wrong]]:
    names = [cell.strip().casefold() for cell in cells]
    wrong = [Wrong(1, "", "unknown_column", cut(name)) for name in names if name not in COLUMNS]
    wrong += [Wrong(1, "", "double_column", name) for name in COLUMNS if names.count(name) > 1]
    if "email" not in names:
        wrong = [Wrong(1, "", "no_header"), *wrong]
    return names, wrong


def write(rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """Yield a file's text, a row at a time, with a byte order mark so that spreadsheets read it as UTF-8."""
    line = io.StringIO(newline="")
    writer = csv.writer(line)
    yield "\ufeff" + ",".join(COLUMNS) + "\r\n"
    for row in rows:
        line.seek(0)
        line.truncate()
        writer.writerow([guarded(row.get(column, "")) for column in COLUMNS])
        yield line.getvalue()


def guarded(cell: str) -> str:
    """Return `cell` so that no spreadsheet takes it for a formula: with an apostrophe before what could begin one.

    Source: OWASP, "CSV Injection".
    """
    return _GUARD + cell if cell.startswith((*_FORMULA, _GUARD)) else cell


def _bare(cell: str) -> str:
    """Return what `guarded` was given, so that an export can be imported as it is."""
    text = cell.strip()
    return text[1:] if text.startswith(_GUARD) and text[1:].startswith((*_FORMULA, _GUARD)) else text


def items(cell: str) -> tuple[str, ...]:
    """Return the items of a cell that has several."""
    return tuple(dict.fromkeys(item.strip() for item in cell.split(LIST) if item.strip()))


def cut(value: str) -> str:
    """Return `value` short enough for a message."""
    short = 40
    return value if len(value) <= short else value[:short] + "…"
