"""Alembic's entry: run the steps on the connection handed in."""

from typing import Any

from alembic import context

from engine.store import people, tables
from engine.store.columns import Json, UtcMoment, metadata

assert people.unit.metadata is tables.task.metadata is metadata  # noqa: S101  # all loaded


def _render(kind: str, thing: Any, autogen: Any) -> Any:
    """Write our column types by name into a new step."""
    if kind == "type" and isinstance(thing, Json | UtcMoment):
        autogen.imports.add("from engine.store.columns import BigId, Json, UtcMoment")
        return f"{type(thing).__name__}()"
    if kind == "type" and "sqlite" in getattr(thing, "_variant_mapping", {}):
        return "BigId"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=_render,
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
