"""A database with people in it is brought from the step before the organisation's tables."""

from datetime import date

import sqlalchemy as sa
from alembic import command

from engine.store import organisation, people_rows, schema
from engine.store.database import open_database
from engine.store.people import person, post, tenure, unit

BEFORE = "0004"
UNIT = {"code": "u1", "application": "tiny", "name": "一所", "level": "county", "region": ""}
PERSON = {"id": "anna", "name": "安", "rights": [], "active": True, "password": "x"}


def test_posts_held_before_become_tenures_that_last(store_url: str) -> None:
    database = open_database(store_url)
    with database.write() as conn:
        config = schema._config()
        config.attributes["connection"] = conn
        command.downgrade(config, BEFORE)
        conn.execute(sa.insert(unit), {**UNIT, "roles": [], "place": "", "active": True})
        conn.execute(sa.insert(person), {**PERSON, "must_change": False})
        conn.execute(sa.insert(post), {"person": "anna", "unit": "u1", "duty": "leader"})
    assert schema.upgrade(database) == (BEFORE, schema.head())
    with database.write() as conn:
        assert organisation.set_posts(conn, date(2026, 1, 1)) == 0
        assert people_rows.leaders_of(conn, ["u1"]) == {"u1": ["anna"]}
        row = conn.execute(sa.select(tenure)).one()
        held = (row.person, row.unit, row.duty, row.valid_from)
        assert held == ("anna", "u1", "leader", None)
        assert 2020 < row.made_at.year < 2100  # the unit of the moment fits the database
    database.close()
