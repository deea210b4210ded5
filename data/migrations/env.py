"""Runs the migrations on the connection that the store hands over; there is no ini file."""

from alembic import context

from salver.data.schema import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, version_table=VERSION_TABLE
)
with context.begin_transaction():
    context.run_migrations()
