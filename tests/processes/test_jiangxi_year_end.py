"""Story S07, the rules of 2 to 5 and 7: the freeze, JX-F11, both signatures, carrying over."""

from dataclasses import dataclass

import pytest

from tests.prints.test_files import text_of
from tests.processes import jiangxi
from tests.support.scenario import Json, Scenario

pytestmark = jiangxi.CROSSED
PLACE = jiangxi.YANGJIFENG
RESERVE, (COUNTY, COUNTY_ECOLOGY), GOVERNMENT = PLACE.body, PLACE.both("county"), "360681-ZF"
FORESTRY, ECOLOGY, COMMITTEE = "JX-LYJ", "JX-STT", "JX-STW"
REMOTE = {"source": ["国家林草局遥感点位"], "source_ref": "RS-4-3", "rs_due": "2026-03-31"}


@dataclass(frozen=True)
class List2025:
    """The rows of the provincial list, by how far they got."""

    filed: Json
    completed: Json
    working: Json
    remote: Json
    excluded: Json


def test_what_is_unfinished_at_the_freeze_is_reported_by_both_and_goes_on(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    rows = the_list_of_the_year(story)
    some_work_is_done(story, rows)
    one_is_no_problem_after_all(story, rows.excluded)
    one_is_closed_and_filed(story, rows.filed)
    report = the_year_is_frozen(story, rows)
    both_sign_before_it_is_sent(story, rows, report)
    what_is_unfinished_is_carried_over(story, rows)
    carried_over_it_closes_in_march(story, rows.completed)
    and_needs_no_december(story, rows.working)
    the_next_list_counts_them(story)
    story.then_no_incidents()


def the_list_of_the_year(story: Scenario) -> List2025:
    cases = jiangxi.listed(story, PLACE, {}, {}, {}, REMOTE, {})
    for case in cases:
        due = "2026-03-31" if case is cases[3] else "2025-11-20"
        jiangxi.planned(story, PLACE, case, due)
    the_lists_name_the_units(story)
    return List2025(*cases)


def the_lists_name_the_units(story: Scenario) -> None:
    """JX-F2 and the provincial list are read with names in place of codes of units."""
    papers = (("jx_city_list", "sign_list", PLACE.both("city")[0]),
              ("jx_prov_list", "form_list", FORESTRY))  # fmt: skip
    for process, node, unit in papers:
        tasks = [task for case in story.cases(process) for task in story.tasks(case, None)]
        task = next(one for one in tasks if one["node"] == node)
        path = f"/api/v1/user-tasks/{task['id']}/print?format=docx"
        text = text_of(story.of(unit).client.get(path).data, "docx")
        assert "贵溪市林业局" in text, process
        assert PLACE.body not in text, process
        assert COUNTY not in text, process


def some_work_is_done(story: Scenario, rows: List2025) -> None:
    story.when_passes("2025-11-14 10:00")
    jiangxi.rectified(story, PLACE, rows.filed)
    jiangxi.rectified(story, PLACE, rows.completed)
    story.then_state(rows.completed, "整改完成")


def one_is_no_problem_after_all(story: Scenario, case: Json) -> None:
    why = "设施已办理许可且按批复建设，属于合法合规。"
    act = (COUNTY, "rectify", "exclude")
    refused = story.when_completes(*act, case=case, opinion=why, expect=422)
    assert refused["code"] == "outcome-requires"
    data = {"exclude_files": story.when_uploads(COUNTY, "剔除证据")}
    story.when_completes(*act, case=case, opinion=why, data=data)
    both = (("exclude_review", FORESTRY), ("exclude_review", ECOLOGY))
    story.then_waits_at(case, *both)
    for unit in (FORESTRY, ECOLOGY):
        story.when_completes(unit, "exclude_review", "exclude", case=case)
    story.then_state(case, "剔除")
    assert story.case(case["id"])["status"] == "completed"
    assert story.ledger_row("problem", case["number"])["excluded"] is True


def one_is_closed_and_filed(story: Scenario, case: Json) -> None:
    story.when_passes("2025-12-10 10:00")
    jiangxi.checked_by_the_county(story, PLACE, case, "2025-11-14")
    story.when_completes(GOVERNMENT, "county_gov", "approve", case=case)
    for unit, node, field in (
        (FORESTRY, "file_forestry", "filed_lf_on"),
        (ECOLOGY, "file_ecology", "filed_eco_on"),
    ):
        data = {field: "2025-12-10"}
        story.when_completes(unit, node, "receipt", case=case, data=data)
    story.then_state(case, "已备案")
    assert story.ledger_row("problem", case["number"])["filed_on"] == "2025-12-10"


@pytest.mark.requirement("J-04", "J-29")
def the_year_is_frozen(story: Scenario, rows: List2025) -> Json:
    story.when_passes("2025-12-31 23:50")
    assert story.cases("jx_year_end") == []
    story.when_passes("2026-01-01 00:10")
    (report,) = story.cases("jx_year_end")
    known = story.variables(report)
    figures = (known["denominator"], known["completed"], known["rate_shown"])
    assert figures == (3, 2, "66.7 %")  # of five: one excluded, one due next year
    assert known["target"] == "未达标"
    assert story.rows(report) == ["D-14.4"]
    story.then_waits_at(report, ("compile_f11", FORESTRY))
    story.then_due(report, "compile_f11", "2026-01-15")
    form = story.form(FORESTRY, "compile_f11", report)
    unfinished = [rows.completed["number"], rows.working["number"]]
    assert [row["problem_no"] for row in form["rows"]] == unfinished
    the_result_of_the_year_is_proposed(story, report)
    return report


def the_result_of_the_year_is_proposed(story: Scenario, report: Json) -> None:
    found = [one for one in story.cases("jx_publication") if story.written(one, "source_no")]
    (draft,) = found
    story.then_waits_at(draft, ("weigh_proposal", FORESTRY))
    told = story.form(FORESTRY, "weigh_proposal", draft)
    assert (told["kind"], told["period_to"]) == ("进展公开", "2025-12-31")
    assert "整改完成2个，整改完成率66.7 %" in told["body"]
    assert story.written(draft, "source_no") == [report["number"]]


@pytest.mark.requirement("J-29")
def both_sign_before_it_is_sent(story: Scenario, rows: List2025, report: Json) -> None:
    story.when_passes("2026-01-08 10:00")
    form = story.form(FORESTRY, "compile_f11", report)
    bare = {"rows": form["rows"]}
    act = (FORESTRY, "compile_f11", "submit")
    story.when_completes(*act, case=report, data=bare, expect=422)
    said = {"reason": "雨季施工受阻", "next": "加派人员", "new_due": "2026-06-30"}
    filled = {"rows": [{**row, **said} for row in form["rows"]]}
    story.when_completes(*act, case=report, data=filled)
    story.when_completes(FORESTRY, "sign_f11", "send", case=report)
    story.then_waits_at(report, ("sign_f11", ECOLOGY))
    assert f"unit:{COMMITTEE}" not in story.told(report)
    assert "未完成上报" not in story.states(rows.working)
    story.when_passes("2026-01-10 10:00")
    story.when_completes(ECOLOGY, "sign_f11", "send", case=report)
    assert f"unit:{COMMITTEE}" in story.told(report)
    assert story.written(report, "sent_on") == ["2026-01-10"]
    (signed,) = [one for one in story.tasks(report, None) if one["node"] == "sign_f11"]
    path = f"/api/v1/user-tasks/{signed['id']}/print?format=pdf"
    text = text_of(story.of(FORESTRY).client.get(path).data, "pdf")
    assert "贵溪市" in text
    assert "360681" not in text
    story.then_waits_at(report, ("committee_reply", COMMITTEE))
    data = {"reply": "请按新时限抓紧整改。"}
    story.when_completes(COMMITTEE, "committee_reply", "reply", case=report, data=data)
    assert story.case(report["id"])["status"] == "completed"


@pytest.mark.requirement("J-29")
def what_is_unfinished_is_carried_over(story: Scenario, rows: List2025) -> None:
    for case in (rows.completed, rows.working):
        assert story.states(case)[-2:] == ["未完成上报", "结转"]
        row = story.ledger_row("problem", case["number"])
        assert (row["year"], row["first_year"], row["carried_over"]) == (2026, 2025, True)
        assert (row["follow_up"], row["due_on"]) == (True, "2026-06-30")
        assert row["reported_on"] == "2026-01-10"
    story.then_waits_at(rows.working, ("rectify", COUNTY))
    story.then_waits_at(rows.completed, ("fill_f3", RESERVE))
    row = story.ledger_row("problem", rows.remote["number"])
    assert (row["year"], row["rate_year"], row["carried_over"]) == (2025, 2026, False)
    story.then_state(rows.remote, "整改中")
    story.then_state(rows.filed, "已备案")


@pytest.mark.requirement("J-29")
def carried_over_it_closes_in_march(story: Scenario, case: Json) -> None:
    story.when_passes("2026-03-20 10:00")
    jiangxi.checked_by_the_county(story, PLACE, case, "2025-11-14")
    story.when_completes(GOVERNMENT, "county_gov", "approve", case=case)
    story.then_state(case, "已销号")
    assert story.written(case, "closed_on") == ["2026-03-20"]


def and_needs_no_december(story: Scenario, case: Json) -> None:
    story.when_passes("2026-04-15 10:00")
    jiangxi.rectified(story, PLACE, case)
    story.then_state(case, "整改完成")
    story.then_waits_at(case, ("fill_f3", RESERVE))
    story.then_due(case, "fill_f3", "2026-12-20")
    registered = [task for task in story.tasks(case, None) if task["node"] == "submit"]
    assert len(registered) == 1  # no new JX-F1


def the_next_list_counts_them(story: Scenario) -> None:
    body: Json = {"filter": {"carried_over": True}, "page": {"limit": 10}}
    path = "/ledgers/problem/rows/search"
    rows = story.overseer().send("POST", path, body)["items"]
    assert {row["values"]["rate_year"] for row in rows} == {2026}
    assert len(rows) == 2
