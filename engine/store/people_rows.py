"""Units, registers, persons, posts and sessions as rows."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from engine.base.actor import Actor, Post
from engine.store import deputies
from engine.store.people import person, post, rate_bucket, register_row, session, unit
from engine.store.reading import Reading
from engine.store.records import ORGANISATION, setting_version, write_setting
from engine.store.rows import Conn, Row, add, every, is_postgres, one


def replace_units(conn: Conn, application: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Make ROWS the units of APPLICATION; units that vanished become inactive."""
    known = [row["code"] for row in rows]
    mine = unit.c.application == application
    conn.execute(sa.update(unit).where(mine, unit.c.code.not_in(known)).values(active=False))
    if rows:
        dialect = postgresql if is_postgres(conn) else sqlite
        query = dialect.insert(unit)
        names = ("application", "name", "level", "region", "roles", "place", "parent")
        changed = {name: query.excluded[name] for name in names} | {"active": sa.true()}
        conn.execute(
            query.on_conflict_do_update(index_elements=[unit.c.code], set_=changed), list(rows)
        )


def replace_registers(conn: Conn, application: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Make ROWS the reference registers of APPLICATION."""
    conn.execute(sa.delete(register_row).where(register_row.c.application == application))
    add(conn, register_row, rows)


def units_of(conn: Conn, application: str) -> list[Row]:
    """Give the active units of APPLICATION."""
    query = sa.select(unit).where(unit.c.application == application, unit.c.active.is_(True))
    return every(conn, query.order_by(unit.c.code))


def unit_row(conn: Conn, code: str) -> Row | None:
    """Give the row of a unit, in use or not."""
    return one(conn, sa.select(unit).where(unit.c.code == code))


def unit_names(conn: Conn, codes: Sequence[str]) -> dict[str, str]:
    """Give code -> name."""
    query = sa.select(unit.c.code, unit.c.name).where(unit.c.code.in_(list(codes)))
    return {row[0]: row[1] for row in conn.execute(query)}


def load_actor(conn: Conn, login: str, at: datetime | None = None) -> Actor | None:
    """Give the person LOGIN as an actor with the posts held now, None if unknown.

    With AT, the moment of the business clock, also whom the person stands in for then.
    """
    query = (
        sa.select(
            person.c.id,
            person.c.name,
            person.c.rights,
            person.c.active,
            post.c.duty,
            unit.c.code,
            unit.c.name.label("unit_name"),
            unit.c.roles,
            unit.c.level,
            unit.c.region,
            unit.c.active.label("unit_active"),
        )
        .outerjoin(post, post.c.person == person.c.id)
        .outerjoin(unit, unit.c.code == post.c.unit)
        .where(person.c.id == login)
        .order_by(unit.c.code)
    )
    rows = every(conn, query)
    if not rows or not rows[0]["active"]:
        return None
    posts = [p for row in rows if row["code"] and row["unit_active"] for p in _posts(row)]
    first, behalves = rows[0], []
    if at is not None:
        behalves = deputies.behalves(conn, login, at - REMEMBERED, at)
    return Actor(
        first["id"],
        first["name"],
        tuple(posts),
        frozenset(first["rights"]),
        tuple(one for one in behalves if at is not None and one.until_at > at),
        tuple(one for one in behalves if at is not None and one.until_at <= at),
    )


def _posts(row: Row) -> list[Post]:
    common = {"level": row["level"], "region": row["region"], "duty": row["duty"]}
    roles = row["roles"] or [""]
    return [Post(row["code"], row["unit_name"], role, **common) for role in roles]


def insert_person(conn: Conn, row: Mapping[str, Any], posts: Sequence[tuple[str, str]]) -> None:
    """Create a person with POSTS (unit code, duty)."""
    conn.execute(sa.insert(person).values(row))
    add(conn, post, [{"person": row["id"], "unit": u, "duty": d} for u, d in posts])


def load_person(conn: Conn, login: str) -> Row | None:
    """Give the account row of LOGIN."""
    return one(conn, sa.select(person).where(person.c.id == login))


def set_person(conn: Conn, login: str, **values: Any) -> None:
    """Write VALUES into an account."""
    conn.execute(sa.update(person).where(person.c.id == login).values(**values))


def count_try(conn: Conn, login: str, at: datetime, window: timedelta) -> Row | None:
    """Count one sign-in try of LOGIN in the database and give the account row after it.

    The count is taken before the password is checked, so parallel guesses cannot slip by.
    """
    stale = sa.or_(person.c.failed_since.is_(None), person.c.failed_since <= at - window)
    query = (
        sa.update(person)
        .where(person.c.id == login, person.c.active.is_(True))
        .values(
            failed=sa.case((stale, 1), else_=person.c.failed + 1),
            failed_since=sa.case(
                (stale, sa.literal(at, person.c.failed_since.type)), else_=person.c.failed_since
            ),
        )
        .returning(*person.c)
    )
    found = conn.execute(query).mappings().first()
    return dict(found) if found is not None else None


def count_bucket(conn: Conn, key: str, window_at: datetime) -> int:
    """Count one event of KEY in the window that began at WINDOW_AT; give the count."""
    dialect = postgresql if is_postgres(conn) else sqlite
    query = dialect.insert(rate_bucket).values(key=key, window_at=window_at, n=1)
    query = query.on_conflict_do_update(
        index_elements=[rate_bucket.c.key, rate_bucket.c.window_at],
        set_={"n": rate_bucket.c.n + 1},
    )
    return int(conn.execute(query.returning(rate_bucket.c.n)).scalar_one())


def uncount_bucket(conn: Conn, key: str, window_at: datetime) -> None:
    """Take back one event of KEY; the count of a window never falls below zero."""
    conn.execute(
        sa.update(rate_bucket)
        .where(rate_bucket.c.key == key, rate_bucket.c.window_at == window_at)
        .where(rate_bucket.c.n > 0)
        .values(n=rate_bucket.c.n - 1)
    )


def token_hash(token: str) -> str:
    """Give what is stored of a session token."""
    return hashlib.sha256(token.encode()).hexdigest()


def insert_session(conn: Conn, token: str, login: str, at: datetime) -> None:
    """Open a session; only the hash of its TOKEN is kept."""
    row = {"id_hash": token_hash(token), "person": login, "created_at": at, "seen_at": at}
    conn.execute(sa.insert(session).values(row))


def load_session(conn: Conn, token: str) -> Row | None:
    """Give the session of TOKEN that has not ended; age limits are the caller's."""
    query = sa.select(session).where(
        session.c.id_hash == token_hash(token), session.c.ended_at.is_(None)
    )
    return one(conn, query)


def see_session(conn: Conn, token: str, at: datetime) -> None:
    """Note that a session was used."""
    query = sa.update(session).where(session.c.id_hash == token_hash(token))
    conn.execute(query.values(seen_at=at))


def confirm_session(conn: Conn, token: str, at: datetime) -> None:
    """Note that the person of a session told the password once more."""
    query = sa.update(session).where(session.c.id_hash == token_hash(token))
    conn.execute(query.values(confirmed_at=at))


def end_sessions(
    conn: Conn, at: datetime, *, token: str | None = None, login: str = "", keep: str = ""
) -> None:
    """End the session of TOKEN, or all sessions of LOGIN but the one of KEEP."""
    query = sa.update(session).where(session.c.ended_at.is_(None))
    if token is not None:
        query = query.where(session.c.id_hash == token_hash(token))
    else:
        query = query.where(session.c.person == login, session.c.id_hash != token_hash(keep))
    conn.execute(query.values(ended_at=at))


REMEMBERED = timedelta(days=30)  # how long a deputy is told that it is over; designed
_CHANGED = "organisation-changed"  # in the memo of a transaction
_LEADERS = Reading(
    sa.select(post.c.unit, post.c.person)
    .join(person, person.c.id == post.c.person)
    .where(
        post.c.unit.in_(sa.bindparam("the_units", expanding=True)),
        post.c.duty == "leader",
        person.c.active.is_(True),
    )
    .order_by(post.c.unit, post.c.person)
)


def leaders_of(conn: Conn, units: Sequence[str]) -> dict[str, list[str]]:
    """Give the active persons who lead each of UNITS."""
    found: dict[str, list[str]] = {}
    for row in _LEADERS.rows(conn, the_units=units):
        found.setdefault(row["unit"], []).append(row["person"])
    return found


def vacant_units(conn: Conn, application: str) -> list[str]:
    """Give the active units of APPLICATION where no active person holds a post."""
    held = (
        sa.select(post.c.unit)
        .join(person, person.c.id == post.c.person)
        .where(person.c.active.is_(True))
    )
    query = sa.select(unit.c.code).where(
        unit.c.application == application, unit.c.active.is_(True), unit.c.code.not_in(held)
    )
    return [str(row[0]) for row in conn.execute(query)]


def manned(conn: Conn, codes: Sequence[str]) -> frozenset[str]:
    """Give those of the units CODES in which an active person holds a post."""
    query = sa.select(post.c.unit).join(person, person.c.id == post.c.person)
    query = query.where(person.c.active.is_(True), post.c.unit.in_(list(codes)))
    return frozenset(str(row[0]) for row in conn.execute(query.distinct()))


def organisation_version(conn: Conn) -> int:
    """Give a number that changes whenever units or posts do; read once in a transaction."""
    if ORGANISATION not in conn.memo:
        conn.memo[ORGANISATION] = setting_version(conn, ORGANISATION)
    return int(conn.memo[ORGANISATION])


def organisation_changed(conn: Conn) -> None:
    """Count a change of units or posts."""
    write_setting(conn, ORGANISATION, {})
    conn.memo[_CHANGED] = True


def organisation_unsure(conn: Conn) -> bool:
    """Tell whether this transaction changed units or posts: it may still be undone.

    Its version may then be given again to other units and posts, so nothing read now may
    be kept under it.
    """
    return _CHANGED in conn.memo


def units_elsewhere(conn: Conn, application: str, codes: Sequence[str]) -> dict[str, str]:
    """Give those of CODES that belong to another application: code -> application."""
    query = sa.select(unit.c.code, unit.c.application).where(
        unit.c.code.in_(list(codes)), unit.c.application != application
    )
    return {row[0]: row[1] for row in conn.execute(query)}
