"""accounts: browsers a person is known by, what he does not want to hear of, hand-offs to a phone

Revision ID: 0002
Revises: 0001

"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "known_browser",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_known_browser_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "mark", name=op.f("pk_known_browser")),
    )
    op.add_column("person", sa.Column("notices_off", sa.String(length=200), server_default="", nullable=False))
    with op.batch_alter_table("access_link") as batch_op:
        batch_op.add_column(sa.Column("device_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_access_link_device_id"), "device", ["device_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_index(batch_op.f("ix_access_link_device_id"), ["device_id"], unique=False)


def downgrade():
    with op.batch_alter_table("access_link") as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_link_device_id"))
        batch_op.drop_constraint(op.f("fk_access_link_device_id"), type_="foreignkey")
        batch_op.drop_column("device_id")
    op.drop_column("person", "notices_off")
    op.drop_table("known_browser")
