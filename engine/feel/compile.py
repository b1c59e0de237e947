"""From text to callable, once, at deployment: the entry to FEEL for everybody else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from engine.base.errors import ExpressionFailed
from engine.base.expressions import Moment
from engine.base.values import Value
from engine.feel import nodes as n
from engine.feel.borders import let_out, taken_in
from engine.feel.closures import Builder, Code
from engine.feel.grammar import parse
from engine.feel.names import Words
from engine.feel.run import MAX_LIST, LimitReached, Mode, Run
from engine.feel.scopes import Scopes

Kind = Literal["expression", "unary"]
_PLAIN = (
    n.Const, n.Name, n.Member, n.Compare, n.Logic, n.Between, n.In, n.Test, n.Arith,
    n.Negate, n.InstanceOf, n.If,
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A compiled expression (engine.base.expressions.Expr); immutable, shared by threads."""

    text: str
    tree: n.Node
    code: Code
    strict: bool
    reads: frozenset[str]
    unknown: frozenset[str]
    clock: bool
    slots: int
    builds: bool
    asks: bool
    simple: bool  # needs no slots, and gives nothing that must be checked on its way out
    list_limit: int
    declared: frozenset[str] = frozenset()
    constants: Mapping[str, Value] = field(default_factory=dict)

    def __call__(self, scope: Mapping[str, Value], moment: Moment) -> Value:
        """Evaluate; raises ExpressionFailed in strict mode only."""
        if not self.simple:
            return self._evaluated(self._run(scope, moment))
        run = Run(scope, moment, self.strict, self.text)
        try:
            return self.code(run)
        except (LimitReached, ArithmeticError, RecursionError) as error:
            return self._stopped(run, error)

    def with_warnings(
        self, scope: Mapping[str, Value], moment: Moment
    ) -> tuple[Value, tuple[str, ...]]:
        """Evaluate; give the value and the warnings of spec mode."""
        run = self._run(scope, moment)
        value = self._evaluated(run)
        return value, tuple(run.warnings)

    def with_lists(self, limit: int) -> "Expression":
        """Give the same expression with lists of up to LIMIT items (multi-instance)."""
        return replace(self, list_limit=limit)

    def within(self, run: Run) -> Value:
        """Evaluate as a part of RUN, with its scope and its budget (for decisions)."""
        outer = run.loc, run.text, run.strict
        run.loc, run.text, run.strict = [None] * self.slots, self.text, self.strict
        run.charge(self.tree.size)
        run.deepen(self.tree.height)
        try:
            return self.code(run)
        finally:
            run.loc, run.text, run.strict = outer
            run.deepen(-self.tree.height)

    def _run(self, scope: Mapping[str, Value], moment: Moment) -> Run:
        run = Run(scope, moment, self.strict, self.text)
        run.loc = [None] * self.slots
        run.list_limit = self.list_limit
        run.ops = self.tree.size
        if self.asks:
            run.question = scope.get("?")
        return run

    def _evaluated(self, run: Run) -> Value:
        try:
            value = self.code(run)
            return let_out(run, value) if self.builds else value
        except (LimitReached, ArithmeticError, RecursionError) as error:
            return self._stopped(run, error)

    def _stopped(self, run: Run, error: Exception) -> Value:
        """End an evaluation that reached a limit: an error, or null and a warning."""
        zh = error.zh if isinstance(error, LimitReached) else "计算超出范围"
        if self.strict:
            raise ExpressionFailed(
                f"{zh}。表达式：{self.text[:200]}", reason="limit", column=0, text=self.text
            ) from None
        run.warnings = [*run.warnings, zh]
        return None


def compile_expression(
    text: str,
    *,
    names: Iterable[str] = (),
    mode: Mode = "strict",
    kind: Kind = "expression",
    constants: Mapping[str, Value] | None = None,
    limit: int = 4096,
) -> Expression:
    """Compile TEXT (a leading `=` is dropped) with NAMES known to be variables.

    MODE strict raises ExpressionFailed on a wrong type, name, argument or limit; spec gives
    null and a warning. KIND unary is the cell of a decision table, called with `?` in the
    scope. CONSTANTS need not be in the scope. LIMIT bounds the source in characters.
    A name in NAMES that begins with a dot is one only behind a dot (`.first name`).
    Raises InvalidExpression with code expr.syntax, expr.unknown_function or
    expr.too_complex and the column.
    """
    source = text.strip()
    plain = source[1:] if kind == "expression" and source.startswith("=") else source
    shift = text.find(plain) if plain != text else 0
    given = tuple(names)
    known = frozenset(name for name in given if not name.startswith("."))
    members = tuple(name[1:] for name in given if name.startswith("."))
    fixed = {  # the settings of an application are many, and most texts read none
        name: taken_in(value)
        for name, value in (constants or {}).items()
        if name in plain or not name.isidentifier()
    }
    # columns count in the text as it was given, so what was cut off is put back as spaces
    words = Words(known | fixed.keys(), members)
    tree = parse(" " * shift + plain, words, unary=kind == "unary", limit=limit)
    scopes = Scopes(known, fixed)
    code = Builder(scopes).code(tree)
    builds, asks = _builds(tree), kind == "unary"
    return Expression(
        text=source,
        tree=tree,
        code=code,
        strict=mode == "strict",
        reads=frozenset(scopes.reads - {"?"}),
        unknown=frozenset(scopes.unknown),
        clock=scopes.clock,
        slots=scopes.slots,
        builds=builds,
        asks=asks,
        simple=not (builds or asks or scopes.slots),
        list_limit=MAX_LIST,
        declared=known,
        constants=fixed,
    )


def _builds(tree: n.Node) -> bool:
    """Tell whether the result may be a new container, a range or a function."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if not isinstance(node, _PLAIN):
            return True
        stack.extend(node.parts())
    return False
