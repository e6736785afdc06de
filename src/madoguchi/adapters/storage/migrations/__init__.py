"""Brings a database of any age up to the present schema."""

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from madoguchi.ports.storage import StorageUnavailableError

_POSTGRES_LOCK: Final = 0x6D61646F67756368
"""The advisory lock under which nodes that start together migrate one after the other."""


def upgrade(connection: sa.Connection, to: str = "head") -> None:
    """Run the missing migrations within the transaction of `connection`, up to and with `to`.

    Raises:
        StorageUnavailableError: the schema is newer than this program.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRES_LOCK})
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    present = MigrationContext.configure(connection).get_current_heads()
    if unknown := set(present) - known:
        raise StorageUnavailableError(
            f"the database has the schema {', '.join(sorted(unknown))}, which is newer than this program"
            f" ({scripts.get_current_head()}): run the newer program, or restore the backup made before the upgrade"
        )
    if scripts.get_current_head() not in present:
        command.upgrade(config, to)
