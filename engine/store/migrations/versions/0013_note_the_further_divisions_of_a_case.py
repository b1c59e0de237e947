"""Note the further divisions a case lies in, besides that of its row."""

import sqlalchemy as sa
from alembic import op
from engine.store.columns import BigId

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this step."""

    op.create_table(
        "case_region",
        sa.Column("root_id", BigId, nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["root_id"], ["instance.id"], name=op.f("fk_case_region_root_id")
        ),
        sa.PrimaryKeyConstraint("root_id", "region", name=op.f("pk_case_region")),
    )
    with op.batch_alter_table("case_region", schema=None) as batch_op:
        batch_op.create_index("ix_case_region_region", ["region", "root_id"], unique=False)


def downgrade() -> None:
    """Take this step back."""

    op.drop_table("case_region")
