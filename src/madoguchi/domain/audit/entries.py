"""What the audit log is made of: one entry for each thing that somebody changed, or did about signing in."""

from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from madoguchi.kernel.ids import UserId
from madoguchi.kernel.time import Instant

Plain: TypeAlias = Any
"""What JSON can say."""


class Subject(Enum):
    """What kind of thing an entry is about."""

    USER = "user"
    SIGN_IN = "sign_in"
    """Of a user: his sessions, password, second factor, and the links by which he chooses a password."""
    ROLE = "role"
    TEAM = "team"
    QUEUE = "queue"
    """A level or queue of a menu tree, with its settings, routing and assignments."""
    QUEUE_SETTINGS = "queue_settings"
    """What all queues have in common."""
    STATUS = "status"
    DISPOSITION = "disposition"
    REPLY = "reply"
    """A canned reply."""
    LANGUAGES = "languages"
    MESSAGE = "message"
    SUPPORT_CENTER = "support_center"
    CUSTOM_HOURS = "custom_hours"
    HOLIDAYS = "holiday_folder"
    SMS_CONNECTION = "sms_connection"
    SMS_NUMBER = "sms_number"
    DEFLECTION = "deflection"
    """What is offered after hours: for all calls, for all chats, or of one queue or level."""
    GOALS = "goals"
    SETTINGS = "settings"
    """Settings of the organisation that have no page of their own."""


class Action(Enum):
    """What was done."""

    CREATED = "created"
    CHANGED = "changed"
    REMOVED = "removed"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SIGN_IN_REFUSED = "sign_in_refused"
    INVITED = "invited"
    RESET_SENT = "reset_sent"
    INVITATION_ACCEPTED = "invitation_accepted"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word for what was done
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    RECOVERY_CODE_USED = "recovery_code_used"


PROVES = frozenset({Action.SIGNED_IN, Action.INVITATION_ACCEPTED, Action.PASSWORD_CHANGED, Action.RECOVERY_CODE_USED})
"""What shows who somebody is who was not signed in before."""


class Told(Enum):
    """How much a change tells."""

    WHOLE = "whole"
    """The whole value before and after."""
    PART = "part"
    """Of a collection, only what left it and what came to it."""
    HIDDEN = "hidden"
    """Only that it changed."""


@dataclass(frozen=True)
class Change:
    """One field that is another than before."""

    field: str
    """Its path, such as `names.ja`."""
    before: Plain
    """Null where there was nothing."""
    after: Plain
    told: Told = Told.WHOLE


@dataclass(frozen=True)
class Entry:
    """What was done to one thing."""

    subject: Subject
    thing: str
    """Its id; empty for what nobody knows, such as an unknown person who tried to sign in."""
    name: str
    """As it was called after the change; before it, where it was removed."""
    action: Action
    changes: tuple[Change, ...] = ()
    version: int = 0
    """Of the thing, that the change made; 0 for what has none."""


@dataclass(frozen=True)
class Seen:
    """What somebody saw of a thing before he changed it."""

    subject: Subject
    thing: str
    version: int


@dataclass(frozen=True)
class Act:
    """Who does something, and from where."""

    by: UserId | None = None
    """Nobody for the system itself, and for people who are not signed in."""
    name: str = ""
    """As he was called then."""
    address: str = ""
    """The network address that it came from; empty for the system itself."""


SYSTEM = Act()
"""Who does what nobody asked for: the first start, commands on the server."""


@dataclass(frozen=True)
class AuditRecord:
    """An entry as it is kept."""

    seq: int
    """Later ones have higher numbers."""
    at: Instant
    act: Act
    entry: Entry
