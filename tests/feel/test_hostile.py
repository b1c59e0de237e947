"""Escapes known from other engines: none finds anything of the host; fuzz finds no leak."""

import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.errors import ExpressionFailed, InvalidExpression
from engine.feel.compile import compile_expression
from tests.feel.support import MOMENT

ESCAPES = [
    "__import__('os').popen('id')", '__import__("os").popen("id").read()',
    '__import__("os")', 'import os', 'open("/etc/passwd").read()', 'open("/etc/passwd")',
    'eval("1")', 'exec("1")', 'compile("1", "", "eval")', "globals()", "locals()", "vars()",
    "dir()", "().__class__", "().__class__.__bases__[0].__subclasses__()",
    '"".__class__', '"".__class__.__mro__', "[].__class__", "{}.__class__",
    "(1).__class__", "x.__class__", "x.__dict__", "x.__init__.__globals__", "x.real",
    "x.denominator", "x.as_tuple()", "s.format(x)", '"{0.__class__}".format(1)', "s.upper()",
    "s.join([])", "rows.append(1)", "rows.sort()", "rows.__len__()", "ctx.keys()",
    "ctx.__getitem__", "ctx.items", "ctx.get", "ctx.pop", 'getattr(x, "real")',
    'setattr(x, "a", 1)', "lambda: 1", "x if x else x", "[i for i in rows]", "print(1)",
    "x := 1", "host.secret", "host.method()", "host()", "host[1].secret", "host = host.x",
    "string(host)", "now.__call__", "sum.__globals__", "(function(a) a).call",
    "(function(a) a).__globals__", "string length.params", "d.strftime", "d.replace(1)",
    "d.tzinfo", "d.__class__", "d.isoformat()", "d.max", "p.total_seconds()", "p.resolution",
    "function(a) external {java: {class: \"java.lang.Runtime\", "
    "\"method signature\": \"exec(java.lang.String)\"}}",
    'date and time("2020-01-01T00:00:00@/etc/passwd")',
    'date and time("2020-01-01T00:00:00@../../../etc/passwd")',
    "${7*7}", "#{7*7}", "{{7*7}}", "`id`", "$(id)", "T(java.lang.Runtime).getRuntime()",
]  # fmt: skip


class Host:
    """An object of the host that must stay invisible."""

    secret = "CANARY"

    def method(self) -> str:
        return "CANARY"

    def __call__(self) -> str:
        return "CANARY"

    def __str__(self) -> str:
        return "CANARY"


def scope() -> dict[str, Any]:
    from datetime import date, timedelta

    return {
        "x": 5,
        "s": "text",
        "rows": [1, 2],
        "ctx": {"a": 1},
        "host": Host(),
        "d": date(2026, 1, 1),
        "p": timedelta(days=1),
    }


@pytest.mark.parametrize("kind", ["expression", "unary"])
@pytest.mark.parametrize("text", ESCAPES)
def test_no_escape_reaches_the_host(text: str, kind: Any) -> None:
    names = scope()
    seen: list[str] = []
    for mode in ("spec", "strict"):
        try:
            expression = compile_expression(text, names=names, mode=mode, kind=kind)
            found = expression({**names, "?": 5}, MOMENT)
        except (InvalidExpression, ExpressionFailed):
            continue
        seen.append(repr(found))
        assert found is None or type(found) in (bool, int, str, list, dict)
    assert not [found for found in seen if "CANARY" in found or "class" in found]
    assert names["rows"] == [1, 2]
    assert names["ctx"] == {"a": 1}


def test_evaluation_opens_no_file_and_starts_nothing() -> None:
    watched: list[str] = []
    active = [True]

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if active[0] and event in {"open", "os.system", "subprocess.Popen", "socket.connect",
                                   "exec", "compile", "import"}:  # fmt: skip
            watched.append(f"{event} {args[:1]}")

    names = scope()
    for text in ESCAPES:  # once before, so that what is imported lazily is there
        _try(text, names)
    sys.addaudithook(hook)
    for text in ESCAPES:
        _try(text, names)
    active[0] = False
    assert watched == []
    active[0] = True
    with open("/dev/null"):  # the hook does see a file that is opened
        active[0] = False
    assert watched


def _try(text: str, names: dict[str, Any]) -> None:
    try:
        compile_expression(text, names=names, mode="spec").with_warnings(names, MOMENT)
    except InvalidExpression:
        return


PIECES = st.sampled_from(
    ["1", "2.5", '"a"', "x", "rows", "ctx", "null", "true", "(", ")", "[", "]", "{", "}",
     "a:", ",", ".", "..", "+", "-", "*", "/", "**", "=", "!=", "<", ">=", "and", "or", "not(",
     "if", "then", "else", "for", "in", "i", "return", "some", "every", "satisfies", "between",
     "instance of", "function(", "number", "count(", "date and time", "@", '"2026-01-01"', "?",
     "list<", "partial", "item", "//", "/*", "*/", "'", "“", "\\", "中文", "sort(", "string("]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=25).map(" ".join), st.booleans())
def test_any_row_of_tokens_gives_a_value_or_a_syntax_finding(text: str, unary: bool) -> None:
    _no_leak(text, "unary" if unary else "expression")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_value_or_a_syntax_finding(text: str) -> None:
    _no_leak(text, "expression")


def _no_leak(text: str, kind: Any) -> None:
    names = scope()
    refused: InvalidExpression | None = None
    try:
        expression = compile_expression(text, names=names, mode="spec", kind=kind)
    except InvalidExpression as error:
        refused = error
    if refused is not None:
        assert refused.problem_code.startswith("expr.")
        assert 0 <= refused.column <= len(text) + 2
        return
    found = expression({**names, "?": 5}, MOMENT)
    assert "CANARY" not in repr(found) or "host" in text
