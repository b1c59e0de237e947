"""Frozen figures: what a report said at a moment, with its rows, never changed afterwards."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.base.actor import Actor
from engine.store import codec, visible
from engine.store.chain import Damage
from engine.store.rows import Conn, Row, every, insert, one
from engine.store.tables import history, snapshot

FROZEN = "Frozen"  # kind of the history line that names a snapshot and its digest


def digest(body: bytes) -> str:
    """Give the digest of a snapshot's rows, as its history line keeps it."""
    return hashlib.sha256(body).hexdigest()


def keep(conn: Conn, row: Mapping[str, Any]) -> int:
    """Insert a snapshot and give its id."""
    return insert(conn, snapshot, row)


def newest(conn: Conn, application: str, year: int | None = None) -> Row | None:
    """Give the newest snapshot of APPLICATION, of YEAR if given."""
    query = sa.select(snapshot).where(snapshot.c.application == application)
    if year is not None:
        query = query.where(snapshot.c.year == year)
    return one(conn, query.order_by(snapshot.c.id.desc()).limit(1))


def years(conn: Conn, application: str) -> list[int]:
    """Give the frozen years of APPLICATION, newest first."""
    query = sa.select(snapshot.c.year).where(snapshot.c.application == application)
    return sorted(set(conn.execute(query).scalars()), reverse=True)


def rows_of(found: Row) -> dict[str, list[Row]]:
    """Give the rows of a snapshot by ledger: {"case", "values", "marks"}."""
    rows: dict[str, list[Row]] = codec.decode(bytes(found["rows"]))
    return rows


def of_case(conn: Conn, root_id: int) -> Row | None:
    """Give the newest snapshot the case ROOT_ID made."""
    query = sa.select(snapshot).where(snapshot.c.root_id == root_id)
    return one(conn, query.order_by(snapshot.c.id.desc()).limit(1))


def visible_cases(conn: Conn, actor: Actor, cases: Sequence[int]) -> set[int]:
    """Name those of CASES that ACTOR may see."""
    if actor.may("system"):
        return set(cases)
    query = sa.select(visible.root.c.id).where(visible.cases(actor))
    return set(conn.execute(query).scalars()) & set(cases)


def verify(conn: Conn) -> list[Damage]:
    """Hold each snapshot against the line of history that names it; the damaged ones."""
    lines: dict[str, Row] = {}
    query = sa.select(history).where(history.c.kind == FROZEN).order_by(history.c.id)
    for line in every(conn, query):
        detail = codec.decode(line["detail"])
        lines[detail["snapshot"]] = {**line, "digest": detail["digest"]}
    bad: list[Damage] = []
    for row in every(conn, sa.select(snapshot).order_by(snapshot.c.id)):
        said = lines.pop(row["uid"], None)
        if said is None or said["digest"] != digest(bytes(row["rows"])):
            bad.append(Damage(row["root_id"], said["no"] if said else 0, "snapshot"))
    bad += [Damage(line["root_id"], line["no"], "snapshot") for line in lines.values()]
    return bad
