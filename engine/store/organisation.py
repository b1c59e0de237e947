"""Rows of the organisation's changes and of tenures; nothing here is ever deleted."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from engine.store.org_tables import org_change, past_password, tenure
from engine.store.people import person, post, unit
from engine.store.rows import Conn, Row, add, every, insert, one
from engine.store.tables import seat, task

DAY = "organisation-day"  # setting: the local date posts and units were last set for


def changes(conn: Conn, application: str) -> list[Row]:
    """Give the changes of APPLICATION that count, oldest first."""
    query = sa.select(org_change).where(
        org_change.c.application == application, org_change.c.undone_at.is_(None)
    )
    return every(conn, query.order_by(org_change.c.id))


def record(conn: Conn, application: str, kinds: Collection[str], code: str) -> list[Row]:
    """Give all changes of one record, undone ones too, newest first.

    KINDS are the names of its register; changes made under any of them count.
    """
    query = sa.select(org_change).where(
        org_change.c.application == application,
        org_change.c.kind.in_(list(kinds)),
        org_change.c.code == code,
    )
    return every(conn, query.order_by(org_change.c.id.desc()))


def add_change(conn: Conn, row: Mapping[str, Any]) -> int:
    """Keep a change and give its id."""
    return insert(conn, org_change, row)


def undo(conn: Conn, change_id: int, by: str, at: datetime) -> None:
    """Mark a change as undone."""
    query = sa.update(org_change).where(org_change.c.id == change_id)
    conn.execute(query.values(undone_by=by, undone_at=at))


def add_tenures(conn: Conn, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep who holds which post from when to when."""
    add(conn, tenure, rows)


def tenures(conn: Conn, login: str) -> list[Row]:
    """Give all posts of LOGIN, past and to come, with the names of the units."""
    query = (
        sa.select(tenure, unit.c.name.label("unit_name"))
        .join(unit, unit.c.code == tenure.c.unit)
        .where(tenure.c.person == login)
    )
    return every(conn, query.order_by(tenure.c.id))


def tenure_by_id(conn: Conn, tenure_id: int) -> Row | None:
    """Give one tenure."""
    return one(conn, sa.select(tenure).where(tenure.c.id == tenure_id))


def end_tenure(conn: Conn, tenure_id: int, last: date, by: str, at: datetime) -> None:
    """Let a tenure end on LAST, its last day."""
    query = sa.update(tenure).where(tenure.c.id == tenure_id)
    conn.execute(query.values(valid_to=last, ended_by=by, ended_at=at))


def set_posts(conn: Conn, today: date) -> int:
    """Let `post` hold the tenures in force TODAY; give how many rows changed."""
    covers = sa.and_(
        sa.or_(tenure.c.valid_from.is_(None), tenure.c.valid_from <= today),
        sa.or_(tenure.c.valid_to.is_(None), tenure.c.valid_to >= today),
    )
    query = sa.select(tenure.c.person, tenure.c.unit, tenure.c.duty).where(covers)
    wanted: dict[tuple[str, str], str] = {}
    for row in conn.execute(query.order_by(tenure.c.id)):
        duty = wanted.get((row.person, row.unit))
        wanted[row.person, row.unit] = "leader" if "leader" in (duty, row.duty) else row.duty
    held = {(r.person, r.unit): r.duty for r in conn.execute(sa.select(post))}
    gone = [key for key in held if key not in wanted]
    for login, code in gone:
        mine = sa.and_(post.c.person == login, post.c.unit == code)
        conn.execute(sa.delete(post).where(mine))
    new = [key for key in wanted if key not in held]
    add(conn, post, [{"person": p, "unit": u, "duty": wanted[p, u]} for p, u in new])
    other = [key for key in wanted if key in held and held[key] != wanted[key]]
    for login, code in other:
        mine = sa.and_(post.c.person == login, post.c.unit == code)
        conn.execute(sa.update(post).where(mine).values(duty=wanted[login, code]))
    return len(gone) + len(new) + len(other)


def claims(
    conn: Conn, login: str | None = None, unit_code: str | None = None, limit: int = 200
) -> list[Row]:
    """Give open seats a person claimed: of LOGIN (and of UNIT_CODE), by case.

    Without LOGIN those whose person holds no post of the seat's unit or has no account in
    use any more: what leavers left behind.
    """
    query = (
        sa.select(seat.c.id, seat.c.task_id, seat.c.root_id, seat.c.person, seat.c.unit)
        .join(task, task.c.id == seat.c.task_id)
        .where(seat.c.state.in_(("open", "held")), task.c.state == "open")
        .where(seat.c.unit != "", seat.c.person.is_not(None))
    )
    if login is not None:
        query = query.where(seat.c.person == login)
    else:
        holds = (
            sa.select(post.c.person)
            .join(person, person.c.id == post.c.person)
            .where(post.c.person == seat.c.person, post.c.unit == seat.c.unit)
            .where(person.c.active.is_(True))
        )
        query = query.where(~holds.exists())
    if unit_code is not None:
        query = query.where(seat.c.unit == unit_code)
    return every(conn, query.order_by(seat.c.root_id, seat.c.id).limit(limit))


def keep_password(conn: Conn, login: str, hashed: str, since: datetime) -> None:
    """Remember a hash, so that the last ones are not taken again."""
    add(conn, past_password, [{"person": login, "hash": hashed, "since": since}])


def passwords(conn: Conn, login: str, limit: int) -> list[Row]:
    """Give the newest hashes of LOGIN with their moments, newest first."""
    query = sa.select(past_password).where(past_password.c.person == login)
    return every(conn, query.order_by(past_password.c.id.desc()).limit(limit))


def unheld_seats(conn: Conn, unit_code: str = "", limit: int = 500) -> list[Row]:
    """Give open seats nobody can take, by case: their unit ended, or nobody holds a post there.

    Of UNIT_CODE, or of all units. `unit_active` is None for a unit that is no longer known.
    """
    held = (
        sa.select(post.c.unit)
        .join(person, person.c.id == post.c.person)
        .where(person.c.active.is_(True))
    )
    query = (
        sa.select(
            seat.c.id,
            seat.c.task_id,
            seat.c.root_id,
            seat.c.unit,
            seat.c.unit_name,
            task.c.name,
            task.c.created_at,
            unit.c.application,
            unit.c.active.label("unit_active"),
        )
        .join(task, task.c.id == seat.c.task_id)
        .outerjoin(unit, unit.c.code == seat.c.unit)
        .where(seat.c.state.in_(("open", "held")), task.c.state == "open", seat.c.unit != "")
        .where(sa.or_(unit.c.active.is_not(True), seat.c.unit.not_in(held)))
    )
    if unit_code:
        query = query.where(seat.c.unit == unit_code)
    return every(conn, query.order_by(seat.c.root_id, seat.c.id).limit(limit))


def open_seats(conn: Conn, unit_code: str) -> int:
    """Count the open seats of a unit."""
    query = sa.select(sa.func.count()).select_from(seat).join(task, task.c.id == seat.c.task_id)
    mine = query.where(seat.c.unit == unit_code, task.c.state == "open")
    return int(conn.execute(mine.where(seat.c.state.in_(("open", "held")))).scalar_one())
