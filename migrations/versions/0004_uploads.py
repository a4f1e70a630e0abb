"""Unfinished uploads; what a file's picture looks like, and what the scanner said of it.

Revision ID: 0004
Revises: 0003

"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import extensions

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ADDED: tuple[tuple[str, Any, str], ...] = (
    ("position", sa.Integer(), "0"),
    ("state", sa.String(16), "waiting"),
    ("attempts_count", sa.Integer(), "0"),
    ("scan_state", sa.String(16), "none"),
    ("virus", sa.String(200), ""),
)
MAYBE: tuple[tuple[str, Any], ...] = (
    ("claimed_at", extensions.UtcDateTime()),
    ("width", sa.Integer()),
    ("height", sa.Integer()),
    ("thumbnail_sha256", sa.String(64)),
    ("preview_sha256", sa.String(64)),
)


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(32), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", extensions.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_upload_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("public_id", name=op.f("uq_upload_public_id")),
    )
    op.create_index(op.f("ix_upload_owner_id"), "upload", ["owner_id"])
    with op.batch_alter_table("attachment") as table:
        for name, kind, default in ADDED:
            table.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        for name, kind in MAYBE:
            table.add_column(sa.Column(name, kind, nullable=True))
        table.create_index(op.f("ix_attachment_state"), ["state", "claimed_at"])
    with op.batch_alter_table("attachment") as table:  # the model fills them in: the default was for the old rows
        for name, kind, _default in ADDED:
            table.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("attachment") as table:
        table.drop_index(op.f("ix_attachment_state"))
        for name in [row[0] for row in (*ADDED, *MAYBE)]:
            table.drop_column(name)
    op.drop_table("upload")
