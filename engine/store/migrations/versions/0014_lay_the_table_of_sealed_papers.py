"""Lay the table of sealed papers: questions sent on paper, and what came back."""

import sqlalchemy as sa
from alembic import op
from engine.store.columns import BigId, Json, UtcMoment

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this step."""

    op.create_table(
        "sealed_paper",
        sa.Column("id", BigId, nullable=False),
        sa.Column("root_id", BigId, nullable=False),
        sa.Column("task_id", BigId, nullable=False),
        sa.Column("seat_id", BigId, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("unit_name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.Column("attachment_id", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("issued_name", sa.Text(), nullable=False),
        sa.Column("issued_at", UtcMoment(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reply", Json(), nullable=True),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("received_by", sa.Text(), nullable=True),
        sa.Column("received_name", sa.Text(), nullable=True),
        sa.Column("received_at", UtcMoment(), nullable=True),
        sa.Column("recorded_at", UtcMoment(), nullable=True),
        sa.ForeignKeyConstraint(["root_id"], ["instance.id"], name=op.f("fk_sealed_paper_root_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_sealed_paper_task_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_sealed_paper_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_paper")),
    )
    with op.batch_alter_table("sealed_paper", schema=None) as batch_op:
        batch_op.create_index("ix_sealed_paper_root_id", ["root_id"], unique=False)
        batch_op.create_index("ix_sealed_paper_task_id", ["task_id"], unique=False)


def downgrade() -> None:
    """Take this step back."""

    op.drop_table("sealed_paper")
