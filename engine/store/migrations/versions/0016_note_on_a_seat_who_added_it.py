"""Note on a seat who added it to its round, and from which seat."""

import sqlalchemy as sa
from alembic import op
from engine.store.columns import BigId

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this step."""

    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.add_column(sa.Column("added_by", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("added_name", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("origin", BigId, nullable=True))


def downgrade() -> None:
    """Take this step back."""

    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.drop_column("origin")
        batch_op.drop_column("added_name")
        batch_op.drop_column("added_by")
