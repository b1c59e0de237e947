"""The FEEL in a print file: where it may stand, and what is wrong with it at deployment."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.base.errors import InvalidExpression
from engine.base.findings import Finding
from engine.base.values import Value
from engine.feel.compile import compile_expression
from engine.prints.model import Look

Entry = Mapping[str, Any]
HOLE = re.compile(r"\{\{(.+?)\}\}", re.DOTALL)
_FOLD = re.compile(r"(?<=[，。、；：]) ")  # a file's lines joined; Chinese has no spaces there
# Blocks of running text: key in the file → how it stands on the page.
LOOKS: Mapping[str, Look] = {
    "text": "prose",
    "left": "left",
    "right": "right",
    "subhead": "subhead",
}
_HEADS = ("title", "button", "annex", "heading", "number")  # texts of the whole paper
_BOX = ("label", "text", "unit", "person")  # texts of a box to be signed
_OPEN = re.compile(r"\{\{|\}\}")
_SHOWN = 80  # characters of an expression in a message


def folded(text: str) -> str:
    """Give TEXT of a file, whose lines YAML joined with spaces, as people write Chinese."""
    return _FOLD.sub("", text)


def findings(
    prints: Mapping[str, Entry], settings: Mapping[str, Value], names: Iterable[str] = ()
) -> list[Finding]:
    """Say which expressions of print files do not compile: file, key, the text itself.

    SETTINGS are the application's, by name; NAMES are variables known of its forms, which
    matters for names of several words. On paper such an expression would be a dash.
    """
    known = frozenset(names)
    return [
        _finding(f"prints/{name}.yaml", where, text, told)
        for name, entry in prints.items()
        for where, text in standing_in(entry)
        if (told := _problem(text, settings, known))
    ]


def _problem(text: str, settings: Mapping[str, Value], names: frozenset[str]) -> str:
    """Say what is wrong with TEXT, "" when it compiles; it is what stays of an odd hole."""
    if _OPEN.fullmatch(text):
        return "“{{”与“}}”不成对"
    try:
        constants = {"settings": dict(settings)}
        compile_expression(text, names=names, mode="spec", constants=constants)
    except InvalidExpression as error:
        return error.message
    return ""


def _finding(file: str, where: str, text: str, told: str) -> Finding:
    shown = " ".join(text.split())[:_SHOWN]
    zh = f"{where}：表达式“{shown}”有错误：{told}"
    en = f"{where}: the expression “{shown}” is not valid FEEL"
    repair = "改正此处的 FEEL 表达式；否则打印时只会出现“—”"
    return Finding("print.expression", "error", file, where, where, zh, en, repair)


def standing_in(entry: Entry) -> Iterator[tuple[str, str]]:
    """Give every expression of a print file with the dotted key it stands at."""
    yield from _plain(entry, "", ("when",))
    yield from _holes(entry, "", _HEADS)
    for number, block in enumerate(entry["blocks"], 1):
        at = f"blocks[{number}]"
        yield from _plain(block, at, ("when", "table"))
        yield from _holes(block, at, LOOKS)
        for row, pair in enumerate(block.get("pairs") or (), 1):
            yield from _holes(pair, f"{at}.pairs[{row}]", ("value",))
        for row, column in enumerate(block.get("columns") or (), 1):
            yield from _plain(column, f"{at}.columns[{row}]", ("value",))
        yield from _holes(block.get("sign") or {}, f"{at}.sign", _BOX)
        yield from _plain(block.get("sign") or {}, f"{at}.sign", ("on",))


def _plain(said: Entry, at: str, keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    yield from ((f"{at}.{key}".strip("."), str(said[key])) for key in keys if key in said)


def _holes(said: Entry, at: str, keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    for where, text in _plain(said, at, keys):
        joined = folded(text)
        yield from ((where, hole) for hole in HOLE.findall(joined))
        yield from ((where, odd) for odd in _OPEN.findall(HOLE.sub("", joined)))
