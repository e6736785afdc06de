"""The audit log as CSV that a spreadsheet opens, with nothing in it that could run: one line for each changed field."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from madoguchi.domain.audit.entries import AuditRecord, Told
from madoguchi.services.figures_table import MARK, safe

_HEADS: Final[Mapping[str, Sequence[str]]] = {
    "en": ["When ({zone})", "Who", "User ID", "Address", "Kind", "What", "ID", "Action", "Field", "From", "To"],
    "ja": (
        "日時 ({zone})",
        "変更者",
        "ユーザー ID",
        "アドレス",
        "種類",
        "対象",
        "ID",
        "操作",
        "項目",
        "変更前",
        "変更後",
    ),
}
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "system": "(system)",
        "user": "User",
        "sign_in": "Sign-in",
        "role": "Role",
        "team": "Team",
        "queue": "Queue",
        "queue_settings": "Settings of all queues",
        "status": "Status",
        "disposition": "Disposition",
        "reply": "Canned reply",
        "languages": "Languages",
        "message": "Message",
        "support_center": "Support center details",
        "custom_hours": "Custom hours",
        "holiday_folder": "Holidays",
        "sms_connection": "Connection for text messages",
        "sms_number": "Number for text messages",
        "deflection": "After hours deflection",
        "goals": "Goals",
        "settings": "Settings",
        "created": "Created",
        "changed": "Changed",
        "removed": "Removed",
        "signed_in": "Signed in",
        "signed_out": "Signed out",
        "sign_in_refused": "Sign-in refused",
        "invited": "Invited",
        "reset_sent": "Link for a new password made",
        "invitation_accepted": "Invitation accepted",
        "password_changed": "Password changed",
        "second_factor_on": "Second factor turned on",
        "second_factor_off": "Second factor turned off",
        "recovery_code_used": "Recovery code used",
        "hidden": "(changed)",
    },
    "ja": {
        "system": "(システム)",
        "user": "ユーザー",
        "sign_in": "サインイン",
        "role": "ロール",
        "team": "チーム",
        "queue": "キュー",
        "queue_settings": "全キュー共通の設定",
        "status": "ステータス",
        "disposition": "対応結果",
        "reply": "定型文",
        "languages": "言語",
        "message": "メッセージ",
        "support_center": "サポート センターの詳細",
        "custom_hours": "カスタム営業時間",
        "holiday_folder": "休日",
        "sms_connection": "SMS の接続",
        "sms_number": "SMS の番号",
        "deflection": "営業時間外の転送",
        "goals": "目標",
        "settings": "設定",
        "created": "作成",
        "changed": "変更",
        "removed": "削除",
        "signed_in": "サインイン",
        "signed_out": "サインアウト",
        "sign_in_refused": "サインイン拒否",
        "invited": "招待",
        "reset_sent": "パスワード再設定リンクの発行",
        "invitation_accepted": "招待の承諾",
        "password_changed": "パスワードの変更",
        "second_factor_on": "2 要素認証の有効化",
        "second_factor_off": "2 要素認証の無効化",
        "recovery_code_used": "リカバリー コードの使用",
        "hidden": "(変更あり)",
    },
}


def heads(zone: ZoneInfo, language: str) -> str:
    """Return the first line, behind the mark by which spreadsheets know that it is UTF-8."""
    return MARK + _line([head.format(zone=zone.key) for head in _HEADS.get(language, _HEADS["en"])])


def rows(records: Sequence[AuditRecord], names: Mapping[str, str], zone: ZoneInfo, language: str) -> str:
    """Return the lines of some entries."""
    words = _WORDS.get(language, _WORDS["en"])
    lines = []
    for record in records:
        entry, act = record.entry, record.act
        first = [
            record.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
            act.name or (words["system"] if not act.address else ""),
            act.by or "",
            act.address,
            words[entry.subject.value],
            entry.name,
            entry.thing,
            words[entry.action.value],
        ]
        for change in entry.changes:
            values = [_text(value, names) for value in (change.before, change.after)]
            if change.told is Told.HIDDEN:
                values = [words["hidden"]] * 2
            lines.append(_line([*first, change.field, *values]))
        if not entry.changes:
            lines.append(_line([*first, "", "", ""]))
    return "".join(lines)


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([safe(cell) for cell in cells])
    return out.getvalue()


def _text(value: Any, names: Mapping[str, str]) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, list) and not any(isinstance(one, dict | list) for one in value):
        return "; ".join(_text(one, names) for one in value)
    return json.dumps(value, ensure_ascii=False)
