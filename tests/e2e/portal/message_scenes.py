"""Languages & messages in the states that its page can be in, answered from memory."""

from typing import Any

from tests.e2e.portal.backend import Backend
from tests.e2e.portal.rows import Row, ago

VIEW = ["settings.messages.view"]
EDIT = [*VIEW, "settings.messages.edit"]
SPOKEN = [
    ("greeting", "menu", ["COMPANY", "END_USER"], []),
    ("menu_entry", "menu", ["COMPANY", "END_USER", "QUEUE", "KEY"], ["QUEUE", "KEY"]),
    ("recording_notice", "recording", ["COMPANY", "END_USER", "QUEUE"], []),
    ("connecting", "waiting", ["COMPANY", "END_USER", "QUEUE"], []),
    ("reconnecting", "waiting", ["COMPANY", "END_USER", "QUEUE", "AGENT"], []),
    ("goodbye", "ending", ["COMPANY", "END_USER"], []),
]
BUILT_IN = {
    "ja": "お電話ありがとうございます。@{COMPANY}です。",
    "en": "Thank you for calling @{COMPANY}.",
}


def said(message: str, language: str, **change: Any) -> Row:
    """Return one message in one language."""
    built_in = BUILT_IN.get(language, "")
    row = {
        "message": message,
        "language": language,
        "version": 0,
        "way": "built_in" if built_in or language == "zxx" else "missing",
        "text": "",
        "built_in": built_in,
        "sound": None,
        "changed_by": None,
        "changed_at": None,
    }
    return row | change


def a_recording(message: str, language: str, version: int = 3) -> Row:
    """Return a recorded message."""
    sound = {"name": "あいさつ_2026冬.wav", "span_s": 6.4, "size": 204_844}
    return said(message, language, way="audio", sound=sound, version=version, changed_at=ago(86_400))


def languages(*live: str, missing: tuple[tuple[str, str], ...] = (), version: int = 0) -> Row:
    """Return what `GET /languages` answers."""
    known = ("ja", "en", "zh", "ko", "es", "fr", "de", "pt", "vi")
    return {
        "version": version,
        "default": live[0],
        "languages": [
            {"language": one, "live": one in live, "built_in": one in BUILT_IN, "voice": one in BUILT_IN}
            for one in known
        ],
        "missing": [{"message": message, "language": language} for message, language in missing],
        "changed_by": None,
        "changed_at": None,
    }


def messages(*changed: Row) -> Row:
    """Return what `GET /messages` answers."""
    kept = {(one["message"], one["language"]): one for one in changed}
    declared = [
        {
            "message": message,
            "group": group,
            "variables": variables,
            "required": required,
            "text": True,
            "audio": message != "menu_entry",
            "longest_s": 120,
        }
        for message, group, variables, required in SPOKEN
    ]
    music = {"message": "hold_music", "group": "music", "variables": [], "required": [], "text": False, "audio": True}
    rows = [
        kept.get((message, language), said(message, language))
        for message, *_ in SPOKEN
        for language in ("ja", "en", "ko")
    ]
    return {
        "messages": [*declared, music | {"longest_s": 600}],
        "said": [*rows, kept.get(("hold_music", "zxx"), said("hold_music", "zxx"))],
        "longest_text": 1000,
        "max_bytes": 15 * 1024 * 1024,
    }


def editable(backend: Backend) -> None:
    """Two live languages, one with an own text, one with a recording."""
    backend.permissions = list(EDIT)
    text = "お電話ありがとうございます。@{COMPANY}、カスタマーサポートでございます。"
    backend.answers["GET", "/languages"] = 200, languages("ja", "en")
    backend.answers["GET", "/messages"] = (
        200,
        messages(
            a_recording("greeting", "ja"),
            said("connecting", "ja", way="text", text=text, version=1, changed_at=ago(3_600)),
        ),
    )


def incomplete(backend: Backend) -> None:
    """A third language is live, in which all but one is missing."""
    editable(backend)
    lacking = tuple((message, "ko") for message, *_ in SPOKEN if message != "greeting")
    backend.answers["GET", "/languages"] = 200, languages("ja", "en", "ko", missing=lacking, version=2)
    backend.answers["GET", "/messages"] = 200, messages(a_recording("greeting", "ko"))


def looked_at(backend: Backend) -> None:
    """Somebody who may look and listen only."""
    editable(backend)
    backend.permissions = list(VIEW)


def failing(backend: Backend) -> None:
    """The server cannot answer."""
    backend.permissions = list(EDIT)
    problem = {"title": "No.", "status": 503, "code": "storage_unavailable", "detail": ""}
    backend.answers["GET", "/languages"] = 503, problem
    backend.answers["GET", "/messages"] = 503, problem
