"""The rows of a ledger file as plain values: for lists, and to prefill tables of forms."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.base.actor import Actor
from engine.base.marks import ANY
from engine.base.sieve import Sieve
from engine.base.values import Value
from engine.store import visible
from engine.store.reading import Reading
from engine.store.rows import Conn, Row
from engine.store.tables import definition, search_value
from engine.store.visible import root

# What a column may be filled from besides search fields and "var:<name>".
OWN: Mapping[str, str] = {
    "number": "number",
    "title": "title",
    "state": "state_name",
    "status": "status",
    "region": "region",
    "place": "place",
    "year": "year",
    "category": "category",
    "due": "due_at",
    "round": "case_round",
    "started_at": "started_at",
    "ended_at": "ended_at",
}
VARIABLE = "var:"
MOST = 2_000  # rows of one table of a form (operations.md 1 row 16)

Variables = Callable[[Row], Mapping[str, Value]]  # of a root instance row


_SLICE = 512  # cases per statement
_OF_CASES = sa.select(
    *(search_value.c[name] for name in ("root_id", "name", "text", "number", "day", "flag"))
).where(search_value.c.root_id.in_(sa.bindparam("the_cases", expanding=True)))
_FIELDS = Reading(_OF_CASES)
_NAMED_FIELDS = Reading(
    _OF_CASES.where(search_value.c.name.in_(sa.bindparam("the_names", expanding=True)))
)


def search_values(
    conn: Conn, cases: Sequence[int], names: Sequence[str] | None = None
) -> dict[int, dict[str, Value]]:
    """Give the declared search fields of CASES, by case and name; only NAMES where given."""
    if not cases or (names is not None and not names):
        return {}
    conn.flush()
    found: dict[int, dict[str, Value]] = {}
    for start in range(0, len(cases), _SLICE):
        bound: Row = {"the_cases": cases[start : start + _SLICE]}
        reading = _FIELDS if names is None else _NAMED_FIELDS
        if names is not None:
            bound["the_names"] = names
        for case, name, text, number, day, flag in reading.values(conn, **bound):
            if text is None:
                text = number if number is not None else day if day is not None else flag
            found.setdefault(case, {})[name] = text
    return found


def project(
    columns: Sequence[Mapping[str, Any]],
    row: Row,
    fields: Mapping[str, Value],
    variables: Variables,
) -> dict[str, Value]:
    """Give the values of one case by column key; COLUMNS are those of the ledger file."""
    known: Mapping[str, Value] = {}
    if any(str(column["from"]).startswith(VARIABLE) for column in columns):
        known = variables(row)
    made: dict[str, Value] = {}
    for column in columns:
        source = str(column["from"])
        if source.startswith(VARIABLE):
            made[column["key"]] = known.get(source.removeprefix(VARIABLE))
        elif source in OWN:
            made[column["key"]] = row[OWN[source]]
        else:
            made[column["key"]] = fields.get(source)
    return made


def numbered(actor: Actor, ledger: Mapping[str, Any]) -> sa.Select[Any]:
    """Ask for number and title of the cases of a LEDGER file in ACTOR's sight, newest first."""
    return (
        sa.select(root.c.number, root.c.title)
        .join(definition, definition.c.id == root.c.definition_id)
        .where(root.c.id == root.c.root_id, definition.c.key.in_(list(ledger["processes"])))
        .where(root.c.number.is_not(None), visible.cases(actor))
        .order_by(root.c.id.desc())
    )


def ledger_of(ledgers: Mapping[str, Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    """Give the ledger file NAME; ANY is all of them but those whose rows mark other cases."""
    if name != ANY:
        return ledgers[name]
    plain = [one["processes"] for one in ledgers.values() if not one.get("marks")]
    return {"processes": sorted({key for keys in plain for key in keys})}


def unknown(
    conn: Conn,
    actor: Actor,
    ledgers: Mapping[str, Mapping[str, Any]],
    named: Mapping[str, tuple[str, str, tuple[str, ...]]],
) -> list[str]:
    """Give the keys of NAMED (ledger, number, states) whose case is not there for ACTOR.

    With STATES the case must stand in one of them.
    """
    found = []
    for key, (ledger, number, states) in named.items():
        query = numbered(actor, ledger_of(ledgers, ledger)).where(root.c.number == number)
        if states:
            query = query.where(root.c.state_name.in_(states))
        if conn.execute(query.limit(1)).first() is None:
            found.append(key)
    return found


def numbers(
    conn: Conn, actor: Actor, ledger: Mapping[str, Any], most: int
) -> list[tuple[str, str]]:
    """Give (number, title) of the newest MOST cases of a LEDGER file in ACTOR's sight."""
    found = conn.execute(numbered(actor, ledger).limit(most)).all()
    return [(str(number), str(title)) for number, title in found]


def all_rows(
    conn: Conn,
    actor: Actor,
    ledger: Mapping[str, Any],
    variables: Variables,
    sieve: Sieve,
) -> list[dict[str, Value]]:
    """Give the rows of a LEDGER file in ACTOR's sight that SIEVE keeps, by case number.

    Every row that fulfils its plain demands is judged, a batch at a time and by the columns
    the sieve reads; at most MOST are kept, and only they are read whole, for most of a
    ledger concerns other tables.
    """
    conditions = [visible.cases(actor), *_demanded(ledger, sieve)]
    return _sifted(conn, ledger, conditions, variables, sieve)[:MOST]


def _sifted(
    conn: Conn,
    ledger: Mapping[str, Any],
    conditions: Sequence[sa.ColumnElement[bool]],
    variables: Variables,
    sieve: Sieve,
) -> list[dict[str, Value]]:
    """Give up to MOST + 1 rows under CONDITIONS that SIEVE keeps, the first by case id."""
    columns = [one for one in ledger["columns"] if one["key"] in sieve.judged | sieve.shown]
    first = [one for one in columns if one["key"] in sieve.judged]
    rest = [one for one in columns if one["key"] not in sieve.judged]
    kept: dict[int, dict[str, Value]] = {}
    for rows in _batches(conn, conditions, ledger, first):
        judged = zip(rows, _projected(conn, first, rows, variables), strict=True)
        kept.update((row["id"], values) for row, values in judged if sieve.keep(values))
        if len(kept) > MOST:
            break
    if not kept:
        return []
    chosen = sa.select(root).where(root.c.id.in_(list(kept)[: MOST + 1]))
    chosen = chosen.order_by(root.c.number, root.c.id)
    by_number = [dict(row) for row in conn.execute(chosen).mappings()]
    more = _projected(conn, rest, by_number, variables) if rest else [{} for _ in by_number]
    return [
        {**kept[row["id"]], **values} for row, values in zip(by_number, more, strict=True)
    ]


def _batches(
    conn: Conn,
    conditions: Sequence[sa.ColumnElement[bool]],
    ledger: Mapping[str, Any],
    columns: Sequence[Mapping[str, Any]],
) -> Iterator[list[Row]]:
    """Give the rows of a ledger under CONDITIONS, MOST at a time, with what COLUMNS need."""
    query = (
        sa.select(*_read_for(columns))
        .join(definition, definition.c.id == root.c.definition_id)
        .where(root.c.id == root.c.root_id, definition.c.key.in_(list(ledger["processes"])))
        .where(*conditions)
        .order_by(root.c.id)
        .limit(MOST)
    )
    last = 0
    while True:
        found = conn.execute(query.where(root.c.id > last)).mappings()
        rows = [dict(row) for row in found]
        if rows:
            yield rows
        if len(rows) < MOST:
            return
        last = rows[-1]["id"]


def _demanded(ledger: Mapping[str, Any], sieve: Sieve) -> list[sa.ColumnElement[bool]]:
    """Say in SQL which texts columns must hold for SIEVE to keep a row."""
    sources = {str(one["key"]): str(one["from"]) for one in ledger["columns"]}
    kept = search_value.c
    found: list[sa.ColumnElement[bool]] = []
    for key, value in sieve.demands(sources):
        source = sources[key]
        if not isinstance(value, str) or source.startswith(VARIABLE):
            continue
        if source not in OWN:
            named = sa.select(kept.root_id).where(kept.name == source, kept.text == value)
            found.append(root.c.id.in_(named))
        elif isinstance(root.c[OWN[source]].type, sa.Text):
            found.append(root.c[OWN[source]] == value)
    return found


def chosen(
    conn: Conn,
    ledger: Mapping[str, Any],
    where: Mapping[str, Sequence[Value]],
    keys: Sequence[str],
    variables: Variables,
) -> list[dict[str, Value]]:
    """Give columns KEYS of the rows whose columns have one of the values WHERE names.

    Whoever asks sees all cases. Every case is judged, a batch at a time; at most MOST + 1
    rows are given, by case number, so that whoever asks can tell that there are more.
    """
    sieve = Sieve(
        frozenset(keys),
        frozenset(where),
        lambda row: all(row[key] in values for key, values in where.items()),
    )
    found = _sifted(conn, ledger, _one_of(ledger, where), variables, sieve)
    return [{key: row[key] for key in keys} for row in found]


def _one_of(
    ledger: Mapping[str, Any], where: Mapping[str, Sequence[Value]]
) -> list[sa.ColumnElement[bool]]:
    """Say in SQL as much of WHERE as a column of a case or a text kept for search tells."""
    sources = {str(one["key"]): str(one["from"]) for one in ledger["columns"]}
    kept = search_value.c
    found: list[sa.ColumnElement[bool]] = []
    for key, values in where.items():
        source = sources[key]
        if source in OWN:
            found.append(root.c[OWN[source]].in_(list(values)))
        elif not source.startswith(VARIABLE) and all(isinstance(v, str) for v in values):
            named = sa.select(kept.root_id).where(kept.name == source, kept.text.in_(values))
            found.append(root.c.id.in_(named))
    return found


def _read_for(columns: Sequence[Mapping[str, Any]]) -> list[sa.ColumnElement[Any]]:
    """Give the columns of a case that ledger COLUMNS are made from; variables need all."""
    sources = [str(column["from"]) for column in columns]
    if any(source.startswith(VARIABLE) for source in sources):
        return list(root.c)
    names = {OWN[source] for source in sources if source in OWN}
    return [root.c[name] for name in sorted(names | {"id"})]


def _projected(
    conn: Conn,
    columns: Sequence[Mapping[str, Any]],
    rows: Sequence[Row],
    variables: Variables,
) -> list[dict[str, Value]]:
    names = [
        source
        for source in (str(column["from"]) for column in columns)
        if source not in OWN and not source.startswith(VARIABLE)
    ]
    filled = search_values(conn, [row["id"] for row in rows], names)
    return [project(columns, row, filled.get(row["id"], {}), variables) for row in rows]
