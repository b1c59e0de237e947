"""Every form is shown as a page: each field with its label, codes as names, locked locked."""

import html
from pathlib import Path

import pytest

from engine.base.actor import SYSTEM
from engine.base.clock import FakeClock, shanghai
from engine.base.ids import CountingIds
from engine.commands.accounts import CreatePerson
from engine.commands.definitions import Deploy
from engine.forms.page import Page, page_form
from engine.library.bundle import read_folder
from engine.worker import Worker
from tests.forms_catalogue.reading import ROOT, Json, Tried, catalogue, deployed, sources
from tests.support.engines import build
from tests.support.scenario import PASSWORD, Scenario
from web.app import create_app
from web.session import Passwords

FORMS = sorted({tried.cases["form"]: name for name, tried in catalogue().items()}.values())


def components(form: Json) -> dict[str, Json]:
    """Give the components of a page by key."""
    found: dict[str, Json] = {}
    waiting = list(form["components"])
    while waiting:
        one = waiting.pop()
        waiting += one.get("components") or []
        if one.get("key"):
            found[one["key"]] = one
    return found


def shown(tried: Tried) -> dict[str, Json]:
    """Give the page of the form as its task would show it."""
    application = deployed(tried.application).application
    page = Page(dict(tried.cases.get("known") or {}), tried.moment, None, application.choices)
    source = sources(tried.application)[tried.cases["form"]]
    return components(page_form(source, tried.schema, page))


def test_each_form_has_its_page() -> None:
    assert len(FORMS) == 31  # JX-F5 is a table inside JX-F2


@pytest.mark.parametrize("name", FORMS)
def test_a_page_shows_every_field_with_its_label(name: str) -> None:
    tried = catalogue()[name]
    page = shown(tried)
    for one in tried.schema.all:
        component = page[one.key]
        assert one.label in (component.get("label"), component.get("dateLabel")), one.key
        if one.derived is not None or one.readonly:
            assert component["readonly"] is True, one.key
        if one.type == "reference":
            assert component["type"] in ("select", "taglist"), one.key
            assert component["values"], one.key
        columns = component.get("columns") or []
        assert [each["label"] for each in columns] == [c.label for c in one.rows.columns]


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_form_is_read_over_http_with_all_its_labels(
    store_url: str, clock: FakeClock, ids: CountingIds, data_dir: Path
) -> None:
    clock.set(shanghai("2026-03-01 09:00"))
    engine = build(store_url, data_dir, clock=clock, ids=ids)
    try:
        engine.execute(Deploy("jiangxi", read_folder(ROOT, "jiangxi").files), SYSTEM)
        secret = Passwords(memory_kib=64, rounds=1).hash(PASSWORD)
        rights = ("process_owner",)
        engine.execute(CreatePerson("owner", "流程负责人", secret, rights), SYSTEM)
        story = Scenario(
            create_app(engine, testing=True), clock, {"OWNER": "owner"}, Worker(engine)
        )
        answer = story.of("OWNER").client.get("/lib/jiangxi/preview/forms/jx_f1.json")
        assert answer.status_code == 200
        page = html.unescape(answer.text)
        schema = catalogue()["JX-F1"].schema
        assert [one.label for one in schema.all if one.label not in page] == []
    finally:
        engine.close()
