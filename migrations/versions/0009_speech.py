"""speech: what was heard beside what is shown, the waveform, a copy that every browser plays, hearing in pieces

Revision ID: 0009
Revises: 0008

"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NEW = (
    "raw_text",
    "spans",
    "edited_at",
    "peaks",
    "playable_sha256",
    "playable_size",
    "is_recorded",
    "is_cut",
    "asked_language",
    "model",
    "heard_ms",
    "claim",
)
AT_ONCE = 500


def upgrade():
    with op.batch_alter_table("voice_note") as batch_op:
        batch_op.add_column(sa.Column("raw_text", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("spans", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("peaks", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("playable_sha256", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("playable_size", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("is_recorded", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("is_cut", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("asked_language", sa.String(length=8), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("model", sa.String(length=100), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("heard_ms", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("claim", sa.String(length=32), nullable=True))
    _fill()


def _fill():
    """Give notes that were heard before what a note that is heard now has: each word a span."""
    notes = sa.table(
        "voice_note",
        sa.column("id", sa.Integer),
        sa.column("state", sa.String),
        sa.column("text", sa.Text),
        sa.column("raw_text", sa.Text),
        sa.column("words", sa.JSON),
        sa.column("spans", sa.JSON),
        sa.column("audio_ms", sa.Integer),
        sa.column("heard_ms", sa.Integer),
    )
    connection, last = op.get_bind(), 0
    while True:
        some = sa.select(notes.c.id, notes.c.text, notes.c.words, notes.c.audio_ms)
        some = some.where(notes.c.id > last, notes.c.state == "done").order_by(notes.c.id).limit(AT_ONCE)
        rows = connection.execute(some).all()
        if not rows:
            return
        for row in rows:
            values = {"raw_text": row.text, "spans": _spans(row.text, row.words or []), "heard_ms": row.audio_ms or 0}
            connection.execute(sa.update(notes).where(notes.c.id == row.id).values(**values))
        last = rows[-1].id


def _spans(text, words):
    """Return the text word by word, with the times of the words if these are the words of it."""
    if " ".join(word["word"] for word in words) != text:
        words = [{"word": word} for word in text.split(" ") if text]
    end = len(words) - 1
    return [
        {
            "text": word["word"],
            "space": "" if place == end else " ",
            "start": word.get("start"),
            "end": word.get("end"),
            "conf": word.get("conf"),
        }
        for place, word in enumerate(words)
    ]


def downgrade():
    with op.batch_alter_table("voice_note") as batch_op:
        for name in reversed(NEW):
            batch_op.drop_column(name)
