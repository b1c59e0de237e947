"""The grammar of FEEL (DMN 1.3, 10.3.1): operators by a binding table, chains kept flat."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.base.errors import InvalidExpression
from engine.feel import nodes as n
from engine.feel.lexer import END, NAME, OP, Token, unexpected
from engine.feel.names import Words
from engine.feel.operands import MAX_NESTING, Operands

MAX_HEIGHT = 128  # levels of the finished tree; designed, keeps evaluation off deep stacks

_COMPARE, _SUM = 3, 4
_LEVELS: Mapping[str, int] = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">=", "between", "in"), _COMPARE),
    "+": _SUM,
    "-": _SUM,
    "*": 5,
    "/": 5,
    "**": 6,
}


@dataclass(slots=True)
class _Chain:
    """Operands and operators of one level, waiting for the last operand."""

    level: int
    at: int
    operands: list[n.Node]
    ops: list[str]

    def closed(self, last: n.Node) -> n.Node:
        """Make the node of the chain that ends with LAST."""
        first, *others = [*self.operands, last]
        if self.level == _COMPARE:
            return n.Compare(self.at, self.ops[0], first, last)
        if self.level < _COMPARE:
            return n.Logic(self.at, self.level == _LEVELS["and"], (first, *others))
        return n.Arith(self.at, first, tuple(zip(self.ops, others, strict=True)))


class Parser(Operands):
    """Read one expression; nesting costs stack, chains do not."""

    def whole(self) -> n.Node:
        """Read the expression and nothing behind it."""
        node = self.expression()
        self.expect_end()
        return self.checked(node)

    def unary_tests(self) -> n.Node:
        """Read the unary tests of a decision cell: `-`, tests, or `not(tests)`."""
        if self.at_op("-") and self.tokens[self.i + 1].kind == END:
            return n.Const(1, True)
        if self.peek().text == "not" and self.is_op(self.i + 1, "("):
            start = self.i
            node = self._negated_tests()
            if node is not None:
                return self.checked(node)
            self.i = start
        at = self.column()
        tests = self.tests_until_end()
        return self.checked(n.In(at, None, tests))

    def _negated_tests(self) -> n.Node | None:
        """Read `not(tests)` when it spans the whole cell, else give None."""
        at = self.column()
        self.i += 2
        tests = [self.test()]
        while self.skip_op(","):
            tests.append(self.test())
        if self.skip_op(")") and self.peek().kind == END:
            return n.In(at, None, tuple(tests), negated=True)
        return None

    def tests_until_end(self) -> tuple[n.Test, ...]:
        """Read tests separated by commas up to the end of the text."""
        tests = [self.test()]
        while self.skip_op(","):
            tests.append(self.test())
        self.expect_end()
        return tuple(tests)

    def checked(self, node: n.Node) -> n.Node:
        """Refuse a tree that is too high to be walked."""
        if node.height > MAX_HEIGHT:
            raise self.too_complex(node.at)
        return node

    def expect_end(self) -> None:
        """Refuse anything behind the expression."""
        if self.peek().kind != END:
            raise unexpected(self.peek(), "运算符或结尾")

    def expression(self) -> n.Node:
        """Read an expression one level deeper."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.too_complex(self.column())
        node = self.climb(1)
        self.depth -= 1
        return node

    def climb(self, least: int) -> n.Node:
        """Read operands and operators of LEAST level or higher with a stack of open chains."""
        chains: list[_Chain] = []
        node = self._operand()
        while True:
            token = self.peek()
            level = _LEVELS.get(token.text, 0) if token.kind in (OP, NAME) else 0
            level = level if level >= least else 0
            # comparisons are no chain: 1 < 2 < 3 is (1 < 2) < 3
            while chains and chains[-1].level > level - (level == _COMPARE):
                node = chains.pop().closed(node)
            if not level:
                return node
            self.i += 1
            if token.text == "between":
                node = self._between(token, node)
            elif token.text == "in":
                node = n.In(token.start + 1, node, self._in_tests())
            else:
                if not (chains and chains[-1].level == level):
                    chains.append(_Chain(level, token.start + 1, [], []))
                chains[-1].operands.append(node)
                chains[-1].ops.append(token.text)
                node = self._operand()

    def _between(self, token: Token, value: n.Node) -> n.Node:
        low = self.climb(_SUM)
        self.expect_word("and")
        return n.Between(token.start + 1, value, low, self.climb(_SUM))

    def _in_tests(self) -> tuple[n.Test, ...]:
        if not self.at_op("("):
            return (self.test(bare=True),)
        at = self.take().start + 1
        tests = [self.test()]
        if self.at_op(".."):
            return (n.Test(at, self.range_end(at, tests[0].body, low_closed=False), True),)
        while self.skip_op(","):
            tests.append(self.test())
        self.expect_op(")")
        return tuple(tests)

    def test(self, *, bare: bool = False) -> n.Test:
        """Read one positive unary test; a BARE one ends before `and` and `or`."""
        token = self.peek()
        outer, self.asked = self.asked, False
        self.testing += 1
        if token.kind == OP and token.text in {"=", "!="}:
            self.i += 1
            subject = n.Name(token.start + 1, "?")
            body: n.Node = n.Compare(token.start + 1, token.text, subject, self.climb(_SUM))
            self.asked = True
        else:
            body = self.climb(_SUM) if bare else self.expression()
        self.testing -= 1
        # a range with an unknown end answers null by itself, it is no value to compare with
        asks, self.asked = self.asked or isinstance(body, n.RangeOf), outer
        return n.Test(token.start + 1, body, asks)

    def _operand(self) -> n.Node:
        columns: list[int] = []
        while self.at_op("-"):
            columns.append(self.take().start + 1)
        node = self.postfix()
        while self.peek().kind == NAME and self.peek().text == "instance":
            at = self.take().start + 1
            self.expect_word("of")
            node = n.InstanceOf(at, node, self.type_name())
        for at in reversed(columns):
            folded = self.negated(node) if isinstance(node, n.Const) else None
            node = n.Negate(at, node) if folded is None else n.Const(at, folded)
        return node


def parse(text: str, words: Words, *, unary: bool, limit: int) -> n.Node:
    """Read TEXT with WORDS in scope; raises InvalidExpression naming the column."""
    if len(text) > limit:
        raise InvalidExpression(
            f"表达式过长：{len(text)} 个字符，最多 {limit} 个，请拆分。",
            code="expr.too_complex",
        )
    parser = Parser(text, words)
    return parser.unary_tests() if unary else parser.whole()
