"""JX-F5: permits go with the city's list; one that the site does not match drafts a problem."""

import pytest

from tests.prints.test_files import KINDS, text_of
from tests.processes import jiangxi
from tests.support.scenario import Json, Scenario

pytestmark = jiangxi.CROSSED
FORESTRY, ECOLOGY = "360700-LY", "360700-ST"
PERMIT = {
    "reserve_id": "JX-P02",
    "project": "护林防火瞭望塔",
    "applicant": "信丰县林业局",
    "area_ha": 0.05,
    "zone": "实验区",
    "permit_org": "江西省林业局",
    "permit_no": "赣林许准〔2024〕12号",
    "permit_on": "2024-05-06",
    "matches_site": True,
}


@pytest.mark.requirement("J-18")
def test_a_permit_the_site_does_not_match_drafts_a_problem(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    story.when_passes("2025-07-02")
    case = jiangxi.city_list(story, "360700")
    for wrong in ({"reserve_id": "JX-N01"}, {"area_ha": 0}, {"zone": "核心区"}):
        data = {"nil_report": True, "permits_attached": [{**PERMIT, **wrong}]}
        refused = story.when_completes(
            FORESTRY, "compile_list", "submit", case=case, data=data, expect=422
        )
        assert {e["field"].split(".")[0] for e in refused["errors"]} == {"permits_attached"}
    unlike = {**PERMIT, "permit_no": "赣林许准〔2024〕13号", "matches_site": False}
    data = {"nil_report": True, "permits_attached": [PERMIT, unlike]}
    story.when_completes(FORESTRY, "compile_list", "submit", case=case, data=data)
    for unit in (FORESTRY, ECOLOGY):
        story.when_completes(unit, "sign_list", "send", case=case)
    story.then_state(case, "已报送")
    the_list_is_printed_with_both_seals(story, case)
    (drafted,) = story.cases("jx_audit")
    story.then_state(drafted, "草稿")
    body = "JX-P02-GL"
    story.then_waits_at(drafted, ("complete_draft", body))
    form = story.form(body, "complete_draft", drafted)
    told = [form[key] for key in ("reserve_id", "permit_no", "permit_status", "subject")]
    assert told == ["JX-P02", unlike["permit_no"], "已办理未按批复", "信丰县林业局"]


def the_list_is_printed_with_both_seals(story: Scenario, case: Json) -> None:
    """Attachment 2 as a paper of its own: both permits, both bureaus with who signed."""
    path = f"/api/v1/process-instances/{case['id']}/print/layouts/city_list"
    for kind in KINDS:
        answer = story.of(FORESTRY).client.get(f"{path}?format={kind}")
        assert answer.status_code == 200
        text = text_of(answer.data, kind)
        for part in ("附件2", "赣州市江西省2023-2025年", "零报告", "13号", "信丰金盆山"):
            assert part in text, (kind, part)
        for unit in ("赣州市林业局", "赣州市生态环境局", "签章报送"):
            assert unit in text, (kind, unit)
