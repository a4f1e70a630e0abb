"""companies

Revision ID: 0006
Revises: 0005

"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("person") as batch_op:
        batch_op.add_column(sa.Column("sees_only_own", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("binding_note", sa.String(length=300), nullable=False, server_default=""))
        batch_op.create_index("ix_person_name", ["last_name", "id"])
    with op.batch_alter_table("company") as batch_op:
        batch_op.create_index("ix_company_name", ["name", "id"])
    op.create_table(
        "company_observer",
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name="fk_company_observer_company_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_company_observer_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("company_id", "person_id", name="pk_company_observer"),
    )
    op.create_index("ix_company_observer_person_id", "company_observer", ["person_id"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name="fk_audit_actor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_actor_id", "audit", ["actor_id"])
    op.create_index("ix_audit_subject", "audit", ["subject", "subject_id", "id"])


def downgrade():
    op.drop_table("audit")
    op.drop_table("company_observer")
    op.drop_index("ix_company_name", table_name="company")
    op.drop_index("ix_person_name", table_name="person")
    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_column("binding_note")
        batch_op.drop_column("blocked_at")
        batch_op.drop_column("sees_only_own")
