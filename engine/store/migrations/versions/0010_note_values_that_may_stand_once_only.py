"""Note values that may stand once only."""

import sqlalchemy as sa
from alembic import op
from engine.store.columns import BigId

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this step."""

    op.create_table(
        "taken",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("instance_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["instance.id"], name=op.f("fk_taken_instance_id")
        ),
        sa.PrimaryKeyConstraint("name", "value", name=op.f("pk_taken")),
    )
    with op.batch_alter_table("taken", schema=None) as batch_op:
        batch_op.create_index("ix_taken_instance_id", ["instance_id"], unique=False)


def downgrade() -> None:
    """Take this step back."""

    op.drop_table("taken")
