"""The rows of a ledger file as plain values: for lists, and to prefill tables of forms."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.base.actor import Actor
from engine.base.values import Value
from engine.store import visible
from engine.store.rows import Conn, Row
from engine.store.tables import definition, search_value
from engine.store.visible import root

# What a column may be filled from besides search fields and "var:<name>".
OWN: Mapping[str, str] = {
    "number": "number",
    "title": "title",
    "state": "state_name",
    "status": "status",
    "region": "region",
    "place": "place",
    "year": "year",
    "category": "category",
    "due": "due_at",
    "round": "case_round",
    "started_at": "started_at",
    "ended_at": "ended_at",
}
VARIABLE = "var:"
MOST = 2_000  # rows of one table of a form (operations.md 1 row 16)

Variables = Callable[[Row], Mapping[str, Value]]  # of a root instance row


def search_values(conn: Conn, cases: Sequence[int]) -> dict[int, dict[str, Value]]:
    """Give the declared search fields of CASES, by case and name."""
    if not cases:
        return {}
    query = sa.select(search_value).where(search_value.c.root_id.in_(list(cases)))
    found: dict[int, dict[str, Value]] = {}
    for row in conn.execute(query):
        given = (row.text, row.number, row.day, row.flag)
        value = next((one for one in given if one is not None), None)
        found.setdefault(row.root_id, {})[row.name] = value
    return found


def project(
    columns: Sequence[Mapping[str, Any]],
    row: Row,
    fields: Mapping[str, Value],
    variables: Variables,
) -> dict[str, Value]:
    """Give the values of one case by column key; COLUMNS are those of the ledger file."""
    known: Mapping[str, Value] = {}
    if any(str(column["from"]).startswith(VARIABLE) for column in columns):
        known = variables(row)
    made: dict[str, Value] = {}
    for column in columns:
        source = str(column["from"])
        if source.startswith(VARIABLE):
            made[column["key"]] = known.get(source.removeprefix(VARIABLE))
        elif source in OWN:
            made[column["key"]] = row[OWN[source]]
        else:
            made[column["key"]] = fields.get(source)
    return made


def all_rows(
    conn: Conn, actor: Actor, ledger: Mapping[str, Any], variables: Variables
) -> list[dict[str, Value]]:
    """Give the rows of a LEDGER file in ACTOR's sight, by case number, at most MOST.

    A form's table with `rowsFrom` filters them further (FormSchema.filter_rows).
    """
    query = (
        sa.select(root)
        .join(definition, definition.c.id == root.c.definition_id)
        .where(root.c.id == root.c.root_id, definition.c.key.in_(list(ledger["processes"])))
        .where(visible.cases(actor))
        .order_by(root.c.number, root.c.id)
        .limit(MOST)
    )
    rows = [dict(row) for row in conn.execute(query).mappings()]
    filled = search_values(conn, [row["id"] for row in rows])
    columns = ledger["columns"]
    return [project(columns, row, filled.get(row["id"], {}), variables) for row in rows]
