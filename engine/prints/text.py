"""Text for paper: values written for people, and nothing a file format would choke on."""

import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOTHING = "—"
# Controls, surrogates, private use, unassigned: no glyph, and XML takes half of them not.
_BANNED = frozenset(("Cc", "Cs", "Co", "Cn", "Cf"))


def clean(text: str) -> str:
    """Give TEXT with line breaks but without control and formatting characters.

    Characters that turn the writing direction go as well: they make a line read otherwise
    than it is stored.
    """
    if text.isprintable():
        return text
    joined = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(
        each for each in joined if each == "\n" or unicodedata.category(each) not in _BANNED
    )


def shown(value: Any) -> str:
    """Write any value of a form; nothing is a dash."""
    if value is None or value == "" or value == []:
        return NOTHING
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    return clean(str(value))


def day(value: datetime | date) -> date:
    """Give the local day of VALUE."""
    return value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value


def _number(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _moment(value: datetime) -> str:
    return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _listed(value: list[Any]) -> str:
    return "、".join(shown(item) for item in value)


_WRITERS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (bool, lambda value: "是" if value else "否"),
    (Decimal, _number),
    (datetime, _moment),
    (date, lambda value: value.isoformat()),
    (list, _listed),
    (tuple, _listed),
    (dict, lambda value: "；".join(f"{k}：{shown(item)}" for k, item in value.items())),
)
