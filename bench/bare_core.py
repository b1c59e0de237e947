"""What a plain program does with SQLAlchemy Core: locked read, one statement per table, commit.

It writes the rows and bytes of a recorded completion of ours, like `bench.bare_cte`, on
either database; rows of one table go in one statement. Statements are built once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from bench.place import Place
from bench.recorded import ALIASES, Change, Const, Fresh, New, Read, Recipe, Row, Source
from engine.store.tables import history, instance, job, metadata, seat, task

Found = dict[str, dict[str, Any]]


def _read_of(aliases: tuple[str, ...]) -> sa.Select[Any]:
    tables = [metadata.tables[ALIASES[alias]] for alias in aliases]
    columns = [
        column.label(f"{alias}_{column.name}")
        for alias, table in zip(aliases, tables, strict=True)
        for column in table.c
    ]
    query = sa.select(*columns)
    if "t" in aliases:
        joined = task.join(instance, instance.c.id == task.c.root_id)
        joined = joined.join(seat, seat.c.task_id == task.c.id)
        query = query.select_from(joined).where(task.c.id == sa.bindparam("the_id"))
    else:
        joined = job.join(instance, instance.c.id == job.c.root_id)
        query = query.select_from(joined)
        query = query.where(job.c.id == sa.bindparam("the_id"), job.c.state == "ready")
    return query.with_for_update(key_share=True, of=instance)


_READS: dict[tuple[str, ...], sa.Select[Any]] = {
    aliases: _read_of(aliases) for aliases in (("i", "t", "s"), ("i", "j"))
}
_UPDATES = {
    name: sa.update(table).where(table.c.id == sa.bindparam("the_id"))
    for name, table in metadata.tables.items()
    if "id" in table.c
}
_DELETES = {"job": sa.delete(job).where(job.c.id == sa.bindparam("the_id"))}


@dataclass
class BareCore:
    """Follows recipes with SQLAlchemy Core."""

    place: Place
    recipes: Mapping[str, Recipe]
    name: str = "bare-sql-core"
    count: int = 0
    new: dict[str, int] = field(default_factory=dict)  # table -> id just given

    def complete(self, task_id: int, step: str) -> int | None:
        """Do what our completion does to the database; give the task this opened."""
        return self.follow(self.recipes[step], task_id)

    def fire(self, jobs: list[int]) -> None:
        """Fire timers one by one."""
        for job_id in jobs:
            self.follow(self.recipes["c"], job_id)

    def follow(self, recipe: Recipe, row_id: int) -> int | None:
        """Follow RECIPE on the task or job ROW_ID in one transaction."""
        self.count += 1
        self.new.clear()
        with self.place.sql.begin() as conn:
            found = self._read(conn, recipe, row_id)
            state = self.move(found)
            lines = self.lines(recipe, found)
            for change in recipe.of("update"):
                self._update(conn, change, found, {"state": state, **_head(lines)})
            for change in recipe.of("delete"):
                key = found[change.alias]["id"]
                conn.execute(_DELETES[change.table], {"the_id": key})
            self._inserts(conn, recipe, found)
            conn.execute(sa.insert(history), _even(lines))
        return self.new.get("task")

    def move(self, found: Found) -> bytes | None:
        """Give the new state document; None: the recorded one."""
        del found
        return None

    def lines(self, recipe: Recipe, found: Found) -> list[Row]:
        """Give the history lines as they were recorded."""
        return [
            {name: self._value(source, found) for name, source in change.values.items()}
            for change in recipe.of("insert")
            if change.table == "history"
        ]

    def _read(self, conn: sa.Connection, recipe: Recipe, row_id: int) -> Found:
        row = conn.execute(_READS[recipe.reads], {"the_id": row_id}).mappings().one()
        found: Found = {alias: {} for alias in recipe.reads}
        for name, value in row.items():
            found[name[0]][name[2:]] = value
        return found

    def _update(
        self, conn: sa.Connection, change: Change, found: Found, made: Row
    ) -> None:
        row = found[change.alias]
        values = {n: self._value(s, found) for n, s in change.values.items()}
        if change.table == "instance":
            values.update((name, value) for name, value in made.items() if value is not None)
        query = _UPDATES[change.table]
        if "version" in values:
            table = metadata.tables[change.table]
            query = query.where(table.c.version == sa.bindparam("the_version"))
            values["the_version"] = row["version"]
        done = conn.execute(query, {**values, "the_id": row["id"]})
        assert done.rowcount == 1

    def _inserts(self, conn: sa.Connection, recipe: Recipe, found: Found) -> None:
        rows: dict[str, list[Row]] = {}
        for change in recipe.of("insert"):
            table = metadata.tables[change.table]
            if table is history:
                continue
            row = {n: self._value(s, found) for n, s in change.values.items()}
            if change.table == "task":  # its id is needed below
                new = conn.execute(sa.insert(table).returning(table.c.id), row).scalar_one()
                self.new["task"] = int(new)
            else:
                rows.setdefault(change.table, []).append(row)
        for name, lines in rows.items():
            conn.execute(sa.insert(metadata.tables[name]), _even(lines))

    def _value(self, source: Source, found: Found) -> Any:
        if isinstance(source, Const):
            return source.value
        if isinstance(source, Read):
            value = found[source.alias][source.column]
            return value if source.plus is None else value + source.plus
        if isinstance(source, New):
            return self.new[source.table]
        assert isinstance(source, Fresh)
        return f"b{self.count:0{source.length - 1}}"

    def close(self) -> None:
        """Hold nothing."""


def _head(lines: list[Row]) -> Row:
    return {"history_hash": lines[-1]["hash"]} if lines else {}


def _even(rows: list[Row]) -> list[Row]:
    names = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name) for name in names} for row in rows]
