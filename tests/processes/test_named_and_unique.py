"""原问题编号 names a problem the unit sees; a 案号 stands once in its department."""

import pytest

from tests.processes import guiyang, jiangxi
from tests.processes.test_jiangxi_imports import ROW, sent
from tests.support.scenario import Json, Scenario

MINE, OTHER = jiangxi.YANGJIFENG, jiangxi.ANOTHER
ECOLOGY, RESOURCES = "GY-ST", "GY-ZR"


def offered(story: Scenario, unit: str) -> set[str]:
    """Give the numbers the start form of 附件1 offers UNIT."""
    page = story.of(unit).client.get("/start/jx_audit").text
    words = page.replace("&#34;", '"').split('"')
    return {word for word in words if word.startswith("JX-2025")}


@jiangxi.CROSSED
@pytest.mark.requirement("J-12")
def test_the_earlier_problem_is_one_of_the_ledger_the_unit_sees(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    story.when_passes("2025-03-18 10:00")
    mine = jiangxi.registered(story, MINE)
    foreign = jiangxi.registered(story, OTHER)
    photos = story.when_uploads(MINE.body, "全景", "细部")
    for number in ("JX-2023-3606-0001", foreign["number"]):
        told = {"prior_state": "已销号", "prior_problem_no": number}
        data = jiangxi.problem(MINE, photos=photos, **told)
        body = {"processDefinitionKey": "jx_audit", "variables": data}
        refused = story.of(MINE.body).send("POST", "/process-instances", body, 422)
        assert [one["field"] for one in refused["errors"]] == ["prior_problem_no"]
        assert number in refused["errors"][0]["detail"]
    told = {"prior_state": "整改中", "prior_problem_no": mine["number"]}
    case = jiangxi.registered(story, MINE, **told)
    assert story.variables(case)["prior_problem_no"] == mine["number"]
    wrong = {"prior_problem_no": foreign["number"]}
    story.when_completes(MINE.body, "submit", "submit", case=case, data=wrong, expect=422)
    story.when_completes(MINE.body, "submit", "submit", case=case)
    assert mine["number"] in offered(story, MINE.body)
    assert foreign["number"] not in offered(story, MINE.body)


@pytest.mark.parametrize(
    ("jiangxi_runtime", "store_url"),
    [("kernel", "sqlite"), ("kernel", "postgresql")],
    indirect=True,
)
def test_an_imported_row_names_a_problem_the_unit_sees(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    story.when_passes("2025-03-18 10:00")
    mine = jiangxi.registered(story, MINE)
    again = {**ROW, "以往整改及销号情况": "整改中", "乡镇、村（小地名）": "双圳林场东坑"}
    rows = [{**again, "原问题编号": number} for number in ("JX-2020-9", mine["number"])]
    rows[1]["乡镇、村（小地名）"] = "双圳林场南坑"
    receipt = sent(story, MINE.body, "problem", rows)
    assert [row["state"] for row in receipt] == ["refused", "created"]
    assert "JX-2020-9" in str(receipt[0])


@pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)
@pytest.mark.requirement("G-29")
def test_a_number_of_a_case_stands_once_in_its_department(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-04-10 10:00")
    one, two = (quarry(story, name) for name in ("花梨采石场", "楠木采石场"))
    filing: Json = {"case_no": "筑环立〔2026〕31号", "filed_on": "2026-04-10"}
    act = (ECOLOGY, "file_case", "file")
    story.when_completes(*act, case=one, data=filing)
    refused = story.when_completes(*act, case=two, data=filing, expect=422)
    assert [error["field"] for error in refused["errors"]] == ["case_no"]
    assert "筑环立〔2026〕31号" in refused["errors"][0]["detail"]
    story.when_completes(*act, case=two, data={**filing, "case_no": "筑环立〔2026〕32号"})
    own = {"own_act": "未批先建用地", "own_reason": "堆场占地未办理用地手续"}
    story.when_completes(RESOURCES, "more_cases", "open", case=one, data=own)
    story.when_completes(RESOURCES, "file_case", "file", case=one, data=filing)  # its own
    story.then_no_incidents()


def quarry(story: Scenario, name: str) -> Json:
    """Put a quarry on the ledger: an act of ecology."""
    point = guiyang.Point("GY-06", ("520113",), name, 106.672415, 26.668231)
    data = guiyang.violation(
        point,
        source="日常巡护",
        gs_no=None,
        in_green_shield_ledger=False,
        found_on="2026-04-07",
        problem_type="A2",
        acts=["非法开矿"],
        eco_damage=True,
        happened_on="2026-04-01",
    )
    data = {key: value for key, value in data.items() if value is not None}
    return guiyang.on_the_ledger(story, point.body, RESOURCES, data)
