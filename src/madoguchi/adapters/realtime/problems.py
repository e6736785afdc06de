"""Errors as `problem` frames."""

from madoguchi.adapters.realtime.frames import Problem
from madoguchi.kernel.errors import ConflictError, Kind, MadoguchiError


class UnknownCommandError(MadoguchiError):
    """There is no such command."""

    kind = Kind.NOT_FOUND
    code = "unknown_command"


class RefInUseError(ConflictError):
    """A subscription with this ref runs already."""

    code = "ref_in_use"


class TooManySubscriptionsError(ConflictError):
    """This socket watches too many views."""

    code = "too_many_subscriptions"


class BusyError(MadoguchiError):
    """Too many commands wait; send the next one when one was answered."""

    kind = Kind.UNAVAILABLE
    code = "too_many_commands"


INTERNAL = Problem(code="internal", title="Something is wrong on our side.", detail="It has been logged.")


def problem(error: MadoguchiError, ref: str | None) -> Problem:
    """Render `error` for the frame with `ref`."""
    return Problem(
        code=error.code, title=error.title, detail=error.detail, ref=ref, field=error.field, reason=error.reason
    )


def internal(ref: str | None) -> Problem:
    """Render a fault of ours."""
    return Problem(code=INTERNAL.code, title=INTERNAL.title, detail=INTERNAL.detail, ref=ref)
