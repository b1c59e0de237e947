"""Jiangxi, joint review: what each pair of verdicts does, and what leaves the list (A-29)."""

import pytest

from tests.processes import jiangxi
from tests.support.scenario import Json, Scenario

pytestmark = [jiangxi.CROSSED, pytest.mark.requirement("J-17")]
PLACE = jiangxi.ANOTHER
CITY = PLACE.both("city")
FORESTRY, ECOLOGY = "JX-LYJ", "JX-STT"
REASON = "界线图件与坐标不一致，请核对后重报"
NO_PROBLEM = "设施已办理许可，属于合法合规"


def before_the_province(story: Scenario, count: int = 1) -> list[Json]:
    """Bring COUNT problems of the city before both provincial bodies on 14 August."""
    story.when_passes("2025-07-02 10:00")
    cases = [jiangxi.reviewed_by_the_city(story, PLACE) for _ in range(count)]
    story.when_passes("2025-08-14 10:00")
    jiangxi.sent_by_the_city(story, PLACE)
    for case in cases:
        story.then_waits_at(case, ("joint_forestry", FORESTRY), ("joint_ecology", ECOLOGY))
    return cases


def then_the_opinions_of_the_place_are_shown(story: Scenario, case: Json) -> Json:
    """Look at the form as the browser gets it: what was signed stands in it."""
    task, _ = story.mine(FORESTRY, "joint_forestry", case)
    path = f"/case/{case['number']}/task/{task['id']}/data"
    shown = story.of(FORESTRY).client.get(path).json["data"]
    for key, level in (("county_lf_opinion", "county"), ("city_eco_opinion", "city")):
        name = shown[key]["unitName"]
        assert name.endswith("林业局" if level == "county" else "生态环境局")
        assert (shown[key]["opinion"], shown[key]["at"][:10]) == ("同意", "2025-07-02")
    return {key: value for key, value in shown.items() if key.endswith("_opinion")}


def verdict(story: Scenario, unit: str, case: Json, outcome: str, node: str = "") -> None:
    """Let a provincial body decide; who excludes attaches the proof."""
    node = node or {FORESTRY: "joint_forestry", ECOLOGY: "joint_ecology"}[unit]
    proof = {"exclude_files": story.when_uploads(unit, "剔除证据")}
    data = proof if outcome == "exclude" else {}
    said = "" if outcome == "list" else REASON
    story.when_completes(unit, node, outcome, case=case, data=data, opinion=said)


def test_any_return_of_the_two_sends_the_row_back_and_never_to_a_consultation(
    jiangxi_story: Scenario,
) -> None:
    # Section 1: both must be done, and any 退回 sends the item back.
    story = jiangxi_story
    firsts = ("list", "return", "return", "return")
    seconds = ("return", "list", "exclude", "return")
    cases = before_the_province(story, 4)
    for case, first, second in zip(cases, firsts, seconds, strict=True):
        verdict(story, FORESTRY, case, first)
        story.then_waits_at(case, ("joint_ecology", ECOLOGY))  # both must be done
        verdict(story, ECOLOGY, case, second)
        story.then_state(case, "退回补正")
        story.then_waits_at(case, *(("city_rework", unit) for unit in CITY))
        assert not [task for task in story.tasks(case, None) if task["node"] == "consult"]
    for unit in CITY:
        story.when_completes(unit, "city_rework", "resubmit", case=cases[0])
    story.then_state(cases[0], "审核中-省")
    verdict(story, ECOLOGY, cases[0], "return")  # returned twice
    verdict(story, FORESTRY, cases[0], "list")
    story.then_state(cases[0], "退回补正")
    story.then_no_incidents()


@pytest.mark.requirement("J-20")
def test_a_consultation_lists_or_excludes_only_when_both_bodies_say_so(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    kept, gone, back = before_the_province(story, 3)
    shown = then_the_opinions_of_the_place_are_shown(story, kept)
    for case in (kept, gone, back):
        data = shown if case is kept else {}  # as the browser sends the form back
        story.when_completes(FORESTRY, "joint_forestry", "list", case=case, data=data)
        verdict(story, ECOLOGY, case, "exclude")
        story.then_waits_at(case, ("consult", FORESTRY), ("consult", ECOLOGY))
    verdict(story, ECOLOGY, kept, "exclude", "consult")
    verdict(story, FORESTRY, kept, "list", "consult")
    story.then_waits_at(kept, ("consult", FORESTRY), ("consult", ECOLOGY))  # again
    story.then_state(kept, "审核中-省")
    assert story.ledger_row("problem", kept["number"])["excluded"] is False
    for unit in (FORESTRY, ECOLOGY):
        verdict(story, unit, kept, "list", "consult")
        verdict(story, unit, gone, "exclude", "consult")
    story.then_state(kept, "已列入清单")
    story.then_state(gone, "剔除")
    assert story.ledger_row("problem", gone["number"])["excluded"] is True
    verdict(story, FORESTRY, back, "exclude", "consult")
    verdict(story, ECOLOGY, back, "return", "consult")
    story.then_state(back, "退回补正")
    assert story.counted("M-1", 2025)[1] == 1  # only what is listed
    story.then_no_incidents()


@pytest.mark.requirement("J-20")
def test_nothing_is_excluded_without_proof(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    (case,) = before_the_province(story)
    act = (FORESTRY, "joint_forestry", "exclude")
    refused = story.when_completes(*act, case=case, opinion=NO_PROBLEM, expect=422)
    assert refused["code"] == "outcome-requires"
    assert "剔除证据" in refused["detail"]
    verdict(story, FORESTRY, case, "exclude")
    verdict(story, ECOLOGY, case, "exclude")
    story.then_state(case, "剔除")
    row = story.ledger_row("problem", case["number"])
    assert (row["status"], row["excluded"], row["listed_on"]) == ("剔除", True, None)
    assert story.counted("M-1", 2025)[1] == 0
