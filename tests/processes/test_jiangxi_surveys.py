"""Jiangxi, surveys: places by D-08 and the lowest rate, findings to the problems."""

import io
import zipfile

import pytest

from tests.processes import jiangxi
from tests.support.scenario import Json, Scenario

pytestmark = [jiangxi.CROSSED, pytest.mark.requirement("J-23")]
PLACE, ELSEWHERE = jiangxi.YANGJIFENG, jiangxi.ANOTHER
COUNTY = PLACE.both("county")
FORESTRY, ECOLOGY = "JX-LYJ", "JX-STT"
NAMES = ("贵溪市", "广丰区", "鹰潭市")


def test_places_are_proposed_and_what_is_found_goes_to_the_problem(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    late, done, other = three_problems(story)
    story.when_passes("2025-10-21 10:00")  # ten working days after 30 September
    first = story.when_started(FORESTRY, "jx_survey", {"year": 2025, "batch": 1})
    # 贵溪's city has done one of two, 上饶 none of one; nothing is more than ten days late.
    form = story.form(FORESTRY, "record_survey", first)
    assert form["places"] == [ELSEWHERE.city]
    assert story.rows(first) == ["D-08.9"]
    assert not [row for row in form["problems"] if row["checked"]]
    story.when_passes("2025-10-22 10:00")
    survey = story.when_started(ECOLOGY, "jx_survey", {"year": 2025, "batch": 2})
    assert story.rows(survey) == ["D-08.10"]
    form = story.form(ECOLOGY, "record_survey", survey)
    assert form["places"] == [PLACE.county, ELSEWHERE.city]
    why = [row["why"] for row in form["proposals"]]
    assert (late["number"] in why[0], "应完成1个，已完成0个" in why[1]) == (True, True)
    rows = form["problems"]
    told = [(row["problem_no"], row["level"], row["checked"]) for row in rows]
    assert told[0] == (late["number"], "L2", True)
    assert {(number, None, False) for number, *_ in told[1:]} == set(told[1:])
    assert {number for number, *_ in told[1:]} == {done["number"], other["number"]}
    the_people_decide(story, survey, rows)
    it_stands_in_the_problem(story, late)
    assert "surveys" not in {k for k, v in story.variables(other).items() if v}
    story.then_no_incidents()


def three_problems(story: Scenario) -> list[Json]:
    """List three: one due on 30 September and left, one done in time, one in another city."""
    story.when_passes("2025-07-02 10:00")
    places = (PLACE, PLACE, ELSEWHERE)
    cases = [jiangxi.reviewed_by_the_city(story, place) for place in places]
    for place in (PLACE, ELSEWHERE):
        jiangxi.sent_by_the_city(story, place)
    for case in cases:
        story.when_completes(FORESTRY, "joint_forestry", "list", case=case)
        story.when_completes(ECOLOGY, "joint_ecology", "list", case=case)
    story.when_passes("2025-09-12 10:00")
    jiangxi.fed_back(story, batch=1)
    the_list_reads_as_names(story)
    for case, place, due in zip(cases, places, ("09-30", "09-30", "11-20"), strict=True):
        jiangxi.planned(story, place, case, f"2025-{due}")
    jiangxi.rectified(story, PLACE, cases[1])
    return cases


@pytest.mark.requirement("J-20")
def the_list_reads_as_names(story: Scenario) -> None:
    """Print the provincial list with names for codes; year and batch alone are no paper."""
    (case,) = story.cases("jx_prov_list")
    client = story.overseer().client
    ((task,), at) = (story.tasks(case, None), "/api/v1/user-tasks")
    printed = client.get(f"{at}/{task['id']}/print?format=docx").data
    text = zipfile.ZipFile(io.BytesIO(printed)).read("word/document.xml").decode()
    assert [name for name in NAMES if name not in text] == []
    assert "360600</" not in text
    assert "登记表 PDF" not in client.get(f"/case/{case['number']}").text


def the_people_decide(story: Scenario, survey: Json, rows: list[Json]) -> None:
    """Let the group go to one of the places only; both bodies sign."""
    data = {
        "on": "2025-10-22",
        "members_forestry": ["clerk-jx-lyj"],
        "members_ecology": ["clerk-jx-stt"],
        "places": [PLACE.county],
        "problems": [{**rows[0], "note": "平台尚未拆除"}, *rows[1:]],
        "findings": "拆除未完成，植被恢复滞后。",
        "advice": [{"text": "加快拆除进度", "unit": "贵溪市林业局", "until": "2025-11-10"}],
    }
    story.when_completes(ECOLOGY, "record_survey", "submit", case=survey, data=data)
    for unit in (FORESTRY, ECOLOGY):
        story.when_completes(unit, "sign_survey", "agree", case=survey)
    story.then_state(survey, "已反馈")


def it_stands_in_the_problem(story: Scenario, case: Json) -> None:
    """Show it with the work, in the ledger and to the units; the work goes on."""
    story.then_state(case, "整改中")
    story.then_waits_at(case, ("rectify", COUNTY[0]))
    (said,) = story.form(COUNTY[0], "rectify", case)["surveys"]
    assert (said["batch"], said["on"], said["note"]) == (2, "2025-10-22", "平台尚未拆除")
    assert said["advice"] == "加快拆除进度（贵溪市林业局，2025-11-10前）"
    assert story.ledger_row("problem", case["number"])["surveyed_on"] == "2025-10-22"
    lines = [line for line in story.history(case) if line["kind"] == "Notified"]
    assert "省级调研组" in lines[-1]["detail"]["title"]
    assert {f"unit:{unit}" for unit in (PLACE.body, *COUNTY)} <= set(lines[-1]["detail"]["to"])
