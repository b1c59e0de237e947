"""History lines chained per case: append, verify, seal (reliability.md 6.9)."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from engine.base.records import record
from engine.store import codec
from engine.store.tables import audit, history, instance, seal

_AUDIT = 7215002  # of the lock held to the end of the transaction, shared by writers
_WRITING = sa.select(sa.func.pg_advisory_xact_lock_shared(_AUDIT))
_SEALING = sa.select(sa.func.pg_try_advisory_xact_lock(_AUDIT))

# Seals, one each five seconds at the most: longer than any transaction lives (2.2).
_OVERLAP = 24
_NOTHING: Mapping[str, Any] = {"no": 0, "hash": "", "upto_audit": 0}  # before the first seal


@record
class Line:
    """One act or effect to be written: KIND such as CompleteTask, NodeEntered, 导入."""

    kind: str
    instance_id: int
    at: datetime
    actor: str
    actor_name: str
    unit: str = ""
    on_behalf_of: str | None = None
    node: str = ""
    detail: Mapping[str, Any] | None = None


@record
class Head:
    """The end of a case's chain as it stands on the root instance row."""

    no: int
    hash: str


@dataclass(frozen=True, slots=True)
class Damage:
    """The first bad place of a chain: KIND edited, missing, head or seal."""

    root_id: int
    no: int
    kind: str


def _digest(prev: str, body: Mapping[str, Any]) -> str:
    return hashlib.sha256(prev.encode() + codec.encode(body)).hexdigest()


def _line_digest(prev: str, row: Mapping[str, Any], moment: Mapping[str, str]) -> str:
    return hashlib.sha256(prev.encode() + codec.packed(_body(row, moment))).hexdigest()


def _body(row: Mapping[str, Any], moment: Mapping[str, str]) -> dict[str, Any]:
    """Give what the hash of a line covers: plain values, and its MOMENT tagged already."""
    return {
        "root": row["root_id"],
        "no": row["no"],
        "instance": row["instance_id"],
        "at": moment,
        "kind": row["kind"],
        "actor": row["actor"],
        "name": row["actor_name"],
        "unit": row["unit"],
        "for": row["on_behalf_of"],
        "node": row["node"],
        "detail": row["detail"],
    }


def link(root_id: int, head: Head, lines: Iterable[Line]) -> tuple[list[dict[str, Any]], Head]:
    """Give the rows to insert for LINES and the new head; nothing is written."""
    rows: list[dict[str, Any]] = []
    number, prev = head.no, head.hash
    at, moment = None, {}
    for line in lines:
        number += 1
        if line.at is not at:  # the lines of one act share their moment
            at, moment = line.at, codec.moment(line.at)
        row: dict[str, Any] = {
            "root_id": root_id,
            "no": number,
            "instance_id": line.instance_id,
            "at": line.at,
            "kind": line.kind,
            "actor": line.actor,
            "actor_name": line.actor_name,
            "unit": line.unit,
            "on_behalf_of": line.on_behalf_of,
            "node": line.node,
            "detail": codec.encode_text(line.detail or {}),
            "prev_hash": prev,
        }
        prev = row["hash"] = _line_digest(prev, row, moment)
        rows.append(row)
    return rows, Head(number, prev)


def _stored_digest(prev: str, row: Mapping[str, Any]) -> str:
    return _line_digest(prev, row, codec.moment(row["at"]))


def verify_case(conn: Connection, root_id: int) -> Damage | None:
    """Recompute one case's chain against its rows and its head; the first damage."""
    prev, number = "", 0
    query = sa.select(history).where(history.c.root_id == root_id).order_by(history.c.no)
    for row in conn.execute(query).mappings():
        number += 1
        if row["no"] != number:
            return Damage(root_id, number, "missing")
        if row["prev_hash"] != prev or row["hash"] != _stored_digest(prev, dict(row)):
            return Damage(root_id, number, "edited")
        prev = row["hash"]
    columns = (instance.c.history_no, instance.c.history_hash)
    head = conn.execute(sa.select(*columns).where(instance.c.id == root_id)).one_or_none()
    if head is None or (head[0], head[1]) != (number, prev):
        return Damage(root_id, number, "head")
    return None


def verify(conn: Connection) -> list[Damage]:
    """Verify every case and every seal; one damage per bad case, seals last."""
    roots = sa.select(instance.c.id).where(instance.c.id == instance.c.root_id)
    orphans = sa.select(history.c.root_id).where(history.c.root_id.not_in(roots)).distinct()
    found = [Damage(row[0], 0, "head") for row in conn.execute(orphans)]
    for (root_id,) in conn.execute(roots.order_by(instance.c.id)).all():
        damage = verify_case(conn, root_id)
        if damage:
            found.append(damage)
    return found + _verify_seals(conn)


def hold_audit(conn: Connection) -> None:
    """Tell the sealer that an audit line is on its way; writers do not wait for each other.

    A line gets its number before its commit: a seal must not pass over one still to come.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(_WRITING)


def _numbers_stand(conn: Connection) -> bool:
    """Tell whether no audit line is on its way; the sealer tries, it never waits."""
    return conn.dialect.name != "postgresql" or bool(conn.execute(_SEALING).scalar())


def append_seal(conn: Connection, at: datetime) -> bool:
    """Seal the heads that moved and the new audit lines.

    False when nothing is new, or when somebody is writing to the audit: the next slot does.
    """
    if not _numbers_stand(conn):
        return False
    overlap = _OVERLAP if conn.dialect.name == "postgresql" else 0
    recent = _recent(conn, overlap + 1)
    last = recent[0] if recent else _NOTHING
    moved = _moved(conn, recent, overlap)
    newest = conn.execute(sa.select(sa.func.max(audit.c.id))).scalar() or 0
    if not moved and newest <= last["upto_audit"]:
        return False
    row = {"no": last["no"] + 1, "at": at, "upto_audit": newest, "heads": moved}
    row["upto_history"] = conn.execute(sa.select(sa.func.max(history.c.id))).scalar() or 0
    body = _seal_body(conn, row, last["upto_audit"])
    row |= {"prev": last["hash"], "hash": _digest(last["hash"], body)}
    conn.execute(sa.insert(seal).values(row))
    return True


def _recent(conn: Connection, count: int) -> list[Mapping[str, Any]]:
    """Give the newest seals, newest first."""
    query = sa.select(seal).order_by(seal.c.no.desc()).limit(count)
    return [dict(row) for row in conn.execute(query).mappings()]


def _moved(
    conn: Connection, recent: Sequence[Mapping[str, Any]], overlap: int
) -> dict[str, list[Any]]:
    """Give the heads of the cases with lines no seal has seen: {root id: [number, hash]}.

    A line gets its id before its commit, so a lower id may appear after a seal that saw a
    higher one. Lines are looked at again for OVERLAP seals; their heads tell what is new.
    """
    after = recent[-1]["upto_history"] if len(recent) > overlap else 0
    known: dict[str, Any] = {}
    for row in reversed(recent):
        known.update(row["heads"])
    fresh = sa.select(history.c.root_id).where(history.c.id > after)
    heads = sa.select(instance.c.id, instance.c.history_no, instance.c.history_hash)
    return {
        str(row[0]): [row[1], row[2]]
        for row in conn.execute(heads.where(instance.c.id.in_(fresh)))
        if known.get(str(row[0])) != [row[1], row[2]]
    }


def _seal_body(conn: Connection, row: Mapping[str, Any], after: int) -> dict[str, Any]:
    query = sa.select(audit).where(audit.c.id > after, audit.c.id <= row["upto_audit"])
    lines = [dict(line) for line in conn.execute(query.order_by(audit.c.id)).mappings()]
    seen = row["upto_history"]
    return {"heads": dict(row["heads"]), "audit": lines, "history": seen}


def _verify_seals(conn: Connection) -> list[Damage]:
    prev, after = "", 0
    rows = conn.execute(sa.select(seal).order_by(seal.c.no)).mappings()
    for number, row in enumerate(map(dict, rows), 1):
        body = _seal_body(conn, row, after)
        bad = row["no"] != number or row["prev"] != prev or row["hash"] != _digest(prev, body)
        if bad or not _heads_stand(conn, row["heads"]):
            return [Damage(0, number, "seal")]
        prev, after = row["hash"], row["upto_audit"]
    return []


def _heads_stand(conn: Connection, heads: Mapping[str, Any]) -> bool:
    """Tell whether each sealed head is still a line of its case."""
    for root_id, (number, digest) in heads.items():
        query = sa.select(history.c.hash).where(
            history.c.root_id == int(root_id), history.c.no == number
        )
        if conn.execute(query).scalar() != digest:
            return False
    return True
