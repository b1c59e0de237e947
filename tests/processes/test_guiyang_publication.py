"""CM-F2 in Guiyang: any member writes, forestry approves, then it is public."""

import pytest

from tests.processes.test_jiangxi_publication import a_text
from tests.support.scenario import Json, Scenario

pytestmark = pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)
WATER, FORESTRY = "GY-SW", "GY-LY"


@pytest.mark.requirement("G-10")
def test_a_member_makes_a_text_public_once_forestry_approves(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-04-02 10:00")
    (quarter,) = story.cases("gy_publication")
    story.then_waits_at(quarter, ("draft_publication", FORESTRY))
    body = {"processDefinitionKey": "gy_publication", "variables": a_text("GY-GA")}
    refused = story.of(WATER).send("POST", "/process-instances", body, 422)
    assert {error["field"] for error in refused["errors"]} == {"publisher"}
    case = story.when_started(WATER, "gy_publication", a_text(WATER))
    story.then_waits_at(case, ("approve_publication", FORESTRY))
    why = "正文没有写明整改措施，请补充。"
    story.when_completes(FORESTRY, "approve_publication", "rework", case=case, opinion=why)
    again = a_text(WATER, title="水源保护区违法设施清理案例")
    story.when_completes(WATER, "amend_publication", "resubmit", case=case, data=again)
    nothing_signed_is_changed(story, case)
    story.when_completes(FORESTRY, "approve_publication", "publish", case=case)
    story.then_state(case, "已公开")
    assert story.ledger_row("gy_publication", case["number"])["published_on"] == "2026-04-02"
    story.then_no_incidents()
    the_public_text_is_printed(story, case["id"])


def nothing_signed_is_changed(story: Scenario, case: Json) -> None:
    """Who approves only reads; what was handed in cannot be handed in again."""
    sent = {"data": {"title": "另一个标题"}, "expect": 422, "case": case}
    refused = story.when_completes(FORESTRY, "approve_publication", "publish", **sent)
    assert {error["field"] for error in refused["errors"]} == {"title"}
    done = [one for one in story.tasks(case, None) if one["node"] == "amend_publication"]
    again = a_text(WATER, title="再改一次标题")
    body = {"outcome": "resubmit", "expectedVersion": 1, "data": again}
    path = f"/user-tasks/{done[0]['id']}/completion"
    story.of(WATER).send("POST", path, body, 409)


def the_public_text_is_printed(story: Scenario, case_id: int) -> None:
    """Its button stands on the page of the case; another paper of it does not exist."""
    browser = story.of(WATER).client
    path = f"/api/v1/process-instances/{case_id}/print/layouts/gy_publication"
    assert path in browser.get(f"/case/{case_id}").text
    for kind, head in (("pdf", b"%PDF-"), ("docx", b"PK")):
        answer = browser.get(f"{path}?format={kind}")
        assert (answer.status_code, answer.data[: len(head)]) == (200, head)
    assert browser.get(path.replace("gy_publication", "meeting_minutes")).status_code == 404
    foreign = story.of("GY-NY").client
    assert foreign.get(path).status_code == foreign.get(f"/case/{case_id}").status_code
