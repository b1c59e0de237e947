"""Lay the tables of the vault and of public receipts."""

import sqlalchemy as sa
from alembic import op
from engine.store.columns import BigId, UtcMoment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this step."""

    op.create_table(
        "vault_entry",
        sa.Column("root_id", BigId, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", UtcMoment(), nullable=False),
        sa.Column("erased_at", UtcMoment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["root_id"], ["instance.id"], name=op.f("fk_vault_entry_root_id")
        ),
        sa.PrimaryKeyConstraint("root_id", "field", name=op.f("pk_vault_entry")),
    )
    with op.batch_alter_table("vault_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vault_entry_key_id"), ["key_id"], unique=False)

    op.create_table(
        "public_receipt",
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("root_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["root_id"], ["instance.id"], name=op.f("fk_public_receipt_root_id")
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_public_receipt")),
        sa.UniqueConstraint("root_id", name=op.f("uq_public_receipt_root_id")),
    )


def downgrade() -> None:
    """Take this step back."""

    op.drop_table("public_receipt")
    op.drop_table("vault_entry")
