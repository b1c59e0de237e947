"""Whoever changes history is found out."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from engine.store import chain
from engine.store.chain import Head, Line
from engine.store.database import Database, open_database
from engine.store.tables import audit, bundle, definition, history, instance, seal

AT = datetime(2025, 3, 18, 1, tzinfo=UTC)


def add_case(conn: Connection, root_id: int, lines: int = 3) -> None:
    values = {"id": root_id, "uid": str(root_id), "root_id": root_id, "definition_id": 1}
    values |= {"runtime": "kernel", "status": "active", "state": b"{}", "version": 1}
    conn.execute(sa.insert(instance).values(**values, starter="p", started_at=AT))
    append(conn, root_id, Head(0, ""), lines)


def append(conn: Connection, root_id: int, head: Head, lines: int) -> None:
    wishes = [Line("Complete", root_id, AT, "p", "张三", detail={"n": n}) for n in range(lines)]
    rows, end = chain.link(root_id, head, wishes)
    conn.execute(sa.insert(history), rows)
    where = sa.update(instance).where(instance.c.id == root_id)
    conn.execute(where.values(history_no=end.no, history_hash=end.hash))


def keep_definition(conn: Connection) -> None:
    values = {"id": 1, "application": "a", "version": 1, "hash": "h", "title": "t"}
    values |= {"runtime": "kernel", "note": "", "author": "p", "created_at": AT}
    conn.execute(sa.insert(bundle).values(**values, facts={}))
    values = {"id": 1, "bundle_id": 1, "application": "a", "key": "k", "version": 1}
    conn.execute(sa.insert(definition).values(**values, name="n", latest=True, facts={}))


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    opened = open_database(store_url)
    with opened.write() as conn:
        keep_definition(conn)
        add_case(conn, 1)
        add_case(conn, 2)
        conn.execute(sa.insert(audit).values(at=AT, actor="p", kind="SignIn", detail={}))
        assert chain.append_seal(conn, AT)
        assert not chain.append_seal(conn, AT)
    yield opened
    opened.close()


def damages(database: Database) -> list[str]:
    with database.read() as conn:
        return [damage.kind for damage in chain.verify(conn)]


def test_a_clean_store_passes(database: Database) -> None:
    assert damages(database) == []
    with database.write() as conn:
        row = conn.execute(sa.select(instance).where(instance.c.id == 1)).mappings().one()
        append(conn, 1, Head(row["history_no"], row["history_hash"]), 2)
        assert chain.append_seal(conn, AT)
    assert damages(database) == []


def edit(conn: Connection) -> None:
    where = sa.update(history).where(history.c.root_id == 1, history.c.no == 2)
    conn.execute(where.values(actor_name="李四"))


def delete(conn: Connection) -> None:
    conn.execute(sa.delete(history).where(history.c.root_id == 1, history.c.no == 2))


def cut(conn: Connection) -> None:
    conn.execute(sa.delete(history).where(history.c.root_id == 1, history.c.no == 3))


def cut_with_head(conn: Connection) -> None:
    cut(conn)
    row = conn.execute(sa.select(history).where(history.c.root_id == 1, history.c.no == 2))
    digest = row.mappings().one()["hash"]
    where = sa.update(instance).where(instance.c.id == 1)
    conn.execute(where.values(history_no=2, history_hash=digest))


def rehash(conn: Connection) -> None:
    conn.execute(sa.delete(history).where(history.c.root_id == 1))
    append(conn, 1, Head(0, ""), 2)


def edit_audit(conn: Connection) -> None:
    conn.execute(sa.update(audit).values(actor="somebody"))


def drop_case(conn: Connection) -> None:
    conn.execute(sa.delete(instance).where(instance.c.id == 2))


@pytest.mark.parametrize(
    "damage", [edit, delete, cut, cut_with_head, rehash, edit_audit, drop_case]
)
def test_each_kind_of_damage_is_found(
    database: Database, damage: Callable[[Connection], None]
) -> None:
    with database.write() as conn:
        damage(conn)
    assert damages(database) != []


def test_a_seal_names_the_cases_that_moved_since_the_last(database: Database) -> None:
    with database.write() as conn:
        row = conn.execute(sa.select(instance).where(instance.c.id == 2)).mappings().one()
        append(conn, 2, Head(row["history_no"], row["history_hash"]), 1)
        assert chain.append_seal(conn, AT)
        assert not chain.append_seal(conn, AT)
        seals = conn.execute(sa.select(seal.c.heads).order_by(seal.c.no)).scalars().all()
    assert [sorted(heads) for heads in seals] == [["1", "2"], ["2"]]
    assert damages(database) == []


def test_a_line_committed_after_a_seal_that_passed_its_number_is_sealed(
    postgresql_url: str,
) -> None:
    """Numbers are given before the commit: a lower one may appear after a higher one."""
    opened = open_database(postgresql_url)
    with opened.write() as conn:
        keep_definition(conn)
        add_case(conn, 1)
        add_case(conn, 2)
        assert chain.append_seal(conn, AT)
    with opened.write() as slow:
        row = slow.execute(sa.select(instance).where(instance.c.id == 1)).mappings().one()
        append(slow, 1, Head(row["history_no"], row["history_hash"]), 1)
        slow.flush()
        with opened.write() as fast:
            row = fast.execute(sa.select(instance).where(instance.c.id == 2)).mappings().one()
            append(fast, 2, Head(row["history_no"], row["history_hash"]), 1)
            assert chain.append_seal(fast, AT)
    with opened.write() as conn:
        assert chain.append_seal(conn, AT)
        seals = conn.execute(sa.select(seal.c.heads).order_by(seal.c.no)).scalars().all()
        assert [sorted(heads) for heads in seals] == [["1", "2"], ["2"], ["1"]]
    opened.close()
