"""What people can change, and how the audit log speaks of each: its id, its name, and what of it is never told.

A record whose type is not declared here cannot be written to the log, and so cannot be saved.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from madoguchi.domain.access.permissions import DEFAULT_ROLES, Role
from madoguchi.domain.access.teams import Team
from madoguchi.domain.access.users import User
from madoguchi.domain.agents.statuses import CustomStatus
from madoguchi.domain.audit.changes import changes, plain
from madoguchi.domain.audit.entries import Action, Change, Entry, Plain, Subject
from madoguchi.domain.deflection.plan import QueueDeflection
from madoguchi.domain.desk.dispositions import Disposition
from madoguchi.domain.desk.replies import CannedReply
from madoguchi.domain.figures.totals import Goals
from madoguchi.domain.hours.book import SupportCenter
from madoguchi.domain.hours.custom import CustomHours
from madoguchi.domain.hours.holidays import Holiday, HolidayFolder
from madoguchi.domain.hours.week import DAYS, DaySpan, WeeklyHours, clock
from madoguchi.domain.messages.languages import FIRST_DEFAULT, FIRST_LIVE, LanguageSettings
from madoguchi.domain.messages.own import OwnMessage
from madoguchi.domain.queues.nodes import Node
from madoguchi.domain.queues.settings import Overrides
from madoguchi.domain.sms.records import SmsConnection, SmsNumber
from madoguchi.kernel.ids import UserId

GOALS: Final = "figures"
"""The scope of settings that has the goals."""
DEFLECTION: Final = ("deflection_calls", "deflection_chats")
"""The scopes of settings that say what is offered after hours in all queues."""
UNTOLD_SCOPES: Final[Mapping[str, str]] = {"facts": "how far figures are told: the program notes it for itself"}
"""Scopes of settings that no person changes, and why they are there."""
_MENUS: Final = "global"


@dataclass(frozen=True)
class CommonSettings:
    """What all queues have in common."""

    settings: Overrides


@dataclass(frozen=True)
class ScopeSettings:
    """Settings of the organisation, in one scope."""

    scope: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Thing:
    """How the log speaks of records of one type."""

    subject: Callable[[Any], Subject]
    id: Callable[[Any], str]
    name: Callable[[Any], str]
    left_out: frozenset[str] = frozenset()
    """Fields that say nothing of their own: ids, versions, and what follows from others."""
    hidden: frozenset[str] = frozenset()
    """Paths of which only is told that they changed."""
    uncounted: frozenset[str] = frozenset()
    """Fields that nobody edits in a form together with others: a change of them alone makes no new version."""
    usual: Callable[[Any], Any] = lambda _record: None
    """What counts as long as nobody has saved one; the first save is then a change of it."""
    gone: Callable[[Any], bool] = lambda _record: False
    """Whether a record that is still kept is as good as removed."""
    drawn: Callable[[Any], Plain] = field(default=plain)
    """Its plain form."""


def _every(names: Mapping[str, str]) -> str:
    """Return a name in all languages, so that it is found by each of them."""
    return " / ".join(dict.fromkeys(names.values()))


def _is(subject: Subject) -> Callable[[Any], Subject]:
    return lambda _record: subject


def _scope_subject(record: ScopeSettings) -> Subject:
    if record.scope in DEFLECTION:
        return Subject.DEFLECTION
    return Subject.GOALS if record.scope == GOALS else Subject.SETTINGS


def _node(node: Node) -> Plain:
    drawn = plain(node)
    drawn["settings"] = drawn.pop("overrides")
    return drawn


def _span(span: DaySpan) -> str:
    return f"{clock(span.start)}-{clock(span.end)}"


def _week(weekly: WeeklyHours) -> Plain:
    days = [] if weekly.always else [[_span(span) for span in spans] for spans in weekly.days]
    return {"mode": weekly.mode.value, **dict(zip(DAYS, days, strict=False))}


def _with_week(record: SupportCenter | CustomHours) -> Plain:
    return {**{name: plain(value) for name, value in vars(record).items()}, "weekly": _week(record.weekly)}


def _holiday(holiday: Holiday) -> Plain:
    return {
        "names": dict(holiday.names),
        "fixed": plain(holiday.fixed),
        "nth": plain(holiday.nth),
        "closed": [_span(span) for span in holiday.closed],
        "messages": dict(holiday.messages),
    }


def _folder(folder: HolidayFolder) -> Plain:
    # A holiday has no id: it is found again by its name, and by its place among those of the same name.
    drawn: dict[str, Plain] = {}
    for holiday in folder.holidays:
        name, number = _every(holiday.names), 1
        while (key := name if number == 1 else f"{name} ({number})") in drawn:
            number += 1
        drawn[key] = _holiday(holiday)
    return {**{name: plain(value) for name, value in vars(folder).items() if name != "holidays"}, "holidays": drawn}


def _number(number: SmsNumber) -> Plain:
    return {**plain(number), "keywords": {one.word: one.queue for one in number.keywords}}


def _goals(record: ScopeSettings) -> ScopeSettings | None:
    return ScopeSettings(record.scope, asdict(Goals())) if record.scope == GOALS else None


_SAVED: Final = frozenset({"id", "version", "changed_by", "changed_at"})

THINGS: Final[Mapping[type, Thing]] = {
    User: Thing(
        _is(Subject.USER),
        lambda user: user.id,
        lambda user: user.name,
        left_out=_SAVED | {"name"},
        hidden=frozenset({"avatar"}),
        uncounted=frozenset({"avatar", "active"}),
    ),
    Role: Thing(
        _is(Subject.ROLE),
        lambda role: role.id,
        lambda role: role.name,
        left_out=_SAVED,
        uncounted=frozenset({"position"}),
        usual=lambda role: DEFAULT_ROLES.get(role.id),
    ),
    Team: Thing(
        _is(Subject.TEAM),
        lambda team: team.id,
        lambda team: team.name,
        left_out=_SAVED,
        uncounted=frozenset({"position"}),
    ),
    Node: Thing(
        _is(Subject.QUEUE),
        lambda node: node.id,
        lambda node: _every(node.names),
        left_out=_SAVED | {"deleted"},
        gone=lambda node: node.deleted,
        drawn=_node,
    ),
    CommonSettings: Thing(
        _is(Subject.QUEUE_SETTINGS), lambda _: _MENUS, lambda _: "", usual=lambda _: CommonSettings({})
    ),
    CustomStatus: Thing(
        _is(Subject.STATUS), lambda status: status.id, lambda status: _every(status.names), left_out=_SAVED
    ),
    Disposition: Thing(
        _is(Subject.DISPOSITION),
        lambda disposition: disposition.id,
        lambda disposition: _every(disposition.names),
        left_out=_SAVED,
        uncounted=frozenset({"position"}),
    ),
    CannedReply: Thing(_is(Subject.REPLY), lambda reply: reply.id, lambda reply: f"/{reply.shortcut}", left_out=_SAVED),
    LanguageSettings: Thing(
        _is(Subject.LANGUAGES),
        lambda _: "languages",
        lambda _: "",
        left_out=_SAVED,
        usual=lambda _: LanguageSettings(FIRST_DEFAULT, FIRST_LIVE),
    ),
    OwnMessage: Thing(
        _is(Subject.MESSAGE),
        lambda own: f"{own.message}/{own.language}",
        lambda own: f"{own.message} ({own.language})",
        left_out=_SAVED | {"message", "language"},
        hidden=frozenset({"audio.blob_key"}),
        usual=lambda own: OwnMessage(own.message, own.language, 0),
    ),
    SupportCenter: Thing(
        _is(Subject.SUPPORT_CENTER),
        lambda _: "support_center",
        lambda center: center.name,
        usual=lambda _: SupportCenter(),
        drawn=_with_week,
    ),
    CustomHours: Thing(
        _is(Subject.CUSTOM_HOURS), lambda hours: hours.id, lambda hours: hours.name, left_out=_SAVED, drawn=_with_week
    ),
    HolidayFolder: Thing(
        _is(Subject.HOLIDAYS), lambda folder: folder.id, lambda folder: folder.name, left_out=_SAVED, drawn=_folder
    ),
    SmsConnection: Thing(
        _is(Subject.SMS_CONNECTION),
        lambda connection: connection.id,
        lambda connection: connection.name,
        left_out=_SAVED,
        hidden=frozenset({"secret"}),
    ),
    SmsNumber: Thing(
        _is(Subject.SMS_NUMBER), lambda number: number.id, lambda number: number.number, left_out=_SAVED, drawn=_number
    ),
    QueueDeflection: Thing(
        _is(Subject.DEFLECTION),
        lambda own: own.queue,
        lambda _: "",
        left_out=_SAVED | {"queue"},
        usual=lambda own: QueueDeflection(own.queue),
    ),
    ScopeSettings: Thing(
        _scope_subject,
        lambda record: record.scope,
        lambda _: "",
        usual=_goals,
        drawn=lambda record: {name: plain(value) for name, value in record.values.items() if name != "version"},
    ),
}


def entry_of(before: Any, after: Any, *, version: int = 0) -> Entry | None:
    """Return what is noted when one record takes the place of another; None where nothing about it has changed.

    Args:
        before: the record as it was stored; None where there was none.
        after: the record as it will be stored; None where it is removed.
        version: the one that the change makes; where it is 0, the record's own counts.
    """
    record = after if after is not None else before
    thing = THINGS[type(record)]
    if before is None:
        before = thing.usual(record)
    came = before is None
    went = after is None or (thing.gone(after) and not (before is not None and thing.gone(before)))
    found = changes(_drawn(thing, before), None if went else _drawn(thing, after), thing.hidden)
    if not (found or came or went):
        return None
    action = Action.REMOVED if went else Action.CREATED if came else Action.CHANGED
    made = version or (0 if after is None else getattr(after, "version", 0))
    return Entry(thing.subject(record), thing.id(record), thing.name(record), action, found, made)


def version_after(before: Any, after: Any) -> int:
    """Return which version a record is at that takes the place of another; of None, the first."""
    if before is None:
        return 1
    uncounted = THINGS[type(after)].uncounted
    same = replace(after, **{name: getattr(before, name) for name in uncounted}) == before
    present: int = before.version
    return present if same else present + 1


def about_sign_in(user: UserId, name: str, action: Action) -> Entry:
    """Return what is noted of a user's sessions, password, links and second factor: what was done, no value of it."""
    return Entry(Subject.SIGN_IN, user, name, action)


def worth_telling(entries: Iterable[Entry | None]) -> Sequence[Entry]:
    """Return the entries of one save without those that only had to make room for others.

    Where something was added, moved elsewhere or removed, its siblings count up or down; where only places were
    exchanged, that is what was done.
    """
    found = [entry for entry in entries if entry is not None]
    more = [entry for entry in found if not _only_placed(entry)]
    return more or found


def _only_placed(entry: Entry) -> bool:
    return entry.action is Action.CHANGED and bool(entry.changes) and all(_is_place(one) for one in entry.changes)


def _is_place(change: Change) -> bool:
    return change.field == "position"


def _drawn(thing: Thing, record: Any) -> Plain:
    if record is None:
        return None
    return {name: value for name, value in thing.drawn(record).items() if name not in thing.left_out}
