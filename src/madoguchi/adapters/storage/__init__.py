"""One schema on SQLite and PostgreSQL, with grouped durable commits."""
