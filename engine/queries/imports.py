"""Tables that come in: what may be sent, templates, runs with progress, receipts."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine import importing
from engine.base.actor import Actor
from engine.base.errors import NotFound
from engine.context import View
from engine.importing import Import
from engine.queries import deployed
from engine.queries.ledger_sheet import MEDIA
from engine.rules.permissions import Facts, capacities
from engine.sheets import write
from engine.store import codec, definitions, import_rows, people_rows
from engine.store.machine import import_row, import_run
from engine.store.tables import bundle, instance

__all__ = ["MEDIA", "Receipt", "Run", "Source", "Task", "run", "runs", "sources"]

PAGE = 100
RUNS = 50
BATCH = 25
BLANK = 20  # rows of a template to type in
MANY = 500  # options of a drop-down; beyond it a list helps nobody
STATES = ("read", "create", "merge", "created", "merged", "unchanged", "refused")


@dataclass(frozen=True, slots=True)
class Source:
    """An import file the actor may use; UNITS are (code, name) to send for."""

    application: str
    id: str
    title: str
    process: str
    note: str
    units: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One table: COUNTS of rows by state, DONE of TOTAL in the present stage."""

    id: int
    application: str
    source: str
    title: str
    name: str
    sha256: str
    state: str
    error: str
    person_name: str
    created_at: datetime
    ended_at: datetime | None
    total: int
    done: int
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What becomes, or became, of one row; CELLS are its first filled ones."""

    no: int
    state: str
    problems: tuple[Mapping[str, str], ...]
    case_id: int | None
    number: str
    cells: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """What the worker needs to go on with a run."""

    run_id: int
    actor: Actor
    sha256: str
    name: str
    labels: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    waiting: tuple[int, ...] = ()


def sources(view: View) -> tuple[Source, ...]:
    """Give the import files of all applications that the actor's posts may use."""
    query = sa.select(bundle.c.application).where(definitions.whole()).distinct()
    query = query.order_by(bundle.c.application)
    found = []
    for (application,) in view.connection.execute(query).all():
        for name in deployed.latest(view, application).application.imports:
            spec = importing.load(view, application, name)
            facts = Facts(starters=spec.roles)
            if {"starter", "owner", "system"} & capacities(spec.actor, facts):
                found.append(_source(spec))
    return tuple(found)


def source(view: View, *, application: str, source_id: str) -> Source:
    """Give one import file the actor may use."""
    for one in sources(view):
        if (one.application, one.id) == (application, source_id):
            return one
    raise NotFound


def _source(spec: Import) -> Source:
    posts = [p for p in spec.actor.posts if not spec.roles or p.role in spec.roles]
    units = dict.fromkeys((post.unit, post.unit_name) for post in posts)
    data = spec.data
    note = str(data.get("note") or "")
    return Source(
        spec.application.key, data["id"], data["title"], data["process"], note, tuple(units)
    )


def template(view: View, *, application: str, source_id: str) -> tuple[str, bytes]:
    """Give name and content of an empty table with drop-downs and notes.

    Empty rows lie before the line to sign, so that nobody types over it.
    """
    found = source(view, application=application, source_id=source_id)
    spec = importing.load(view, application, source_id)
    layout = _layout(spec)
    empty: list[list[None]] = [[None] * len(layout.columns)] * BLANK
    return f"{found.title}模板.xlsx", write.write(layout, empty if layout.foot else [])


def _layout(spec: Import) -> write.Layout:
    looks = spec.data.get("sheet") or {}
    title = str(spec.data["title"])
    return write.Layout(
        name=title,
        title=str(looks.get("title") or title),
        columns=tuple(_column(spec, column) for column in spec.data["columns"]),
        lines=tuple(looks.get("lines") or ()),
        foot=tuple(looks.get("foot") or ()),
    )


def _column(spec: Import, column: Mapping[str, Any]) -> write.Column:
    one = spec.columns.get(column["key"])
    options: tuple[str, ...] = tuple(map(str, column.get("options") or ()))
    if column.get("role") == "state":
        options = tuple(spec.data.get("states") or ())
    elif one is not None and not options:
        options = _options(spec, one)
    must = bool(column.get("required") or (one is not None and one.required))
    width = round((column.get("width") or 100) / write.PIXELS)
    note = str(column.get("note") or "")
    return write.Column(str(column["label"]), width, options, note, must)


def _options(spec: Import, one: Any) -> tuple[str, ...]:
    if one.type == "boolean":
        return ("是", "否")
    if one.type == "choice" and one.options:
        return tuple(label for _, label in one.options.fixed)
    if one.type in ("reference", "division"):
        rows = spec.cells.choices(one.coded.register or "division")
        listed = tuple(f"{label}（{code}）" for code, label in rows.items())
        return listed if len(listed) <= MANY else ()
    return ()


def _mine(view: View) -> sa.ColumnElement[bool]:
    return import_run.c.person == view.actor.person


def runs(view: View) -> tuple[Run, ...]:
    """Give the actor's latest tables, newest first."""
    query = sa.select(import_run).where(_mine(view)).order_by(import_run.c.id.desc())
    found = view.connection.execute(query.limit(RUNS)).mappings().all()
    counts = _counts(view, [row["id"] for row in found])
    return tuple(_run(dict(row), counts.get(row["id"], {})) for row in found)


def run(view: View, *, run_id: int) -> Run:
    """Give one of the actor's tables with its progress."""
    query = sa.select(import_run).where(import_run.c.id == run_id, _mine(view))
    row = view.connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound
    return _run(dict(row), _counts(view, [run_id]).get(run_id, {}))


def _counts(view: View, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    query = (
        sa.select(import_row.c.run_id, import_row.c.state, sa.func.count())
        .where(import_row.c.run_id.in_(list(ids)))
        .group_by(import_row.c.run_id, import_row.c.state)
    )
    made: dict[int, dict[str, int]] = {}
    for run_id, state, count in view.connection.execute(query):
        made.setdefault(run_id, {})[state] = count
    return made


def _run(row: Mapping[str, Any], counts: Mapping[str, int]) -> Run:
    total = sum(counts.values())
    left = counts.get("read", 0)
    if row["state"] not in ("reading", "checking"):
        left = counts.get("create", 0) + counts.get("merge", 0)
    names = ("id", "application", "source", "title", "name", "sha256", "state", "error")
    more = ("person_name", "created_at", "ended_at")
    kept = {name: row[name] for name in (*names, *more)}
    ordered = {state: counts.get(state, 0) for state in STATES}
    return Run(**kept, total=total, done=total - left, counts=ordered)


def receipts(
    view: View, *, run_id: int, state: str = "", after: int = 0, limit: int = PAGE
) -> tuple[Receipt, ...]:
    """Give the rows of one of the actor's tables, in the order of the sheet."""
    run(view, run_id=run_id)
    query = (
        sa.select(import_row, instance.c.number)
        .outerjoin(instance, instance.c.id == import_row.c.root_id)
        .where(import_row.c.run_id == run_id, import_row.c.no > after)
        .order_by(import_row.c.no)
        .limit(limit)
    )
    if state:
        query = query.where(import_row.c.state == state)
    return tuple(_receipt(row) for row in view.connection.execute(query).mappings())


def _receipt(row: Any) -> Receipt:
    cells = codec.decode(bytes(row["cells"]))
    return Receipt(
        row["no"], row["state"], tuple(row["problems"]), row["root_id"], row["number"] or "",
        cells,
    )  # fmt: skip


def refused_sheet(view: View, *, run_id: int) -> tuple[str, bytes]:
    """Give the refused rows as a table to correct and send again, each with its reasons."""
    found = run(view, run_id=run_id)
    spec = importing.load(view, found.application, found.source)
    layout = _layout(spec)
    why = write.Column("错误原因（改正后可删去本列）", 50)
    layout = write.Layout(
        layout.name, layout.title, (*layout.columns, why), layout.lines, layout.foot
    )
    listed = functools.partial(receipts, view, run_id=run_id, state="refused")
    rows = []
    after = 0
    while page := listed(after=after):
        rows += [_corrected(spec, one) for one in page]
        after = page[-1].no
    return f"{found.title}未导入.xlsx", write.write(layout, rows)


def _corrected(spec: Import, row: Receipt) -> list[Any]:
    texts = [f"{one['label']}：{one['text']}" if one["label"] else one["text"]
             for one in row.problems]  # fmt: skip
    return [*(row.cells.get(label) for label in spec.labels), "；".join(texts)]


def task_of(view: View, *, run_id: int) -> Task | None:
    """Give the worker what it needs for a run; None when its person may no longer act."""
    row = import_rows.run_by_id(view.connection, run_id)
    actor = people_rows.load_actor(view.connection, row["person"]) if row else None
    if row is None or actor is None:
        return None
    kept = {"run_id": run_id, "actor": actor, "sha256": row["sha256"], "name": row["name"]}
    if row["state"] == "reading":
        spec = importing.load(view, row["application"], row["source"])
        return Task(**kept, labels=spec.labels, foot=spec.foot)
    states = ["create", "merge"]
    rows = import_rows.next_rows(view.connection, run_id, states, BATCH)
    return Task(**kept, waiting=tuple(one["no"] for one in rows))
