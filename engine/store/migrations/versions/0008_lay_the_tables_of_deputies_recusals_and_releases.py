"""Lay the tables of deputies, recusals and releases of looks into the vault."""

import sqlalchemy as sa
from alembic import op
from engine.store.columns import BigId, Json, UtcMoment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this step."""

    op.create_table(
        "deputy",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("deputy", sa.Text(), nullable=False),
        sa.Column("deputy_name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("from_at", UtcMoment(), nullable=False),
        sa.Column("until_at", UtcMoment(), nullable=False),
        sa.Column("processes", Json(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_name", sa.Text(), nullable=False),
        sa.Column("made_at", UtcMoment(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_deputy_person")),
        sa.ForeignKeyConstraint(["deputy"], ["person.id"], name=op.f("fk_deputy_deputy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputy")),
    )
    with op.batch_alter_table("deputy", schema=None) as batch_op:
        batch_op.create_index("ix_deputy_person", ["person"], unique=False)
        batch_op.create_index("ix_deputy_deputy", ["deputy"], unique=False)

    op.create_table(
        "recusal",
        sa.Column("id", BigId, nullable=False),
        sa.Column("root_id", BigId, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", UtcMoment(), nullable=False),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_at", UtcMoment(), nullable=True),
        sa.ForeignKeyConstraint(["root_id"], ["instance.id"], name=op.f("fk_recusal_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusal")),
    )
    with op.batch_alter_table("recusal", schema=None) as batch_op:
        batch_op.create_index("ix_recusal_root_id", ["root_id"], unique=False)
        batch_op.create_index("ix_recusal_unit", ["unit"], unique=False)
        batch_op.create_index("ix_recusal_person", ["person"], unique=False)

    op.create_table(
        "vault_release",
        sa.Column("id", BigId, nullable=False),
        sa.Column("root_id", BigId, nullable=False),
        sa.Column("task_id", BigId, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("fields", Json(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcMoment(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_name", sa.Text(), nullable=True),
        sa.Column("decided_at", UtcMoment(), nullable=True),
        sa.Column("expires_at", UtcMoment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["root_id"], ["instance.id"], name=op.f("fk_vault_release_root_id")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_vault_release_task_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_release")),
    )
    with op.batch_alter_table("vault_release", schema=None) as batch_op:
        batch_op.create_index("ix_vault_release_root_id", ["root_id"], unique=False)
        batch_op.create_index("ix_vault_release_task_id", ["task_id"], unique=False)


def downgrade() -> None:
    """Take this step back."""

    op.drop_table("vault_release")
    op.drop_table("recusal")
    op.drop_table("deputy")
