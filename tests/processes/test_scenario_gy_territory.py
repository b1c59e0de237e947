"""A case of several counties, or of 贵安, is in the sight of each of them (G-41, A-21)."""

import pytest

from tests.processes import guiyang
from tests.processes.guiyang import FORESTRY
from tests.processes.test_guiyang_clues import clue
from tests.support.scenario import API, Json, Scenario

CROSSED = pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)
QINGZHEN, GUIAN, PINGBA = "520181-ZF", "GA-GWH", "520403-ZF"
GUANSHANHU, BAIYUN, FARMING = "520115-ZF", "520113-ZF", "GY-NY"


def lake(*counties: str) -> guiyang.Point:
    """Give a point of 红枫湖 in COUNTIES."""
    return guiyang.Point("GY-01", counties, "红枫湖北岸", 106.431215, 26.512034)


def seen_by(story: Scenario, unit: str, case: Json, ledger: str) -> bool:
    """Tell whether UNIT finds CASE; list, ledger and page must say the same."""
    browser, number = story.of(unit), case["number"]
    body: Json = {"filter": {}, "page": {"limit": 200}}
    listed = browser.send("POST", "/process-instances/search", body)["items"]
    rows = browser.send("POST", f"/ledgers/{ledger}/rows/search", body)["items"]
    found = {number in {one["number"] for one in items} for items in (listed, rows)}
    found.add(browser.client.get(f"{API}/process-instances/{case['id']}").status_code == 200)
    assert len(found) == 1, (unit, found)
    return found.pop()


@CROSSED
@pytest.mark.requirement("G-41", "G-03")
def test_each_county_of_a_case_sees_it_and_no_other(guiyang_story: Scenario) -> None:
    """Two counties and the neighbour outside the plan's territory, which gets copies only."""
    story = guiyang_story
    story.when_passes("2026-06-01 10:00")
    shared = lake("520181", "GA0001", "520403")
    case = story.when_started(FORESTRY, "gy_violation", guiyang.violation(shared))
    assert case["number"] == "GY-2026-520100-0001"
    seen = {unit: seen_by(story, unit, case, "violation") for unit in UNITS}
    assert seen == {**dict.fromkeys(UNITS, False), QINGZHEN: True, GUIAN: True, FARMING: True}


UNITS = (QINGZHEN, GUIAN, PINGBA, GUANSHANHU, BAIYUN, FARMING)


@CROSSED
@pytest.mark.requirement("G-41")
def test_a_case_of_the_new_area_alone_is_its_own_and_the_citys(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    story.when_passes("2026-06-01 10:00")
    data = clue(lake("GA0001"), found_on="2026-05-31")
    case = story.when_started(FORESTRY, "gy_clue", data)
    seen = {unit: seen_by(story, unit, case, "clue") for unit in UNITS}
    assert seen == {**dict.fromkeys(UNITS, False), GUIAN: True, FARMING: True}
