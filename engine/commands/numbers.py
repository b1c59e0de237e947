"""Case numbers: a pattern of the process, a gap-free counter per rendered prefix."""

import re
from collections.abc import Mapping
from typing import Any

from engine.base.errors import InvalidRequest
from engine.store import cases
from engine.store.rows import Conn

_PART = re.compile(r"\{(yyyy|province2|prefecture4|county6|seq(\d))\}")
_DIGITS = {"province2": 2, "prefecture4": 4, "county6": 6}


def counter_name(pattern: str, year: int, region: str) -> str:
    """Render all of PATTERN but the running number: the scope the number runs in."""

    def part(match: re.Match[str]) -> str:
        word = match[1]
        if word == "yyyy":
            return f"{year:04d}"
        if word in _DIGITS:
            digits = region[: _DIGITS[word]]
            if len(digits) < _DIGITS[word]:
                raise InvalidRequest(
                    f"不能编号：案件的区划“{region}”不够具体，编号规则为 {pattern}。",
                    code="number-region",
                )
            return digits
        return match[0]

    return _PART.sub(part, pattern)


def number(scope: str, sequence: int) -> str:
    """Put the running number SEQUENCE into a rendered SCOPE."""

    def part(match: re.Match[str]) -> str:
        return str(sequence).zfill(int(match[2]))

    return _PART.sub(part, scope)


def take(conn: Conn, scopes: Mapping[Any, str]) -> dict[Any, str]:
    """Give each key of SCOPES its number, consecutive per scope in the order of the keys.

    Counters are taken in the order of their names, so two bulk starts cannot deadlock.
    """
    counts: dict[str, int] = {}
    for scope in scopes.values():
        counts[scope] = counts.get(scope, 0) + 1
    following = {
        scope: cases.take_numbers(conn, f"number:{scope}", counts[scope]) - counts[scope]
        for scope in sorted(counts)
    }
    given: dict[Any, str] = {}
    for key, scope in scopes.items():
        following[scope] += 1
        given[key] = number(scope, following[scope])
    return given
