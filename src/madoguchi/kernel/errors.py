"""One tree of errors. It says whose fault a failure is and whether to retry; only the edges know status numbers."""

from enum import Enum
from typing import ClassVar


class Kind(Enum):
    """Whose fault it is, and what the other side can do about it."""

    INVALID = "invalid"
    """The request is wrong: mend it, do not repeat it."""
    FORBIDDEN = "forbidden"
    """The asker may not do this."""
    NOT_FOUND = "not_found"
    """There is no such thing, or none that the asker may see."""
    CONFLICT = "conflict"
    """The thing is in a state in which this cannot be done (any more)."""
    UNAVAILABLE = "unavailable"
    """Nothing has happened; the same request may succeed later."""


class MadoguchiError(Exception):
    """Something that a person or a peer can cause went wrong.

    A subclass sets `kind` and `code`; its docstring's first line is the title shown to people. The message is the
    detail: what is wrong and what to do, without personal data.
    """

    kind: ClassVar[Kind]
    code: ClassVar[str]
    """A stable word that clients may switch on."""

    def __init__(self, detail: str = "", *, field: str | None = None, reason: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        """The input that is wrong, as the client named it, where one is."""
        self.reason = reason
        """A stable word for which of `code`'s cases this is, where a client may say each in its own language."""

    @property
    def title(self) -> str:
        """The class docstring's first line."""
        return (type(self).__doc__ or type(self).__name__).strip().splitlines()[0]


class InvalidInputError(MadoguchiError):
    """The input is not valid."""

    kind = Kind.INVALID
    code = "invalid_input"


class NotAllowedError(MadoguchiError):
    """You may not do this."""

    kind = Kind.FORBIDDEN
    code = "not_allowed"


class NotFoundError(MadoguchiError):
    """There is no such thing."""

    kind = Kind.NOT_FOUND
    code = "not_found"


class ConflictError(MadoguchiError):
    """This cannot be done in the present state."""

    kind = Kind.CONFLICT
    code = "conflict"


class UnavailableError(MadoguchiError):
    """The service cannot do this just now; try again."""

    kind = Kind.UNAVAILABLE
    code = "unavailable"
