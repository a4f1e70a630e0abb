"""the app in the pocket: receipts of pushes, one ring for one event, pushes without the ticket's words

Revision ID: 0008
Revises: 0007

"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.add_column(sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("push_subscription") as batch_op:
        batch_op.add_column(sa.Column("last_shown_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("person") as batch_op:
        batch_op.add_column(sa.Column("rings_once", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("push_is_brief", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade():
    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_column("push_is_brief")
        batch_op.drop_column("rings_once")
    with op.batch_alter_table("push_subscription") as batch_op:
        batch_op.drop_column("last_shown_at")
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.drop_column("opened_at")
        batch_op.drop_column("shown_at")
