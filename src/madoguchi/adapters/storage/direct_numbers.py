"""Whose a direct number is: kept beside the users, so that no two can have the same."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from madoguchi.adapters.storage.schema import direct_numbers, users
from madoguchi.domain.access.users import User
from madoguchi.kernel.errors import ConflictError

NONE: Sequence[User] = ()


def take(connection: sa.Connection, after: Sequence[User], before: Collection[User] = NONE) -> None:
    """Let `after` have the numbers that they name; those of `before`, the same users as they were, are let go of.

    Raises:
        ConflictError: somebody else has one of them.
    """
    had = {(number, user.id) for user in before for number in user.direct_numbers}
    have = {(number, user.id) for user in after for number in user.direct_numbers}
    # Let go of first, so that users can exchange them.
    for number, user in sorted(had - have):
        mine = (direct_numbers.c.number == number) & (direct_numbers.c.user_id == user)
        connection.execute(sa.delete(direct_numbers).where(mine))
    try:
        for number, user in sorted(have - had):
            connection.execute(sa.insert(direct_numbers).values(number=number, user_id=user))
    except sa.exc.IntegrityError as error:
        raise ConflictError("the direct number is taken", field="direct_numbers", reason="taken") from error


def whose(numbers: Collection[str]) -> "sa.Select[tuple[str]]":
    """Return the question whose one of `numbers` is."""
    found = sa.select(direct_numbers.c.user_id).where(direct_numbers.c.number.in_(sorted(numbers)))
    return sa.select(users).where(users.c.id.in_(found)).order_by(users.c.id).limit(1)
