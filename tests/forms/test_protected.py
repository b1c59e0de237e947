"""Fields that go into the vault: what a form may do with them, and what it may not."""

from typing import Any

import pytest

from engine.base.expressions import Moment
from engine.base.sealed import MARKER
from engine.forms.compile import compile_form

NAME: dict[str, Any] = {
    "type": "textfield",
    "key": "reporter",
    "label": "举报人",
    "validate": {"required": True, "pattern": "^[A-Z]+$"},
    "properties": {"vault": "true"},
}


def form(*components: dict[str, Any]) -> dict[str, Any]:
    return {"id": "tip", "title": "举报", "type": "default", "components": list(components)}


def codes(*components: dict[str, Any]) -> list[str]:
    return [finding.code for finding in compile_form(form(*components), "tip.json")[1]]


def test_a_form_knows_its_protected_fields() -> None:
    schema, findings = compile_form(form(NAME), "tip.json")
    assert findings == ()
    assert schema is not None
    assert schema.vaulted == ("reporter",)


def test_what_was_sealed_is_not_checked_again() -> None:
    schema, _ = compile_form(form(NAME), "tip.json")
    assert schema is not None
    known = {"reporter": MARKER}
    assert schema.clean({}, known=known, moment=Moment()).get("reporter", MARKER) == MARKER


@pytest.mark.parametrize(
    "other",
    [
        {"type": "textfield", "key": "copy", "properties": {"copied": "reporter"}},
        {"type": "textfield", "key": "hello", "properties": {"computed": '"To " + reporter'}},
        {"type": "textfield", "key": "guess", "defaultValue": "=reporter"},
        {"type": "select", "key": "one_of", "valuesExpression": "=[reporter]"},
        {"type": "number", "key": "age", "properties": {"vault": "true"}},
        {"type": "grid", "key": "rows", "columns": [{**NAME, "key": "inside"}]},
    ],
    ids=["copied", "computed", "default", "options", "number", "column"],
)
def test_what_would_give_a_protected_field_away_is_refused(other: dict[str, Any]) -> None:
    assert "form.vault" in codes(NAME, {"label": "另一字段", **other})


def test_a_rule_may_ask_whether_it_is_filled_in() -> None:
    rule = {"type": "textfield", "key": "contact", "label": "联系方式"}
    assert codes(NAME, {**rule, "properties": {"requiredIf": "reporter != null"}}) == []
