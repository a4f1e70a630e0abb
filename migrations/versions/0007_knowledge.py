"""knowledge base: drafts, order, files, votes; settings that are words

Revision ID: 0007
Revises: 0006

"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "text_setting",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_text_setting")),
    )
    with op.batch_alter_table("kb_article") as batch_op:
        batch_op.add_column(sa.Column("is_published", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "kb_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=True),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["kb_article.id"], name=op.f("fk_kb_file_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["section_id"], ["kb_section.id"], name=op.f("fk_kb_file_section_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kb_file")),
        sa.UniqueConstraint("public_id", name=op.f("uq_kb_file_public_id")),
    )
    with op.batch_alter_table("kb_file") as batch_op:
        batch_op.create_index(batch_op.f("ix_kb_file_article_id"), ["article_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_kb_file_section_id"), ["section_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_kb_file_sha256"), ["sha256"], unique=False)
    op.create_table(
        "kb_vote",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("voter", sa.String(length=64), nullable=False),
        sa.Column("is_helpful", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["kb_article.id"], name=op.f("fk_kb_vote_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "voter", name=op.f("pk_kb_vote")),
    )


def downgrade():
    op.drop_table("kb_vote")
    op.drop_table("kb_file")
    with op.batch_alter_table("kb_article") as batch_op:
        batch_op.drop_column("position")
        batch_op.drop_column("is_published")
    op.drop_table("text_setting")
