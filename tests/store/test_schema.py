"""The steps of the schema lead to exactly the declared tables, on both databases."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from engine.store import people, schema
from engine.store.database import DatabaseRefused, open_database, serving_lock


def test_the_steps_lead_to_the_declared_tables(store_url: str) -> None:
    database = open_database(store_url)
    with database.read() as conn:
        differences = compare_metadata(MigrationContext.configure(conn), people.metadata)
    database.close()
    assert differences == []


def test_upgrading_twice_changes_nothing(store_url: str) -> None:
    database = open_database(store_url)
    assert schema.upgrade(database) == (schema.head(), schema.head())
    schema.require(database)
    database.close()


def test_a_newer_database_is_refused(store_url: str) -> None:
    database = open_database(store_url)
    with database.write() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseRefused, match="更新的版本"):
        schema.upgrade(database)
    with pytest.raises(DatabaseRefused, match="migrate-db"):
        schema.require(database)
    database.close()


def test_a_second_serving_process_is_refused(tmp_path: Path) -> None:
    refused = pytest.raises(DatabaseRefused, match="另一个服务进程")
    with serving_lock(tmp_path), refused, serving_lock(tmp_path):
        pass
    with serving_lock(tmp_path):
        pass
