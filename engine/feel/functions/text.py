"""Functions on texts."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from engine.base.values import Months, Value
from engine.feel.literals import read_number
from engine.feel.numbers import is_number, text_of
from engine.feel.patterns import compiled, replacement_parts
from engine.feel.run import Run
from engine.feel.temporal import datetime_text, duration_text, time_text
from engine.feel.values import Function, Range


def substring(run: Run, text: str, start: Value, length: Value = None) -> Value:
    """Give LENGTH characters from START (1-based, negative from the end)."""
    first = int(start)
    if first == 0 or first < -len(text) or (length is not None and int(length) < 1):
        return run.warn("argument", "substring 的位置或长度超出范围", 0)
    first = first - 1 if first > 0 else len(text) + first
    return text[first:] if length is None else text[first : first + int(length)]


def string_length(_: Run, text: str) -> int:
    """Count the characters."""
    return len(text)


def upper_case(run: Run, text: str) -> str:
    """Give upper-case letters."""
    return run.text_sized(text.upper())


def lower_case(run: Run, text: str) -> str:
    """Give lower-case letters."""
    return run.text_sized(text.lower())


def trim(_: Run, text: str) -> str:
    """Cut spaces off both ends."""
    return text.strip()


def substring_before(_: Run, text: str, match: str) -> str:
    """Give what stands before MATCH, nothing when it is not there."""
    head, found, _rest = text.partition(match) if match else ("", "", "")
    return head if found else ""


def substring_after(_: Run, text: str, match: str) -> str:
    """Give what stands behind MATCH, nothing when it is not there."""
    return text.partition(match)[2] if match else text


def contains(_: Run, text: str, match: str) -> bool:
    """Tell whether MATCH stands in TEXT."""
    return match in text


def starts_with(_: Run, text: str, match: str) -> bool:
    """Tell whether TEXT begins with MATCH."""
    return text.startswith(match)


def ends_with(_: Run, text: str, match: str) -> bool:
    """Tell whether TEXT ends with MATCH."""
    return text.endswith(match)


def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> Value:
    """Tell whether PATTERN is found in TEXT (XPath notation, linear time)."""
    run.charge(1 + (len(text) >> 6))
    try:
        return compiled(pattern, flags or "").search(text) is not None
    except ValueError as error:
        return run.warn("argument", str(error), 0)


def replace(
    run: Run, text: str, pattern: str, replacement: str, flags: str | None = None
) -> Value:
    """Replace what PATTERN finds; `$1` stands for the first group."""
    run.charge(1 + (len(text) >> 6))
    literal = "q" in (flags or "")
    try:
        found = compiled(pattern, flags or "")
        parts = [replacement] if literal else replacement_parts(replacement)
    except ValueError as error:
        return run.warn("argument", str(error), 0)
    pieces: list[str] = []
    end = 0
    for match in found.finditer(text):
        run.charge(1 + len(parts))
        pieces.append(text[end : match.start()])
        put = [part if isinstance(part, str) else _group(match, part) for part in parts]
        pieces.extend(put)
        end = match.end()
        run.charge(sum(map(len, put)) >> 6)
    pieces.append(text[end:])
    return run.text_sized("".join(pieces))


def _group(match: Value, number: int) -> str:
    return (match.group(number) or "") if number <= match.re.groups else ""


def split(run: Run, text: str, delimiter: str) -> Value:
    """Cut TEXT at every place DELIMITER (a pattern) matches."""
    run.charge(1 + (len(text) >> 6))
    try:
        found = compiled(delimiter, "")
    except ValueError as error:
        return run.warn("argument", str(error), 0)
    parts: list[Value] = []
    end = 0
    for match in found.finditer(text):
        if match.end() == match.start():
            continue
        run.charge(1)
        parts.append(text[end : match.start()])
        end = match.end()
    return run.sized([*parts, text[end:]])


def string_join(run: Run, items: list[Value], delimiter: str | None = None) -> Value:
    """Join texts, leaving nulls out."""
    run.charge(len(items))
    texts = [item for item in items if item is not None]
    if any(type(item) is not str for item in texts):
        return run.warn("argument", "string join 只能连接文本", 0)
    total = sum(len(item) for item in texts) + len(delimiter or "") * len(texts)
    run.charge(total >> 6)
    return run.text_sized((delimiter or "").join(texts))


def string(run: Run, value: Value) -> str | None:
    """Write a value as text; null stays null."""
    if value is None or type(value) is str:
        return value
    return run.text_sized("".join(_written(run, value)))


def scalar(value: Value) -> str | None:
    """Write a value that has no parts, None for one that has."""
    writer = _WRITERS.get(type(value))
    return None if writer is None else writer(value)


_WRITERS: Mapping[type, Callable[[Value], str]] = {
    type(None): lambda _: "null",
    bool: lambda value: "true" if value else "false",
    int: text_of,
    Decimal: text_of,
    date: date.isoformat,
    datetime: datetime_text,
    time: time_text,
    timedelta: duration_text,
    Months: duration_text,
}


def _written(run: Run, value: Value) -> Iterator[str]:
    """Write nested values with an explicit stack of what is still to come."""
    stack: list[Iterator[tuple[str, Value]]] = [iter([("", value)])]
    closers: list[str] = [""]
    while stack:
        step = next(stack[-1], None)
        if step is None:
            stack.pop()
            yield closers.pop()
            continue
        run.charge(1)
        prefix, item = step
        yield prefix
        plain = f'"{_escaped(item)}"' if type(item) is str else scalar(item)
        if plain is not None:
            run.charge(len(plain) >> 6)
            yield plain
            continue
        opener, closer, parts = _parts(item)
        yield opener
        closers.append(closer)
        stack.append(parts)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _parts(value: Value) -> tuple[str, str, Iterator[tuple[str, Value]]]:
    if type(value) is list:
        items = ((", " if index else "", item) for index, item in enumerate(value))
        return "[", "]", items
    if type(value) is dict:
        entries = (
            ((", " if index else "") + f"{key}: ", item)
            for index, (key, item) in enumerate(value.items())
        )
        return "{", "}", entries
    if isinstance(value, Range):
        opener = "[" if value.low_closed else "("
        closer = "]" if value.high_closed else ")"
        return opener, closer, iter([("", value.low), ("..", value.high)])
    name = value.name if isinstance(value, Function) else "?"
    return f"function {name}".rstrip(), "", iter(())


def number(
    run: Run, value: Value, grouping: str | None = None, point: str | None = None
) -> Value:
    """Read a number from a text, without the GROUPING marks, POINT being the separator."""
    if is_number(value):
        return value
    if grouping not in {None, " ", ",", "."} or point not in {None, ",", "."}:
        return run.warn("argument", "number 的分隔符只能是空格、逗号或点", 0)
    if grouping is not None and grouping == point:
        return run.warn("argument", "number 的千位与小数分隔符不能相同", 0)
    text = value.replace(grouping, "") if grouping else value
    found = read_number(text.replace(point, ".") if point else text)
    return run.warn("argument", f"“{value[:40]}”不是数字", 0) if found is None else found
