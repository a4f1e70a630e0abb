"""tickets: a comment may answer another one; the customer's rating of a resolved ticket

Revision ID: 0005
Revises: 0004

"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    # Columns alone, outside of batch mode: that would make the tables anew, and their triggers would be gone.
    op.add_column("comment", sa.Column("reply_to_id", sa.Integer(), nullable=True))
    op.add_column("ticket", sa.Column("rating_grade", sa.Integer(), nullable=True))
    op.add_column("ticket", sa.Column("rating_comment", sa.String(length=300), nullable=False, server_default=""))
    op.add_column("ticket", sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True))


def downgrade():
    for column in ("rated_at", "rating_comment", "rating_grade"):
        op.drop_column("ticket", column)
    op.drop_column("comment", "reply_to_id")
