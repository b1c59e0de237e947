"""Note on a session when its person told the password once more."""

import sqlalchemy as sa
from alembic import op
from engine.store.columns import UtcMoment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this step."""

    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confirmed_at", UtcMoment(), nullable=True))


def downgrade() -> None:
    """Take this step back."""

    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_column("confirmed_at")
