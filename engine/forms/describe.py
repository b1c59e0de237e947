"""A field in plain JSON, for documents, the API and the coverage of requirements."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.base.values import Value
from engine.forms.fields import Field, Limit


def describe_field(one: Field) -> dict[str, Any]:
    """Give what field ONE asks for; empty parts are left out."""
    found: dict[str, Any] = {
        "key": one.key,
        "label": one.label,
        "type": one.type,
        "required": one.required,
        "readonly": one.readonly or one.derived is not None,
        "derived": one.derived.text if one.derived else None,
        "requiredIf": one.required_if.text if one.required_if else None,
        "hiddenIf": [expr.text for expr in one.hidden_by],
        "check": one.check.text if one.check else None,
        "message": one.message,
        "options": _options(one),
        "limits": _limits(one),
        "register": one.coded.register,
        "codes": dict(one.files.codes),
        "rowsFrom": one.rows.source,
        "columns": [describe_field(column) for column in one.rows.columns],
        **one.extra,
    }
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


def _options(one: Field) -> list[dict[str, Any]] | str | None:
    if one.options is None:
        return None
    if one.options.listed is not None:
        return one.options.listed.text
    if one.options.variable:
        return one.options.variable
    return [{"value": plain(value), "label": label} for value, label in one.options.fixed]


def _limits(one: Field) -> dict[str, Any]:
    limits = one.limits
    found = {
        "min": _limit(limits.minimum),
        "max": _limit(limits.maximum),
        "minLength": _limit(limits.min_length),
        "maxLength": _limit(limits.max_length),
        "decimals": limits.decimals,
        "pattern": limits.pattern_text or None,
        "minFiles": one.files.minimum or None,
        "maxRows": one.rows.maximum if one.type == "table" else None,
    }
    return {key: value for key, value in found.items() if value is not None}


def _limit(limit: Limit) -> Any:
    return limit.text if hasattr(limit, "text") else plain(limit)


def plain(value: Value) -> Any:
    """Give VALUE as JSON can hold it: numbers exact as text, dates in ISO form."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value
