"""What no request may hold: texts no database keeps, endless numbers, nests without end."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Request
from werkzeug.datastructures import MultiDict
from werkzeug.routing import IntegerConverter

from engine.base.errors import InvalidRequest

DEPTH = 100  # levels of lists and maps in one body; a designed default
DIGITS = 300  # digits before or after the point: what a number on the wire can show
INTEGER = 2**63 - 1  # the largest id a database column holds
# NUL, which PostgreSQL refuses in texts, and halves of surrogate pairs, which are no text.
_BROKEN = re.compile("[\x00\ud800-\udfff]")


class Id(IntegerConverter):
    """A whole number of a path that fits a column; any other is an unknown address."""

    regex = r"\d{1,19}"

    def __init__(self, map: Any) -> None:
        super().__init__(map, min=0, max=INTEGER)


def year(text: str) -> int | None:
    """Read a year of the address line; None for anything else."""
    plain = text.isascii() and text.isdecimal() and len(text) == 4 and text != "0000"
    return int(text) if plain else None


def whole(text: str) -> int | None:
    """Read a version or id a page sent back; None for anything that is none."""
    plain = text.isascii() and text.isdecimal() and len(text) <= 18
    return int(text) if plain else None


def day(text: str) -> date:
    """Read a day a person typed; InvalidRequest says how it is written."""
    plain = text.strip()
    try:
        return date.fromisoformat(plain)
    except ValueError as error:
        raise InvalidRequest(f"“{plain[:20]}”不是日期，请写成 2026-07-01。") from error


def day_or_none(text: str) -> date | None:
    """Read a day a person may leave out."""
    return day(text) if text.strip() else None


def broken(text: str) -> bool:
    """Tell whether TEXT holds what no database and no encoding keeps."""
    return _BROKEN.search(text) is not None


def bounded(value: Any) -> Any:
    """Give VALUE read from JSON, or raise ValueError for what nobody means to send."""
    stack: list[tuple[Any, int]] = [(value, 0)]
    while stack:
        one, depth = stack.pop()
        if depth > DEPTH:
            raise ValueError("nested too deeply")
        if isinstance(one, dict):
            stack += [(key, depth) for key in one]
            stack += [(inner, depth + 1) for inner in one.values()]
        elif isinstance(one, list):
            stack += [(inner, depth + 1) for inner in one]
        elif _refused(one):
            raise ValueError("a value nobody can keep")
    return value


def _refused(value: Any) -> bool:
    if isinstance(value, str):
        return broken(value)
    if isinstance(value, Decimal):
        return abs(value.adjusted()) > DIGITS or len(value.as_tuple().digits) > DIGITS
    return isinstance(value, int) and abs(value).bit_length() > DIGITS * 4


def unreadable(request: Request) -> bool:
    """Tell whether path, query or form of REQUEST holds a text nobody can keep."""
    texts = [request.path, *_texts(request.args)]
    if request.method == "POST" and request.mimetype.endswith("form-urlencoded"):
        texts += _texts(request.form)
    return any(map(broken, texts)) or any(map(_no_digits, _texts(request.args)))


def _no_digits(text: str) -> bool:
    """Tell whether TEXT is of raised or circled digits: isdigit() holds, int() fails."""
    return text.isdigit() and not text.isdecimal()


def _texts(values: MultiDict[str, str]) -> list[str]:
    return [text for name, found in values.lists() for text in (name, *found)]
