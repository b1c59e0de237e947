"""The deployed decision tables, asked through the API: every check and every row."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.base.actor import SYSTEM
from engine.base.clock import FakeClock, shanghai
from engine.base.ids import CountingIds
from engine.commands.accounts import CreatePerson
from engine.commands.definitions import Deploy
from engine.library.bundle import read_folder
from tests.processes.decisions import CHECKS, ROWS, Case
from tests.support.databases import Databases, fresh
from tests.support.engines import build
from tests.support.site import Browser
from web.app import create_app
from web.session import Passwords

ROOT = Path(__file__).resolve().parents[2]
SHARED = ("D-08", "D-12")
PASSWORD = "Correct-horse-9"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def asking(
    request: pytest.FixtureRequest,
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Browser]:
    """Give a signed-in person of an installation with both applications."""
    for url in fresh(databases, request.param):
        clock = FakeClock(shanghai("2026-01-05 09:00"))
        folder = tmp_path_factory.mktemp("tables")
        engine = build(url, folder, clock=clock, ids=CountingIds())
        try:
            for application in ("guiyang", "jiangxi"):
                files = read_folder(ROOT, application).files
                engine.execute(Deploy(application, files), SYSTEM)
            secret = Passwords(memory_kib=64, rounds=1).hash(PASSWORD)
            engine.execute(CreatePerson("asker", "查询", secret, ()), SYSTEM)
            browser = Browser(create_app(engine, testing=True).test_client())
            assert browser.sign_in("asker", PASSWORD).status_code == 200
            yield browser
        finally:
            engine.close()


def evaluate(asking: Browser, decision: str, inputs: dict[str, Any], **more: str) -> Any:
    body = {"decision": decision, "variables": inputs, **more}
    answer = asking.post("/decisions/evaluation", body)
    assert answer.status_code == 200, answer.text
    return answer.json


def rows_of(answer: Any) -> list[str]:
    return [row for table in answer["tables"] for row in table["rows"]]


def agrees(value: Any, expected: Any) -> bool:
    """Tell whether VALUE holds what is EXPECTED: a value, or columns of one row or many."""
    if not isinstance(expected, dict):
        return bool(value == expected)
    if isinstance(value, list):
        return all([row[key] for row in value] == want for key, want in expected.items())
    return all(value[key] == want for key, want in expected.items())


def named(case: Case) -> str:
    decision, inputs, _, _ = case
    return f"{decision}:{','.join(str(value) for value in inputs.values())}"


@pytest.mark.parametrize("case", CHECKS, ids=named)
def test_a_decision_check_of_the_scenarios_holds(asking: Browser, case: Case) -> None:
    decision, inputs, rows, expected = case
    answer = evaluate(asking, decision, inputs)
    assert (rows_of(answer), agrees(answer["value"], expected)) == (rows, True), answer["value"]


@pytest.mark.parametrize("case", ROWS, ids=named)
def test_a_row_answers_what_the_requirements_say(asking: Browser, case: Case) -> None:
    decision, inputs, rows, expected = case
    answer = evaluate(asking, decision, inputs)
    assert (rows_of(answer), agrees(answer["value"], expected)) == (rows, True), answer["value"]


def test_every_row_of_every_table_is_hit_by_a_case() -> None:
    hit = {row for _, _, rows, _ in (*CHECKS, *ROWS) for row in rows}
    known: set[str] = set()
    for path in (ROOT / "processes").glob("*/*.dmn"):
        known |= set(re.findall(r'<rule id="([^"]+)"', path.read_text("utf-8")))
    assert hit == known
    assert {row.split(".")[0] for row in known} == {f"D-{n:02}" for n in range(1, 15)}


@pytest.mark.parametrize("application", ["guiyang", "jiangxi"])
def test_no_application_keeps_a_copy_of_a_shared_file(application: str) -> None:
    for room in ("processes", "forms"):
        homes = (ROOT / room / "common", ROOT / room / application)
        shared, own = ({p.relative_to(h) for p in h.rglob("*") if p.is_file()} for h in homes)
        assert not shared & own


@pytest.mark.parametrize("decision", SHARED)
def test_a_shared_table_is_the_same_in_both_applications(
    asking: Browser, decision: str
) -> None:
    cases = [case for case in (*CHECKS, *ROWS) if case[0] == decision]
    for _, inputs, rows, expected in cases:
        for application in ("guiyang", "jiangxi"):
            answer = evaluate(asking, decision, inputs, application=application)
            assert answer["application"] == application
            assert rows_of(answer) == rows
            assert agrees(answer["value"], expected)


def test_an_answer_names_table_version_and_inputs(asking: Browser) -> None:
    answer = evaluate(asking, "D-05", {"reserve_level": "国家级", "ownership": "LOCAL"})
    (record,) = answer["tables"]
    assert record["table"] == "D-05_table"
    assert re.fullmatch(r"[0-9a-f]{64}", record["version"])
    assert record["inputs"] == {"reserve_level": "国家级", "ownership": "LOCAL"}


@pytest.mark.parametrize(
    ("decision", "inputs"),
    [
        ("D-02", {"act": "超速行驶"}),
        ("D-05", {"reserve_level": "乡级", "ownership": "LOCAL"}),
        ("D-11", {"subject_state": "不详"}),
    ],
)
def test_a_value_outside_the_table_gets_no_answer_and_a_warning(
    asking: Browser, decision: str, inputs: dict[str, Any]
) -> None:
    answer = evaluate(asking, decision, inputs)
    assert (rows_of(answer), answer["value"]) == ([], None)
    assert answer["warnings"]


@pytest.mark.requirement("G-60")
def test_a_county_has_a_row_of_its_own(asking: Browser) -> None:
    """清镇市 adds a row to D-03 (G-60); elsewhere the city's table stands alone."""
    mine = {"problem_type": "A2", "supervise_lead": "FORESTRY", "county_count": 1}
    other = evaluate(asking, "D-03", mine, application="guiyang", region="520113")
    own = evaluate(asking, "D-03", mine, application="guiyang", region="520181")
    town = evaluate(asking, "D-03", mine, application="guiyang", region="520181103")
    assert "D-03.520181" not in rows_of(other)
    assert rows_of(own) == [*rows_of(other), "D-03.520181"] == rows_of(town)
    assert own["value"][-1] == {"unit": "NATURAL_RESOURCES", "role": "会同核查矿业权"}
    assert other["tables"][0].get("override") is None
    assert own["tables"][0]["override"] == "520181"
