"""What an error of PostgreSQL or of its driver means to those who wait."""

from typing import Final

import asyncpg
import sqlalchemy as sa

from madoguchi.kernel.errors import InvalidInputError
from madoguchi.ports.storage import StorageUnavailableError

_UNAVAILABLE: Final = ("08", "25006", "28", "3D", "40", "53", "55P03", "57", "58", "XX")
"""SQLSTATEs, or their classes, in which nothing is wrong with the statement.

In turn: connection, a standby that does not write, sign-in, no such database, lost races, resources (a full disk), a
lock, operator intervention, the server's own system, and internal errors.

Source: PostgreSQL manual, appendix "PostgreSQL Error Codes".
"""
_BAD_DATA: Final = "22"


def trouble(error: BaseException) -> StorageUnavailableError | None:
    """Return what `error` says of the database's state; None where the fault is the statement's or its data's."""
    if isinstance(error, StorageUnavailableError):
        return error
    original = _original(error)
    lost = isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated
    closed = isinstance(original, asyncpg.InterfaceError) and not isinstance(original, ValueError)
    waited = isinstance(original, OSError | sa.exc.TimeoutError)
    if lost or closed or waited or _sqlstate(original).startswith(_UNAVAILABLE):
        return StorageUnavailableError(f"the database cannot be used: {str(original) or type(original).__name__}")
    return None


def refusal(error: BaseException) -> InvalidInputError | None:
    """Return what is wrong with the data, where PostgreSQL cannot keep it: text with a NUL, a number too large."""
    original = _original(error)
    by_driver = isinstance(original, asyncpg.InterfaceError) and isinstance(original, ValueError)
    if by_driver or _sqlstate(original).startswith(_BAD_DATA):
        return InvalidInputError(f"this cannot be stored: {original}")
    return None


def _original(error: BaseException) -> BaseException:
    if isinstance(error, sa.exc.DBAPIError) and error.orig is not None:
        # SQLAlchemy dresses the driver's errors in classes of its own.
        return error.orig.__cause__ or error.orig
    return error


def _sqlstate(error: BaseException) -> str:
    return getattr(error, "sqlstate", None) or ""
