"""The connection of one transaction: what it writes waits, so that it goes in one message."""

from collections.abc import Mapping, Sequence
from typing import Any, Self, TypeAlias

import sqlalchemy as sa
from sqlalchemy import Connection, CursorResult, Table, exc
from sqlalchemy.engine.interfaces import DBAPICursor

from engine.store.flushing import Texts, write
from engine.store.keyring import Keyring
from engine.store.pending import CONDITION, Pending, Row, Shape, defaults, insert_shape

Answer: TypeAlias = CursorResult[*tuple[Any, ...]]


class Conn(Connection):
    """A connection that collects rows to write.

    Every statement run by `execute` first writes what waits, so a read never misses it.
    Whoever ends the transaction calls `flush` before the commit.
    """

    def __init__(
        self, engine: sa.Engine, texts: Texts, keyring: Keyring | None = None
    ) -> None:
        super().__init__(engine)
        self.texts = texts
        self.memo: dict[object, Any] = {}  # what was worked out for this transaction
        self.keyring = keyring
        self._pending = Pending()
        self._cursor: DBAPICursor | None = None

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def close(self) -> None:
        """Give the connection back."""
        self.memo.clear()
        super().close()

    def execute(
        self, statement: Any, parameters: Any = None, **options: Any
    ) -> Answer:
        """Run STATEMENT after everything that waits."""
        self.flush()
        return super().execute(statement, parameters, **options)

    def peek(self, statement: Any, parameters: Any = None) -> Answer:
        """Run a read that none of the waiting rows can change, without writing them first."""
        return super().execute(statement, parameters)

    def fetch(self, text: str, values: Any) -> Sequence[Sequence[Any]]:
        """Run a query by its text on the driver and give the driver's rows.

        Nothing that waits is written before. The result object of SQLAlchemy would describe
        every column of every run: for a wide row that costs more than the round trip.
        """
        cursor = self._driver()
        self._hear(cursor, text, values, False)
        try:
            cursor.execute(text, values)
            return cursor.fetchall()
        except self.dialect.loaded_dbapi.Error as error:
            raise self._named(error, cursor, text) from error

    def send(self, text: str, values: Sequence[tuple[Any, ...]]) -> int:
        """Run a change by its text on the driver, once for each of VALUES; give rows hit."""
        cursor = self._driver()
        self._hear(cursor, text, values, len(values) > 1)
        try:
            if len(values) > 1:
                cursor.executemany(text, values)
            else:
                cursor.execute(text, values[0])
            return cursor.rowcount
        except self.dialect.loaded_dbapi.Error as error:
            raise self._named(error, cursor, text) from error

    def _driver(self) -> DBAPICursor:
        """Give the driver's cursor: one for all hot statements of the transaction.

        PostgreSQL's takes the server's own $1, $2 …: nothing has to be looked for in texts.
        """
        if self._cursor is None:
            raw = getattr(self.dialect.loaded_dbapi, "RawCursor", None)
            plain = self.connection
            self._cursor = raw(plain.driver_connection) if raw else plain.cursor()
        return self._cursor

    def _hear(self, cursor: DBAPICursor, text: str, values: Any, many: bool) -> None:
        """Tell those who listen for statements, as SQLAlchemy does."""
        for listener in self.dispatch.before_cursor_execute:
            listener(self, cursor, text, values, None, many)

    def _named(self, error: Any, cursor: DBAPICursor, text: str) -> BaseException:
        """Give ERROR of the driver as SQLAlchemy names it; a lost connection is given up."""
        driver = self.connection.dbapi_connection
        lost = self.dialect.is_disconnect(error, driver, cursor)
        if lost:  # the others, opened to the same server, are most likely lost as well
            self.invalidate(error)
            self.engine.dispose()
        base = self.dialect.loaded_dbapi.Error
        name = exc.DBAPIError.instance
        found: BaseException = name(text, None, error, base, True, lost, self.dialect)
        return found

    def flush(self) -> None:
        """Write what waits; VersionMoved when a guarded row is not what was seen."""
        if self._pending:
            write(self, self.texts, self._pending.take())

    def insert(
        self,
        table: Table,
        rows: Sequence[Mapping[str, Any]],
        *,
        unique: str = "id",
        apart: bool = False,
    ) -> None:
        """Collect new ROWS of TABLE, all with an id or all without.

        UNIQUE names the column by which other writes of the transaction may mean them.
        APART: they share no other key with rows removed before.
        """
        ids = [row.get(unique) for row in rows]
        self._add_new(insert_shape(table, "id" in rows[0]), rows, ids, apart=apart)

    def insert_new(
        self,
        table: Table,
        rows: Sequence[Mapping[str, Any]],
        key: tuple[str, ...],
        *,
        counted: bool = False,
    ) -> None:
        """Collect ROWS of TABLE of which those whose KEY exists are dropped.

        COUNTED: none may exist, or the unit is run again to meet it.
        """
        self._add_new(insert_shape(table, False, key, counted), rows, ())

    def put(
        self, table: Table, rows: Sequence[Mapping[str, Any]], key: tuple[str, ...]
    ) -> None:
        """Collect ROWS of TABLE that replace those of the same KEY."""
        shape = Shape("put", table, tuple(str(column.name) for column in table.columns), key)
        self._add_new(shape, rows, [tuple(row[name] for name in key) for row in rows])

    def change(
        self,
        table: Table,
        found: Mapping[str, Any],
        values: Mapping[str, Any],
        *,
        where: str = "",
        sets: str = "",
    ) -> None:
        """Collect VALUES for the one row FOUND by id and guards; it must still be there."""
        fresh = None if where or sets else self._pending.inserted(table, found)
        if fresh is not None:
            fresh.update(values)
            return
        shape = Shape("change", table, tuple(values), tuple(found), where, sets, True)
        row = {**values, **{CONDITION + name: value for name, value in found.items()}}
        self._add(shape, [row], [found["id"]])

    def remove(
        self, table: Table, found: Sequence[Mapping[str, Any]], *, unique: str = ""
    ) -> None:
        """Collect the removal of the rows of TABLE that equal one of FOUND, by UNIQUE or so."""
        shape = Shape("remove", table, (), tuple(found[0]))
        rows = [{CONDITION + name: value for name, value in one.items()} for one in found]
        self._add(shape, rows, [one[unique] for one in found] if unique else ())

    def take_ids(self, table: Table, count: int) -> list[int]:
        """Give COUNT ids that rows of TABLE inserted in this transaction will have."""
        if self.dialect.name == "postgresql":
            numbers = f"nextval('{table.name}_id_seq')"
            text = " ".join(("SELECT", numbers, "FROM generate_series(1, $1::int)"))
            return [int(row[0]) for row in self.fetch(text, [count])]
        found = self.fetch(" ".join(("SELECT max(id) FROM", f'"{table.name}"')), ())
        return list(self._pending.given(table, found[0][0] or 0, count))

    def _add_new(
        self,
        shape: Shape,
        rows: Sequence[Mapping[str, Any]],
        ids: Sequence[object],
        *,
        apart: bool = False,
    ) -> None:
        known = defaults(shape.table)
        self._add(shape, [{**known, **row} for row in rows], ids, apart=apart)

    def _add(
        self,
        shape: Shape,
        rows: Sequence[Row],
        ids: Sequence[object],
        *,
        apart: bool = False,
    ) -> None:
        if self._pending.meets(shape, ids, apart=apart):
            self.flush()
        self._pending.add(shape, rows, ids)
