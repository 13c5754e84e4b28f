"""Alembic's entry. It runs on the connection that `database.migrate` gives it, inside that transaction."""

from alembic import context
from sqlalchemy import Connection

connection = context.config.attributes["connection"]
if not isinstance(connection, Connection):
    raise TypeError("run the migrations through yidi_gateway.journal.database.migrate")
context.configure(connection=connection, transactional_ddl=True, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
