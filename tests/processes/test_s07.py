"""Story S07: 22 rows of 2024, the freeze, the 90 % target, JX-F11, carrying over into 2025."""

from dataclasses import dataclass, replace

import pytest

from tests.processes import jiangxi
from tests.processes.test_jiangxi_imports import ROW, sent
from tests.processes.test_jiangxi_summary import summary_of
from tests.support.scenario import Json, Scenario
from tests.support.stories import Beginning


# The rows come in by import, and only the kernel takes cases up at an anchor.
def on(first: str, other: str) -> pytest.MarkDecorator:
    """Tell on the database FIRST, in the long profile on the OTHER too."""
    more = pytest.param("kernel", other, marks=pytest.mark.long)
    return pytest.mark.parametrize(
        ("jiangxi_runtime", "store_url"), [("kernel", first), more], indirect=True
    )


PLACE = jiangxi.YANGJIFENG
RESERVE, COUNTY, GOVERNMENT = PLACE.body, PLACE.both("county")[0], "360681-ZF"
FORESTRY, ECOLOGY, COMMITTEE = "JX-LYJ", "JX-STT", "JX-STW"
LISTED = {"列入清单日期": "2024-09-05", "清单反馈日期": "2024-09-12"}
SATELLITE = {
    "问题来源": "国家林草局遥感点位",
    "来源编号": "RS-2024-04-3",
    "遥感点位整改时限": "2025-02-28",
    "整改时限": "2025-02-28",
}


@dataclass(frozen=True)
class List2024:
    """The rows of the provincial list of 2024 by how far they got on 31 December."""

    filed: list[Json]
    closed: list[Json]
    completed: Json
    working: list[Json]
    remote: Json
    excluded: Json

    @property
    def unfinished(self) -> list[Json]:
        """Give the rows of JX-F11: not closed on 31 December."""
        return [self.completed, *self.working]


@pytest.fixture
def jiangxi_beginning(jiangxi_beginning: Beginning) -> Beginning:
    """Begin on the last day of 2023, so that the year 2024 runs."""
    return replace(jiangxi_beginning, moment="2023-12-31 09:00")


@on("postgresql", "sqlite")
@pytest.mark.requirement("J-04", "J-25", "J-28")
def test_one_more_completed_ten_minutes_before_midnight_reaches_the_target(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    rows = the_list_of_2024(story)
    story.when_passes("2024-12-31 23:50")
    jiangxi.rectified(story, PLACE, rows.working[0])
    story.when_passes("2025-01-01 00:10")
    (report,) = (one for one in story.cases("jx_year_end") if one["year"] == 2024)
    known = story.variables(report)
    assert (known["completed"], known["denominator"]) == (18, 20)
    assert (known["rate_shown"], known["target"]) == ("90.0 %", "达标")
    assert story.rows(report) == ["D-14.2"]


@on("sqlite", "postgresql")
@pytest.mark.requirement("J-04", "J-29", "J-40")
def test_the_year_is_frozen_reported_and_carried_over(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    rows = the_list_of_2024(story)
    s07_1_seventeen_of_twenty(story)
    s07_2_ten_minutes_after_midnight_counts_for_nothing(story, rows)
    report = s07_3_the_report_holds_the_four_rows_not_closed(story, rows)
    s07_6_a_late_city_is_red_and_told_on_2_january(story)
    s07_4_nothing_is_sent_before_both_have_signed(story, rows, report)
    s07_5_all_four_go_on_in_the_list_of_2025(story, rows)
    s07_7_the_completed_row_is_closed_in_march(story, rows.completed)
    story.then_all_is_on_record(report, *rows.unfinished, *rows.closed)


def the_list_of_2024(story: Scenario) -> List2024:
    """Bring in 22 rows: 1 excluded, 1 remote, 14 filed, 2 closed, 1 completed, 3 working."""
    story.when_passes("2024-09-13 10:00")
    states = ["已备案"] * 14 + ["剔除"] + ["整改中"] * 7
    table = [
        {**ROW, **LISTED, "当前状态": state, "经度（CGCS2000）": f"117.2184{n:02}"}
        for n, state in enumerate(states)
    ]
    for row in table[:14]:
        row["销号日期"] = "2024-09-12"
    table[-1] |= SATELLITE
    receipt = sent(story, RESERVE, "problem", table)
    assert [row["problems"] for row in receipt if row["problems"]] == []
    cases = [story.case(int(row["caseId"])) for row in receipt]
    rows = List2024(
        cases[:14], cases[15:17], cases[17], cases[18:21], cases[21], cases[14]
    )
    for case in cases[15:]:
        due = "2025-02-28" if case is rows.remote else "2024-11-29"
        jiangxi.planned(story, PLACE, case, due)
    story.when_passes("2024-11-14 10:00")
    for case in (*rows.closed, rows.completed):
        jiangxi.rectified(story, PLACE, case)
    story.when_passes("2024-12-10 10:00")
    for case in rows.closed:
        jiangxi.checked_by_the_county(story, PLACE, case, "2024-11-14")
        story.when_completes(GOVERNMENT, "county_gov", "approve", case=case)
        data = {"filed_lf_on": "2024-12-10"}
        story.when_completes(FORESTRY, "file_forestry", "receipt", case=case, data=data)
        story.then_state(case, "已销号")  # the second receipt is missing
    return rows


def s07_1_seventeen_of_twenty(story: Scenario) -> None:
    story.when_passes("2024-12-31 20:00")
    for key, counts, shown in (
        ("M-1", (17, 20), "85.0 %"),
        ("M-2", (16, 20), "80.0 %"),
        ("M-3", (14, 16), "87.5 %"),
    ):
        figure = story.metric(key, 2024)["figure"]
        assert (figure["numerator"], figure["denominator"]) == counts, key
        assert figure["shown"] == shown


def s07_2_ten_minutes_after_midnight_counts_for_nothing(
    story: Scenario, rows: List2024
) -> None:
    story.when_passes("2025-01-01 00:10")
    jiangxi.rectified(story, PLACE, rows.working[0])
    story.then_state(rows.working[0], "整改完成")


def s07_3_the_report_holds_the_four_rows_not_closed(story: Scenario, rows: List2024) -> Json:
    (report,) = (one for one in story.cases("jx_year_end") if one["year"] == 2024)
    known = story.variables(report)
    assert (known["completed"], known["denominator"]) == (17, 20)
    assert (known["rate_shown"], known["target"]) == ("85.0 %", "未达标")
    listed = story.form(FORESTRY, "compile_f11", report)["rows"]
    wanted = {case["number"] for case in rows.unfinished}
    assert {row["problem_no"] for row in listed} == wanted
    assert len(listed) == 4
    assert rows.remote["number"] not in wanted
    story.then_due(report, "compile_f11", "2025-01-15")
    return report


def s07_6_a_late_city_is_red_and_told_on_2_january(story: Scenario) -> None:
    assert len([one for one in story.cases("jx_summary") if one["year"] == 2024]) == 17
    late = summary_of(story, jiangxi.ANOTHER)
    story.then_due(late, "compile_summary", "2024-12-31")
    assert {one["due"]["state"] for one in story.tasks(late)} == {"overdue"}
    assert {rung["level"] for rung in story.rungs(late)} == {"L0"}  # 1 January is off
    story.when_passes("2025-01-02 09:00")
    assert story.rungs(late)[-1]["level"] == "L1"


def s07_4_nothing_is_sent_before_both_have_signed(
    story: Scenario, rows: List2024, report: Json
) -> None:
    story.when_passes("2025-01-08 10:00")
    form = story.form(FORESTRY, "compile_f11", report)
    said = {"reason": "雨季施工受阻", "next": "加派人员", "new_due": "2025-06-30"}
    data = {"rows": [{**row, **said} for row in form["rows"]]}
    story.when_completes(FORESTRY, "compile_f11", "submit", case=report, data=data)
    story.when_completes(FORESTRY, "sign_f11", "send", case=report)
    story.then_waits_at(report, ("sign_f11", ECOLOGY))
    assert f"unit:{COMMITTEE}" not in story.told(report)
    assert "未完成上报" not in story.states(rows.completed)
    story.then_due(report, "sign_f11", "2025-01-15")
    story.when_passes("2025-01-10 10:00")
    story.when_completes(ECOLOGY, "sign_f11", "send", case=report)
    assert f"unit:{COMMITTEE}" in story.told(report)
    assert story.written(report, "sent_on") == ["2025-01-10"]
    for case in rows.unfinished:
        assert story.states(case)[-2:] == ["未完成上报", "结转"]
    data = {"reply": "请按新时限抓紧整改。"}
    story.when_completes(COMMITTEE, "committee_reply", "reply", case=report, data=data)


def s07_5_all_four_go_on_in_the_list_of_2025(story: Scenario, rows: List2024) -> None:
    for case in rows.unfinished:
        row = story.ledger_row("problem", case["number"])
        assert (row["year"], row["first_year"], row["carried_over"]) == (2025, 2024, True)
        assert not [t for t in story.tasks(case, None) if t["node"] == "submit"]
    # the four and the remote point, which is due in 2025 by itself
    assert story.counted("M-1", 2025)[1] == 5
    row = story.ledger_row("problem", rows.remote["number"])
    assert (row["rate_year"], row["carried_over"]) == (2025, False)


def s07_7_the_completed_row_is_closed_in_march(story: Scenario, case: Json) -> None:
    story.when_passes("2025-03-20 10:00")
    jiangxi.checked_by_the_county(story, PLACE, case, "2024-11-14")
    story.when_completes(GOVERNMENT, "county_gov", "approve", case=case)
    story.then_state(case, "已销号")
    assert story.written(case, "closed_on") == ["2025-03-20"]
