"""A task's declared fields: those it names and what is computed from them, as its form does."""

from dataclasses import replace

import pytest

from engine.base.writable import implied
from engine.forms.schema import FormSchema
from tests.bpmn.build import ENV, compile_one, end, ext, process, start, user
from tests.forms.samples import DAY, GOOD, KNOWN, MOMENT, schema

FORM: FormSchema = schema()
FORM_ENV = replace(ENV, forms={"f1": FORM.fields}, derived={"f1": FORM.derived})


def declared(text: str) -> frozenset[str]:
    listed = f'<camunda:property name="form.writable" value="{text}"/>'
    task = user("u", ext(f"<camunda:properties>{listed}</camunda:properties>"),
                camunda__formRef="f1")  # fmt: skip
    compiled = compile_one(process(start(), task, end(), "s -> u -> e"), env=FORM_ENV)
    assert compiled.plans, compiled.findings
    return frozenset(compiled.plans["p"].nodes[1].result.fields)


def test_what_is_computed_from_a_writable_field_needs_no_listing() -> None:
    assert declared("area") == {"area", "key_issue"}
    assert declared("reserve，text") == {"reserve", "level", "text"}
    assert declared("key_issue") == {"key_issue"}
    assert declared("") == frozenset()


@pytest.mark.parametrize("text", ["area", "reserve", "text", "reserve,area,zones", ""])
def test_the_form_stores_nothing_the_plan_does_not_declare(text: str) -> None:
    names = frozenset(name for name in text.split(",") if name)
    stored = {**KNOWN, "found_on": DAY}
    data = {name: GOOD[name] for name in names}
    found = FORM.clean(data, known=stored, moment=MOMENT, writable=names, draft=True)
    assert found.keys() <= declared(text)
    assert found.keys() >= names | {key for key in FORM.derived if key in declared(text)}


def test_computed_fields_follow_through_other_computed_fields() -> None:
    derived = {"b": frozenset({"a"}), "c": frozenset({"b"}), "d": frozenset({"c", "z"})}
    assert implied({"a"}, derived) == {"a", "b", "c", "d"}
    assert implied({"c"}, derived) == {"c", "d"}
    assert implied((), derived) == frozenset()
