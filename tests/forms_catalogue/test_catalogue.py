"""Every form of section 9: all fields, types, options; every rule enforced by the server."""

import re
from collections.abc import Mapping

import pytest

from engine.forms.fields import Field
from tests.forms_catalogue.reading import (
    ROOT,
    Tried,
    Wanted,
    catalogue,
    field_at,
    outcomes,
)

FORMS = sorted(catalogue())
# Type of the catalogue → types of a deployed field; a copied value may be plain text.
REFERENCE = {"reference", "unit", "division", "string", "choice", "choices", "person", "table"}
TYPES: Mapping[str, set[str]] = {
    "string": {"string", "text"},
    "text": {"text", "string"},
    "int": {"integer", "number"},
    "decimal": {"number"},
    "percent": {"number", "string"},
    "enum": {"choice", "string", "choices"},
    "enum-multi": {"choices"},
    "bool": {"boolean"},
    "date": {"date"},
    "datetime": {"datetime"},
    "table": {"table", "string"},
    "list": {"table"},
    "file": {"files"},
    "file[]": {"files"},
    "signoff": {"signoff"},
    "person": {"person"},
    "person[]": {"person"},
    "geometry": {"files", "string", "number"},
    "group": {"choice", "table", "text", "string", "date", "signoff", "files"},
}
OUTSIDE = ("outcome:", "state:", "ledger:")


def cases_of(tried: Tried, kind: str) -> list[list]:
    return list(tried.cases.get(kind) or [])


def told_of(tried: Tried) -> set[str]:
    kinds = ("refuse", "accept", "computed", "locked")
    return {case[0] for kind in kinds for case in cases_of(tried, kind)}


def test_the_catalogue_has_32_forms_and_each_is_tried() -> None:
    assert len(FORMS) == 32
    assert [name for name in FORMS if not catalogue()[name].cases] == []


@pytest.mark.parametrize("name", FORMS)
def test_every_field_is_deployed_with_its_type_and_options(name: str) -> None:
    tried = catalogue()[name]
    for wanted in tried.fields.values():
        for place in tried.place(wanted.key):
            if place.startswith("outcome:"):
                labels = outcomes(tried.application, place.removeprefix("outcome:"))
                assert labels, place
                missing = [one for one in wanted.options if one not in labels]
                assert not missing, (wanted.key, missing)
            elif not place.startswith(OUTSIDE):
                one = field_at(tried, place)
                assert one is not None, (wanted.key, place)
                has_the_type(wanted, one)
        has_the_options(tried, wanted)


def has_the_type(wanted: Wanted, one: Field) -> None:
    kinds = REFERENCE if wanted.type.startswith("ref") else TYPES[wanted.type]
    derived = one.derived is not None or one.readonly
    assert one.type in kinds or (derived and one.type == "string"), (wanted.key, one.type)
    if wanted.type.endswith("[]") and one.type in ("person", "unit", "division", "reference"):
        assert one.coded.multiple, wanted.key


def has_the_options(tried: Tried, wanted: Wanted) -> None:
    """Every option of the catalogue is offered; further ones are named in the cases."""
    if not wanted.options:
        return
    renamed = (tried.cases.get("options") or {}).get(wanted.key, {})
    for place in tried.place(wanted.key):
        one = None if place.startswith(OUTSIDE) else field_at(tried, place)
        if one is None or one.options is None or not one.options.fixed:
            continue
        offered = {str(value) for value, _ in one.options.fixed}
        offered |= {label for _, label in one.options.fixed}
        expected = {renamed.get(option, option) for option in wanted.options}
        assert expected <= offered, (wanted.key, expected - offered)


@pytest.mark.parametrize("name", FORMS)
def test_what_is_valid_is_accepted(name: str) -> None:
    tried = catalogue()[name]
    assert tried.refused({}) == set()
    for key, patch, *known in cases_of(tried, "accept"):
        assert tried.refused(patch, *known) == set(), (key, patch)


@pytest.mark.parametrize("name", FORMS)
def test_every_rule_refuses_what_breaks_it_and_names_the_field(name: str) -> None:
    tried = catalogue()[name]
    for key, patch, *known in cases_of(tried, "refuse"):
        places = {place.split(".")[0] for place in tried.place(key)}
        assert tried.refused(patch, *known) & places, (key, patch)


@pytest.mark.parametrize("name", FORMS)
def test_what_is_required_cannot_be_left_out(name: str) -> None:
    tried = catalogue()[name]
    asked = 0
    for wanted in tried.fields.values():
        for place in tried.place(wanted.key):
            key = place.split(".")[0]
            later = key in (tried.cases.get("elsewhere") or {}) or "." in place
            if wanted.required == "yes" and not later and key in tried.cases["base"]:
                one = tried.schema.get(key)
                assert one is not None
                if one.type == "boolean" or one.default_expr or one.default is not None:
                    continue
                assert key in tried.refused({key: "-"}), key
                asked += 1
    assert asked or tried.cases.get("derived"), "nothing required was left out"


@pytest.mark.parametrize("name", FORMS)
def test_no_choice_takes_what_is_not_offered(name: str) -> None:
    tried = catalogue()[name]
    for one in tried.schema.all:
        if one.options is not None and one.options.fixed and one.key in tried.cases["base"]:
            wrong = ["没有这一项"] if one.type == "choices" else "没有这一项"
            assert one.key in tried.refused({one.key: wrong}), one.key


@pytest.mark.parametrize("name", FORMS)
def test_what_is_computed_or_copied_is_not_taken_from_the_browser(name: str) -> None:
    tried = catalogue()[name]
    for key, patch, value, *known in cases_of(tried, "computed"):
        (place,) = tried.place(key)[:1]
        sent = {place: "假的", **patch}
        assert tried.clean(sent, *known).get(place) == value, (key, patch)
    for key, value in cases_of(tried, "locked"):
        (place,) = tried.place(key)[:1]
        assert tried.refused({place: value}) == {place}, key


@pytest.mark.parametrize("name", FORMS)
def test_every_field_with_a_rule_is_tried_or_says_where_it_is(name: str) -> None:
    tried = catalogue()[name]
    elsewhere = tried.cases.get("elsewhere") or {}
    told = told_of(tried)
    for wanted in tried.fields.values():
        if not wanted.says_more or wanted.key in told:
            continue
        assert wanted.key in elsewhere, f"{wanted.key}: {wanted.rule}"
    for where in elsewhere.values():
        for path, test in re.findall(r"(tests/\S+\.py)::(\w+)", where):
            assert f"def {test}(" in (ROOT / path).read_text("utf-8"), where
