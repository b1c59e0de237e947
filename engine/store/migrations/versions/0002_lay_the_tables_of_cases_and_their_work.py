"""Lay the tables of cases and their work."""

import sqlalchemy as sa
from alembic import op
from engine.store.columns import BigId, Json, UtcMoment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this step."""

    op.create_table(
        "attachment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("root_id", BigId, nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("size", BigId, nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("uploaded_at", UtcMoment(), nullable=False),
        sa.Column("meta", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_root_id"), ["root_id"], unique=False)

    op.create_table(
        "counter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last", BigId, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "form_entry",
        sa.Column("id", BigId, nullable=False),
        sa.Column("root_id", BigId, nullable=False),
        sa.Column("task_id", BigId, nullable=True),
        sa.Column("seat_id", BigId, nullable=True),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", UtcMoment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_entry")),
    )
    with op.batch_alter_table("form_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_form_entry_root_id"), ["root_id"], unique=False)

    op.create_table(
        "task_draft",
        sa.Column("task_id", BigId, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UtcMoment(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", "person", name=op.f("pk_task_draft")),
    )
    op.create_table(
        "instance",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("root_id", BigId, nullable=False),
        sa.Column("parent_id", BigId, nullable=True),
        sa.Column("parent_wait", sa.Text(), nullable=True),
        sa.Column("parent_item", sa.Integer(), nullable=True),
        sa.Column("definition_id", BigId, nullable=False),
        sa.Column("runtime", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state_name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("case_round", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcMoment(), nullable=True),
        sa.Column("starter", sa.Text(), nullable=False),
        sa.Column("starter_unit", sa.Text(), nullable=False),
        sa.Column("started_at", UtcMoment(), nullable=False),
        sa.Column("ended_at", UtcMoment(), nullable=True),
        sa.Column("rounds", Json(), nullable=True),
        sa.Column("history_no", sa.Integer(), nullable=False),
        sa.Column("history_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["definition_id"], ["definition.id"], name=op.f("fk_instance_definition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
        sa.UniqueConstraint("number", name=op.f("uq_instance_number")),
        sa.UniqueConstraint("uid", name=op.f("uq_instance_uid")),
    )
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_instance_definition_id"), ["definition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_instance_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index("ix_instance_place", ["place"], unique=False)
        batch_op.create_index("ix_instance_region_status", ["region", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_instance_root_id"), ["root_id"], unique=False)
        batch_op.create_index("ix_instance_starter", ["starter"], unique=False)
        batch_op.create_index("ix_instance_starter_unit", ["starter_unit"], unique=False)

    op.create_table(
        "item",
        sa.Column("instance_id", BigId, nullable=False),
        sa.Column("wait", sa.Text(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("output", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_item_instance_id")),
        sa.PrimaryKeyConstraint("instance_id", "wait", "no", name=op.f("pk_item")),
    )
    op.create_table(
        "search_value",
        sa.Column("root_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("number", sa.Numeric(precision=38, scale=10), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("flag", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["root_id"], ["instance.id"], name=op.f("fk_search_value_root_id")),
        sa.PrimaryKeyConstraint("root_id", "name", name=op.f("pk_search_value")),
    )
    with op.batch_alter_table("search_value", schema=None) as batch_op:
        batch_op.create_index("ix_search_value_name_text", ["name", "text"], unique=False)

    op.create_table(
        "task",
        sa.Column("id", BigId, nullable=False),
        sa.Column("root_id", BigId, nullable=False),
        sa.Column("instance_id", BigId, nullable=False),
        sa.Column("wait", sa.Text(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("case_round", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("settings", Json(), nullable=False),
        sa.Column("locals", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcMoment(), nullable=False),
        sa.Column("due_at", UtcMoment(), nullable=True),
        sa.Column("due_steps", Json(), nullable=True),
        sa.Column("due_kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("stopped_at", UtcMoment(), nullable=True),
        sa.Column("closed_at", UtcMoment(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("arithmetic", sa.Text(), nullable=True),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_task_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("instance_id", "wait", "item", name=op.f("uq_task_instance_id_wait_item")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(
            "ix_task_root_state_due", ["root_id", "state", "due_at"], unique=False
        )
        batch_op.create_index("ix_task_state_due", ["state", "due_at"], unique=False)
        batch_op.create_index(
            "ix_task_state_level", ["state", "level", "due_at"], unique=False
        )

    op.create_table(
        "seat",
        sa.Column("id", BigId, nullable=False),
        sa.Column("task_id", BigId, nullable=False),
        sa.Column("root_id", BigId, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("unit_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("person_name", sa.Text(), nullable=True),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("veto", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("decided_at", UtcMoment(), nullable=True),
        sa.Column("on_behalf_of", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcMoment(), nullable=True),
        sa.Column("region", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_seat_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
    )
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index("ix_seat_person_state", ["person", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_seat_root_id"), ["root_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_seat_task_id"), ["task_id"], unique=False)
        batch_op.create_index("ix_seat_unit_state_due", ["unit", "state", "due_at"], unique=False)


def downgrade() -> None:
    """Take the step back."""

    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.drop_index("ix_seat_unit_state_due")
        batch_op.drop_index(batch_op.f("ix_seat_task_id"))
        batch_op.drop_index(batch_op.f("ix_seat_root_id"))
        batch_op.drop_index("ix_seat_person_state")

    op.drop_table("seat")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index("ix_task_state_level")
        batch_op.drop_index("ix_task_state_due")
        batch_op.drop_index("ix_task_root_state_due")

    op.drop_table("task")
    with op.batch_alter_table("search_value", schema=None) as batch_op:
        batch_op.drop_index("ix_search_value_name_text")

    op.drop_table("search_value")
    op.drop_table("item")
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.drop_index("ix_instance_starter_unit")
        batch_op.drop_index("ix_instance_starter")
        batch_op.drop_index(batch_op.f("ix_instance_root_id"))
        batch_op.drop_index("ix_instance_region_status")
        batch_op.drop_index("ix_instance_place")
        batch_op.drop_index(batch_op.f("ix_instance_parent_id"))
        batch_op.drop_index(batch_op.f("ix_instance_definition_id"))

    op.drop_table("instance")
    op.drop_table("task_draft")
    with op.batch_alter_table("form_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_form_entry_root_id"))

    op.drop_table("form_entry")
    op.drop_table("counter")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_root_id"))

    op.drop_table("attachment")
