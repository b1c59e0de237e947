"""Lay the tables of imported spreadsheets."""

import sqlalchemy as sa
from alembic import op
from engine.store.columns import BigId, Json, UtcMoment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this step."""

    op.create_table(
        "import_run",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("application", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", UtcMoment(), nullable=False),
        sa.Column("ended_at", UtcMoment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        sa.UniqueConstraint("uid", name=op.f("uq_import_run_uid")),
    )
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.create_index("ix_import_run_state", ["state", "id"], unique=False)
        batch_op.create_index("ix_import_run_person", ["person", "id"], unique=False)

    op.create_table(
        "import_row",
        sa.Column("run_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("problems", Json(), nullable=False),
        sa.Column("root_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_run.id"], name=op.f("fk_import_row_run_id")
        ),
        sa.PrimaryKeyConstraint("run_id", "no", name=op.f("pk_import_row")),
    )
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.create_index("ix_import_row_state", ["run_id", "state", "no"], unique=False)
        batch_op.create_index("ix_import_row_key", ["run_id", "key"], unique=False)

    op.create_table(
        "import_key",
        sa.Column("application", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("root_id", BigId, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("application", "source", "key", name=op.f("pk_import_key")),
    )
    with op.batch_alter_table("import_key", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_import_key_root_id"), ["root_id"], unique=False
        )


def downgrade() -> None:
    """Take this step back."""

    op.drop_table("import_key")
    op.drop_table("import_row")
    op.drop_table("import_run")
