"""The way of the schema, one version a file (Alembic)."""
