"""search: the tokens that tickets and articles are found by, and each database's own index over them

Rows that are there already get theirs by `flask prepare`, which every start runs.

Revision ID: 0003
Revises: 0002

"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = {"ticket_words": ("ticket_id", ("public", "internal")), "article_words": ("article_id", ("public",))}
# The tokens are letters and digits already: FTS5 parts them at the spaces and changes nothing.
CREATE = """
CREATE VIRTUAL TABLE {table}_fts USING fts5(
  {columns}, content='{table}', content_rowid='{key}', tokenize='ascii', prefix='2 3', detail=column)
"""
PUT = "INSERT INTO {table}_fts (rowid, {columns}) VALUES (new.{key}, {new});"
TAKE = "INSERT INTO {table}_fts ({table}_fts, rowid, {columns}) VALUES ('delete', old.{key}, {old});"
TRIGGERS = {"insert": ("INSERT", PUT), "delete": ("DELETE", TAKE), "update": ("UPDATE OF {columns}", TAKE + PUT)}


def upgrade():
    op.create_table(
        "ticket_words",
        sa.Column("ticket_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("internal", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_ticket_words_ticket_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_ticket_words"),
    )
    op.create_table(
        "article_words",
        sa.Column("article_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["kb_article.id"], name="fk_article_words_article_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name="pk_article_words"),
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, (key, columns) in TABLES.items():
        _vectors(table, columns) if is_postgresql else _fts5(table, key, columns)


def _fts5(table, key, columns):
    names = {
        "table": table,
        "key": key,
        "columns": ", ".join(columns),
        "new": ", ".join(f"new.{column}" for column in columns),
        "old": ", ".join(f"old.{column}" for column in columns),
    }
    op.execute(CREATE.format(**names))
    for name, (when, what) in TRIGGERS.items():
        trigger = f"CREATE TRIGGER {{table}}_fts_{name} AFTER {when} ON {{table}} BEGIN {what} END"
        op.execute(trigger.format(**names))


def _vectors(table, columns):
    """`public_fts`, and for staff `all_fts`. No parser of PostgreSQL's comes near the tokens."""
    vectors = {"public_fts": columns[:1]} | ({"all_fts": columns} if len(columns) > 1 else {})
    for name, parts in vectors.items():
        value = " || ".join(f"array_to_tsvector(string_to_array({part}, ' '))" for part in parts)
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} tsvector GENERATED ALWAYS AS ({value}) STORED")
        op.execute(f"CREATE INDEX ix_{table}_{name} ON {table} USING gin ({name})")


def downgrade():
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            op.execute(f"DROP TABLE {table}_fts")
    op.drop_table("article_words")
    op.drop_table("ticket_words")
