"""The pass over a form's fields: read, hide, lock, compute, check; tables row by row."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.base.records import record
from engine.base.sealed import MARKER
from engine.base.values import Value
from engine.forms.checks import check
from engine.forms.fields import Field
from engine.forms.scope import Scope
from engine.forms.texts import problem

Known = Sequence[Mapping[str, Value]]


@record
class Wanted:
    """What to clean: ALL fields, in which ORDER, which are WRITABLE, and how strictly."""

    all: tuple[Field, ...]
    order: tuple[Field, ...]
    writable: frozenset[str] | None = None
    draft: bool = False


class Cleaning:
    """One pass; STORED are the values before, to compare read-only fields with."""

    def __init__(self, wanted: Wanted, scope: Scope, stored: Mapping[str, Value]) -> None:
        self.wanted = wanted
        self.scope = scope
        self.stored = stored
        self.result: dict[str, Value] = {}
        self.shown: set[str] = set()
        self.broken: set[str] = set()  # refused already; no second complaint

    def run(self, data: Mapping[str, Any]) -> dict[str, Value]:
        """Clean DATA and give what may be written; problems are left in the scope."""
        sent = self._read(data)
        for one in self.wanted.all:
            self.scope.values[one.key] = sent.get(one.key, self.stored.get(one.key))
        for one in self.wanted.order:
            self._resolve(one, sent)
        for one in self.wanted.all:
            if one.type == "table" and one.key in self.result:
                self._rows(one)
        if not self.wanted.draft:
            self._check()
        return self.result

    def _read(self, data: Mapping[str, Any]) -> dict[str, Value]:
        sent: dict[str, Value] = {}
        for one in self.wanted.all:
            if one.key not in data or one.derived is not None:
                continue
            value, good = self.scope.load(one, data[one.key])
            if good:
                sent[one.key] = value
            else:
                self.broken.add(one.key)
        return sent

    def _resolve(self, one: Field, sent: Mapping[str, Value]) -> None:
        """Settle the value of field ONE; all it depends on is settled before."""
        hidden = self.scope.hidden(one)
        if not hidden:
            self.shown.add(one.key)
        if one.derived is not None:
            self._derive(one)
        elif hidden or self._locked(one):
            self._keep(one, sent, hidden)
        elif one.key in sent:
            self.scope.values[one.key] = self.result[one.key] = sent[one.key]
        elif one.key not in self.broken and self.stored.get(one.key) is None:
            self._default(one)

    def _derive(self, one: Field) -> None:
        if self._stores(one):
            value = self.scope.evaluate(one.derived, one) if one.derived else None
            self.scope.values[one.key] = self.result[one.key] = value
        else:
            self.scope.values[one.key] = self.stored.get(one.key)

    def _stores(self, one: Field) -> bool:
        """A derived field is written when it, or something it reads, may be written."""
        return self.wanted.writable is None or one.key in self.wanted.writable

    def _locked(self, one: Field) -> bool:
        writable = self.wanted.writable
        if one.readonly or (writable is not None and one.key not in writable):
            return True
        return self.scope.true(one.locked_by, one)

    def _keep(self, one: Field, sent: Mapping[str, Value], hidden: bool) -> None:
        """Keep what is stored, or the default shown; what was sent must say the same."""
        stored = self.stored.get(one.key)
        shown = self.scope.default(one) if stored is None and not hidden else stored
        if one.readonly and self.wanted.writable is None and shown != stored:
            self.result[one.key] = shown
        # What was signed stands in the record of the rounds; the form only shows it.
        if one.key in sent and not self.wanted.draft and one.type != "signoff":
            said = _typed(one, sent[one.key], self.scope)
            same = any(_same(said, _typed(one, was, self.scope)) for was in (shown, stored))
            # An empty value says nothing: the browser leaves out what it cannot show.
            if not same and said not in (None, [], False):
                self.scope.report(one, "field-readonly")
        self.broken.add(one.key)
        self.scope.values[one.key] = None if hidden else shown

    def _default(self, one: Field) -> None:
        value = self.scope.default(one)
        self.scope.values[one.key] = value
        if value is not None:
            self.result[one.key] = value

    def _check(self) -> None:
        for one in self.wanted.all:
            checked = one.key in self.shown and one.key not in self.broken
            if one.vault and self.scope.values[one.key] == MARKER:
                continue  # checked when it was sealed
            if checked and (one.derived is None or self._stores(one)):
                check(one, self.scope.values[one.key], self.scope)

    def _rows(self, one: Field) -> None:
        rows = self.result[one.key] or []
        if len(rows) > one.rows.maximum:
            words = {"limit": one.rows.maximum, "current": len(rows)}
            self.scope.report(one, "rows-max", **words)
            return
        if len(rows) < one.rows.minimum and not self.wanted.draft:
            words = {"limit": one.rows.minimum, "current": len(rows)}
            self.scope.report(one, "rows-min", **words)
        before = len(self.scope.problems)
        known = self._known_rows(one)
        cleaned = [self._row(one, row, at, known) for at, row in enumerate(rows, 1)]
        if len(self.scope.problems) > before:
            self.broken.add(one.key)
        self.result[one.key] = cleaned or None
        self.scope.values[one.key] = self.result[one.key]

    def _row(
        self, one: Field, row: Mapping[str, Any], number: int, known: Known
    ) -> dict[str, Value]:
        names = [column.key for column in one.rows.columns]
        inner = self.scope.below(one, number, dict.fromkeys(names))
        for key in row:
            if key not in names:
                inner.say(str(key), problem(str(key), "field-unknown", str(key)[:80]))
        wanted = Wanted(one.rows.columns, one.rows.order, None, self.wanted.draft)
        stored = _stored_row(one, row, inner, known)
        found = Cleaning(wanted, inner, stored).run(row)
        return {name: found.get(name, stored.get(name)) for name in names}

    def _known_rows(self, one: Field) -> Known:
        rows = self.stored.get(one.key)
        return rows if isinstance(rows, list) else []


def _stored_row(
    one: Field, row: Mapping[str, Any], scope: Scope, known: Known
) -> Mapping[str, Value]:
    """Find the stored row that ROW repeats in all its read-only columns; {} for a new row."""
    fixed = [column for column in one.rows.columns if column.readonly and not column.derived]
    if not fixed:
        return {}
    silent = Scope(scope.values, scope.moment)
    own = {column.key: silent.load(column, row.get(column.key))[0] for column in fixed}
    for other in known:
        if all(_same(own[key], other.get(key)) for key in own):
            return {key: other.get(key) for key in own}
    return {}


def _typed(one: Field, value: Value, scope: Scope) -> Value:
    """Give VALUE with the cells of a table typed by their columns, for comparing."""
    if one.type != "table" or not isinstance(value, list):
        return value
    quiet = Scope(scope.values, scope.moment)
    own = [column for column in one.rows.columns if column.derived is None]
    return [
        {column.key: quiet.load(column, row.get(column.key))[0] for column in own}
        for row in value
        if isinstance(row, Mapping)
    ]


def _same(one: Value, two: Value) -> bool:
    if isinstance(one, bool) != isinstance(two, bool):
        return bool(not one and not two)
    if isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        return all(map(_same_item, one, two))
    return bool(one == two) or (one in (None, [], "") and two in (None, [], ""))


def _same_item(one: Value, two: Value) -> bool:
    if not isinstance(one, Mapping) or not isinstance(two, Mapping):
        return bool(one == two)
    return all(one.get(key) == two.get(key) for key in one.keys() | two.keys())
