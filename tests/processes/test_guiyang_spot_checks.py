"""Spot checks of every quarter (G-28) and look-backs in Guiyang: a rebound goes on."""

import pytest

from tests.processes import guiyang
from tests.processes.guiyang import ECOLOGY, FORESTRY, OFFICE
from tests.support.scenario import Json, Scenario

pytestmark = pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)
LEAD, COUNTY, BODY = "GY-WL", "520113-ZF", "GY-06-GL"
WHY = "平台原址重新搭建，恢复营业。"


@pytest.mark.requirement("G-28")
def test_each_quarter_samples_open_points_and_looks_back_at_filed_ones(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    story.when_passes("2026-06-01 10:00")
    filed, open_ = local(story), local(story, lon=106.61)
    the_lead_calls_a_meeting(story, open_)
    the_first_is_filed(story, filed)
    the_closing_is_public_only_by_the_office(story, filed)
    story.when_passes("2026-07-01 09:00")
    (spot,) = story.cases("gy_spot_check")
    the_open_one_is_checked_by_its_lead(story, spot, open_)
    (look,) = story.cases("gy_look_back")
    story.then_waits_at(look, ("check", LEAD))
    data = {
        "checked_on": "2026-07-01",
        "people": ["clerk-gy-wl", "clerk-gy-ly"],
        "result": "反弹",
        "desc": WHY,
        "photos": story.when_uploads(LEAD, "全景", "细部"),
    }
    story.when_completes(LEAD, "check", "submit", case=look, data=data)
    story.then_state(look, "已重开")
    it_goes_on_in_round_two(story, filed)
    the_office_may_decline(story, look)
    story.then_no_incidents()


def local(story: Scenario, **changes: object) -> Json:
    """Put a point found on patrol on the ledger; the plan is agreed to."""
    own = {"source": "日常巡护", "gs_no": None, "in_green_shield_ledger": False}
    data = {**guiyang.violation(), **own, **changes}
    data = {key: value for key, value in data.items() if value is not None}
    case = guiyang.on_the_ledger(story, BODY, LEAD, data)
    data = guiyang.plan("2026-08-31")
    story.when_completes(LEAD, "plan", "submit", case=case, data=data)
    story.when_completes(COUNTY, "consent", "agree", case=case)
    story.then_state(case, "整改中")
    return case


def the_lead_calls_a_meeting(story: Scenario, case: Json) -> None:
    """P-06 to P-09: the lead calls it, the work goes on, the result comes back (G-52)."""
    act = (LEAD, "implement", "consult")
    story.when_completes(*act, case=case, opinion="要会商", expect=422)
    story.when_completes(*act, case=case, opinion="拆除顺序各部门意见不一。")
    story.then_waits_at(case, ("implement", LEAD))
    story.then_state(case, "整改中")
    story.then_due(case, "implement", "2026-08-31")
    (meeting,) = story.cases("gy_meeting")
    story.then_waits_at(meeting, ("convene", LEAD))
    row = story.ledger_row("meeting", meeting["number"])
    assert row["subject_no"] == case["number"]
    notice = {"meeting_on": "2026-06-03T09:00", "place": "市文化和旅游局"}
    story.when_completes(LEAD, "convene", "send", case=meeting, data=notice)
    minutes = {
        "meeting_opinion": "先断电断水，再由经营方自行拆除。",
        "decisions": [{"content": "断电断水", "unit": COUNTY, "due": "2026-06-30"}],
        "minutes": story.when_uploads(LEAD, "纪要"),
    }
    story.when_completes(LEAD, "hold", "minuted", case=meeting, data=minutes)
    (said,) = story.variables(case)["meetings"]
    assert said["opinion"] == minutes["meeting_opinion"]
    assert f"unit:{LEAD}" in story.told(case)
    story.then_waits_at(case, ("implement", LEAD))


def the_first_is_filed(story: Scenario, case: Json) -> None:
    done = {"progress": 100, "done_on": "2026-06-01"}
    story.when_completes(LEAD, "implement", "done", case=case, data=done)
    story.when_completes(LEAD, "site_check", "pass", case=case, data=guiyang.check())
    papers = guiyang.papers(story, LEAD, "E6")
    story.when_completes(LEAD, "evidence", "submit", case=case, data=papers)
    story.when_completes(ECOLOGY, "register", "registered", case=case)
    story.when_completes(COUNTY, "county_approve", "approve", case=case)
    story.when_completes(OFFICE, "office_register", "registered", case=case)
    story.when_completes(BODY, "archive", "archived", case=case)
    story.then_state(case, "已备案")


def the_open_one_is_checked_by_its_lead(story: Scenario, spot: Json, point: Json) -> None:
    story.then_waits_at(spot, ("spot_check", LEAD))
    rows = story.form(LEAD, "spot_check", spot)["spot_rows"]
    assert [(row["problem_no"], row["status"]) for row in rows] == [(point["number"], "整改中")]
    rows[0]["result"] = "整改不到位"
    data = {"spotted_on": "2026-07-01", "spotters": ["clerk-gy-wl", "clerk-gy-ly"]}
    data["spot_rows"] = rows
    act = (LEAD, "spot_check", "submit")
    refused = story.when_completes(*act, case=spot, data=data, expect=422)
    assert [error["field"] for error in refused["errors"]] == ["spot_rows"]
    rows[0]["note"] = "三处平台尚未拆除。"
    story.when_completes(*act, case=spot, data=data)
    story.then_state(spot, "已抽查")
    assert f"unit:{OFFICE}" in story.told(spot)
    assert story.ledger_row("spot_check", spot["number"])["bad"] == 1


def it_goes_on_in_round_two(story: Scenario, case: Json) -> None:
    now = story.case(case["id"])
    assert (now["number"], now["status"], now["caseRound"]) == (case["number"], "active", 2)
    assert "反弹重开" in story.states(case)
    story.then_waits_at(case, ("plan", LEAD))
    row = story.ledger_row("violation", case["number"])
    assert (row["closed_on"], row["round"]) == (None, 2)
    (before,) = story.variables(case)["rounds"]
    assert before["closed_on"] == "2026-06-01"


def proposals(story: Scenario) -> list[Json]:
    """Give what was proposed for publication, oldest first."""
    found = [one for one in story.cases("gy_publication") if story.written(one, "source_no")]
    return sorted(found, key=lambda one: int(one["id"]))


def the_closing_is_public_only_by_the_office(story: Scenario, case: Json) -> None:
    (draft,) = proposals(story)
    story.then_waits_at(draft, ("weigh_proposal", FORESTRY))
    told = story.form(FORESTRY, "weigh_proposal", draft)
    assert (told["kind"], told["period_from"]) == ("销号公示", "2026-06-01")
    assert case["number"] in told["body"]
    assert guiyang.violation()["subject"] not in told["body"] + told["title"]
    row = story.ledger_row("gy_publication", draft["number"])
    assert (row["source_no"], row["status"]) == (case["number"], "建议公开")
    story.when_completes(FORESTRY, "weigh_proposal", "take_up", case=draft)
    data = {"media": ["互联网"], "masked": False}
    act = (FORESTRY, "draft_publication", "submit")
    story.when_completes(*act, case=draft, data=data, expect=422)
    assert draft["title"] not in story.app.test_client().get("/public/guiyang").text
    story.when_completes(*act, case=draft, data={**data, "masked": True})
    story.when_completes(FORESTRY, "approve_publication", "publish", case=draft)
    story.then_state(draft, "已公开")
    story.then_every_transition_is_on_record(draft)


def the_office_may_decline(story: Scenario, look: Json) -> None:
    _closing, rebound = proposals(story)  # one each, not one for every step
    told = story.form(FORESTRY, "weigh_proposal", rebound)
    assert (told["kind"], WHY in told["body"]) == ("典型案例", False)
    act = (FORESTRY, "weigh_proposal", "decline")
    story.when_completes(*act, case=rebound, opinion="不宜", expect=422)
    story.when_completes(*act, case=rebound, opinion="整改正在进行，完成后再公开。")
    story.then_state(rebound, "不公开")
    assert story.case(rebound["id"])["status"] == "completed"
    assert story.variables(rebound)["source_no"] == look["number"]
