"""One set of fields over one scope: what is visible, writable, derived; form or table row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError

from engine.base.errors import ExpressionFailed
from engine.base.expressions import Expr, Moment
from engine.base.values import Value
from engine.forms.fields import CODED, Attachments, Field, Limit
from engine.forms.shapes import shape
from engine.forms.texts import Problem, problem


@dataclass
class Scope:
    """The values while a form is looked at; VALUES hold variables and fields together.

    PROBLEMS collect what is refused; PREFIX and ROW place them inside a table.
    """

    values: dict[str, Value]
    moment: Moment
    attachments: Attachments | None = None
    prefix: str = ""
    row: int | None = None
    problems: list[Problem] = field(default_factory=list)

    def report(self, one: Field, code: str, **words: Any) -> None:
        """Note that field ONE is refused with CODE."""
        self.say(one.key, problem(self.prefix + one.key, code, one.label, **words))

    def say(self, key: str, found: Problem) -> None:
        """Note the ready problem FOUND of field KEY."""
        found["field"] = self.prefix + key
        if self.row is not None:
            found.update(row=self.row, column=key)
        self.problems.append(found)

    def true(self, expr: Expr | None, one: Field) -> bool:
        """Tell whether EXPR, a rule of field ONE, is true; null is not."""
        return expr is not None and self.evaluate(expr, one) is True

    def evaluate(self, expr: Expr, one: Field) -> Value:
        """Evaluate EXPR, a rule of field ONE; a failure is reported and gives null."""
        try:
            return expr(self.values, self.moment)
        except ExpressionFailed as error:
            self.report(one, "rule-failed", value=error.message)
            return None

    def limit(self, limit: Limit, one: Field) -> Value:
        """Give the LIMIT of field ONE, evaluated when it is an expression."""
        return self.evaluate(limit, one) if callable(limit) else limit

    def below(self, one: Field, row: int, own: Mapping[str, Value]) -> "Scope":
        """Give the scope of ROW (1-based) of table ONE, with the row's OWN values on top."""
        return Scope(
            {**self.values, **own},
            self.moment,
            self.attachments,
            f"{one.key}.",
            row,
            self.problems,
        )

    def hidden(self, one: Field) -> bool:
        """Tell whether a condition hides field ONE now."""
        return any(self.true(expr, one) for expr in one.hidden_by)

    def default(self, one: Field) -> Value:
        """Give the default of field ONE."""
        return self.evaluate(one.default_expr, one) if one.default_expr else one.default

    def load(self, one: Field, raw: Any) -> tuple[Value, bool]:
        """Read RAW into the type of field ONE; false when it was refused."""
        multiple = one.coded.multiple and one.type in CODED
        try:
            value = shape(one.type, multiple=multiple).deserialize(raw)
        except ValidationError as error:
            self.report(one, str(error.messages[0]))
            return None, False
        if isinstance(value, datetime) and value.tzinfo is None:
            value = value.replace(tzinfo=ZoneInfo(self.moment.zone))
        return value, True
