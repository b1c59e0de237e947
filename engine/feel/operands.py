"""The operands of the grammar: literals, names, calls, paths, boxes and textual forms."""

from collections.abc import Callable

from engine.feel import nodes as n
from engine.feel.lexer import NAME, NUMBER, OP, STRING, Token, string_value, unexpected
from engine.feel.literals import at_literal, number_literal
from engine.feel.names import KEYWORDS
from engine.feel.reader import MAX_NESTING, Reader
from engine.feel.signatures import SIGNATURES

__all__ = ["MAX_NESTING", "Operands"]

_CLOSERS = frozenset({"", ",", ")", "]", "}", "then", "else", "and", "or", "return"})
_ORDER = frozenset({"<", "<=", ">", ">="})
_CONSTANTS = {"true": True, "false": False, "null": None}


class Operands(Reader):
    """Read what stands between operators."""

    def expression(self) -> n.Node:
        """Read an expression (given by the grammar above)."""
        raise NotImplementedError

    def climb(self, least: int) -> n.Node:
        """Read operators of LEAST level or higher (given by the grammar above)."""
        raise NotImplementedError

    def postfix(self) -> n.Node:
        """Read an operand with the paths, filters and calls behind it."""
        node = self._primary()
        while self.peek().kind == OP:
            at = self.column()
            if self.at_op("."):
                self.i += 1
                node = n.Member(at, node, self.member_name())
            elif self.at_op("[") and not self._closes_range():
                self.i += 1
                node = n.Filter(at, node, self.expression())
                self.expect_op("]")
            elif self.at_op("("):
                node = self.call(node)
            else:
                break
        return node

    def _closes_range(self) -> bool:
        """Tell whether the `[` here closes an open range such as `]1..5[`."""
        return self.ends > 0 and self.tokens[self.i + 1].text in _CLOSERS

    def _primary(self) -> n.Node:
        token = self.peek()
        if token.kind == NUMBER:
            self.i += 1
            return n.Const(token.start + 1, number_literal(token))
        if token.kind == STRING:
            self.i += 1
            return n.Const(token.start + 1, string_value(token))
        if token.kind == OP:
            return self._box(token)
        return self._word(token)

    def _box(self, token: Token) -> n.Node:
        forms: dict[str, Callable[[], n.Node]] = {
            "(": self._parenthesis,
            "[": self._bracket,
            "]": self._open_range,
            "{": self._context,
            "@": self._at,
        }
        if token.text in _ORDER:
            return self._one_sided()
        form = forms.get(token.text)
        if form is None:
            name = self.declared(self.i)
            if name is not None:
                return self.variable(name)
            raise unexpected(token, "值")
        return form()

    def _word(self, token: Token) -> n.Node:
        name = self.declared(self.i)
        builtin = self.builtin(self.i)
        # a built-in followed by a bracket wins over a plain variable of the same words
        if builtin is not None and not self.is_local(builtin[0]):
            is_call = self.is_op(builtin[1], "(")
            if is_call and (name is None or name[1] <= builtin[1]):
                return self.use_builtin(builtin)
        if name is not None:
            return self.variable(name)
        if token.kind != NAME:
            raise unexpected(token, "值")
        return self._keyword(token, builtin)

    def _keyword(self, token: Token, builtin: tuple[str, int] | None) -> n.Node:
        forms: dict[str, Callable[[], n.Node]] = {
            "if": self._conditional,
            "for": self._loop,
            "some": self._quantified,
            "every": self._quantified,
            "function": self._function,
        }
        if token.text in _CONSTANTS:
            self.i += 1
            return n.Const(token.start + 1, _CONSTANTS[token.text])
        if token.text in forms:
            return forms[token.text]()
        if builtin is not None:
            return self.use_builtin(builtin)
        if token.text in KEYWORDS:
            raise unexpected(token, "值")
        return self.variable((token.text, self.i + 1))

    def use_builtin(self, found: tuple[str, int]) -> n.Node:
        """Give a built-in function as a value."""
        at = self.column()
        self.i = found[1]
        return n.Builtin(at, found[0])

    def variable(self, found: tuple[str, int]) -> n.Node:
        """Give a variable; a call of an unknown one is refused here."""
        at = self.column()
        name, self.i = found
        if name == "?":
            if not self.testing:
                raise self.syntax(at, "“?”只能用于决策表的条件或 in 之后")
            self.asked = True
        if self.at_op("(") and not self.known(name):
            raise self.unknown_function(at, name)
        return n.Name(at, name)

    def call(self, callee: n.Node) -> n.Node:
        """Read the arguments of a call, by position or by name."""
        at = self.take().start + 1
        names: list[str] = []
        args: list[n.Node] = []
        while not self.at_op(")"):
            if args:
                self.expect_op(",")
            found = self.argument_name()
            if found is not None:
                names.append(found)
            args.append(self.expression())
        self.i += 1
        if names and len(names) != len(args):
            raise self.syntax(at, "参数要么全部写名称，要么都不写")
        node = n.Call(callee.at, callee, tuple(args), tuple(names) if names else None)
        if isinstance(callee, n.Builtin):
            self.check_call(SIGNATURES[callee.name], node)
        return node

    def _at(self) -> n.Node:
        at = self.take().start + 1
        token = self.take()
        if token.kind != STRING:
            raise unexpected(token, "引号内的日期、时间或时长")
        value = at_literal(string_value(token))
        if value is None:
            raise self.syntax(at, f"{token.text} 不是日期、时间或时长")
        return n.Const(at, value)

    def _one_sided(self) -> n.Node:
        token = self.take()
        end = self.climb(4)
        closed = token.text.endswith("=")
        if token.text[0] == "<":
            return n.RangeOf(token.start + 1, None, end, False, closed)
        return n.RangeOf(token.start + 1, end, None, closed, False)

    def _parenthesis(self) -> n.Node:
        at = self.take().start + 1
        node = self.expression()
        if self.at_op(".."):
            return self.range_end(at, node, low_closed=False)
        self.expect_op(")")
        return node

    def _bracket(self) -> n.Node:
        at = self.take().start + 1
        items: list[n.Node] = []
        while not self.at_op("]"):
            if items:
                self.expect_op(",")
            items.append(self.expression())
            if len(items) == 1 and self.at_op(".."):
                return self.range_end(at, items[0], low_closed=True)
        self.i += 1
        return n.ListOf(at, tuple(items))

    def _open_range(self) -> n.Node:
        at = self.take().start + 1
        low = self.expression()
        if not self.at_op(".."):
            raise unexpected(self.peek(), "..")
        return self.range_end(at, low, low_closed=False)

    def range_end(self, at: int, low: n.Node, *, low_closed: bool) -> n.Node:
        """Read the upper end of a range and its bracket."""
        self.expect_op("..")
        self.ends += 1
        high = self.expression()
        self.ends -= 1
        closer = self.take()
        if closer.kind != OP or closer.text not in {")", "]", "["}:
            raise unexpected(closer, "] 或 )")
        return n.RangeOf(at, low, high, low_closed, closer.text == "]")

    def _context(self) -> n.Node:
        at = self.take().start + 1
        entries: list[tuple[str, n.Node]] = []
        mark = self.open_scope()
        while not self.at_op("}"):
            if entries:
                self.expect_op(",")
            key_at = self.column()
            key = self.key()
            if any(key == known for known, _ in entries):
                raise self.syntax(key_at, f"“{key}”重复")
            self.expect_op(":")
            entries.append((key, self.expression()))
            self.bind(key)
        self.i += 1
        self.close_scope(mark)
        return n.ContextOf(at, tuple(entries))

    def _conditional(self) -> n.Node:
        at = self.column()
        branches: list[tuple[n.Node, n.Node]] = []
        while self.skip_word("if"):
            condition = self.expression()
            self.expect_word("then")
            branches.append((condition, self.expression()))
            self.expect_word("else")
        return n.If(at, tuple(branches), self.expression())

    def _iterators(self) -> tuple[tuple[str, n.Node], ...]:
        found: list[tuple[str, n.Node]] = []
        while not found or self.skip_op(","):
            name = self.name_before({"in"})
            self.expect_word("in")
            at = self.column()
            source = self.expression()
            if self.at_op(".."):
                self.i += 1
                source = n.Span(at, source, self.expression())
            found.append((name, source))
            self.bind(name)
        return tuple(found)

    def _loop(self) -> n.Node:
        at = self.take().start + 1
        mark = self.open_scope()
        iterators = self._iterators()
        self.expect_word("return")
        self.bind("partial")
        body = self.expression()
        self.close_scope(mark)
        return n.For(at, iterators, body)

    def _quantified(self) -> n.Node:
        word = self.take()
        mark = self.open_scope()
        iterators = self._iterators()
        self.expect_word("satisfies")
        body = self.expression()
        self.close_scope(mark)
        return n.Quantified(word.start + 1, word.text == "some", iterators, body)

    def _function(self) -> n.Node:
        at = self.take().start + 1
        self.expect_op("(")
        mark = self.open_scope()
        params: list[str] = []
        types: list[n.Type | None] = []
        while not self.at_op(")"):
            if params:
                self.expect_op(",")
            params.append(self.name_before({",", ")", ":"}))
            types.append(self.type_name() if self.skip_op(":") else None)
        self.i += 1
        if len(set(params)) != len(params):
            raise self.syntax(at, "函数参数重名")
        if self.peek().text == "external":
            raise self.syntax(self.column(), "不支持外部函数，请改写为 FEEL")
        for name in params:
            self.bind(name)
        body = self.expression()
        self.close_scope(mark)
        return n.Lambda(at, tuple(params), tuple(types), body)
