"""The limits of one field's value: length, range, options, codes, files, rules."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fnmatch import fnmatchcase

from engine.base.expressions import Moment
from engine.base.values import Value
from engine.forms.fields import Field, FieldType, Options
from engine.forms.scope import Scope

LEVELS: Mapping[str, tuple[int, str]] = {
    "province": (1, "省级"),
    "prefecture": (2, "设区市"),
    "county": (3, "县（市、区）"),
    "town": (4, "乡镇（街道）"),
}


def check(one: Field, value: Value, scope: Scope) -> None:
    """Report what is wrong with VALUE of field ONE; nothing when it is acceptable."""
    before = len(scope.problems)
    if empty(value):
        missing = one.required or scope.true(one.required_if, one)
        if missing or _asks_for_files(one):
            scope.report(one, "required")
        return
    _KINDS.get(one.type, _nothing)(one, value, scope)
    if one.check is not None and len(scope.problems) == before:
        _rule(one, scope)


def empty(value: Value) -> bool:
    """Tell whether VALUE counts as not filled in; false and 0 are values."""
    return value is None or value == "" or value == []


def options_of(one: Field, scope: Scope) -> list[tuple[Value, str]]:
    """Give what field ONE offers now as (value, label) pairs."""
    found = one.options or Options()
    listed: Value = list(found.fixed)
    if found.listed is not None:
        listed = scope.evaluate(found.listed, one)
    elif found.variable:
        listed = scope.values.get(found.variable)
    return [_pair(entry) for entry in listed] if isinstance(listed, list) else []


def _pair(entry: Value) -> tuple[Value, str]:
    if isinstance(entry, tuple):
        return entry[0], entry[1]
    if isinstance(entry, Mapping):
        return entry.get("value"), str(entry.get("label", entry.get("value")))
    return entry, str(entry)


def _asks_for_files(one: Field) -> bool:
    return one.type == "files" and (one.files.minimum > 0 or any(one.files.codes.values()))


def _rule(one: Field, scope: Scope) -> None:
    """Apply the field's own check; unknown because another field is empty is no fault."""
    answer = scope.evaluate(one.check, one) if one.check is not None else True
    if one.check is None or answer is True:
        return
    unknown = any(empty(scope.values.get(name)) for name in one.check.reads)
    if answer is None and unknown:
        return
    scope.report(one, "check")
    if one.message:
        scope.problems[-1]["detail"] = one.message


def _nothing(one: Field, value: Value, scope: Scope) -> None:
    """Accept VALUE as it is."""


def _text(one: Field, value: Value, scope: Scope) -> None:
    text, limits = str(value), one.limits
    low, high = scope.limit(limits.min_length, one), scope.limit(limits.max_length, one)
    if low is not None and len(text) < low:
        scope.report(one, "min-length", limit=low, current=len(text))
    if high is not None and len(text) > high:
        scope.report(one, "max-length", limit=high, current=len(text))
    if limits.pattern is not None and not limits.pattern.search(text):
        scope.report(one, "pattern")
        if one.message and one.check is None:
            scope.problems[-1]["detail"] = one.message


def _range(one: Field, value: Value, scope: Scope) -> None:
    low, high = scope.limit(one.limits.minimum, one), scope.limit(one.limits.maximum, one)
    if low is not None and value < low:
        scope.report(one, "min", limit=low)
    if high is not None and value > high:
        scope.report(one, "max", limit=high)


def _number(one: Field, value: Value, scope: Scope) -> None:
    _range(one, value, scope)
    digits = one.limits.decimals
    if digits is not None and isinstance(value, Decimal):
        exponent = value.normalize().as_tuple().exponent
        if isinstance(exponent, int) and -exponent > digits:
            scope.report(one, "decimals", limit=digits)


def _choice(one: Field, value: Value, scope: Scope) -> None:
    offered = [known for known, _ in options_of(one, scope)]
    for chosen in value if isinstance(value, list) else [value]:
        same = [known for known in offered if known == chosen and _like(known, chosen)]
        if not same:
            scope.report(one, "option", value=chosen)
            return
    if isinstance(value, list):
        _rows_between(one, len(value), scope, ("rows-min", "rows-max"))


def _like(known: Value, chosen: Value) -> bool:
    return isinstance(known, bool) == isinstance(chosen, bool)


def _rows_between(one: Field, count: int, scope: Scope, codes: tuple[str, str]) -> None:
    low = scope.limit(one.limits.min_length, one)
    high = scope.limit(one.limits.max_length, one)
    if low is not None and count < low:
        scope.report(one, codes[0], limit=low, current=count)
    if high is not None and count > high:
        scope.report(one, codes[1], limit=high, current=count)


def _people(one: Field, value: Value, scope: Scope) -> None:
    # Persons are no reference data: who submits asks the accounts (FormSchema.people).
    if isinstance(value, list):
        _rows_between(one, len(value), scope, ("rows-min", "rows-max"))


def _coded(one: Field, value: Value, scope: Scope) -> None:
    kind = {"division": "division", "unit": "unit"}.get(one.type)
    register = one.coded.register or kind or ""
    for code in value if isinstance(value, list) else [value]:
        row = scope.moment.row(register, code) if scope.moment.register else {}
        if row is None:
            scope.report(one, "reference-unknown", value=code)
        elif one.type == "division":
            _division(one, code, row, scope)
        elif one.type == "unit":
            _unit(one, code, row, scope)
    if isinstance(value, list):
        _rows_between(one, len(value), scope, ("rows-min", "rows-max"))


def _division(one: Field, code: str, row: Mapping[str, Value], scope: Scope) -> None:
    root = one.coded.root
    if root and not code.startswith(root.rstrip("0") or root):
        scope.report(one, "division-outside", limit=root)
    wanted = LEVELS.get(one.coded.min_level)
    level = LEVELS.get(str(row.get("level") or ""))
    if wanted and level and level[0] < wanted[0]:
        scope.report(one, "division-level", limit=wanted[1])


def division_fits(one: Field, code: str, moment: Moment) -> bool:
    """Tell whether field ONE takes the division CODE: below its root and deep enough."""
    scope = Scope({}, moment)
    _division(one, code, moment.row("division", code) or {}, scope)
    return not scope.problems


def _unit(one: Field, code: str, row: Mapping[str, Value], scope: Scope) -> None:
    roles = row.get("roles") or []
    held = set(roles.split(";") if isinstance(roles, str) else roles)
    fits = not one.coded.roles or held & set(one.coded.roles)
    if row and (not fits or (one.coded.level and row.get("level") != one.coded.level)):
        scope.report(one, "unit-role", value=row.get("name") or code)


def _files(one: Field, value: Value, scope: Scope) -> None:
    asked = one.files
    low = max(asked.minimum, 1 if one.required else 0)
    if len(value) < low:
        scope.report(one, "files-min", limit=low, current=len(value))
    if len(value) > asked.maximum:
        scope.report(one, "files-max", limit=asked.maximum, current=len(value))
    for code, least in asked.codes.items():
        found = sum(entry.get("code") == code for entry in value)
        if found < least:
            scope.report(one, "files-min", limit=f"{code} 类 {least}", current=found)
    seen: set[str] = set()
    for entry in value:
        _file(one, entry, scope)
        if entry["attachmentId"] in seen:
            scope.report(one, "file-twice", value=entry["attachmentId"])
        seen.add(entry["attachmentId"])


def _file(one: Field, entry: Mapping[str, Value], scope: Scope) -> None:
    asked, name = one.files, entry.get("name") or entry["attachmentId"]
    foreign = entry.get("code") not in asked.codes and not asked.open
    if foreign and len(asked.codes) > 1:
        scope.report(one, "file-code", value=entry.get("code") or "（未填）")
    if scope.attachments is None:
        return
    stored = scope.attachments(entry["attachmentId"])
    if stored is None:
        scope.report(one, "file-unknown", value=name)
        return
    claimed = entry.get("sha256")
    if claimed and stored.get("sha256") and claimed != stored["sha256"]:
        scope.report(one, "file-changed", value=name)
    media = str(stored.get("media") or "")
    if asked.media and not any(_fits(media, wanted) for wanted in asked.media):
        scope.report(one, "file-media", value=name)
    if int(stored.get("size") or 0) > asked.max_size:
        scope.report(one, "file-size", value=name, limit=asked.max_size // 1_000_000)


def _fits(media: str, wanted: str) -> bool:
    """Tell whether the type MEDIA is WANTED: image, image/*, image/png."""
    return fnmatchcase(media, wanted if "/" in wanted else f"{wanted}/*")


def _signoff(one: Field, value: Value, scope: Scope) -> None:
    if value.get("confirmed") is not True and not value.get("attachmentId"):
        scope.report(one, "signoff-empty")


_KINDS: Mapping[FieldType, Callable[[Field, Value, Scope], None]] = {
    "string": _text,
    "text": _text,
    "number": _number,
    "integer": _number,
    "date": _range,
    "datetime": _range,
    "choice": _choice,
    "choices": _choice,
    "division": _coded,
    "unit": _coded,
    "person": _people,
    "reference": _coded,
    "files": _files,
    "signoff": _signoff,
}
