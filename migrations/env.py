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


def run() -> None:
    database = current_app.extensions["migrate"].db
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            render_item=_render,
            compare_type=_compare,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
