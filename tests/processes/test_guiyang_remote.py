"""A clue of remote sensing is checked on the spot by the units together before it goes on."""

from typing import Any

import pytest

from tests.processes import guiyang
from tests.processes.guiyang import ECOLOGY, FORESTRY, WATER
from tests.processes.test_guiyang_clues import clue
from tests.processes.test_jiangxi_imports import sent
from tests.support.scenario import Json, Scenario

CROSSED = pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)
BODY = guiyang.CHANGPOLING.body


@CROSSED
@pytest.mark.requirement("G-56")
def test_a_clue_of_remote_sensing_is_checked_jointly_before_it_is_transferred(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    story.when_passes("2026-04-07 10:00")
    found = clue(source="遥感监测", source_ref="YG-2026-0031")
    case = story.when_started(FORESTRY, "gy_clue", found)
    story.then_waits_at(case, ("visit_record", FORESTRY))  # no slip before the check
    story.then_due(case, "visit_record", "2026-04-28")
    units = [ECOLOGY, WATER, BODY]
    record = {
        "on": "2026-04-07",
        "units": units,
        "findings": "影像变化图斑为水库弃渣，约0.4公顷，尚在倾倒。",
        "visit_tasks": [{"content": "查明倾倒单位", "unit": WATER, "due": "2026-04-30"}],
        "photos": story.when_uploads(FORESTRY, "全景", "细部"),
    }
    story.when_completes(FORESTRY, "visit_record", "record", case=case, data=record)
    story.then_waits_at(case, *(("visit_sign", unit) for unit in units))
    for unit in units:
        story.when_completes(unit, "visit_sign", "sign", case=case)
    done = {"handled": "倾倒单位已查明，为水库除险加固项目部。"}
    story.when_completes(WATER, "visit_task", "done", case=case, data=done)
    assert "send_slip" in {task["node"] for task in story.tasks(case)}
    assert story.variables(case)["checked_jointly_on"] == "2026-04-07"
    story.then_no_incidents()


def a_batch(*numbers: str) -> Json:
    """Give a batch of 生态环境部 with the points NUMBERS at Changpoling."""
    point = {"reserve_id": "GY-06", "rs_type": "旅游开发", "change": "新增"}
    place = {"county_code": "520113", "lon": 106.672415, "lat": 26.668231}
    return {
        "batch_no": "STB-2026-1",
        "issuer": "生态环境部",
        "issued_on": "2026-04-01",
        "verify_due": "2026-04-20",
        "points": [{**point, **place, "point_no": number} for number in numbers],
    }


def checked(story: Scenario, case: Json, result: str, **more: Any) -> None:
    """Fill in JX-F8 with RESULT; forestry and ecology agree to it."""
    people = [f"clerk-{unit.lower()}" for unit in (BODY, FORESTRY)]
    photos = story.when_uploads(BODY, "全景", "细部")
    seen = {"field_type": "C2", "is_problem": result, "field_on": story.today()}
    data = {**seen, "checked_by": people, "photos": photos, **more}
    story.when_completes(BODY, "verify_point", "submit", case=case, data=data)
    for unit in (FORESTRY, ECOLOGY):
        story.then_state(case, "待确认")
        story.when_completes(unit, "confirm_point", "agree", case=case)


@CROSSED
@pytest.mark.requirement("G-24", "G-56")
def test_points_of_a_batch_are_checked_jointly_and_what_breaks_the_law_becomes_a_clue(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    story.when_passes("2026-04-07 10:00")
    body = {"processDefinitionKey": "gy_rs_batch", "variables": a_batch("1", "1")}
    refused = story.of(FORESTRY).send("POST", "/process-instances", body, 422)
    assert [error["field"] for error in refused["errors"]] == ["points"]
    batch = story.when_started(FORESTRY, "gy_rs_batch", a_batch("1", "2", "3"))
    points = {c["title"].split("点位")[1][0]: c for c in story.cases("gy_rs_point")}
    assert sorted(points) == ["1", "2", "3"]
    assert story.ledger_row("rs_batch", batch["number"])["total"] == 3
    story.then_waits_at(points["1"], ("verify_point", BODY))
    story.then_due(points["1"], "verify_point", "2026-04-20")
    basis = story.when_uploads(BODY, "")
    bare = {
        "field_type": "C2",
        "is_problem": "合法合规",
        "field_on": story.today(),
        "checked_by": ["clerk-gy-ly", "clerk-gy-st"],
        "photos": story.when_uploads(BODY, "", ""),
    }
    act = (BODY, "verify_point", "submit")
    refused = story.when_completes(*act, case=points["2"], data=bare, expect=422)
    assert [error["field"] for error in refused["errors"]] == ["legal_basis"]
    checked(story, points["1"], "误判", legal_basis=basis)
    checked(story, points["2"], "合法合规", legal_basis=story.when_uploads(BODY, ""))
    for number in "12":
        story.then_state(points[number], "已销案")
    assert story.cases("gy_clue") == []
    story.when_passes("2026-04-22 10:00")
    assert story.rungs(points["3"])[-1]["level"] == "L1"
    facts = "林内新建木质露营平台十二座，占用林地约0.31公顷，没有办理任何手续，仍在营业。"
    checked(story, points["3"], "属于违法违规", facts=facts)
    row = story.ledger_row("rs_point", points["3"]["number"])
    assert (row["status"], row["verify_late"], row["is_problem"]) == (
        "已转线索",
        True,
        "属于违法违规",
    )
    it_is_transferred_without_a_second_check(story, points["3"], facts)
    the_batch_comes_as_a_table(story)
    story.then_no_incidents()


def the_batch_comes_as_a_table(story: Scenario) -> None:
    """Two points by Excel wait for the body at once; the same table twice adds nothing."""
    row = {
        "批次": "STB-2026-1", "下发单位": "生态环境部", "下发日期": "2026-04-01",
        "自然保护地名称": "GY-06", "属地": "520113", "经度（CGCS2000）": "106.672415",
        "纬度（CGCS2000）": "26.668231", "遥感判读类型": "旅游开发", "变化类型": "新增",
    }  # fmt: skip
    rows = [{**row, "点位编号": "4"}, {**row, "点位编号": "5", "核实时限": "2026-05-08"}]
    receipt = sent(story, FORESTRY, "rs_points", rows, "guiyang")
    if "参考运行引擎" in str(receipt):  # it begins at no anchor and says so by name
        assert "verify_point" in receipt[0]["problems"][0]["text"]
        return
    assert [one["problems"] for one in receipt if one["problems"]] == []
    four, five = (story.case(int(one["caseId"])) for one in receipt)
    story.then_waits_at(four, ("verify_point", BODY))
    story.then_due(four, "verify_point", "2026-05-01")  # thirty days where none is told
    story.then_due(five, "verify_point", "2026-05-08")
    again = sent(story, FORESTRY, "rs_points", rows, "guiyang")
    assert {one["state"] for one in again} == {"unchanged"}


def it_is_transferred_without_a_second_check(story: Scenario, point: Json, facts: str) -> None:
    (case,) = story.cases("gy_clue")
    story.then_waits_at(case, ("register_clue", BODY))
    form = story.form(BODY, "register_clue", case)
    assert (form["source"], form["source_ref"]) == ("遥感监测", point["number"])
    assert (form["pa_id"], form["county_codes"], form["facts"]) == ("GY-06", ["520113"], facts)
    told = {key: form[key] for key in ("source", "source_ref", "found_on", "facts")}
    data = {**clue(), **told, "evidence": clue().get("evidence")}
    story.when_completes(BODY, "register_clue", "registered", case=case, data=data)
    nodes = {task["node"] for task in story.tasks(case)}
    assert "send_slip" in nodes
    assert "visit_record" not in nodes
