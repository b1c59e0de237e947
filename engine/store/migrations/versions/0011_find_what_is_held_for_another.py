"""Find the seats held for another without reading those that are not."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_HELD = sa.text("on_behalf_of IS NOT NULL")


def upgrade() -> None:
    """Bring the schema to this step."""

    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index(
            "ix_seat_on_behalf_of",
            ["on_behalf_of", "state"],
            unique=False,
            sqlite_where=_HELD,
            postgresql_where=_HELD,
        )


def downgrade() -> None:
    """Take this step back."""

    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.drop_index("ix_seat_on_behalf_of")
