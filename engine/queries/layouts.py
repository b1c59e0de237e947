"""Papers an application lays out itself: prints/<id>.yaml over the variables of a case."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from engine.base.errors import ExpressionFailed, InvalidExpression, NotFound
from engine.base.expressions import Moment
from engine.base.values import Value
from engine.context import Deployed, View
from engine.feel.compile import Expression, compile_expression
from engine.prints.expressions import HOLE, LOOKS, folded
from engine.prints.model import Block, Document, Grid, Pairs, Prose, Sign
from engine.prints.paper import Paper
from engine.prints.text import NOTHING, day, shown
from engine.queries import instances, tasks
from engine.store import codec
from engine.store.tables import instance, task

__all__ = ["Layout", "of_case", "of_layout"]


@dataclass(frozen=True, slots=True)
class Layout:
    """A paper that can be printed now: of which INSTANCE, what its button says."""

    id: str
    button: str
    instance: int


@dataclass(frozen=True)
class _Sheet:
    """One layout over what one instance KNOWS; KNOWN grows by a row inside a table."""

    view: View
    version: Deployed
    moment: Moment
    known: Mapping[str, Value]
    root_id: int
    compiled: dict[tuple[str, ...], Expression | None] = field(default_factory=dict)

    def feel(self, text: str, more: Mapping[str, Value] | None = None) -> Value:
        """Evaluate TEXT; what cannot be evaluated is null, as on a page."""
        around = {**self.known, **(more or {})}
        key = (text, *(more or ()))  # the rows of a table have the same names
        if key not in self.compiled:
            self.compiled[key] = self._compile(text, around)
        expr = self.compiled[key]
        try:
            return None if expr is None else expr(around, self.moment)
        except ExpressionFailed:
            return None

    def _compile(self, text: str, names: Mapping[str, Value]) -> Expression | None:
        constants = {"settings": self.version.application.values}
        try:
            return compile_expression(text, names=names, mode="spec", constants=constants)
        except (InvalidExpression, ExpressionFailed):
            return None

    def fill(self, text: str, more: Mapping[str, Value] | None = None) -> str:
        """Fill the holes {{…}} of TEXT with values as people write them."""
        return HOLE.sub(lambda hole: written(self.feel(hole[1], more)), folded(text)).strip()

    def holds(self, said: Mapping[str, Any]) -> bool:
        """Tell whether a part with `when` belongs on the paper."""
        return "when" not in said or self.feel(str(said["when"])) is True


def of_case(view: View, *, case: str) -> tuple[Layout, ...]:
    """List the papers the case REF names can be printed as now."""
    case_id = instances.case_id_of(view, ref=case)
    found = []
    for row, version, key in _instances(view, case_id):
        for entry in version.application.prints.values():
            if entry["process"] != key:
                continue
            sheet = _sheet(view, row, version, key)
            if sheet.holds(entry):
                button = sheet.fill(str(entry.get("button") or entry["title"]))
                found.append(Layout(str(entry["id"]), button, row["id"]))
    return tuple(found)


def of_layout(view: View, *, case: str, layout: str, instance_id: int) -> Paper:
    """Give paper LAYOUT of an instance of the case REF names; NotFound when it is not due."""
    case_id = instances.case_id_of(view, ref=case)
    for row, version, key in _instances(view, case_id):
        entry = version.application.prints.get(layout)
        if row["id"] != instance_id or entry is None or entry["process"] != key:
            continue
        sheet = _sheet(view, row, version, key)
        if sheet.holds(entry):
            return _paper(sheet, entry, str(row["number"] or ""))
    raise NotFound


def written(value: Value) -> str:
    """Write VALUE in running text: dates as 2025年3月18日, nothing as a dash."""
    if isinstance(value, datetime):
        local = shown(value)
        return f"{_day(day(value))}{local[10:]}"
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, list):
        return "、".join(written(item) for item in value) or NOTHING
    return shown(value)


def _day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def _instances(view: View, case_id: int) -> Iterator[tuple[dict[str, Any], Deployed, str]]:
    """Give the case and the processes called in it whose application has papers of them."""
    query = sa.select(instance).where(instance.c.root_id == case_id).order_by(instance.c.id)
    conn, runtimes = view.connection, view.runtimes
    for row in conn.execute(query).mappings():
        if bytes(row["state"]) == codec.encode(None):
            continue  # a called process that was refused to begin says nothing yet
        key = runtimes.definition(conn, row["definition_id"])["key"]
        version = runtimes.deployed(conn, row["definition_id"], row["runtime"])
        if any(entry["process"] == key for entry in version.application.prints.values()):
            yield dict(row), version, str(key)


def _sheet(view: View, row: Mapping[str, Any], version: Deployed, key: str) -> _Sheet:
    state = codec.decode(bytes(row["state"]))
    variables = version.runtime.inspect(version.plans[key], state).variables
    return _Sheet(view, version, version.moment(view.now), variables, row["root_id"])


def _paper(sheet: _Sheet, entry: Mapping[str, Any], number: str) -> Paper:
    title = sheet.fill(str(entry.get("heading") or entry["title"]))
    document = Document(
        title,
        tuple(block for one in entry["blocks"] for block in _blocks(sheet, one)),
        annex=sheet.fill(str(entry.get("annex") or "")),
        number=sheet.fill(str(entry.get("number") or "")),
        landscape=entry.get("landscape") is True,
    )
    return Paper(document, f"{number} {title}".strip())


def _blocks(sheet: _Sheet, said: Mapping[str, Any]) -> Iterator[Block]:
    if not sheet.holds(said):
        return
    for key, look in LOOKS.items():
        if key in said:
            lines = sheet.fill(str(said[key])).split("\n")
            yield from (Prose(line.strip(), look) for line in lines if line.strip())
    if "pairs" in said:
        yield from _pairs(sheet, said["pairs"])
    if "table" in said:
        yield _table(sheet, said)
    if "signs" in said:
        yield from _signs(sheet, str(said["signs"]))
    if "sign" in said:
        yield _box(sheet, said["sign"])


def _pairs(sheet: _Sheet, said: Sequence[Mapping[str, str]]) -> Iterator[Block]:
    """Put two short pairs in one line, a long one alone."""
    waiting: tuple[str, str] | None = None
    for one in said:
        pair = (one["label"], sheet.fill(one["value"]))
        if len(pair[1]) > 24 or "\n" in pair[1]:
            if waiting:
                yield Pairs((waiting,))
            waiting = None
            yield Pairs((pair,))
        elif waiting:
            yield Pairs((waiting, pair))
            waiting = None
        else:
            waiting = pair
    if waiting:
        yield Pairs((waiting,))


def _table(sheet: _Sheet, said: Mapping[str, Any]) -> Grid:
    found = sheet.feel(str(said["table"]))
    columns = said["columns"]
    rows = []
    for number, row in enumerate(found if isinstance(found, list) else [], 1):
        inner = {**row, "row": row} if isinstance(row, dict) else {"row": row}
        more: dict[str, Value] = {**inner, "no": number}
        rows.append(tuple(shown(sheet.feel(str(one["value"]), more)) for one in columns))
    heads = tuple(str(one["label"]) for one in columns)
    return Grid(heads, tuple(rows), str(said.get("label") or ""))


def _box(sheet: _Sheet, said: Mapping[str, Any]) -> Sign:
    """Give an opinion from variables, or an empty box to be signed by hand."""
    on = sheet.feel(str(said["on"])) if "on" in said else None
    keys = ("label", "text", "unit", "person")
    label, text, unit, person = (sheet.fill(str(said.get(key, ""))) for key in keys)
    return Sign(label, text, unit, person, on if isinstance(on, date) else None)


def _signs(sheet: _Sheet, node: str) -> Iterator[Block]:
    """Give what each seat of the last round of the task at NODE signed."""
    query = sa.select(task.c.id).where(task.c.root_id == sheet.root_id, task.c.node == node)
    last = sheet.view.connection.execute(query.order_by(task.c.id.desc()).limit(1)).scalar()
    if last is None:
        return
    row = tasks.get(sheet.view, task_id=last)
    offered = [f.nodes[node].outcomes for f in sheet.version.facts.values() if node in f.nodes]
    words = {str(o["value"]): str(o.get("label") or "") for each in offered for o in each}
    for seat in row.seats:
        said = (words.get(seat.outcome or "", ""), seat.opinion or "")
        text = "".join(f"{part.rstrip('。')}。" for part in said if part)
        on = day(seat.decided_at) if seat.decided_at else None
        label, by = seat.label or seat.unit_name, seat.person_name or ""
        yield Sign(label, text, seat.unit_name, by, on)
