"""Story S07, line 6: the yearly summary of every city and owned reserve, signed and filed."""

import pytest

from tests.processes import jiangxi
from tests.support.scenario import Json, Scenario

pytestmark = jiangxi.CROSSED
PLACE = jiangxi.YANGJIFENG
OWNED = jiangxi.Place("JX-N03", "360430", "360400", "桃红岭东坡", 116.6512, 29.8731)
FORESTRY, ECOLOGY = "JX-LYJ", "JX-STT"


def summary_of(story: Scenario, place: jiangxi.Place, *, owned: bool = False) -> Json:
    """Find the summary of the city of PLACE, or of its reserve when it is owned."""
    wanted = ("place", place.reserve) if owned else ("region", place.city)
    (found,) = (c for c in story.cases("jx_summary") if c[wanted[0]] == wanted[1])
    return found


def written(story: Scenario, unit: str, **more: object) -> Json:
    """Give what UNIT writes into JX-F7; the figures come from the ledger."""
    paper = story.of(unit).upload("总结.pdf", b"%PDF-1.4\n%%EOF\n" + unit.encode(), "总结正文")
    text = "公布举报电话和信箱，按季度公开进展。"
    return {"unit": unit, "publicity": text, "summary": [paper], **more}


@pytest.mark.requirement("J-40")
def test_the_first_of_december_opens_the_summaries_and_lateness_is_escalated(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    story.when_passes("2025-12-01 09:00")
    summaries = story.cases("jx_summary")
    assert len(summaries) == 17  # eleven cities and six reserves owned by the province
    city, own = summary_of(story, PLACE), summary_of(story, OWNED, owned=True)
    story.then_waits_at(city, *(("compile_summary", unit) for unit in PLACE.both("city")))
    story.then_waits_at(own, ("compile_summary", OWNED.body))
    story.then_due(city, "compile_summary", "2025-12-31")
    it_is_filed_with_both_after_both_signatures(story, city)
    the_reserve_sends_its_own(story, own)
    the_late_city_is_told(story, summary_of(story, jiangxi.ANOTHER))


def it_is_filed_with_both_after_both_signatures(story: Scenario, case: Json) -> None:
    forestry, ecology = PLACE.both("city")
    act = (forestry, "compile_summary", "submit")
    foreign = {**written(story, forestry), "unit": "JX-LYJ"}
    refused = story.when_completes(*act, case=case, data=foreign, expect=422)
    assert [error["field"] for error in refused["errors"]] == ["unit"]
    a_draft_keeps_only_what_was_typed(story, forestry, case)
    data = written(story, forestry)
    del data["unit"]  # the unit that writes it, unless another is named
    story.when_completes(*act, case=case, data=data)
    assert story.variables(case)["unit"] == forestry
    story.when_completes(forestry, "sign_summary", "send", case=case)
    story.then_waits_at(case, ("sign_summary", ecology))
    story.when_completes(ecology, "sign_summary", "send", case=case)
    story.then_state(case, "已报送")
    both = (("file_summary_forestry", FORESTRY), ("file_summary_ecology", ECOLOGY))
    story.then_waits_at(case, *both)
    for node, unit in both:
        story.when_completes(unit, node, "receipt", case=case)
    for field in ("filed_lf_on", "filed_eco_on"):
        assert story.written(case, field)[-1] == "2025-12-01"  # the day, without being typed
    story.then_state(case, "已备案")


def a_draft_keeps_only_what_was_typed(story: Scenario, unit: str, case: Json) -> None:
    """Rows the server fills in may be others the next day: the old ones would be refused."""
    task, _ = story.mine(unit, "compile_summary", case)
    handler = story.of(unit)
    typed = {"publicity": "写到一半", "rows": [{"problem_no": "JX-2025-3606-0099"}]}
    head = {**handler._head(), "If-Match": '"0"'}
    path = f"/api/v1/user-tasks/{task['id']}/draft"
    assert handler.client.put(path, json={"data": typed}, headers=head).status_code == 200
    page = handler.client.get(f"/case/{case['number']}/task/{task['id']}/data").json
    assert page["draft"]["data"] == {"publicity": "写到一半"}


def the_reserve_sends_its_own(story: Scenario, case: Json) -> None:
    data = written(story, OWNED.body)
    story.when_completes(OWNED.body, "compile_summary", "submit", case=case, data=data)
    story.when_completes(OWNED.body, "sign_summary", "send", case=case)
    story.then_state(case, "已报送")
    story.then_never(case, *OWNED.both("city"))


def the_late_city_is_told(story: Scenario, case: Json) -> None:
    story.when_passes("2026-01-03 23:00")  # due on 31 December; 1 to 3 January are off
    assert [rung["level"] for rung in story.rungs(case)] == ["L0"]
    row = story.tasks(case)[0]
    assert row["due"]["state"] == "overdue"
    story.when_passes("2026-01-04 09:00")  # a Sunday that is worked
    late = [rung for rung in story.rungs(case) if rung["level"] == "L1"]
    assert [rung["node"] for rung in late] == ["compile_summary"]
    assert f"unit:{jiangxi.ANOTHER.city}-LY" in late[0]["to"]
    story.then_no_incidents()


@pytest.mark.requirement("J-40")
def test_the_figures_come_from_the_ledger_and_what_is_unfinished_is_explained(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    done, left = jiangxi.listed(story, PLACE, {}, {})
    for case in (done, left):
        jiangxi.planned(story, PLACE, case, "2025-11-20")
    story.when_passes("2025-11-14")
    jiangxi.rectified(story, PLACE, done)
    story.when_passes("2025-12-10")
    case, unit = summary_of(story, PLACE), PLACE.both("city")[0]
    form = story.form(unit, "compile_summary", case)
    assert [form[key] for key in ("listed", "done", "closed")] == [2, 1, 0]
    assert float(form["rate"]) == 50
    assert [row["problem_no"] for row in form["unfinished"]] == [left["number"]]
    act = (unit, "compile_summary", "submit")
    silent = written(story, unit)
    refused = story.when_completes(*act, case=case, data=silent, expect=422)
    assert {error["field"] for error in refused["errors"]} >= {"unfinished"}
    row = {
        **form["unfinished"][0],
        "reason": "拆除受雨天影响。",
        "next": "逐周调度。",
        "new_due": "2026-03-31",
        "leader": "分管副局长",
    }
    boast = written(story, unit, unfinished=[row], done=2)
    story.when_completes(*act, case=case, data=boast)
    values = story.ledger_row("summary", case["number"])
    assert (values["listed"], values["done"], values["closed"]) == (2, 1, 0)
