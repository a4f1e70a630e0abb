"""deliveries: gathered and held, workers that died over them; quiet hours; who left by List-Unsubscribe

Revision ID: 0011
Revises: 0010

"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.add_column(sa.Column("deaths_count", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("held_for", sa.String(length=8), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("gathered_into_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            "fk_delivery_gathered_into_id", "delivery", ["gathered_into_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_index("ix_delivery_gathered_into_id", ["gathered_into_id"])
        batch_op.drop_index("ix_delivery_due")
        batch_op.create_index("ix_delivery_due", ["state", "channel", "next_attempt_at"])
        batch_op.create_index(
            "ix_delivery_sent",
            ["channel", "sent_at"],
            sqlite_where=sa.text("sent_at IS NOT NULL"),
            postgresql_where=sa.text("sent_at IS NOT NULL"),
        )
    with op.batch_alter_table("person") as batch_op:
        batch_op.add_column(sa.Column("quiet_start", sa.String(length=5), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("quiet_end", sa.String(length=5), nullable=False, server_default=""))
    op.create_table(
        "unsubscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_unsubscription_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_unsubscription_ticket_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_unsubscription_company_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsubscription")),
        sa.UniqueConstraint("person_id", "ticket_id", name=op.f("uq_unsubscription_person_id_ticket_id")),
        sa.UniqueConstraint("person_id", "company_id", name=op.f("uq_unsubscription_person_id_company_id")),
    )
    with op.batch_alter_table("unsubscription") as batch_op:
        batch_op.create_index("ix_unsubscription_person_id", ["person_id"])
        batch_op.create_index("ix_unsubscription_ticket_id", ["ticket_id"])
        batch_op.create_index("ix_unsubscription_company_id", ["company_id"])


def downgrade():
    op.drop_table("unsubscription")
    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_column("quiet_end")
        batch_op.drop_column("quiet_start")
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.drop_index("ix_delivery_sent")
        batch_op.drop_index("ix_delivery_due")
        batch_op.create_index("ix_delivery_due", ["state", "next_attempt_at"])
        batch_op.drop_index("ix_delivery_gathered_into_id")
        batch_op.drop_constraint("fk_delivery_gathered_into_id", type_="foreignkey")
        batch_op.drop_column("gathered_into_id")
        batch_op.drop_column("held_for")
        batch_op.drop_column("deaths_count")
