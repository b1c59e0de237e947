"""台账 rows as the ledger file defines them: projections of cases, never a second truth."""

import functools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.base.errors import NotFound
from engine.base.values import Value
from engine.context import View
from engine.queries import code_words, deployed, due_state, fields, homes, labels
from engine.queries.cases import cases_query, dues, is_root
from engine.queries.filters import conditions, search_column
from engine.queries.flags import Flag, of_cases
from engine.queries.paging import (
    Page,
    Paging,
    Sort,
    SortKey,
    choose,
    moment_key,
    number_key,
    page,
    text_key,
)
from engine.rules.calendar import local_day
from engine.store import codec, ledger_rows, visible
from engine.store.tables import definition, search_value
from engine.store.visible import root


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a ledger; WORDS are the labels of its values where they are codes."""

    key: str
    label: str
    source: str
    type: str = "string"
    index: str = ""  # type of the search field behind it, "" for a case's own column
    width: int | None = None
    filterable: bool = False
    sortable: bool = False
    words: code_words.Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger as its file declares it; ID is what it is asked for by (`ledger`)."""

    id: str
    title: str
    application: str
    processes: tuple[str, ...]
    columns: tuple[Column, ...]
    sort: str = ""

    @property
    def own_id(self) -> str:
        """Give the id its file declares, one within its application."""
        return self.id.removeprefix(f"{self.application}:")


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row: the case, the VALUES by column key and the TEXTS people read."""

    case_id: int
    number: str
    status: str
    due: due_state.Due
    values: Mapping[str, Value]
    texts: Mapping[str, str]
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many ROWS a ledger has, how many are OPEN and how many of those are LATE."""

    rows: int = 0
    open: int = 0
    late: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Add two counts."""
        return Tally(self.rows + other.rows, self.open + other.open, self.late + other.late)


def ledgers(view: View) -> tuple[Ledger, ...]:
    """Give the ledgers of the newest version of every application that concerns the actor."""
    return tuple(_ledger(view, *declared) for declared in _declared(view))


def standing(view: View) -> Mapping[str, Tally]:
    """Count the rows of every ledger that concerns the actor, by its id, in one statement."""
    late = sa.and_(root.c.due_at < view.now, root.c.ended_at.is_(None))
    open_ = sa.case((root.c.ended_at.is_(None), 1), else_=0)
    query = (
        sa.select(definition.c.key, sa.func.count(), sa.func.sum(open_))
        .add_columns(sa.func.sum(sa.case((late, 1), else_=0)))
        .select_from(root)
        .join(definition, definition.c.id == root.c.definition_id)
        .where(is_root(), visible.cases(view.actor))
        .group_by(definition.c.key)
    )
    counted = {key: Tally(*numbers) for key, *numbers in view.connection.execute(query)}
    return {
        one.id: sum((counted.get(key, Tally()) for key in set(one.processes)), Tally())
        for one in ledgers(view)
    }


def ledger(view: View, *, ledger_id: str) -> Ledger:
    """Give one ledger by its id; NotFound for one of an application of others.

    An id several applications use is theirs with the application before it,
    "application:id"; alone it means the first of them, an own one before the others.
    """
    for known, application, data in _declared(view):
        if ledger_id in (known, str(data["id"])):
            return _worded(view, _ledger(view, known, application, data))
    raise NotFound


def _worded(view: View, found: Ledger) -> Ledger:
    """Give FOUND with the words of its coded columns; a case's own column has none."""
    version = deployed.latest(view, found.application)
    words = code_words.by_source(version, found.processes, view.now)
    columns = (
        replace(c, words={} if c.source in ledger_rows.OWN else words.get(c.source, {}))
        for c in found.columns
    )
    return replace(found, columns=tuple(columns))


def _declared(view: View) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Give id, application and file of every ledger of the applications that concern one."""
    found = [
        (home.key, data)
        for home in homes.concerned(view)
        for data in deployed.latest(view, home.key).application.ledgers.values()
    ]
    uses = Counter(str(data["id"]) for _, data in found)
    for application, data in found:
        own = str(data["id"])
        yield (own if uses[own] == 1 else f"{application}:{own}"), application, data


def _ledger(view: View, known: str, application: str, data: Mapping[str, Any]) -> Ledger:
    types = {n: f.type for n, f in fields.declared(view, data.get("processes", ())).items()}
    offered = set(data.get("filter") or ())
    columns = tuple(_column(entry, types, offered) for entry in data.get("columns", ()))
    return Ledger(
        id=known,
        title=str(data["title"]),
        application=application,
        processes=tuple(data.get("processes", ())),
        columns=columns,
        sort=str(data.get("sort") or ""),
    )


def _column(entry: Mapping[str, Any], types: Mapping[str, str], offered: set[str]) -> Column:
    source = str(entry["from"])
    indexed = source in ledger_rows.OWN or source in types
    return Column(
        key=str(entry["key"]),
        label=str(entry["label"]),
        source=source,
        type=str(entry.get("type") or types.get(source) or "string"),
        index=types.get(source, ""),
        width=entry.get("width"),
        filterable=indexed and entry["key"] in offered,
        sortable=indexed,
    )


def rows(
    view: View,
    *,
    ledger_id: str,
    wanted: Mapping[str, Any] | None = None,
    sort: Sequence[Sort] = (),
    paging: Paging | None = None,
) -> Page[LedgerRow]:
    """Give the rows of a ledger; filter and sort by the keys of its indexed columns."""
    declared = ledger(view, ledger_id=ledger_id)
    query = cases_query().where(
        visible.cases(view.actor), definition.c.key.in_(declared.processes)
    )
    sources: dict[str, sa.ColumnElement[Any]] = {}
    kinds: dict[str, sa.ColumnElement[Any]] = {}
    for column in declared.columns:
        if column.sortable:
            sources[column.key] = _indexed(column)
            kinds[column.key] = _key(column, sources[column.key])
    text = dict(wanted or {})
    needle = str(text.pop("text", "") or "")
    if needle:
        query = query.where(_mentions(declared, needle))
    for column in declared.columns:
        if column.key in text and column.words:
            text[column.key] = code_words.asked(column.words, text[column.key])
    query = query.where(*conditions(text, sources, spell=str))
    default = (Sort(declared.sort),) if declared.sort in kinds else ()
    keys = choose(tuple(sort) or default, kinds, SortKey(root.c.id))
    build = functools.partial(_rows, view, declared)
    return page(view.connection, query, keys, paging or Paging(), build)


def _mentions(declared: Ledger, needle: str) -> sa.ColumnElement[bool]:
    """Say that number, title, a field or the label of a code holds NEEDLE."""
    kept = search_value.c
    ways = [kept.text.contains(needle, autoescape=True)]
    for column in declared.columns:
        codes = code_words.mentioned(column.words, needle)
        if codes and column.index:
            ways.append(sa.and_(kept.name == column.source, kept.text.in_(codes)))
    within = sa.select(kept.root_id).where(sa.or_(*ways))
    return sa.or_(
        root.c.number.contains(needle, autoescape=True),
        root.c.title.contains(needle, autoescape=True),
        root.c.id.in_(within),
    )


def _indexed(column: Column) -> sa.ColumnElement[Any]:
    if column.source in ledger_rows.OWN:
        return root.c[ledger_rows.OWN[column.source]]
    return (
        sa.select(search_column(column.index))
        .where(search_value.c.root_id == root.c.id, search_value.c.name == column.source)
        .scalar_subquery()
    )


def _key(column: Column, source: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    if column.source in ("due", "started_at", "ended_at"):
        return moment_key(source)
    if isinstance(source.type, sa.Date):
        return sa.func.coalesce(source, sa.literal(_LAST_DAY, sa.Date()))
    if isinstance(source.type, sa.Boolean):
        return number_key(sa.cast(source, sa.Integer))
    if isinstance(source.type, sa.Numeric | sa.Integer):
        return number_key(source)
    return text_key(source)


_LAST_DAY = datetime(9999, 12, 31).date()  # noqa: DTZ001  # stands for "no day", sorts last


def _rows(
    view: View, declared: Ledger, found: Sequence[sa.Row[Any]]
) -> list[LedgerRow]:
    filled = ledger_rows.search_values(view.connection, [row.id for row in found])
    columns = [{"key": c.key, "from": c.source} for c in declared.columns]
    variables = functools.partial(variables_of, view)
    names = _division_names(view, declared, found, filled)
    nearest = dues(view, found)
    projected = [
        ledger_rows.project(columns, dict(row._mapping), filled.get(row.id, {}), variables)
        for row in found
    ]
    names |= labels.units(view, _units_in(declared, projected))
    marked = of_cases(view, ((declared.application, row.number) for row in found))
    made = []
    for row, values in zip(found, projected, strict=True):
        texts = {c.key: _text(c, values.get(c.key), names) for c in declared.columns}
        due = nearest.get(row.id, due_state.NO_DUE)
        number, flags = row.number or "", marked.get(row.number, ())
        made.append(LedgerRow(row.id, number, row.status, due, values, texts, flags))
    return made


def variables_of(view: View, row: Mapping[str, Any]) -> Mapping[str, Value]:
    """Give the variables of an instance row as its runtime shows them."""
    version = deployed.of(view, row["definition_id"], row["runtime"])
    key = view.runtimes.definition(view.connection, row["definition_id"])["key"]
    state = codec.decode(bytes(row["state"]))
    return version.runtime.inspect(version.plans[key], state).variables


def _division_names(
    view: View,
    declared: Ledger,
    found: Sequence[sa.Row[Any]],
    filled: Mapping[int, Mapping[str, Value]],
) -> dict[str, str]:
    codes = {row.region for row in found}
    sources = {c.source for c in declared.columns if c.type == "division"}
    for values in filled.values():
        codes |= {str(values[name]) for name in sources if values.get(name)}
    return labels.regions(view, codes)


def _units_in(declared: Ledger, rows: Sequence[Mapping[str, Value]]) -> set[str]:
    keys = [column.key for column in declared.columns if column.type == "org"]
    return {str(values[key]) for values in rows for key in keys if values.get(key)}


def _text(column: Column, value: Value, names: Mapping[str, str]) -> str:
    if value is None:
        return ""
    value = code_words.told(column.words, value)
    if column.type in ("division", "org"):
        return names.get(str(value), str(value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return local_day(value).isoformat()
    if isinstance(value, list):
        return "、".join(str(part) for part in value)
    return str(codec.plain(value))
