"""A print file (prints/<id>.yaml): how a paper of a case is laid out, in blocks of text."""

from collections.abc import Mapping
from typing import Any

from engine.library.reading import Reader

Entry = Mapping[str, Any]
KEYS = frozenset(
    (
        "id", "title", "process", "when", "button", "annex", "heading", "number", "blocks",
        "landscape", "note", "requirement",
    )
)  # fmt: skip
# What a block may be: exactly one of these keys, with `when` and `label` beside it.
KINDS = ("text", "left", "right", "subhead", "pairs", "table", "signs", "sign")
BLOCK_KEYS = frozenset((*KINDS, "when", "label", "columns"))


def read_print(data: Entry, reader: Reader) -> None:
    """Check a print file by itself; its FEEL is engine.prints.expressions' to judge."""
    reader.known(data, KEYS)
    name = reader.need(data, "id", str)
    if name is not None and not reader.file.endswith(f"/{name}.yaml"):
        reader.report("id", f"“{name}”与文件名不同", "改为文件名")
    for key in ("title", "process"):
        reader.need(data, key, str)
    for key in ("when", "button", "annex", "heading", "number"):
        reader.may(data, key, str)
    reader.may(data, "landscape", bool)
    reader.need(data, "blocks", list)
    for number, block in enumerate(reader.entries(data, "blocks"), 1):
        _block(block, reader, f"blocks[{number}]")


def _block(block: Entry, reader: Reader, where: str) -> None:
    reader.known(block, BLOCK_KEYS, where)
    kinds = [kind for kind in KINDS if kind in block]
    if len(kinds) != 1:
        reader.report(where, "每块只能是一种", f"写 {'、'.join(KINDS)} 之一")
        return
    kind = kinds[0]
    if kind == "pairs":
        _pairs(block, reader, where)
    elif kind == "sign":
        reader.need(block, "sign", dict, where)
    else:
        reader.need(block, kind, str, where)
    if kind == "table":
        reader.need(block, "columns", list, where)
        for column in reader.entries(block, "columns", where):
            reader.need(column, "label", str, where)
            reader.need(column, "value", str, where)


def _pairs(block: Entry, reader: Reader, where: str) -> None:
    reader.need(block, "pairs", list, where)
    for pair in reader.entries(block, "pairs", where):
        reader.need(pair, "label", str, where)
        reader.need(pair, "value", str, where)
