"""A page shows the form with lists filled in and locked fields locked."""

import copy
from typing import Any

from engine.forms.compile import compile_form
from engine.forms.page import Page, facts_of_conditions, page_form, page_values
from tests.forms.samples import FORM, GOOD, KNOWN, MOMENT, REGISTERS, changed, schema


def choices(kind: str) -> list[tuple[str, str]]:
    return [(code, row["name"]) for code, row in REGISTERS[kind].items()]


def shown(form: dict[str, Any] = FORM, **more: Any) -> dict[str, dict[str, Any]]:
    made = page_form(form, schema(form), Page(KNOWN, MOMENT, choices=choices, **more))
    groups = [made["components"], *(c.get("components", []) for c in made["components"])]
    return {c["key"]: c for group in groups for c in group if "key" in c}


def test_the_file_itself_stays_as_it_is() -> None:
    before = copy.deepcopy(FORM)
    shown()
    assert before == FORM


def test_references_become_lists_of_their_register() -> None:
    reserve = shown()["reserve"]
    assert reserve["type"] == "select"
    assert reserve["values"] == [
        {"value": "R1", "label": "雾峰"},
        {"value": "R2", "label": "石河"},
    ]


def test_what_cannot_be_written_is_locked_and_demands_nothing() -> None:
    fields = shown()
    assert fields["number"]["readonly"] is True
    assert fields["key_issue"]["readonly"] is True
    assert "readonly" not in fields["text"]
    fields = shown(writable=frozenset({"text"}))
    assert fields["area"]["readonly"] is True
    assert "validate" not in fields["area"]
    assert fields["text"]["validate"]["required"] is True


def test_times_are_exact_to_the_minute_and_units_in_tables_have_names() -> None:
    seen = shown()["seen_at"]
    assert (seen["timeInterval"], seen["use24h"]) == (1, True)
    assert "timeInterval" not in shown()["found_on"]  # a day
    own = shown(changed("seen_at", timeInterval=30))["seen_at"]
    assert own["timeInterval"] == 30
    table = shown(changed("rows", columns=[{"key": "who", "label": "单位", "type": "orgUnit"}]))
    (column,) = table["rows"]["columns"]
    assert column["options"] == [{"value": c, "label": n} for c, n in choices("unit")]


def test_evidence_lists_its_codes_and_tables_their_kinds_of_cells() -> None:
    fields = shown()
    assert fields["photos"]["items"] == [
        {"code": "E1", "label": "E1", "min": 1, "media": ["image/*"]},
        {"code": "E2", "label": "E2", "min": 0, "media": ["image/*"]},
    ]
    told = shown(changed("photos", codes=[{"code": "E1", "label": "认定文件"}]))
    assert told["photos"]["items"][0]["label"] == "认定文件"  # the words of the form file
    assert [(c["key"], c["type"]) for c in fields["rows"]["columns"]] == [
        ("what", "text"),
        ("cost", "number"),
        ("due", "date"),
        ("big", "text"),
    ]
    assert fields["rows"]["columns"][3]["readonly"] is True
    assert fields["unit"]["roleGroup"] == "WOODS"


def test_lists_that_ask_a_register_are_computed_for_the_browser() -> None:
    asked = 'if register("reserve", reserve) = null then ["甲"] else ["乙"]'
    form = changed("zones", valuesExpression=f"={asked}")
    fields = shown(form)
    assert fields["zones"]["values"] == [{"label": "甲", "value": "甲"}]
    assert "valuesExpression" not in fields["zones"]
    assert "valuesExpression" in shown()["zones"]


def test_divisions_come_with_their_names_and_go_back_as_codes() -> None:
    values = page_values(schema(), {"county": "910121", "area": 1}, MOMENT)
    names = ["云海省", "云城", "石河县"]
    assert values == {"county": {"code": "910121", "names": names}, "area": 1}
    sent = {**GOOD, "county": values["county"]}
    assert schema().clean(sent, known=KNOWN, moment=MOMENT)["county"] == "910121"


def test_conditions_find_what_they_read_besides_the_fields() -> None:
    hide = '=rule = null or settings.meeting != true or text = "x"'
    form = changed("area", conditional={"hide": hide})
    made, findings = compile_form(form, "forms/yh_f1.json", {"meeting": True, "other": 1})
    assert made is not None
    assert not findings
    facts = facts_of_conditions(made, {**KNOWN, "rule": {"triage": "受理"}, "secret": 1})
    assert facts["rule"] == {"triage": "受理"}
    assert facts["settings"] == {"meeting": True}  # only what a condition names
    assert not {"secret", "text"} & set(facts)


def test_the_browser_knows_what_requires_a_field_and_asks_no_reader() -> None:
    form = changed("area", properties={"requiredIf": "rule = null"})
    facts = facts_of_conditions(schema(form), {**KNOWN, "rule": {"triage": "受理"}})
    assert facts["rule"] == {"triage": "受理"}
    assert shown(form)["area"]["properties"]["requiredIf"] == "rule = null"
    assert "requiredIf" not in shown(form, writable=frozenset())["area"]["properties"]
    assert "area" in schema(form).demanded({"rule": None}, MOMENT)  # a page without scripts
    assert "area" not in schema(form).demanded({"rule": 1}, MOMENT)


def test_several_divisions_are_chosen_from_one_list_of_those_allowed() -> None:
    form = changed("county", multiple=True, properties={"multiple": "true"})
    made = page_form(form, schema(form), Page(KNOWN, MOMENT, choices=choices_by_code))
    groups = [made["components"], *(c.get("components", []) for c in made["components"])]
    county = next(c for group in groups for c in group if c.get("key") == "county")
    assert county["type"] == "taglist"
    assert county["values"] == [{"value": "910121", "label": "云海省 云城 石河县"}]


def choices_by_code(kind: str) -> list[tuple[str, str]]:
    return [(code, code) for code in REGISTERS[kind]]
