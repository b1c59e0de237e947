"""Uploaded tables and their receipts: runs, rows, and which case a row became."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.store import codec
from engine.store.machine import import_key, import_row, import_run
from engine.store.reading import Reading
from engine.store.rows import Conn, Row, every, insert, one
from engine.store.tables import instance

WORKING = ("reading", "checking", "applying")  # states in which the machine has work
OPEN = ("read", "create", "merge")  # rows that are not settled
_WORKING = Reading(
    sa.select(import_run.c.id, import_run.c.state)
    .where(import_run.c.state.in_(WORKING))
    .order_by(import_run.c.id)
    .limit(sa.bindparam("the_most", type_=sa.Integer))
)


def add_run(conn: Conn, row: Mapping[str, Any]) -> int:
    """Insert a run and give its id."""
    return insert(conn, import_run, row)


def run_by_id(conn: Conn, run_id: int) -> Row | None:
    """Give one run without a lock."""
    return one(conn, sa.select(import_run).where(import_run.c.id == run_id))


def hold_run(conn: Conn, run_id: int) -> Row | None:
    """Lock and give one run; None while another node works on it."""
    query = sa.select(import_run).where(import_run.c.id == run_id)
    return one(conn, query.with_for_update(skip_locked=True))


def set_run(conn: Conn, run_id: int, **values: Any) -> None:
    """Write VALUES into a run."""
    conn.execute(sa.update(import_run).where(import_run.c.id == run_id).values(**values))


def working(conn: Conn, limit: int = 20) -> list[tuple[int, str]]:
    """Give (id, state) of the oldest runs the machine has to go on with."""
    found = _WORKING.rows(conn, the_most=limit)
    return [(int(row["id"]), str(row["state"])) for row in found]


def add_rows(
    conn: Conn, run_id: int, rows: Iterable[tuple[int, Mapping[str, Any]]]
) -> None:
    """Keep the cells of a table as they were read."""
    made = [
        {"run_id": run_id, "no": no, "cells": codec.encode(dict(cells)), "state": "read",
         "key": "", "problems": []}
        for no, cells in rows
    ]  # fmt: skip
    if made:
        conn.execute(sa.insert(import_row), made)


def next_rows(
    conn: Conn, run_id: int, states: Sequence[str], limit: int, no: int | None = None
) -> list[Row]:
    """Give the first rows in one of STATES, or row NO alone if it is in one of them."""
    query = sa.select(import_row).where(
        import_row.c.run_id == run_id, import_row.c.state.in_(list(states))
    )
    if no is not None:
        query = query.where(import_row.c.no == no)
    return every(conn, query.order_by(import_row.c.no).limit(limit))


def settle_rows(conn: Conn, run_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what became of ROWS: {"no", "state", "key", "problems", "root_id"}."""
    if not rows:
        return
    query = sa.update(import_row).where(
        import_row.c.run_id == run_id, import_row.c.no == sa.bindparam("the_no")
    )
    query = query.values(
        {name: sa.bindparam(f"its_{name}") for name in ("state", "key", "problems", "root_id")}
    )
    bound = [
        {"the_no": row["no"], **{f"its_{n}": row[n] for n in ("state", "key", "problems")},
         "its_root_id": row.get("root_id")}
        for row in rows
    ]  # fmt: skip
    conn.execute(query, bound)


def first_with_key(conn: Conn, run_id: int, keys: Sequence[str]) -> dict[str, int]:
    """Give the first row of a run that holds each of KEYS, refused ones left out."""
    query = (
        sa.select(import_row.c.key, sa.func.min(import_row.c.no))
        .where(import_row.c.run_id == run_id, import_row.c.key.in_(list(keys)))
        .where(import_row.c.state != "refused")
        .group_by(import_row.c.key)
    )
    return {str(row[0]): int(row[1]) for row in conn.execute(query)}


def known_keys(
    conn: Conn, application: str, source: str, keys: Sequence[str]
) -> dict[str, tuple[int, str]]:
    """Give (case, digest) of the KEYS that were imported before."""
    query = sa.select(import_key.c.key, import_key.c.root_id, import_key.c.digest).where(
        import_key.c.application == application,
        import_key.c.source == source,
        import_key.c.key.in_(list(keys)),
    )
    return {str(row[0]): (int(row[1]), str(row[2])) for row in conn.execute(query)}


def cases_of_numbers(conn: Conn, numbers: Sequence[str]) -> dict[str, int]:
    """Give the cases by their numbers."""
    query = sa.select(instance.c.number, instance.c.id).where(
        instance.c.number.in_(list(numbers)), instance.c.id == instance.c.root_id
    )
    return {str(row[0]): int(row[1]) for row in conn.execute(query)}


def keep_key(conn: Conn, row: Mapping[str, Any], *, known: bool) -> None:
    """Remember which case a row became: {"application", "source", "key", …}."""
    if not known:
        conn.execute(sa.insert(import_key), dict(row))
        return
    query = sa.update(import_key).where(
        *(import_key.c[name] == row[name] for name in ("application", "source", "key"))
    )
    conn.execute(query.values(digest=row["digest"], root_id=row["root_id"]))
