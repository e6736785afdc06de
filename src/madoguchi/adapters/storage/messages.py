"""Languages and own messages in SQL. A write names the version that it follows; another's meanwhile makes it fail."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import sqlalchemy as sa

from madoguchi.adapters.storage.audit import Trail
from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.schema_messages import language_settings, own_messages
from madoguchi.domain.messages.languages import LanguageSettings
from madoguchi.domain.messages.own import Audio, OwnMessage
from madoguchi.kernel.ids import UserId
from madoguchi.ports.storage import StaleVersionError

_ONLY: Final = "organisation"


class SqlMessages:
    """`MessageStore` over any `Database`."""

    def __init__(self, database: Database, trail: Trail) -> None:
        self._database = database
        self._trail = trail

    async def languages(self) -> LanguageSettings | None:
        """Return the language settings; None where nobody has changed them yet."""
        found = await self._rows(sa.select(language_settings))
        if not found:
            return None
        return _languages(found[0])

    async def save_languages(self, settings: LanguageSettings) -> None:
        """Replace the language settings.

        Raises:
            StaleVersionError: the stored version is not `settings.version - 1`; nothing was stored.
        """
        values = {
            "version": settings.version,
            "default_language": settings.default,
            "live": list(settings.live),
            "changed_by": settings.changed_by,
            "changed_at": settings.changed_at,
        }
        await self._save(language_settings, {"id": _ONLY}, values, settings, _languages)

    async def own_messages(self) -> Sequence[OwnMessage]:
        """Return all messages that were ever changed, by message and language."""
        found = [_own(row) for row in await self._rows(sa.select(own_messages))]
        return sorted(found, key=lambda own: (own.message, own.language))

    async def own_message(self, message: str, language: str) -> OwnMessage | None:
        """Return a message; None where nobody has changed it yet."""
        table = own_messages
        found = await self._rows(sa.select(table).where(table.c.message == message, table.c.language == language))
        return _own(found[0]) if found else None

    async def save_own_message(self, own: OwnMessage) -> None:
        """Store or replace a message.

        Raises:
            StaleVersionError: the stored version is not `own.version - 1`; nothing was stored.
        """
        values = {
            "version": own.version,
            "text": own.text,
            "audio": asdict(own.audio) if own.audio is not None else None,
            "changed_by": own.changed_by,
            "changed_at": own.changed_at,
        }
        await self._save(own_messages, {"message": own.message, "language": own.language}, values, own, _own)

    async def _rows(self, statement: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        return await self._database.read(lambda connection: connection.execute(statement).all())

    async def _save(
        self,
        table: sa.Table,
        key: Mapping[str, str],
        values: Mapping[str, Any],
        record: LanguageSettings | OwnMessage,
        read: Callable[["sa.Row[Any]"], LanguageSettings | OwnMessage],
    ) -> None:
        """Write a row that follows on the version before its own; the first makes the row."""
        same = [table.c[name] == value for name, value in key.items()]

        def save(connection: sa.Connection) -> bool:
            row = connection.execute(sa.select(table).where(*same).with_for_update()).first()
            if values["version"] == 1:
                try:
                    connection.execute(sa.insert(table).values({**key, **values}))
                except sa.exc.IntegrityError as error:
                    raise StaleVersionError("somebody else was the first to change this") from error
                self._trail.note(connection, None, record)
                return True
            change = sa.update(table).where(*same, table.c.version == values["version"] - 1).values(values)
            if row is None or connection.execute(change).rowcount != 1:
                return False
            self._trail.note(connection, read(row), record)
            return True

        if not await self._database.write(save):
            raise StaleVersionError("somebody else has changed this meanwhile")


def _user(row: sa.Row[Any]) -> UserId | None:
    return UserId(row.changed_by) if row.changed_by is not None else None


def _languages(row: sa.Row[Any]) -> LanguageSettings:
    return LanguageSettings(row.default_language, tuple(row.live), row.version, _user(row), row.changed_at)


def _own(row: sa.Row[Any]) -> OwnMessage:
    audio = Audio(**row.audio) if row.audio is not None else None
    return OwnMessage(row.message, row.language, row.version, row.text, audio, _user(row), row.changed_at)
