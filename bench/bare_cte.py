"""The least a program can do on PostgreSQL: one locked read, one writing statement, commit.

psycopg without any layer, both statements prepared. It reads and writes the rows and bytes
of a recorded completion of ours and decides nothing: no rights, no form, no rules, no
kernel, no hashing; states, answers and history lines are ready-made bytes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.types.json import Jsonb
from sqlalchemy.dialects import postgresql

from bench.place import Place
from bench.recorded import ALIASES, Change, Const, Fresh, New, Read, Recipe, Source
from engine.store.columns import Json
from engine.store.tables import metadata

Found = Sequence[Any]
Fill = Callable[[Found, int], Any]

_FROM = {
    "t": "task t JOIN instance i ON i.id = t.root_id JOIN seat s ON s.task_id = t.id"
    " WHERE t.id = $1",
    "j": "job j JOIN instance i ON i.id = j.root_id WHERE j.id = $1 AND j.state = 'ready'",
}


@dataclass
class Prepared:
    """The two statements of one recipe, and where the parameters of the second come from."""

    read: str
    write: str
    fills: list[Fill]
    guards: int
    opens_task: bool


@dataclass
class BareCte:
    """One connection that follows recipes with two statements each."""

    place: Place
    recipes: Mapping[str, Recipe]
    name: str = "bare-sql-cte"
    count: int = 0
    prepared: dict[str, Prepared] = field(init=False)
    conn: psycopg.Connection[Any] = field(init=False)

    def __post_init__(self) -> None:
        """Connect with the settings of our own connections."""
        self.prepared = {name: prepare(one) for name, one in self.recipes.items()}
        fairy = self.place.sql.raw_connection()
        driver = fairy.driver_connection
        assert isinstance(driver, psycopg.Connection)
        fairy.detach()
        driver.cursor_factory = psycopg.RawCursor  # no search for %s in a long text
        self.conn = driver

    def complete(self, task_id: int, step: str) -> int | None:
        """Do what our completion does to the database; give the task this opened."""
        return self._follow(self.prepared[step], task_id)

    def fire(self, jobs: list[int]) -> None:
        """Fire timers one by one."""
        for job_id in jobs:
            self._follow(self.prepared["c"], job_id)

    def _follow(self, known: Prepared, row_id: int) -> int | None:
        self.count += 1
        cursor = self.conn.execute(known.read, (row_id,), prepare=True)
        found = cursor.fetchone()
        assert found is not None
        values = [fill(found, self.count) for fill in known.fills]
        done = self.conn.execute(known.write, values, prepare=True).fetchone()
        assert done is not None
        assert done[0] == known.guards
        self.conn.commit()
        return int(done[1]) if known.opens_task else None

    def close(self) -> None:
        """Close the connection."""
        self.conn.close()


def prepare(recipe: Recipe) -> Prepared:
    """Write the statements of RECIPE."""
    key = "t" if "t" in recipe.reads else "j"
    columns = [(a, c.name) for a in recipe.reads for c in metadata.tables[ALIASES[a]].columns]
    at = {column: number for number, column in enumerate(columns)}
    names = ", ".join(f"{alias}.{name}" for alias, name in columns)
    read = f"SELECT {names} FROM {_FROM[key]} FOR NO KEY UPDATE OF i"
    return _Writer(at).write(recipe, read)


class _Writer:
    """Composes the data-modifying statement of one recipe."""

    def __init__(self, at: Mapping[tuple[str, str], int]) -> None:
        self._at = at
        self._fills: list[Fill] = []

    def write(self, recipe: Recipe, read: str) -> Prepared:
        """Give both statements."""
        guarded = [*recipe.of("update"), *recipe.of("delete")]
        parts = [self._update(c) for c in recipe.of("update")]
        parts += [self._delete(c) for c in recipe.of("delete")]
        guards = [f"w{n}" for n in range(len(guarded))]
        parts = [f"{n} AS ({p} RETURNING 1)" for n, p in zip(guards, parts, strict=True)]
        opens = False
        for number, (table, rows) in enumerate(_grouped(recipe.of("insert"))):
            made = self._insert(table, rows)
            needed = table == "task"
            opens = opens or needed
            name = "new_task" if needed else f"n{number}"
            parts.append(f"{name} AS ({made}{' RETURNING id' if needed else ''})")
        count = " + ".join(f"(SELECT count(*) FROM {name})" for name in guards)
        extra = ", (SELECT id FROM new_task)" if opens else ""
        text = f"WITH {', '.join(parts)} SELECT {count}{extra}"
        return Prepared(read, text, self._fills, len(guards), opens)

    def _update(self, change: Change) -> str:
        sets = [f"{n} = {self._value(change.table, n, s)}" for n, s in change.values.items()]
        where = f"id = {self._value(change.table, 'id', Read(change.alias, 'id'))}"
        if "version" in change.values:
            seen = self._value(change.table, "version", Read(change.alias, "version"))
            where += f" AND version = {seen}"
        return f"UPDATE {change.table} SET {', '.join(sets)} WHERE {where}"

    def _delete(self, change: Change) -> str:
        key = self._value(change.table, "id", Read(change.alias, "id"))
        return f"DELETE FROM {change.table} WHERE id = {key}"

    def _insert(self, table: str, rows: list[Change]) -> str:
        names = list(dict.fromkeys(name for row in rows for name in row.values))
        lines = [
            ", ".join(self._value(table, n, row.values.get(n, Const(None))) for n in names)
            for row in rows
        ]
        quoted = ", ".join(f'"{name}"' for name in names)
        selects = " UNION ALL ".join(f"SELECT {line}" for line in lines)
        return f"INSERT INTO {table} ({quoted}) {selects}"

    def _value(self, table: str, name: str, source: Source) -> str:
        if isinstance(source, New):
            return "(SELECT id FROM new_task)"
        column = metadata.tables[table].c[name].type
        self._fills.append(self._fill(source, isinstance(column, Json)))
        return f"${len(self._fills)}::{column.dialect_impl(_PG).compile(_PG)}"

    def _fill(self, source: Source, is_json: bool) -> Fill:
        if isinstance(source, Const):
            wrapped = is_json and source.value is not None
            return partial(_const, Jsonb(source.value) if wrapped else source.value)
        if isinstance(source, Read):
            place = self._at[source.alias, source.column]
            return partial(_read, place) if source.plus is None else partial(
                _plus, place, source.plus
            )
        assert isinstance(source, Fresh)
        return partial(_fresh, source.length)


_PG: sa.Dialect = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call] # library


def _const(value: Any, _found: Found, _count: int) -> Any:
    return value


def _read(place: int, found: Found, _count: int) -> Any:
    return found[place]


def _plus(place: int, more: int, found: Found, _count: int) -> Any:
    return found[place] + more


def _fresh(length: int, _found: Found, count: int) -> str:
    return f"b{count:0{length - 1}}"


def _grouped(changes: Any) -> list[tuple[str, list[Change]]]:
    tables: dict[str, list[Change]] = {}
    for change in changes:
        tables.setdefault(change.table, []).append(change)
    return list(tables.items())
