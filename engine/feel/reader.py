"""Walk the tokens: expectations, names in scope, argument names and type names."""

import difflib
import itertools

from engine.base.errors import InvalidExpression
from engine.base.values import Value
from engine.feel import nodes as n
from engine.feel.lexer import (
    END,
    NAME,
    NUMBER,
    OP,
    STRING,
    Token,
    string_value,
    tokens,
    unexpected,
)
from engine.feel.literals import negative
from engine.feel.names import Names, Words
from engine.feel.patterns import pattern_error
from engine.feel.signatures import SIGNATURES, Signature

MAX_NESTING = 64
_LONGEST_BUILTIN = 5  # words
_PATTERNED = frozenset({"matches", "replace", "split"})
_NAME_SIGNS = frozenset({".", "/", "-", "'", "+", "*"})  # grammar rule 30 of the standard
_SIMPLE = frozenset(
    {
        "number", "string", "boolean", "date", "time", "date and time", "Any", "Null",
        "days and time duration", "years and months duration", "day and time duration",
        "year and month duration", "list", "context", "range", "function",
    }
)  # fmt: skip


class Reader:
    """A position in the tokens of one expression, and the names known there."""

    def __init__(self, text: str, words: Words) -> None:
        self.tokens = tokens(text)
        self.i = 0
        self.depth = 0
        self.ends = 0  # > 0 while the upper end of a range is read
        self.asked = False  # `?` was met
        self.testing = 0  # > 0 inside a unary test, where `?` has a meaning
        self.names = Names(words.names)
        self.members = self.names.more(words.members)
        self.locals: list[str] = []
        self._local_names: list[Names] = []

    def peek(self) -> Token:
        """Give the next token."""
        return self.tokens[self.i]

    def take(self) -> Token:
        """Give the next token and move on; the END is never passed."""
        token = self.tokens[self.i]
        if token.kind == END:
            raise unexpected(token)
        self.i += 1
        return token

    def column(self) -> int:
        """Give the column of the next token."""
        return self.tokens[self.i].start + 1

    def is_op(self, index: int, text: str) -> bool:
        """Tell whether the token at INDEX is the operator TEXT."""
        token = self.tokens[min(index, len(self.tokens) - 1)]
        return token.kind == OP and token.text == text

    def at_op(self, text: str) -> bool:
        """Tell whether the next token is the operator TEXT; raises at the end."""
        token = self.tokens[self.i]
        return token.kind == OP and token.text == text

    def skip_op(self, text: str) -> bool:
        """Move over the operator TEXT if it is next."""
        if not self.at_op(text):
            return False
        self.i += 1
        return True

    def expect_op(self, text: str) -> None:
        """Move over the operator TEXT or refuse."""
        if not self.skip_op(text):
            raise unexpected(self.peek(), text)

    def skip_word(self, word: str) -> bool:
        """Move over the keyword WORD if it is next."""
        token = self.tokens[self.i]
        if token.kind != NAME or token.text != word:
            return False
        self.i += 1
        return True

    def expect_word(self, word: str) -> None:
        """Move over the keyword WORD or refuse."""
        if not self.skip_word(word):
            raise unexpected(self.peek(), word)

    def syntax(self, at: int, text: str) -> InvalidExpression:
        """Explain an error at column AT."""
        return InvalidExpression(f"表达式第 {at} 列：{text}。", column=at)

    def too_complex(self, at: int) -> InvalidExpression:
        """Explain that the nesting goes too deep."""
        return InvalidExpression(
            f"表达式第 {at} 列：嵌套过深（最多 {MAX_NESTING} 层），请拆分。",
            code="expr.too_complex",
            column=at,
        )

    def unknown_function(self, at: int, name: str) -> InvalidExpression:
        """Explain that NAME is no function, with the nearest one."""
        near = difflib.get_close_matches(name, SIGNATURES, n=1)
        hint = f"，是否为 {near[0]}" if near else ""
        return InvalidExpression(
            f"表达式第 {at} 列：没有函数“{name}”{hint}。",
            code="expr.unknown_function",
            column=at,
            name=name,
            near=near[0] if near else None,
        )

    def open_scope(self) -> int:
        """Start a scope of local names; give the mark that closes it."""
        return len(self.locals)

    def bind(self, name: str) -> None:
        """Know the local NAME until its scope closes."""
        self.locals.append(name)
        self._local_names.append(Names([name]))
        self.members.add(name)

    def close_scope(self, mark: int) -> None:
        """Forget the local names bound since MARK."""
        del self.locals[mark:]
        del self._local_names[mark:]

    def is_local(self, name: str) -> bool:
        """Tell whether NAME is bound inside the expression."""
        return name in self.locals

    def known(self, name: str) -> bool:
        """Tell whether NAME may be called."""
        return name in self.names or name in self.locals

    def declared(self, index: int) -> tuple[str, int] | None:
        """Give the longest declared name at INDEX and where it ends."""
        best = self.names.match(self.tokens, index)
        for names in self._local_names:
            found = names.match(self.tokens, index)
            if found and (best is None or found[1] > best[1]):
                best = found
        if best is None and self.tokens[index].kind == NAME:
            text = self.tokens[index].text
            if text in self.names or text in self.locals:
                return (text, index + 1)
            best = self.members.match(self.tokens, index)
        return best

    def builtin(self, index: int) -> tuple[str, int] | None:
        """Give the longest built-in function name at INDEX and where it ends."""
        words: list[str] = []
        best: tuple[str, int] | None = None
        for offset in range(_LONGEST_BUILTIN):
            token = self.tokens[min(index + offset, len(self.tokens) - 1)]
            if token.kind != NAME:
                break
            words.append(token.text)
            name = " ".join(words)
            if name in SIGNATURES:
                best = (name, index + offset + 1)
        return best

    def member_name(self) -> str:
        """Read the name behind a dot; `time offset` and known names may have spaces."""
        found = self.members.match(self.tokens, self.i) or _MEMBERS.match(self.tokens, self.i)
        if found:
            self.i = found[1]
            return found[0]
        token = self.take()
        if token.kind != NAME:
            raise unexpected(token, "名称")
        return token.text

    def key(self) -> str:
        """Read the key of a context entry: a text or a name up to the colon."""
        if self.peek().kind == STRING:
            return string_value(self.take())
        return self.name_before({":"})

    def name_before(self, stops: set[str]) -> str:
        """Read a new name that ends before one of STOPS."""
        start = self.peek()
        if start.kind != NAME or start.text in stops or start.text == "?":
            raise unexpected(start, "名称")
        parts: list[Token] = []
        while self.peek().text not in stops:
            token = self.take()
            if token.kind not in (NAME, NUMBER) and token.text not in _NAME_SIGNS:
                raise unexpected(token, "名称")
            parts.append(token)
        return _joined(parts)

    def argument_name(self) -> str | None:
        """Read `name:` before an argument, if it stands there."""
        index = self.i
        while self.tokens[index].kind in (NAME, NUMBER):
            index += 1
        if index == self.i or not self.is_op(index, ":"):
            return None
        name = _joined(self.tokens[self.i : index])
        self.i = index + 1
        return name

    def negated(self, node: n.Const) -> Value:
        """Fold the negation of a literal number, None for any other literal."""
        return negative(node.value)

    def check_call(self, signature: Signature, call: n.Call) -> None:
        """Refuse a call that can never work: count or names of arguments, patterns."""
        problem = signature.problem(len(call.args), call.names)
        if problem:
            raise self.syntax(call.at, f"{signature.name}() {problem}")
        if signature.name not in _PATTERNED or len(call.args) < 2:
            return
        pattern = call.args[1]
        if call.names is None and isinstance(pattern, n.Const):
            reason = pattern_error(pattern.value) if isinstance(pattern.value, str) else None
            if reason:
                raise self.syntax(pattern.at, reason)

    def type_name(self) -> n.Type:
        """Read a type of the `instance of` grammar."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.too_complex(self.column())
        start = self.column()
        words = [self.take().text]
        while " ".join([*words, self.peek().text]) in _TYPE_STARTS:
            words.append(self.take().text)
        name = " ".join(words)
        if name not in _SIMPLE:
            raise self.syntax(start, f"没有类型“{name[:40]}”")
        found = self._generic(name) if self.at_op("<") else n.Type("simple", name)
        self.depth -= 1
        return found

    def _generic(self, name: str) -> n.Type:
        at = self.take().start + 1
        parts: list[n.Type] = []
        fields: list[str] = []
        while not self.at_op(">"):
            if parts:
                self.expect_op(",")
            if name == "context":
                fields.append(self.name_before({":"}))
                self.expect_op(":")
            parts.append(self.type_name())
        self.i += 1
        if name in {"list", "range"} and len(parts) == 1:
            return n.Type("list" if name == "list" else "range", name, tuple(parts))
        if name == "context":
            return n.Type("context", name, tuple(parts), tuple(fields))
        if name != "function":
            raise self.syntax(at, f"类型 {name} 的写法无效")
        self.expect_op("->")
        return n.Type("function", name, (*parts, self.type_name()))


_MEMBERS = Names(["time offset", "start included", "end included"])
_TYPE_STARTS = frozenset(
    " ".join(name.split(" ")[:count])
    for name in _SIMPLE
    for count in range(2, len(name.split(" ")) + 1)
)


def _joined(parts: list[Token]) -> str:
    """Write a name of several tokens as it stands, with single spaces."""
    text = parts[0].text
    for before, token in itertools.pairwise(parts):
        text += (" " if token.start > before.end else "") + token.text
    return text
