"""SQLite finds what pages ask for by an index, whatever else there is."""

from collections.abc import Callable

import pytest

from engine.store import records, vault_releases
from engine.store.connection import Conn
from engine.store.database import open_database
from tests.support.statements import heard

ASKED: dict[str, Callable[[Conn], object]] = {
    "looks at a case": lambda conn: vault_releases.looks(conn, 1, None, 21),
    "older looks at a case": lambda conn: vault_releases.looks(conn, 1, 100, 21),
    "newest lines of a kind": lambda conn: records.newest_audit(conn, ["SetLimits"], 5),
}


@pytest.mark.parametrize("name", ASKED)
def test_audit_lines_are_found_by_their_kind(name: str, sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    with database.read() as conn, heard(database.engine) as said:
        ASKED[name](conn)
        (asked,) = [text for text in said if "FROM audit" in text]
        many = tuple("1" for _ in range(asked.count("?")))
        plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", many).all()
    database.close()
    assert any("USING INDEX ix_audit_kind" in row[-1] for row in plan), plan
