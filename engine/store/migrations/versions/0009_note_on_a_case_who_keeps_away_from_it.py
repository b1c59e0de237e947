"""Note on a case who keeps away from it, so that its lock reads it too."""

import sqlalchemy as sa
from alembic import op
from engine.store.columns import Json

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this step."""

    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recused", Json(), nullable=True))


def downgrade() -> None:
    """Take this step back."""

    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.drop_column("recused")
