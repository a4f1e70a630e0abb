"""promises: when a ticket's deadlines are to be looked at, and the weeks of teams that work other hours

Revision ID: 0010
Revises: 0009

"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "team_calendar",
        sa.Column("team", sa.String(length=16), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("team", name=op.f("pk_team_calendar")),
    )
    with op.batch_alter_table("ticket") as batch_op:
        batch_op.add_column(sa.Column("sla_look_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_ticket_sla_look", ["sla_look_at"], unique=False)
    # The first pass looks at all that are in work; what is late already is nobody's warning any more.
    op.execute("UPDATE ticket SET sla_look_at = status_since WHERE status NOT IN ('resolved', 'closed')")


def downgrade():
    with op.batch_alter_table("ticket") as batch_op:
        batch_op.drop_index("ix_ticket_sla_look")
        batch_op.drop_column("sla_look_at")
    op.drop_table("team_calendar")
