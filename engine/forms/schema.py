"""A compiled form: cleans what was submitted, prefills the page, describes itself."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.base.errors import ExpressionFailed, InvalidForm
from engine.base.expressions import Expr, Moment
from engine.base.sieve import Sieve
from engine.base.values import Value
from engine.base.writable import implied
from engine.feel.compile import Expression
from engine.feel.demands import demanded
from engine.forms.checks import empty, options_of
from engine.forms.cleaning import Cleaning, Wanted
from engine.forms.describe import describe_field
from engine.forms.fields import Attachments, Field, Rule
from engine.forms.scope import Scope
from engine.forms.texts import Problem, problem


@dataclass(frozen=True)
class FormSchema:
    """A form as the server knows it; immutable, shared by threads.

    ALL keeps the order of the page, ORDER the order in which values become known. PAPER
    is false for a form that only opens a case: printed by itself it says nothing.
    """

    id: str
    title: str
    all: tuple[Field, ...]
    order: tuple[Field, ...]
    rules: tuple[Rule, ...] = ()
    vaulted: tuple[str, ...] = ()  # fields whose values go into the vault
    _by_key: Mapping[str, Field] = field(default_factory=dict)
    paper: bool = True

    @property
    def fields(self) -> dict[str, str]:
        """Give the declared fields: key -> type; what a task with this form may write."""
        return {one.key: one.type for one in self.all}

    @property
    def derived(self) -> dict[str, frozenset[str]]:
        """Give the computed and copied fields: key -> the names their expressions read."""
        return {one.key: one.derived.reads for one in self.all if one.derived is not None}

    @property
    def conditions(self) -> frozenset[Expr]:
        """Give the conditions that hide fields, groups and rules."""
        found = [expr for one in self.all for expr in one.hidden_by]
        return frozenset(found + [expr for rule in self.rules for expr in rule.hidden_by])

    def demanded(self, values: Mapping[str, Value], moment: Moment) -> frozenset[str]:
        """Name the fields in sight that a condition requires while the form holds VALUES."""
        held: dict[str, Value] = dict.fromkeys(self.fields)
        scope = Scope(held | dict(values), moment)
        return frozenset(
            one.key
            for one in self.all
            if scope.true(one.required_if, one) and not scope.hidden(one)
        )

    def get(self, key: str) -> Field | None:
        """Give the field KEY."""
        return self._by_key.get(key)

    def named(self, data: Mapping[str, Value]) -> dict[str, tuple[str, str, tuple[str, ...]]]:
        """Give by key ledger, number and states (none: any) of a case a field of DATA names."""
        return {
            one.key: (one.ledger, str(data[one.key]), one.ledger_states)
            for one in self.all
            if one.ledger and one.derived is None and data.get(one.key) not in (None, "")
        }

    def not_on_ledger(self, key: str, number: Value) -> Problem:
        """Say that field KEY names a NUMBER of no case the reader may see on its ledger."""
        one = self._by_key[key]
        if one.ledger_states:
            words = "、".join(one.ledger_states)
            return problem(key, "ledger-state", one.label, value=number, words=words)
        return problem(key, "ledger-unknown", one.label, value=number)

    def clean(
        self,
        data: Mapping[str, Any],
        *,
        known: Mapping[str, Value],
        moment: Moment,
        writable: frozenset[str] | None = None,
        draft: bool = False,
        attachments: Attachments | None = None,
    ) -> dict[str, Value]:
        """Give the values DATA may write over the variables KNOWN, or raise InvalidForm.

        WRITABLE limits the keys (None: all that are not read-only; empty: review only); what
        is computed from them follows. A DRAFT is checked for types only, and keeps only what
        may be written. ATTACHMENTS answers an attachment id with {"sha256", "media", "size"},
        or None when it is foreign. Computed and copied values are evaluated here; what was
        sent for them is ignored.
        """
        scope = Scope(dict(known), moment, attachments)
        for key in () if draft else data:
            if key not in self._by_key:
                scope.problems.append(problem(str(key), "field-unknown", str(key)[:80]))
        if writable is not None:
            writable = implied(writable, self.derived)
        cleaning = Cleaning(Wanted(self.all, self.order, writable, draft), scope, dict(known))
        result = cleaning.run(data)
        if not draft:
            self._check_rules(scope, writable)
        if scope.problems:
            raise InvalidForm(self._sorted(scope.problems))
        return result

    def prefill(self, known: Mapping[str, Value], moment: Moment) -> dict[str, Value]:
        """Give a value for every field of the page: stored, computed, copied or default."""
        scope = Scope(dict(known), moment)
        for one in self.all:
            scope.values.setdefault(one.key, None)
        for one in self.order:
            value = known.get(one.key)
            if one.derived is not None:
                value = scope.evaluate(one.derived, one)
            elif value is None:
                value = scope.default(one)
            scope.values[one.key] = value
        return {one.key: scope.values[one.key] for one in self.all}

    def options(
        self, known: Mapping[str, Value], moment: Moment
    ) -> dict[str, list[dict[str, Value]]]:
        """Give what the choices with computed lists offer now: key -> [{label, value}]."""
        scope = Scope({**known, **self.prefill(known, moment)}, moment)
        open_lists = [one for one in self.all if one.options and not one.options.fixed]
        return {
            one.key: [{"label": text, "value": value} for value, text in options_of(one, scope)]
            for one in open_lists
        }

    def warnings(self, values: Mapping[str, Value], moment: Moment) -> list[dict[str, str]]:
        """Give the soft warnings VALUES deserve: [{"field", "detail"}]; they refuse nothing."""
        scope = Scope(dict(values), moment)
        return [
            {"field": one.key, "detail": one.warning}
            for one in self.all
            if not scope.hidden(one) and scope.true(one.warn_if, one)
        ]

    def people(self, values: Mapping[str, Value]) -> dict[str, tuple[str, ...]]:
        """Give the person codes in the clean VALUES, by field: the accounts must know them.

        Persons are not in the registers, so clean() checks their shape and number only.
        """
        named = {one.key: values.get(one.key) for one in self.all if one.type == "person"}
        return {
            key: tuple(codes) if isinstance(codes, list) else (codes,)
            for key, codes in named.items()
            if codes
        }

    def hidden(self, data: Mapping[str, Value], moment: Moment) -> frozenset[str]:
        """Name the fields that DATA hides, for pages that cannot hide them while one types."""
        scope = Scope({**dict.fromkeys(one.key for one in self.all), **data}, moment)
        return frozenset(one.key for one in self.all if scope.hidden(one))

    def row_sources(self) -> dict[str, str]:
        """Name what prefills tables: key -> "ledger:<id>", "frozen:<id>", "year:<id>"."""
        return {one.key: one.rows.source for one in self.all if one.rows.source}

    def sieve(self, key: str, known: Mapping[str, Value], moment: Moment) -> Sieve:
        """Tell which ledger rows table KEY wants.

        The filter sees the columns of a row over the variables KNOWN.
        """
        asked = self._by_key[key].rows
        shown = frozenset(column.key for column in asked.columns)
        chosen = asked.filter
        if chosen is None:
            return Sieve(shown, frozenset(), lambda _: True)
        around = {name: known[name] for name in chosen.reads if name in known}

        def keep(row: Mapping[str, Value]) -> bool:
            try:
                return chosen({**around, **row}, moment) is True
            except ExpressionFailed:
                return False

        def demands(columns: Collection[str]) -> tuple[tuple[str, Value], ...]:
            if not isinstance(chosen, Expression):
                return ()
            return demanded(chosen.tree, columns, around)

        return Sieve(shown, chosen.reads, keep, demands)

    def cut_rows(
        self, key: str, rows: Sequence[Mapping[str, Value]]
    ) -> list[dict[str, Value]]:
        """Cut the wanted ROWS to the columns of table KEY, numbered in `seq`."""
        one = self._by_key[key]
        names = [column.key for column in one.rows.columns]
        cut = [{name: row.get(name) for name in names} for row in rows[: one.rows.maximum]]
        if "seq" in names:
            for number, row in enumerate(cut, 1):
                row["seq"] = number
        return cut

    def describe(self) -> dict[str, Any]:
        """Give the form as plain JSON, for documents and pages."""
        return {
            "id": self.id,
            "title": self.title,
            "fields": [describe_field(one) for one in self.all],
            "rules": [{"key": rule.key, "message": rule.message} for rule in self.rules],
        }

    def _check_rules(self, scope: Scope, writable: frozenset[str] | None) -> None:
        if writable is not None and not writable:
            return  # review mode: nothing can be corrected here
        for rule in self.rules:
            stand_in = Field(rule.key, rule.label, "string", hidden_by=rule.hidden_by)
            if scope.hidden(stand_in):
                continue
            answer = scope.evaluate(rule.check, stand_in)
            unknown = any(empty(scope.values.get(name)) for name in rule.check.reads)
            if answer is not True and not (answer is None and unknown):
                scope.report(stand_in, "check")
                scope.problems[-1]["detail"] = rule.message or scope.problems[-1]["detail"]

    def _sorted(self, problems: list[dict[str, Any]]) -> list[dict[str, Any]]:
        place = {one.key: number for number, one in enumerate(self.all)}
        last = len(place)
        return sorted(
            problems,
            key=lambda p: (place.get(str(p["field"]).split(".")[0], last), p.get("row", 0)),
        )


