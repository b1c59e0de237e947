"""FEEL of one process compiled once a text: findings instead of exceptions."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from engine.base.errors import InvalidExpression
from engine.base.expressions import Expr, Moment
from engine.base.values import Value
from engine.bpmn.model import Element
from engine.bpmn.report import Report, near
from engine.feel.compile import Expression, compile_expression
from engine.feel.inference import type_problems

Mode = Literal["strict", "spec"]
CODES = ("expr.syntax", "expr.unknown_function", "expr.too_complex")
WORD = re.compile(r"[^\W\d]\w*")
VARIABLE = re.compile(r"[^\W\d]\w*( \w+)*")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in an element an expression stands, for messages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal that answers like an expression."""

    text: str
    value: Value = None
    reads: frozenset[str] = frozenset()
    clock: bool = False

    def __call__(self, scope: Mapping[str, Value], moment: Moment) -> Value:
        """Give the value."""
        del scope, moment
        return self.value

    def with_warnings(
        self, scope: Mapping[str, Value], moment: Moment
    ) -> tuple[Value, tuple[str, ...]]:
        """Give the value; a literal never warns."""
        del scope, moment
        return self.value, ()


@dataclass(frozen=True, slots=True)
class Variable:
    """The plain copy of one variable, null when nobody wrote it."""

    text: str
    clock: bool = False

    @property
    def reads(self) -> frozenset[str]:
        """Name the variable."""
        return frozenset({self.text})

    def __call__(self, scope: Mapping[str, Value], moment: Moment) -> Value:
        """Give its value."""
        del moment
        return scope.get(self.text)

    def with_warnings(
        self, scope: Mapping[str, Value], moment: Moment
    ) -> tuple[Value, tuple[str, ...]]:
        """Give its value; a missing variable is null."""
        del moment
        return scope.get(self.text), ()


@dataclass(slots=True)
class Formulas:
    """The compiler of all expressions of one process."""

    report: Report
    names: frozenset[str]
    settings: Mapping[str, Value] = field(default_factory=dict)
    warn_unknown: bool = True
    kinds: Mapping[str, str] = field(default_factory=dict)  # variable -> FEEL type
    spaced: dict[str, list[str]] = field(default_factory=dict)  # first word -> names
    made: dict[tuple[str, str, frozenset[str]], Expression | InvalidExpression] = field(
        default_factory=dict
    )

    def compile(
        self,
        text: str,
        at: Element,
        place: Place,
        mode: Mode = "strict",
        extra: Iterable[str] = (),
    ) -> Expression | None:
        """Compile TEXT, with or without a leading "="; None after a finding.

        EXTRA are names known at this place only, for example an element variable.
        """
        if not text.strip().removeprefix("=").strip():
            self.say("expr.missing", at, Place(place.zh.removeprefix("的"), place.en))
            return None
        if "${" in text or "#{" in text:
            self.say("expr.java", at, place, text=text.strip()[:80])
            return None
        made = self.make(text.strip(), mode, frozenset(extra))
        if isinstance(made, InvalidExpression):
            self.complain(made, text, at, place)
            return None
        self.mismatched(made, at, place, frozenset(extra))
        if self.warn_unknown:
            self.unknown(made, at, place, frozenset(extra))
        return made

    def make(
        self, text: str, mode: Mode, extra: frozenset[str]
    ) -> Expression | InvalidExpression:
        """Compile once per text, mode and names."""
        key = (text, mode, extra)
        if key not in self.made:
            try:
                self.made[key] = compile_expression(
                    text,
                    names=self.relevant(text, extra),
                    mode=mode,
                    constants={"settings": dict(self.settings)},
                )
            except InvalidExpression as error:
                self.made[key] = error
        return self.made[key]

    def relevant(self, text: str, extra: frozenset[str]) -> frozenset[str]:
        """Give the known names TEXT can mean: a large process has thousands of others."""
        if not self.spaced:
            self.spaced.update((first_word(name), []) for name in self.names)
            for name in self.names:
                if not WORD.fullmatch(name):
                    self.spaced[first_word(name)].append(name)
        words = set(WORD.findall(text))
        found = {name for word in words for name in self.spaced.get(word, ())}
        return frozenset(found | (words & self.names) | extra)

    def complain(
        self, error: InvalidExpression, text: str, at: Element, place: Place
    ) -> None:
        """Report an expression that does not compile."""
        code = error.problem_code if error.problem_code in CODES else "expr.syntax"
        detail = re.sub(r"^表达式第 \d+ 列：", "", error.message)
        self.say(code, at, place, col=error.column, detail=detail, text=text.strip())

    def mismatched(
        self, made: Expression, at: Element, place: Place, extra: frozenset[str]
    ) -> None:
        """Report operations whose types can never fit; EXTRA names may hold anything."""
        kinds = {name: self.kinds[name] for name in made.reads - extra if name in self.kinds}
        for problem in type_problems(made, kinds):
            self.say("expr.type", at, place, col=problem.column, detail=problem.zh)

    def unknown(
        self, made: Expression, at: Element, place: Place, extra: frozenset[str]
    ) -> None:
        """Warn of names nobody declares, each with the nearest known one."""
        known = self.names | extra
        for name in sorted(made.unknown - {"settings"}):
            self.say("expr.unknown_name", at, place, v=name, **near(name, known))

    def say(self, code: str, at: Element, place: Place, **params: Any) -> None:
        """Add a finding with the place in both languages."""
        self.report.add(code, at, place=place.zh, place_en=place.en, **params)

    def text_or_feel(
        self,
        text: str,
        at: Element,
        place: Place,
        mode: Mode = "strict",
        extra: Iterable[str] = (),
    ) -> Expression | Constant | None:
        """Compile a text that is FEEL after a leading "=", else a literal."""
        if text.lstrip().startswith("=") or "${" in text or "#{" in text:
            return self.compile(text, at, place, mode, extra)
        return Constant(text.strip(), text.strip())


def plain_value(value: Any) -> Value:
    """Give a setting as a value FEEL knows: floats become decimals, tuples lists."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, Mapping):
        return {str(key): plain_value(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_value(inner) for inner in value]
    return value


def literal(expr: Expr | None) -> Value:
    """Give the text of a constant, None for a real expression."""
    return expr.value if isinstance(expr, Constant) else None


def first_word(name: str) -> str:
    """Give the first word of a name, "" when it begins with none."""
    match = WORD.match(name)
    return match.group() if match else ""


def is_variable(name: str) -> bool:
    """Tell whether NAME can be a variable: a FEEL name, letters of any script."""
    return bool(VARIABLE.fullmatch(name))
