"""Which versions a node will need: the newest of each application, those of open cases."""

from dataclasses import dataclass

import sqlalchemy as sa

from engine.context import View
from engine.queries import deployed
from engine.store import definitions
from engine.store.tables import definition, instance


@dataclass(frozen=True, slots=True)
class Needed:
    """A version: the newest of APPLICATION, or the one of DEFINITION_ID for RUNTIME."""

    application: str
    definition_id: int | None = None
    runtime: str = ""


def versions(view: View) -> tuple[Needed, ...]:
    """Name the versions to have ready, the newest of each application first.

    A case keeps the version it began with, so those of open cases are needed as well.
    """
    newest = definitions.latest_bundles(view.connection)
    query = (
        sa.select(
            definition.c.application,
            sa.func.min(definition.c.id).label("id"),
            instance.c.runtime,
        )
        .join(instance, instance.c.definition_id == definition.c.id)
        .where(instance.c.ended_at.is_(None))
        .group_by(definition.c.bundle_id, definition.c.application, instance.c.runtime)
        .order_by(sa.desc("id"))
    )
    held = [Needed(row.application, row.id, row.runtime) for row in _rows(view, query)]
    return (*(Needed(row["application"]) for row in newest), *held)


def _rows(view: View, query: sa.Select[tuple[str, int, str]]) -> list[sa.Row[str, int, str]]:
    return list(view.connection.execute(query))


def make_ready(view: View, *, needed: Needed) -> None:
    """Compile a version, unless it is; whoever asks for it next need not wait."""
    if needed.definition_id is None:
        deployed.latest(view, needed.application)
    else:
        deployed.of(view, needed.definition_id, needed.runtime)
