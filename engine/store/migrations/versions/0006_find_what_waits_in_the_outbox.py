"""Find the outbox rows that wait without reading those that were sent."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_READY = sa.text("state = 'ready'")


def upgrade() -> None:
    """Bring the schema to this step."""

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_ready",
            ["id"],
            unique=False,
            sqlite_where=_READY,
            postgresql_where=_READY,
        )


def downgrade() -> None:
    """Take this step back."""

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_ready")
