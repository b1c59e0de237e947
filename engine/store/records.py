"""What is kept about acts: history lines, audit, incidents, stored answers, settings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from engine.store import chain, codec
from engine.store.reading import Doing, Reading
from engine.store.rows import Conn, Row, add, every, insert, is_postgres, one
from engine.store.tables import audit, history, idem, incident, setting

ORGANISATION = "organisation"  # the setting whose version counts changes of units
_SETTING = Reading(
    sa.select(setting.c.value).where(setting.c.name == sa.bindparam("the_name"))
)
_SETTING_VERSION = Reading(
    sa.select(setting.c.version).where(setting.c.name == sa.bindparam("the_name"))
)


def add_history(conn: Conn, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append linked history lines (engine.store.chain.link)."""
    add(conn, history, rows)


def add_audit(
    conn: Conn, at: datetime, actor: str, kind: str, detail: Mapping[str, Any]
) -> None:
    """Append an event that belongs to no case."""
    chain.hold_audit(conn)
    row = {"at": at, "actor": actor, "kind": kind, "detail": codec.plain(dict(detail))}
    add(conn, audit, [row])


def add_incidents(conn: Conn, rows: Sequence[Mapping[str, Any]]) -> None:
    """Open incidents."""
    add(conn, incident, rows)


def hold_incident(conn: Conn, incident_id: int) -> Row | None:
    """Lock and give one incident."""
    query = sa.select(incident).where(incident.c.id == incident_id)
    return one(conn, query.with_for_update())


def incident_by_id(conn: Conn, incident_id: int) -> Row | None:
    """Give one incident without a lock."""
    return one(conn, sa.select(incident).where(incident.c.id == incident_id))


def clear_incidents(conn: Conn, condition: Mapping[str, Any], by: str, at: datetime) -> None:
    """Resolve the open incidents whose columns equal CONDITION."""
    bound = {f"its_{name}": value for name, value in condition.items()}
    _clear(tuple(condition)).run(conn, the_person=by, the_moment=at, **bound)


@cache
def _clear(names: tuple[str, ...]) -> Doing:
    """Give the statement that resolves open incidents found by the columns NAMES."""
    query = sa.update(incident).where(incident.c.state == "open")
    for name in names:
        query = query.where(incident.c[name] == sa.bindparam(f"its_{name}"))
    who: sa.BindParameter[str] = sa.bindparam("the_person")
    when: sa.BindParameter[datetime] = sa.bindparam("the_moment")
    return Doing(query.values(state="resolved", resolved_by=who, resolved_at=when))


def recur(conn: Conn, job_id: int, at: datetime) -> bool:
    """Count an open incident of JOB_ID once more; False when there is none."""
    query = sa.update(incident).where(incident.c.job_id == job_id, incident.c.state == "open")
    done = conn.execute(query.values(count=incident.c.count + 1, last_at=at))
    return done.rowcount > 0


def any_open(conn: Conn, instance_id: int | None, codes: Sequence[str]) -> bool:
    """Tell whether an instance has an open incident of one of CODES."""
    query = sa.select(incident.c.id).where(
        incident.c.instance_id == instance_id,
        incident.c.state == "open",
        incident.c.code.in_(list(codes)),
    )
    return conn.execute(query.limit(1)).first() is not None


def open_incident(conn: Conn, row: Mapping[str, Any]) -> int:
    """Open one incident and give its id."""
    return insert(conn, incident, row)


def keep_answer(conn: Conn, row: Mapping[str, Any]) -> None:
    """Store an answer under its key with the rest of the transaction.

    Waits for a twin in flight: the unique index lets one through, the other is run again
    and meets the stored answer.
    """
    kept = {**row, "response": codec.plain(row["response"])}
    conn.insert_new(idem, [kept], ("principal", "key"), counted=True)


def forget_keys(conn: Conn, before: datetime) -> int:
    """Delete stored answers older than BEFORE."""
    return conn.execute(sa.delete(idem).where(idem.c.created_at < before)).rowcount


def read_setting(conn: Conn, name: str) -> Any:
    """Give the value of an installation setting, None when unset."""
    return _SETTING.scalar(conn, the_name=name)


def read_versioned(conn: Conn, name: str) -> tuple[Any, int]:
    """Give the value of a setting and its version in one look, (None, 0) when unset."""
    query = sa.select(setting.c.value, setting.c.version).where(setting.c.name == name)
    found = conn.execute(query).first()
    return (found.value, int(found.version)) if found else (None, 0)


def setting_version(conn: Conn, name: str) -> int:
    """Give how often a setting was written, 0 for never; asked once a transaction."""
    known: int | None = conn.memo.get(("setting", name))
    if known is None:
        found = _SETTING_VERSION.peek(conn, the_name=name)  # settings are written at once
        known = conn.memo["setting", name] = int(found[0]["version"]) if found else 0
    return known


def write_setting(conn: Conn, name: str, value: Any) -> int:
    """Write a setting and give its new version."""
    conn.memo.clear()  # calendars, units and years stand in settings
    dialect = postgresql if is_postgres(conn) else sqlite
    query = dialect.insert(setting).values(name=name, value=value, version=1)
    query = query.on_conflict_do_update(
        index_elements=[setting.c.name],
        set_={"value": query.excluded.value, "version": setting.c.version + 1},
    )
    return int(conn.execute(query.returning(setting.c.version)).scalar_one())


def audit_lines(conn: Conn, kind: str) -> list[Row]:
    """Give the audit lines of KIND, oldest first."""
    return every(conn, sa.select(audit).where(audit.c.kind == kind).order_by(audit.c.id))


def newest_audit(conn: Conn, kinds: Sequence[str], limit: int) -> list[Row]:
    """Give the newest audit lines of KINDS, newest first."""
    query = sa.select(audit).where(audit.c.kind.in_(kinds))
    return every(conn, query.order_by(audit.c.id.desc()).limit(limit))


def last_lines(conn: Conn, root_id: int, kind: str, limit: int = 1) -> list[Row]:
    """Give the newest history lines of KIND of a case, newest first, detail decoded."""
    query = sa.select(history).where(history.c.root_id == root_id, history.c.kind == kind)
    rows = every(conn, query.order_by(history.c.no.desc()).limit(limit))
    return [{**row, "detail": codec.decode(row["detail"])} for row in rows]


def lines_after(conn: Conn, root_id: int, no: int, kinds: Sequence[str]) -> list[Row]:
    """Give the history lines of KINDS of a case after line NO, oldest first."""
    query = sa.select(history).where(history.c.root_id == root_id, history.c.no > no)
    rows = every(conn, query.where(history.c.kind.in_(list(kinds))).order_by(history.c.no))
    return [{**row, "detail": codec.decode(row["detail"])} for row in rows]


def stored_answer(conn: Conn, principal: str, key: str) -> Row | None:
    """Give what was answered under an idempotency key."""
    return one(conn, sa.select(idem).where(idem.c.principal == principal, idem.c.key == key))
