"""What Alembic runs; the connection comes from `upgrade`."""

from alembic import context

from madoguchi.adapters.storage import (
    schema_desk,  # noqa: F401 - its tables belong to the metadata
    schema_facts,  # noqa: F401 - its tables belong to the metadata
    schema_people,  # noqa: F401 - its tables belong to the metadata
)
from madoguchi.adapters.storage import schema_statuses as _statuses  # noqa: F401 - registers its table
from madoguchi.adapters.storage.schema import metadata

# SQLite can change its schema within a transaction, so that a migration that fails leaves nothing behind.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
