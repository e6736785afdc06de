"""What Alembic runs; the connection comes from `upgrade`."""

from alembic import context

from madoguchi.adapters.storage import (  # noqa: F401 - their tables belong to the metadata
    schema,
    schema_deflection,
    schema_desk,
    schema_facts,
    schema_hours,
    schema_messages,
    schema_people,
    schema_queues,
    schema_sms,
    schema_statuses,
)
from madoguchi.adapters.storage.columns import metadata

# SQLite can change its schema within a transaction, so that a migration that fails leaves nothing behind.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
