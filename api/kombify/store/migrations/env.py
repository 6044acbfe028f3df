"""What Alembic runs: the steps, over the connection that ``kombify.store.migrate`` opened."""

from __future__ import annotations

from alembic import context

from kombify.store.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",  # SQLite changes a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()
