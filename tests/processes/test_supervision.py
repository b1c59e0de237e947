"""督办 (operations 2.21): a demand with a reply by a date, raised when late, closed by hand."""

import pytest

from tests.processes import guiyang, jiangxi
from tests.processes.guiyang import ECOLOGY, OFFICE, TOURISM
from tests.support.scenario import Json, Scenario

CROSSED = pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)


def demand(case: Json, **changes: object) -> Json:
    """Give what the office demands of the lead of CASE."""
    data: Json = {
        "subject_no": case["number"],
        "level": "L1",
        "to_unit": TOURISM,
        "demand": "请说明露营平台拆除进展和完成时间。",
        "reply_due": "2026-06-05",
    }
    return {**data, **changes}


@CROSSED
def test_a_demand_is_answered_late_raised_and_closed_by_hand(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-06-01 10:00")
    case = guiyang.on_the_ledger(story, ECOLOGY, TOURISM, guiyang.violation())
    body = {"processDefinitionKey": "gy_supervise"}
    unknown: Json = {"subject_no": "GY-2026-520123-9999"}  # of no case anybody knows
    for wrong in (
        {"to_unit": OFFICE},
        {"reply_due": "2026-05-31"},
        {"demand": "请说明。"},
        unknown,
    ):
        body["variables"] = demand(case, **wrong)
        refused = story.of(OFFICE).send("POST", "/process-instances", body, 422)
        assert {error["field"] for error in refused["errors"]} == set(wrong)
    body["variables"] = demand(case)
    story.of(TOURISM).send("POST", "/process-instances", body, 403)
    item = story.when_started(OFFICE, "gy_supervise", demand(case))
    story.then_waits_at(item, ("reply", TOURISM))
    story.then_due(item, "reply", "2026-06-05")
    it_is_marked_and_not_twice_at_one_level(story, case, item)
    before = story.tasks(case)
    story.when_passes("2026-06-06 08:00")
    row = story.ledger_row("gy_supervision", item["number"])
    assert (row["level"], row["raised"], row["status"]) == ("L2", 1, "待回复")
    assert {f"unit:{OFFICE}", f"unit:{TOURISM}"} <= story.told(item)
    assert due_of(story.tasks(case)) == due_of(before)  # of the case nothing moves
    assert flags_of(story, case) == [("督办", "L2"), ("督办", "L4")]  # both rise, unanswered
    said = {"reply": "已拆除七座，其余六月底前拆完。"}
    story.when_completes(TOURISM, "reply", "reply", case=item, data={}, expect=422)
    story.when_completes(TOURISM, "reply", "reply", case=item, data=said)
    story.then_waits_at(item, ("finish_item", OFFICE))
    it_goes_back_until_the_office_is_content(story, item, said)
    story.then_every_transition_is_on_record(item)
    story.then_no_incidents()


def it_is_marked_and_not_twice_at_one_level(story: Scenario, case: Json, item: Json) -> None:
    """409 for the second (2.21 test c), the case marked in lists and on its page."""
    body = {"processDefinitionKey": "gy_supervise", "variables": demand(case)}
    refused = story.of(ECOLOGY).send("POST", "/process-instances", body, 409)
    assert refused["code"] == "already-supervised"
    told = f"本案已由 {refused['actedBy']} 于 2026-06-01 10:00 督办（L1）。"
    assert refused["detail"] == told
    assert refused["actedAt"].startswith("2026-06-01T10:00")
    body["variables"] = demand(case, level="L3")
    story.of(ECOLOGY).send("POST", "/process-instances", body)  # another level may
    assert flags_of(story, case) == [("督办", "L1"), ("督办", "L3")]
    page = story.overseer().client.get(f"/case/{case['number']}").text
    assert f'<a class="no" href="/case/{item["number"]}">' in page
    ledger = story.overseer().client.get(f"/ledger/violation?number={case['number']}").text
    assert "督办 L1</span>" in ledger
    found = story.overseer().client.get(f"/case?q={case['number']}").text
    assert "督办 L3</span>" in found
    body["variables"] = demand(item, level="L2")  # what supervises is not supervised
    story.of(OFFICE).send("POST", "/process-instances", body, 422)


def flags_of(story: Scenario, case: Json) -> list[tuple[str, str]]:
    path = f"/process-instances/by-number/{case['number']}"
    return sorted((one["label"], one["level"]) for one in story.overseer().get(path)["flags"])


def due_of(tasks: list[Json]) -> list[str]:
    return [str(one["due"]["at"]) for one in tasks]


def it_goes_back_until_the_office_is_content(story: Scenario, item: Json, said: Json) -> None:
    act = (OFFICE, "finish_item", "again")
    why = "尚未全部拆除，请继续报告。"
    story.when_completes(*act, case=item, opinion=why, expect=422)  # no new date
    story.when_completes(*act, case=item, opinion=why, data={"reply_due": "2026-06-30"})
    story.then_due(item, "reply", "2026-06-30")
    story.when_completes(TOURISM, "reply", "reply", case=item, data=said)
    story.when_completes(OFFICE, "finish_item", "close", case=item)
    story.then_state(item, "已办结")
    subject = story.variables(item)["subject_no"]
    assert flags_of(story, {"number": subject}) == [("督办", "L4")]  # the other is still open
    row = story.ledger_row("gy_supervision", item["number"])
    assert (row["replied_on"], row["raised"]) == ("2026-06-06", 1)


@jiangxi.CROSSED
def test_a_bureau_demands_in_its_own_city_only(jiangxi_story: Scenario) -> None:
    story, city = jiangxi_story, "360600-LY"
    story.when_passes("2025-07-18")
    case = jiangxi.registered(story, jiangxi.YANGJIFENG)
    data = demand(case, to_unit="361100-LY")
    data["reply_due"] = "2030-01-01"
    body = {"processDefinitionKey": "jx_supervise", "variables": data}
    refused = story.of(city).send("POST", "/process-instances", body, 422)
    assert {error["field"] for error in refused["errors"]} == {"to_unit"}
    item = story.when_started("JX-LYJ", "jx_supervise", data)
    story.then_waits_at(item, ("reply", "361100-LY"))
