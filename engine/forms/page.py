"""The form as one page shows it: locked fields locked, lists filled in, values readable."""

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.base.expressions import Expr, Moment
from engine.base.values import Value
from engine.feel.compile import Expression
from engine.forms.checks import division_fits
from engine.forms.describe import plain
from engine.forms.fields import Field
from engine.forms.schema import FormSchema

Json = dict[str, Any]
# Rows of a register as (code, label), for fields that offer them as a list.
Choices = Callable[[str], Sequence[tuple[str, str]]]
_CELLS: Mapping[str, str] = {"integer": "number", "number": "number", "date": "date"}
# Types of fields the browser holds as text or may hold as text -> what conditions see.
_PLAIN: Mapping[str, str] = {
    "date": "date",
    "datetime": "datetime",
    "number": "number",
    "integer": "number",
}
_SETTING = re.compile(r"\bsettings\.(\w+)")
_YES_NO = [{"label": "是", "value": True}, {"label": "否", "value": False}]


@dataclass(frozen=True, slots=True)
class Page:
    """What a page needs besides the form: KNOWN variables, the MOMENT, what is WRITABLE.

    CHOICES gives the rows of a register; without it, references are typed as codes. NUMBERS
    gives the cases of a ledger the reader may name, [] when they are too many for a list.
    """

    known: Mapping[str, Value]
    moment: Moment
    writable: frozenset[str] | None = None
    choices: Choices | None = None
    numbers: Choices | None = None


def page_form(source: Mapping[str, Any], schema: FormSchema, page: Page) -> Json:
    """Give the form-js schema for the browser, made of the file SOURCE of SCHEMA.

    Fields that cannot be written are read-only and demand nothing; references become
    selects of their register; evidence lists its codes; lists the browser cannot compute
    (they ask a register) are computed here. The server checks everything again.
    """
    form: Json = copy.deepcopy(dict(source))
    options = schema.options(page.known, page.moment)
    stack: list[Any] = list(form.get("components") or [])
    while stack:
        component = stack.pop()
        if not isinstance(component, dict):
            continue
        stack.extend(component.get("components") or [])
        one = schema.get(str(component.get("key") or ""))
        if one is not None:
            _exact(component)
            _fit(component, one, page)
            if one.options and one.options.listed and "register(" in one.options.listed.text:
                component.pop("valuesExpression", None)
                component["values"] = [plain(option) for option in options[one.key]]
    form["kinds"] = kinds_of(schema, facts_of_conditions(schema, page.known))
    form["today"] = local_today(page.moment)
    return form


def page_values(
    schema: FormSchema, values: Mapping[str, Value], moment: Moment
) -> dict[str, Value]:
    """Give VALUES as the fields of the browser hold them: a division with its names."""
    shown = dict(values)
    for one in schema.all:
        code = shown.get(one.key)
        if one.type == "division" and isinstance(code, str):
            shown[one.key] = {"code": code, "names": division_names(code, moment)}
    return shown


def facts_of_conditions(schema: FormSchema, known: Mapping[str, Value]) -> dict[str, Value]:
    """Give what conditions of SCHEMA read besides its fields: variables KNOWN, settings.

    The browser hides and shows by the same conditions; without these names it would take
    them for null. They are not fields, so they are never sent back.
    """
    fields = {one.key for one in schema.all}
    found: dict[str, Value] = {}
    settings: dict[str, Value] = {}
    for expr in (*schema.conditions, *_requiring(schema)):
        found |= {name: known.get(name) for name in expr.reads - fields}
        fixed = expr.constants.get("settings") if isinstance(expr, Expression) else None
        if isinstance(fixed, Mapping):
            named = _SETTING.findall(expr.text)
            settings |= {name: fixed.get(name) for name in named}
    return {**found, "settings": settings} if settings else found


def kinds_of(schema: FormSchema, facts: Mapping[str, Value]) -> Json:
    """Give what fields and FACTS that conditions of SCHEMA read are, where JSON has text.

    Dates, moments and numbers, by name; a table or a context gives those of its columns.
    """
    reads = {name for expr in (*schema.conditions, *_requiring(schema)) for name in expr.reads}
    found = {one.key: _kind(one) for one in schema.all if one.key in reads}
    found |= {name: _kind_of(value) for name, value in facts.items()}
    return {name: kind for name, kind in found.items() if kind}


def _kind(one: Field) -> Any:
    if one.type == "table":
        columns = {column.key: _PLAIN.get(column.type) for column in one.rows.columns}
        return {key: kind for key, kind in columns.items() if kind}
    return _PLAIN.get(one.type)


def _kind_of(value: Value) -> Any:
    rows = value if isinstance(value, list) else [value]
    if rows and all(isinstance(row, Mapping) for row in rows):
        inside = [(key, _plain_of(cell)) for row in rows for key, cell in row.items()]
        return {key: kind for key, kind in inside if kind}
    return _plain_of(value)


def _plain_of(value: Value) -> str | None:
    if isinstance(value, datetime):
        return "datetime"
    if isinstance(value, date):
        return "date"
    return "number" if isinstance(value, Decimal) else None


def local_today(moment: Moment) -> str:
    """Give the day of MOMENT where the application is at home, in ISO form."""
    return moment.at.astimezone(ZoneInfo(moment.zone)).date().isoformat()


def _requiring(schema: FormSchema) -> list[Expr]:
    """Give the conditions under which fields of SCHEMA are required."""
    return [one.required_if for one in schema.all if one.required_if is not None]


def division_names(code: str, moment: Moment, register: str = "division") -> list[str]:
    """Name the division CODE and those around it, from above; [] when it is unknown."""
    names: list[str] = []
    seen: set[str] = set()
    while code and code not in seen and moment.register is not None:
        seen.add(code)
        row = moment.row(register, code)
        if row is None:
            break
        names.append(str(row.get("name") or code))
        code = str(row.get("parent_code") or row.get("parent") or "")
    return names[::-1]


def _exact(component: Json) -> None:
    """Let a time be typed to the minute, of 24 hours, unless the form says otherwise.

    The form library cuts times to quarters of an hour by itself, typed and stored ones.
    """
    if component.get("type") == "datetime" and component.get("subtype") in ("time", "datetime"):
        component.setdefault("timeInterval", 1)
        component.setdefault("use24h", True)


def _fit(component: Json, one: Field, page: Page) -> None:
    writable = page.writable is None or one.key in page.writable
    if one.derived is not None or one.readonly or not writable:
        component["readonly"] = True
        component.pop("validate", None)
        _demand_nothing(component)
    if one.type == "reference" and page.choices is not None:
        _as_select(component, one, page.choices(one.coded.register))
    elif one.type == "division" and one.coded.multiple and page.choices is not None:
        _as_select(component, one, _divisions(one, page, page.choices))
    elif one.ledger and page.numbers is not None and not component.get("readonly"):
        _as_numbers(component, page.numbers(one.ledger), page.known.get(one.key))
    elif one.type == "files":
        component["items"] = _items(one, component)
    elif one.type == "unit" and one.coded.roles:
        component["roleGroup"] = one.coded.roles[0]
    elif one.type == "table":
        component["columns"] = [_column(column, page) for column in one.rows.columns]


def _demand_nothing(component: Json) -> None:
    """Take the condition that requires a field from a component nobody can fill in."""
    extra = component.get("properties")
    if isinstance(extra, dict) and "requiredIf" in extra:
        component["properties"] = {k: v for k, v in extra.items() if k != "requiredIf"}


def _divisions(one: Field, page: Page, choices: Choices) -> list[tuple[str, str]]:
    """Give the divisions field ONE takes several of, with the names of those around them."""
    return [
        (code, " ".join(division_names(code, page.moment)) or label)
        for code, label in choices("division")
        if division_fits(one, code, page.moment)
    ]


def _as_select(component: Json, one: Field, rows: Sequence[tuple[str, str]]) -> None:
    component["type"] = "taglist" if one.coded.multiple else "select"
    component["searchable"] = True
    component["values"] = [{"value": code, "label": label} for code, label in rows]


def _as_numbers(component: Json, rows: Sequence[tuple[str, str]], now: Value) -> None:
    """Offer ROWS, and the number that stands there NOW; a number is typed without ROWS."""
    if rows:
        listed = {number: f"{number} {title}" for number, title in rows}
        if now:
            listed.setdefault(str(now), str(now))
        component["type"], component["searchable"] = "select", True
        component["values"] = [{"value": n, "label": label} for n, label in listed.items()]


def _items(one: Field, component: Json) -> list[Json]:
    """Give a line per code, with the words the form file has for it."""
    listed = [each for each in component.get("codes") or () if isinstance(each, Mapping)]
    words = {str(each.get("code")): str(each.get("label") or "") for each in listed}
    media = [kind if "/" in kind else f"{kind}/*" for kind in one.files.media]
    if not one.files.codes:
        least = max(one.files.minimum, 1 if one.required else 0)
        return [{"code": "", "label": one.label, "min": least, "media": media}]
    named = [
        {"code": code, "label": words.get(code) or code, "min": least, "media": media}
        for code, least in one.files.codes.items()
    ]
    others = [{"code": "", "label": "其他材料", "min": 0, "media": media}]
    return named + others if one.files.open else named


def _column(one: Field, page: Page) -> Json:
    column: Json = {
        "key": one.key,
        "label": one.label,
        "type": _CELLS.get(one.type, "text"),
        "required": one.required,
        "readonly": one.readonly or one.derived is not None,
    }
    if one.type == "boolean":
        column["options"] = _YES_NO
    elif one.options is not None and one.options.fixed:
        column["options"] = [{"value": v, "label": label} for v, label in one.options.fixed]
    elif one.type in ("reference", "unit") and page.choices is not None:
        rows = page.choices(one.coded.register or "unit")
        column["options"] = [{"value": code, "label": label} for code, label in rows]
    return column
