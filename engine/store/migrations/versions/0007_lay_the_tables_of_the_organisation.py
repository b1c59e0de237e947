"""Lay the tables of the organisation as dated data."""

import sqlalchemy as sa
from alembic import op
from engine.store.columns import BigId, Json, UtcMoment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this step; posts held now become tenures without a beginning."""

    op.create_table(
        "org_change",
        sa.Column("id", BigId, nullable=False),
        sa.Column("application", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("cells", Json(), nullable=False),
        sa.Column("old", Json(), nullable=False),
        sa.Column("base", Json(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_name", sa.Text(), nullable=False),
        sa.Column("made_at", UtcMoment(), nullable=False),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undone_at", UtcMoment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_org_change")),
    )
    with op.batch_alter_table("org_change", schema=None) as batch_op:
        batch_op.create_index(
            "ix_org_change_record", ["application", "kind", "code"], unique=False
        )

    op.create_table(
        "tenure",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", UtcMoment(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_at", UtcMoment(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_tenure_person")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_tenure_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenure")),
    )
    with op.batch_alter_table("tenure", schema=None) as batch_op:
        batch_op.create_index("ix_tenure_person", ["person"], unique=False)
        batch_op.create_index("ix_tenure_unit", ["unit"], unique=False)

    op.create_table(
        "past_password",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("since", UtcMoment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["person.id"], name=op.f("fk_past_password_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_password")),
    )
    with op.batch_alter_table("past_password", schema=None) as batch_op:
        batch_op.create_index("ix_past_password_person", ["person", "id"], unique=False)

    moment = sa.text("CAST(strftime('%s','now') AS INTEGER) * 1000000")
    if op.get_bind().dialect.name == "postgresql":
        moment = sa.text("now()")
    held = sa.table("post", sa.column("person"), sa.column("unit"), sa.column("duty"))
    names = ["person", "unit", "duty", "note", "made_by", "made_at"]
    kept = sa.table("tenure", *map(sa.column, names))
    rows = sa.select(held, sa.literal_column("''"), sa.literal_column("'system'"), moment)
    op.execute(sa.insert(kept).from_select(names, rows))


def downgrade() -> None:
    """Take this step back."""

    op.drop_table("past_password")
    op.drop_table("tenure")
    op.drop_table("org_change")
