"""Story S03: returned at city and at province, put on the second batch, 2025."""

import pytest

from tests.processes import jiangxi
from tests.support.scenario import API, Json, Scenario

PLACE = jiangxi.ANOTHER
RESERVE = PLACE.body
COUNTY, CITY = PLACE.both("county"), PLACE.both("city")
FORESTRY, ECOLOGY = "JX-LYJ", "JX-STT"
REASON = "缺少所处功能区边界图件，请补充"


def test_a_returned_problem_goes_straight_back_to_the_level_that_returned_it(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    the_form_is_refused_until_it_is_right(story)
    case = the_county_agrees(story)
    the_city_returns_it(story, case)
    other = jiangxi.reviewed_by_the_city(story, PLACE)
    the_province_disagrees_and_consults(story, case)
    the_second_batch_lists_it(story, case)
    both_bodies_exclude_the_other_row(story, other)
    story.then_all_is_on_record(case, other)


def test_the_act_of_returning_does_the_same_as_the_drawn_way(
    jiangxi_story: Scenario, jiangxi_runtime: str
) -> None:
    story = jiangxi_story
    case = the_county_agrees(story)
    back = {"case": case, "reason": REASON}
    if jiangxi_runtime != "kernel":  # kernel.md 4: the reference runtime has no Rewind
        story.when_returns(CITY[1], "city_review", "city_supplement", **back, expect=501)
        return
    story.when_returns(CITY[1], "city_review", "city_supplement", **back)
    story.then_waits_at(case, ("city_supplement", RESERVE))
    story.then_state(case, "退回补正")
    story.when_completes(RESERVE, "city_supplement", "resubmit", case=case)
    story.then_waits_at(case, *(("city_review", unit) for unit in CITY))
    story.then_no_incidents()


@pytest.mark.requirement("J-16")
def the_form_is_refused_until_it_is_right(story: Scenario) -> None:
    story.when_passes("2025-06-12 10:00")
    photos = story.when_uploads(RESERVE, "全景")
    data = jiangxi.problem(PLACE, photos=photos, lon=171.5)
    body = {"processDefinitionKey": "jx_audit", "variables": data}
    answer = story.of(RESERVE).send("POST", "/process-instances", body, 422)
    assert sorted(error["field"] for error in answer["errors"]) == ["lon", "photos"]
    it_is_kept_as_a_draft(story, data)


def it_is_kept_as_a_draft(story: Scenario, data: Json) -> None:
    """Save the same form as 草稿: allowed; registering it: the same two errors."""
    where = {key: data[key] for key in ("reserve_id", "county_code")}
    story.when_started(RESERVE, "jx_draft", where)
    (case,) = story.cases("jx_audit")
    story.then_state(case, "草稿")
    story.then_due(case, "complete_draft", "2025-07-31")
    task, _ = story.mine(RESERVE, "complete_draft", case)
    client, path = story.of(RESERVE), f"/user-tasks/{task['id']}/draft"
    client.acts += 1
    head = {"X-CSRF-Token": client.csrf, "If-Match": '"0"'}
    saved = client.client.put(f"{API}{path}", json={"data": data}, headers=head)
    assert saved.status_code == 200, saved.text
    act = (RESERVE, "complete_draft", "register")
    answer = story.when_completes(*act, case=case, data=data, expect=422)
    assert sorted(error["field"] for error in answer["errors"]) == ["lon", "photos"]
    story.then_state(case, "草稿")


def the_county_agrees(story: Scenario) -> Json:
    story.when_passes("2025-07-03 10:00")
    photos = story.when_uploads(RESERVE, "全景", "细部")
    case = story.when_started(RESERVE, "jx_audit", jiangxi.problem(PLACE, photos=photos))
    story.when_completes(RESERVE, "submit", "submit", case=case)
    story.when_passes("2025-07-09 10:00")
    for unit in COUNTY:
        story.when_completes(unit, "county_review", "agree", case=case)
    return case


@pytest.mark.requirement("J-16", "J-17")
def the_city_returns_it(story: Scenario, case: Json) -> None:
    story.when_passes("2025-07-16 10:00")
    short = story.when_completes(
        CITY[1], "city_review", "disagree", case=case, opinion="缺少功能区图", expect=422
    )
    assert short["code"] == "reason-too-short"
    story.when_completes(CITY[1], "city_review", "disagree", case=case, opinion=REASON)
    story.then_waits_at(case, ("city_supplement", RESERVE))
    story.then_state(case, "退回补正")
    (asked,) = (task for task in story.tasks(case, None) if task["node"] == "city_review")
    taken_back = {seat["unit"]: seat["state"] for seat in asked["seats"]}
    assert taken_back[CITY[0]] not in ("open", "done")  # the parallel task of forestry
    story.when_passes("2025-07-21 10:00")
    story.when_completes(RESERVE, "city_supplement", "resubmit", case=case)
    story.then_waits_at(case, *(("city_review", unit) for unit in CITY))
    rounds = [t["round"] for t in story.tasks(case, None) if t["node"] == "city_review"]
    assert sorted(rounds) == [1, 2]
    asked = [t for t in story.tasks(case, None) if t["node"] == "county_review"]
    assert len(asked) == 1
    for unit in CITY:
        story.when_completes(unit, "city_review", "agree", case=case)


@pytest.mark.requirement("J-17", "J-20")
def the_province_disagrees_and_consults(story: Scenario, case: Json) -> None:
    story.when_passes("2025-08-14 10:00")
    jiangxi.sent_by_the_city(story, PLACE)
    story.when_completes(FORESTRY, "joint_forestry", "list", case=case)
    proof = {"exclude_files": story.when_uploads(ECOLOGY, "剔除证据")}
    act = (ECOLOGY, "joint_ecology", "exclude")
    story.when_completes(*act, case=case, opinion=REASON, data=proof)
    story.then_waits_at(case, ("consult", FORESTRY), ("consult", ECOLOGY))
    story.when_passes("2025-09-08 10:00")
    for unit in (FORESTRY, ECOLOGY):
        story.when_completes(unit, "consult", "return", case=case, opinion=REASON)
    story.then_state(case, "退回补正")
    story.then_waits_at(case, *(("city_rework", unit) for unit in CITY))
    story.when_passes("2025-09-16 10:00")
    for unit in CITY:
        story.when_completes(unit, "city_rework", "resubmit", case=case)
    story.when_completes(FORESTRY, "joint_forestry", "list", case=case)
    story.when_completes(ECOLOGY, "joint_ecology", "list", case=case)
    story.then_state(case, "已列入清单")


@pytest.mark.requirement("J-20", "J-21")
def the_second_batch_lists_it(story: Scenario, case: Json) -> None:
    story.when_passes("2025-09-19 10:00")
    jiangxi.fed_back(story, batch=2)
    story.then_waits_at(case, ("plan", COUNTY[0]))
    story.when_completes(
        COUNTY[0], "plan", "submit", case=case, data=jiangxi.plan("2025-11-20", PLACE)
    )
    story.then_state(case, "整改中")
    assert story.ledger_row("problem", case["number"])["batch"] == 2


@pytest.mark.requirement("J-17")
def both_bodies_exclude_the_other_row(story: Scenario, case: Json) -> None:
    reason = "已办理许可，批复文件见附件"
    act = (FORESTRY, "joint_forestry", "exclude")
    refused = story.when_completes(*act, case=case, opinion=reason, expect=422)
    assert refused["code"] == "outcome-requires"  # the proof is missing
    proof = {"exclude_files": story.when_uploads(FORESTRY, "剔除证据")}
    story.when_completes(*act, case=case, opinion=reason, data=proof)
    story.when_completes(ECOLOGY, "joint_ecology", "exclude", case=case, opinion=reason)
    story.then_state(case, "剔除")
    assert story.case(case["id"])["status"] == "completed"
    assert story.ledger_row("problem", case["number"])["status"] == "剔除"
    assert story.counted("M-1", 2025)[1] == 1  # the first row alone
    assert story.counted("N-2", 2025)[1] == 1
