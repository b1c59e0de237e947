"""Conditions over dates hold in the browser exactly when they hold on the server."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from engine.base.clock import shanghai
from engine.base.expressions import Moment
from engine.forms.compile import compile_form
from engine.forms.describe import plain
from engine.forms.page import Page, facts_of_conditions, page_form
from tests.islands.site import js, options

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
NOW = shanghai("2025-10-20 00:30")  # in Greenwich it is still the 19th
# What the forms we ship do not ask of dates, and others may.
MORE = (
    "seen_on.month >= 10",
    "seen_on.day = 29 and seen_on.month = 2",
    'seen_on < date("2025-10-01")',
    'seen_on = date("2025-10-20")',
    "seen_on <= today()",
    "seen_on > today()",
    'seen_on + duration("P1D") > until_on',
    "date(seen_on).year = 2024",
    "fact_on = null or fact_on >= seen_on",
    "fact_on != null and fact_on.year = 2025",
    "some r in rows satisfies r.due_on != null and r.due_on < seen_on",
    "number_of > 3",
    'told != null and told.on < date("2025-10-01")',
)
LABELS = "[...document.querySelectorAll('label')].map((one) => one.innerText.trim())"
FIELDS = ("seen_on", "until_on")
STATES = (
    {"seen_on": None, "until_on": None, "fact_on": None, "rows": [], "number_of": Decimal(3)},
    {"seen_on": date(2024, 2, 29), "until_on": date(2024, 2, 29), "fact_on": date(2025, 1, 1)},
    {"seen_on": date(2025, 10, 20), "until_on": date(2025, 12, 31), "rows": [None, "10-19"]},
    {"seen_on": date(2025, 10, 1), "until_on": date(2025, 10, 2), "told": date(2025, 9, 30)},
)


def shipped():
    """Give every condition of a shipped form that reads one of its dates, and these dates."""
    found, dates = set(), set()
    for file in sorted((ROOT / "forms").rglob("*.json")):
        schema, _ = compile_form(file.read_bytes(), file.name)
        own = {one.key for one in schema.all if one.type == "date"}
        for expr in schema.conditions:
            if expr.reads & own:
                found.add(expr.text.removeprefix("="))
                dates |= expr.reads & own
    return sorted(found), sorted(dates)


def form_of(conditions, dates):
    """Make a form with a date per name of DATES and a text hidden by each of CONDITIONS."""
    fields = [{"type": "datetime", "subtype": "date", "key": key} for key in dates]
    due = {"key": "due_on", "label": "期限", "type": "datetime", "subtype": "date"}
    fields.append({"type": "grid", "key": "rows", "columns": [due]})
    for number, condition in enumerate(conditions):
        hide = {"hide": f"={condition}"}
        fields.append({"type": "textfield", "key": f"c{number:03}", "conditional": hide})
    for one in fields:
        one |= {"id": one["key"], "label": one["key"]}
    return {"id": "f", "title": "条件", "type": "default", "components": fields}


def state_of(chosen, dates):
    """Give the values of a case in one state: every date, the facts, the rows."""
    given = {"fact_on": None, "rows": [], "number_of": Decimal(4), "told": None, **chosen}
    day = given["seen_on"]
    told = {"on": given["told"]} if given["told"] else None
    rows = [{"due_on": one and date.fromisoformat(f"2025-{one}")} for one in given["rows"]]
    others = dict.fromkeys(dates, day)
    own = {"seen_on": day, "until_on": given["until_on"]}
    facts = {"fact_on": given["fact_on"], "number_of": given["number_of"], "told": told}
    return {**others, **own, **facts, "rows": rows}


def test_what_the_server_hides_by_a_date_the_browser_hides(site, watched):
    conditions, dates = shipped()
    assert "checked_on = null or checked_on.month < 10" in conditions
    dates = sorted({*dates, *FIELDS})
    conditions += MORE
    source = form_of(conditions, dates)
    schema, findings = compile_form(source, "forms/f.json")
    assert schema, findings
    moment = Moment(at=NOW)
    eye = watched()
    for number, chosen in enumerate(STATES):
        values = state_of(chosen, dates)
        page = Page(values, moment)
        facts = facts_of_conditions(schema, values)
        shown = {key: value for key, value in values.items() if key in dates or key == "rows"}
        data = plain({**facts, **shown})
        show(site, number, page_form(source, schema, page), data)
        tab = eye.open(f"/state{number}")
        tab.wait_for_selector(".fjs-form-field-datetime")
        seen = set(tab.evaluate(LABELS))
        asked = [one for one in schema.all if one.hidden_by]
        hidden = {one.key: one.hidden_by[0](values, moment) is True for one in asked}
        wrong = [
            (conditions[int(key[1:])], f"server hides: {hides}")
            for key, hides in hidden.items()
            if hides == (key in seen)
        ]
        assert not wrong, f"{chosen}: {wrong}"
    eye.clean()


def show(site, number, form, data):
    settings = {"schema": json.loads(json.dumps(form)), "data": data, "outcomes": []}
    settings |= {"submitUrl": "/act", "registers": {}, "actor": {"name": "甲", "unit": "乙"}}
    site.routes["POST", "/act"] = lambda _: js({})
    site.page(
        f"/state{number}",
        f'<main><div data-island="formview"></div>{options(settings)}</main>',
        policy="F",
        island="formview",
    )
