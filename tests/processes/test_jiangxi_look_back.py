"""Look-back (P-13): closed problems are checked again, rebounds go on in a new round."""

from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pytest

from tests.processes import jiangxi
from tests.support.scenario import API, Json, Scenario
from tests.support.stories import Beginning

pytestmark = jiangxi.CROSSED
PLACE = jiangxi.YANGJIFENG
BODY, COUNTY, CITY = PLACE.body, PLACE.both("county"), PLACE.both("city")
WHY = "平台基础重新浇筑，恢复营业。"


@pytest.fixture
def jiangxi_beginning(jiangxi_beginning: Beginning) -> Beginning:
    """Begin late in 2024, so that problems of 2024 can be closed."""
    return replace(jiangxi_beginning, moment="2024-11-22 09:00")


@pytest.mark.requirement("J-13")
def test_rebounds_go_on_in_a_new_round_with_the_same_number(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    filed = jiangxi.closed_in_2024(story)
    story.when_passes("2024-12-12 10:00")
    receipts(story, filed)
    half = jiangxi.closed_in_2024(story, lon=117.2191, source=["绿盾"], source_ref="LD-1")
    third = jiangxi.closed_in_2024(story, lon=117.2192)
    receipts(story, third)
    checks = the_inspection_opens_look_backs(story, filed, half, third)
    the_form_wants_people_photos_and_an_account(story, checks[filed["number"]])
    nothing_rebounded(story, checks[third["number"]], third)
    story.when_passes("2025-04-09 10:00")
    before = printed(story, filed)
    rebounded(story, checks[filed["number"]], "反弹")
    assert printed(story, filed) == before  # round 1 as it was
    rebounded(story, checks[half["number"]], "整改成效不扎实")
    both_are_proposed_for_publication(story, filed, half)
    for case in (filed, half):
        it_goes_on_in_round_two(story, case)
    figures_of_both_years(story)
    round_two_is_closed_and_filed(story, half)
    a_supervisor_reopens_once(story, third)
    story.then_no_incidents()


def receipts(story: Scenario, case: Json) -> None:
    day = story.today()
    data = {"filed_lf_on": day}
    story.when_completes("JX-LYJ", "file_forestry", "receipt", case=case, data=data)
    data = {"filed_eco_on": day}
    story.when_completes("JX-STT", "file_ecology", "receipt", case=case, data=data)
    story.then_state(case, "已备案")
    assert story.case(case["id"])["status"] == "completed"


def the_inspection_opens_look_backs(story: Scenario, *cases: Json) -> dict[str, Json]:
    story.when_passes("2025-02-10 10:00")
    (inspection,) = story.cases("jx_inspect", place=PLACE.reserve)
    assert story.cases("jx_look_back") == []
    for unit in CITY:
        story.when_completes(unit, "organise", "organised", case=inspection)
    found = story.cases("jx_look_back")
    numbers = sorted(one["title"].split()[1] for one in found)
    assert numbers == sorted(case["number"] for case in cases)
    for one in found:
        story.then_waits_at(one, ("check", BODY))
        story.then_due(one, "check", "2025-06-30")
        story.then_state(one, "待核查")
    checklist = story.form(BODY, "report", inspection)["recheck"]
    assert {row["problem_no"] for row in checklist} == set(numbers)
    return {one["title"].split()[1]: one for one in found}


def the_form_wants_people_photos_and_an_account(story: Scenario, check: Json) -> None:
    bad = jiangxi.looked_back(story, BODY, "反弹", people=["clerk-jx-lyj"], photos=[])
    refused = story.when_completes(BODY, "check", "submit", case=check, data=bad, expect=422)
    assert {error["field"] for error in refused["errors"]} == {"people", "photos", "desc"}


def nothing_rebounded(story: Scenario, check: Json, case: Json) -> None:
    data = jiangxi.looked_back(story, BODY, "无反弹")
    story.when_completes(BODY, "check", "submit", case=check, data=data)
    story.then_state(check, "无反弹")
    story.then_state(case, "已备案")
    assert story.case(case["id"])["caseRound"] == 1


def rebounded(story: Scenario, check: Json, result: str) -> None:
    data = jiangxi.looked_back(story, BODY, result, desc=WHY, reopen=False)
    story.when_completes(BODY, "check", "submit", case=check, data=data)
    story.then_state(check, "已重开")
    assert story.variables(check)["reopen"] is True


def both_are_proposed_for_publication(story: Scenario, *cases: Json) -> None:
    found = [one for one in story.cases("jx_publication") if story.written(one, "source_no")]
    for draft, case in zip(sorted(found, key=lambda one: int(one["id"])), cases, strict=True):
        story.then_waits_at(draft, ("weigh_proposal", "JX-LYJ"))
        told = story.form("JX-LYJ", "weigh_proposal", draft)
        assert (told["kind"], case["number"] in told["body"]) == ("典型案例", True)
        assert WHY not in told["body"]  # free text may name people
    why = "整改正在进行，完成后再公开。"
    story.when_completes("JX-LYJ", "weigh_proposal", "decline", case=found[0], opinion=why)
    story.then_state(found[0], "不公开")


def it_goes_on_in_round_two(story: Scenario, case: Json) -> None:
    now = story.case(case["id"])
    assert (now["number"], now["status"]) == (case["number"], "active")
    assert "反弹重开" in story.states(case)
    story.then_waits_at(case, ("plan", COUNTY[0]))
    assert "D-10.1" in story.rows(case)
    row = story.ledger_row("problem", case["number"])
    assert (row["year"], row["rate_year"], row["rebound"]) == (2025, 2025, True)
    assert (row["completed_on"], row["closed_on"], row["filed_on"]) == (None, None, None)
    assert (row["due_on"], row["is_new"]) == ("2025-11-30", "反弹")
    (before,) = story.variables(case)["rounds"]
    assert (before["round"], before["year"]) == (1, 2024)
    assert before["closed_on"] == story.written(case, "closed_on")[0]


def figures_of_both_years(story: Scenario) -> None:
    look = story.overseer()

    def figure(report: str, year: str) -> tuple[int, int]:
        found = look.get(f"/metrics/jiangxi/{report}", year=year)["figure"]
        return found["numerator"], found["denominator"]

    assert figure("M-1", "2024") == (3, 3)  # as it stood at the end of 2024
    assert figure("M-1", "2025") == (0, 2)
    assert figure("M-4", "2025") == (1, 3)


def round_two_is_closed_and_filed(story: Scenario, case: Json) -> None:
    jiangxi.planned(story, PLACE, case, "2025-11-20")
    jiangxi.rectified(story, PLACE, case)
    story.when_passes("2025-12-02 10:00")
    done = story.written(case, "completed_on")[-1]
    jiangxi.checked_by_the_county(story, PLACE, case, done)
    story.when_completes("360681-ZF", "county_gov", "approve", case=case)
    receipts(story, case)
    rounds = [one["number"] for one in timeline(story, case)["rounds"]]
    assert rounds == [1, 2]


def timeline(story: Scenario, case: Json) -> Json:
    return story.overseer().get(f"/process-instances/{case['id']}/timeline")


def printed(story: Scenario, case: Json) -> bytes:
    """Print the closing form of round 1 as it was signed."""
    (task,) = [one for one in story.tasks(case, None) if one["node"] == "fill_f3"]
    client = story.overseer().client
    answer = client.get(f"{API}/user-tasks/{task['id']}/print", query_string={"format": "docx"})
    assert answer.status_code == 200
    with ZipFile(BytesIO(answer.data)) as document:
        return document.read("word/document.xml")


def a_supervisor_reopens_once(story: Scenario, case: Json) -> None:
    path = f"/process-instances/{case['id']}/reopening"
    why = {"cause": "复核", "reason": "省级复核发现基础未清除"}
    why["expectedVersion"] = story.case(case["id"])["version"]
    look = story.overseer()
    assert look.send("POST", path, {**why, "reason": "太短"}, 422)["code"] == "reason-too-short"
    assert look.send("POST", path, {**why, "node": "plan"}, 409)["code"] == "reopen-anchor"
    assert look.send("POST", path, {**why, "cause": "别的"}, 422)["code"] == "reopen-cause"
    story.of(COUNTY[0]).send("POST", path, why, 403)
    assert look.send("POST", path, why)["state"] == "active"
    assert look.send("POST", path, why, 409)["code"] == "case-open"
    story.worker.run_due()
    now = story.case(case["id"])
    assert (now["caseRound"], now["number"], now["endedAt"]) == (2, case["number"], None)
    assert story.ledger_row("problem", case["number"])["rate_year"] == 2025
    (line,) = [one for one in story.history(case) if one["kind"] == "ReopenInstance"]
    assert (line["detail"]["round"], line["detail"]["was"]) == (2, "已备案")
