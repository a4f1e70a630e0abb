"""Runs migrations on the application's own engine (Flask-Migrate)."""

from alembic import context
from flask import current_app

from extensions import UtcDateTime


def _render(kind, item, autogen_context):
    """A migration must not import code that will change: our type is a plain timestamp in it."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def _compare(context, inspected_column, metadata_column, inspected_type, metadata_type):
    return False if isinstance(metadata_type, UtcDateTime) else None


def compared(name, type_, parent_names) -> bool:
    """Leave out what one database alone has: its own index over words (0003)."""
    return name is None or "_fts" not in name


def run() -> None:
    database = current_app.extensions["migrate"].db
    with database.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:  # batch mode drops a table and makes it anew: what refers to it must not go, too, or forbid it
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            render_item=_render,
            compare_type=_compare,
            include_name=compared,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        if is_sqlite:
            connection.commit()  # within a transaction SQLite would not hear it, and the pool keeps the connection
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


run()
