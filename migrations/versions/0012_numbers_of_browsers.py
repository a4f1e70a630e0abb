"""the number of a browser that is rung is given once only

PostgreSQL never gave one again. In SQLite the number of the newest row was free once the row was gone, so what had been
meant for that browser, repeated by an administrator, could ring the next.

Revision ID: 0012
Revises: 0011

"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

FROM_NOW_ON = """
INSERT INTO sqlite_sequence (name, seq)
SELECT 'push_subscription', coalesce(max(number), 0) FROM (
    SELECT max(id) AS number FROM push_subscription
    UNION ALL SELECT max(CAST(target AS INTEGER)) FROM delivery WHERE channel = 'web_push'
)
"""


def upgrade():
    if op.get_bind().dialect.name != "sqlite":
        return
    with op.batch_alter_table("push_subscription", recreate="always", table_kwargs={"sqlite_autoincrement": True}):
        pass
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'push_subscription'")
    op.execute(FROM_NOW_ON)


def downgrade():
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("push_subscription", recreate="always"):
            pass
