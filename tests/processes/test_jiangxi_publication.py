"""CM-F2: progress made public every quarter, texts made public after masking and approval."""

import pytest

from tests.processes import jiangxi
from tests.support.scenario import Json, Scenario

pytestmark = jiangxi.CROSSED
FORESTRY = "JX-LYJ"


def a_text(unit: str, **changes: object) -> Json:
    """Give CM-F2 of UNIT: a typical case, masked."""
    text = {
        "kind": "典型案例",
        "publisher": unit,
        "title": "某保护区违建观景平台拆除案",
        "body": "缓冲区违建平台已全部拆除并复绿，责任单位被依法处罚。",
        "media": ["互联网"],
        "masked": True,
    }
    return {**text, **changes}


@pytest.mark.requirement("J-38")
def test_a_text_is_public_after_masking_and_approval(jiangxi_story: Scenario) -> None:
    story, unit = jiangxi_story, "360600-LY"
    story.when_passes("2025-01-02 10:00")
    for wrong, field in (({"masked": False}, "masked"), ({"kind": "进展公开"}, "period_from")):
        body = {"processDefinitionKey": "jx_publication", "variables": a_text(unit, **wrong)}
        refused = story.of(unit).send("POST", "/process-instances", body, 422)
        assert field in {error["field"] for error in refused["errors"]}
    case = story.when_started(unit, "jx_publication", a_text(unit))
    story.then_waits_at(case, ("approve_publication", unit))
    why = "正文没有写明整改措施，请补充。"
    story.when_completes(unit, "approve_publication", "rework", case=case, opinion=why)
    story.when_completes(unit, "amend_publication", "resubmit", case=case, data=a_text(unit))
    story.when_completes(unit, "approve_publication", "publish", case=case)
    story.then_state(case, "已公开")
    assert story.ledger_row("publication", case["number"])["published_on"] == "2025-01-02"


@pytest.mark.requirement("J-37")
def test_progress_is_made_public_every_quarter(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    story.when_passes("2025-04-02 10:00")
    cases = story.cases("jx_publication")
    assert len(cases) == 2  # January and April
    case = min(cases, key=lambda one: one["id"])
    story.then_waits_at(case, ("draft_publication", FORESTRY))
    story.then_due(case, "draft_publication", "2025-04-01")
    dates = {"period_from": "2025-01-01", "period_to": "2025-03-31"}
    data = a_text(FORESTRY, kind="进展公开", **dates)
    story.when_completes(FORESTRY, "draft_publication", "submit", case=case, data=data)
    story.when_completes(FORESTRY, "approve_publication", "publish", case=case)
    story.then_state(case, "已公开")
    story.then_no_incidents()
