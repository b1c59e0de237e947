"""Bring a database to the schema this release needs, or say why that cannot be."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine.store.database import Database, DatabaseRefused

_FOLDER = Path(__file__).parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


def head() -> str:
    """Name the newest step this release knows."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    if newest is None:
        raise DatabaseRefused("程序包缺少数据库升级步骤，请重新安装。")
    return newest


def current(database: Database) -> str | None:
    """Name the step the database stands on; None for an empty one."""
    with database.read() as conn:
        return MigrationContext.configure(conn).get_current_revision()


def upgrade(database: Database) -> tuple[str | None, str]:
    """Run the missing steps in one transaction; give the step before and after."""
    before = current(database)
    known = {step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()}
    if before is not None and before not in known:
        raise DatabaseRefused("数据库由更新的版本建立，请升级程序后再启动。")
    if before == head():
        return before, before
    config = _config()
    with database.write() as conn:
        if database.is_postgres:
            conn.exec_driver_sql("SELECT pg_advisory_xact_lock(7215001)")
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
    return before, head()


def require(database: Database) -> None:
    """Refuse to run on a schema older or newer than this release needs."""
    if current(database) != head():
        raise DatabaseRefused("数据库结构与程序版本不符，请先运行 ./shouhu migrate-db。")


def is_empty(database: Database) -> bool:
    """Tell whether the database has no table yet."""
    with database.read() as conn:
        return not sa.inspect(conn).get_table_names()
