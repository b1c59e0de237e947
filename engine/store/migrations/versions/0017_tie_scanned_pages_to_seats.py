"""Tie a scanned page to the seat that was signed on it."""

import sqlalchemy as sa
from alembic import op
from engine.store.columns import BigId

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this step."""

    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seat_id", BigId, nullable=True))


def downgrade() -> None:
    """Take this step back."""

    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_column("seat_id")
