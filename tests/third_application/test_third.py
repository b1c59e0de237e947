"""An invented province: deployed as a folder, run through the API, shown as pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.base.actor import SYSTEM
from engine.base.clock import FakeClock, shanghai
from engine.base.ids import CountingIds
from engine.commands.accounts import CreatePerson
from engine.commands.definitions import Deploy
from engine.engine import Engine
from engine.library.bundle import read_folder
from engine.worker import Worker
from tests.support.databases import Databases, fresh
from tests.support.engines import build
from tests.support.scenario import OVERSEER, PASSWORD, Json, Scenario
from web.app import create_app
from web.session import Passwords

HERE = Path(__file__).resolve().parent
PROCESS = "yl_occupation"
ROAD, WATER = "990101-LJ", "990102-LJ"  # applicants of the two counties
COUNTY, OTHER_COUNTY, PROVINCE = "990101-SD", "990102-SD", "YL-SD"


@pytest.fixture(scope="module", params=["kernel-postgresql", "spiffworkflow-sqlite"])
def story(
    request: pytest.FixtureRequest,
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Scenario]:
    """Deploy the folder once for each runtime, with one clerk in each unit and an owner."""
    runtime, database = request.param.split("-")
    clock = FakeClock(shanghai("2026-03-02 09:00"))
    for url in fresh(databases, database):
        files = tmp_path_factory.mktemp("third")
        engine = build(url, files, clock=clock, ids=CountingIds(), override=runtime)
        try:
            engine.execute(Deploy("yunling", read_folder(HERE, "yunling").files), SYSTEM)
            clerks = _people(engine)
            app = create_app(engine, testing=True)
            yield Scenario(app, clock, clerks, Worker(engine), application="yunling")
        finally:
            engine.close()


def _people(engine: Engine) -> dict[str, str]:
    secret = Passwords(memory_kib=64, rounds=1).hash(PASSWORD)
    rights = ("all_regions", "process_owner", "scheduler")
    engine.execute(CreatePerson(OVERSEER, "督办员", secret, rights), SYSTEM)
    units = (ROAD, WATER, COUNTY, OTHER_COUNTY, PROVINCE)
    clerks = {unit: f"clerk-{unit.lower()}" for unit in units}
    for unit, login in clerks.items():
        engine.execute(
            CreatePerson(login, f"{unit}经办", secret, posts=((unit, "clerk"),)), SYSTEM
        )
    return clerks


def asked(wetland: str, area: float) -> Json:
    return {"wetland": wetland, "area_ha": area, "until": "2026-09-30", "purpose": "修桥便道"}


def row_of(story: Scenario, case: Json) -> Json:
    return story.ledger_row("occupation", case["number"])


def test_an_important_wetland_goes_through_the_county_to_the_province(story: Scenario) -> None:
    case = story.when_started(ROAD, PROCESS, asked("YL-W1", 0.4))
    assert case["number"].startswith("YL-2026-")
    assert story.open(case) == {("review", COUNTY)}
    story.when_completes(COUNTY, "review", "agree", case=case)
    assert story.open(case) == {("prov_decide", PROVINCE)}
    story.when_completes(PROVINCE, "prov_decide", "grant", case=case)
    done = {"restored_on": story.today(), "restoration": "已拆除便道、回填"}
    story.when_completes(ROAD, "restore", "restored", case=case, data=done)
    story.then_state(case, "已恢复")
    row = row_of(story, case)
    assert (row["wetland"], row["decided_by"], row["restored_on"]) == (
        "碧潭湿地", "省级", story.today(),
    )  # fmt: skip


def test_a_small_area_of_an_ordinary_wetland_is_decided_by_the_county(story: Scenario) -> None:
    case = story.when_started(WATER, PROCESS, asked("YL-W2", 0.9))
    story.when_completes(OTHER_COUNTY, "review", "agree", case=case)
    assert story.open(case) == {("restore", WATER)}
    assert row_of(story, case)["decided_by"] == "县级"


def test_one_hectare_of_an_ordinary_wetland_is_for_the_province_and_may_be_refused(
    story: Scenario,
) -> None:
    case = story.when_started(WATER, PROCESS, asked("YL-W2", 1))
    story.when_completes(OTHER_COUNTY, "review", "agree", case=case)
    short = story.when_completes(
        PROVINCE, "prov_decide", "refuse", case=case, opinion="不行", expect=422
    )
    assert "10" in short["detail"]
    words = "占用地是候鸟的繁殖场所，不宜占用"
    story.when_completes(PROVINCE, "prov_decide", "refuse", case=case, opinion=words)
    story.then_state(case, "不同意")


def test_the_form_refuses_what_the_rules_of_the_province_forbid(story: Scenario) -> None:
    body = {"processDefinitionKey": PROCESS, "variables": asked("YL-W1", 10.5)}
    refused = story.of(ROAD).send("POST", "/process-instances", body, 422)
    assert [error["field"] for error in refused["errors"]] == ["area_ha"]


def test_the_limit_and_the_pages_follow_the_files(story: Scenario) -> None:
    case = story.when_started(ROAD, PROCESS, asked("YL-W1", 2))
    story.then_due(case, "review", "2026-03-09")  # five working days after Monday 2 March
    task, _ = story.mine(COUNTY, "review", case)
    client = story.of(COUNTY).client
    page = f"/case/{case['number']}/task/{task['id']}"
    for path in ("/todo", page, "/ledger/occupation"):
        assert client.get(path).status_code == 200, path
    assert story.of(ROAD).client.get(f"/start/{PROCESS}").status_code == 200
    assert "县级审查" in client.get(page).text


def test_the_clause_page_leads_to_elements_and_back(story: Scenario) -> None:
    client = story.overseer().client
    page = client.get("/lib/yunling/clauses").text
    assert "共 6 条，已落实 5，已说明 1，未落实 0" in page
    assert "/lib/yunling/bpmn/yl_occupation.bpmn#prov_decide" in page
    assert "/lib/yunling/dmn/yl01.dmn?decision=YL-01" in page
    assert "/lib/yunling/form/forms/yl_apply.json" in page
    one = client.get("/lib/yunling/clauses?requirement=Y-05").text
    assert "期满恢复" in one
    assert "县级审查" not in one
    back = client.get("/lib/yunling/clauses?file=yl_occupation.bpmn").text
    assert "?requirement=Y-03" in back
    for path in ("bpmn/yl_occupation.bpmn", "dmn/yl01.dmn", "form/forms/yl_apply.json"):
        assert client.get(f"/lib/yunling/{path}").status_code == 200
