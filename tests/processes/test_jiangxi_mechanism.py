"""J-31: each city records its joint mechanism; both departments confirm it."""

import pytest

from tests.processes import jiangxi
from tests.support.scenario import Json, Scenario

pytestmark = jiangxi.CROSSED
FORESTRY, ECOLOGY = jiangxi.YANGJIFENG.both("city")


@pytest.mark.requirement("J-31")
def test_a_city_records_leader_contacts_and_split_of_tasks(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    story.when_passes("2025-01-20 10:00")
    contacts = [{"unit": "鹰潭市林业局", "name": "联络员甲", "phone": "0701-1"}]
    data: Json = {
        "city_code": "360600",
        "since": "2025-01-20",
        "leader": "分管副市长",
        "leader_post": "副市长",
        "contacts": contacts,
        "duties": [{"task": "组织排查", "unit": "市林业局"}],
    }
    body = {"processDefinitionKey": "jx_mechanism", "variables": data}
    refused = story.of(FORESTRY).send("POST", "/process-instances", body, 422)
    assert [error["field"] for error in refused["errors"]] == ["contacts"]
    contacts.append({"unit": "鹰潭市生态环境局", "name": "联络员乙", "phone": "0701-2"})
    case = story.when_started(FORESTRY, "jx_mechanism", data)
    story.then_waits_at(
        case, ("confirm_mechanism", FORESTRY), ("confirm_mechanism", ECOLOGY)
    )
    why = "分工没有写生态环境部门的任务。"
    story.when_completes(ECOLOGY, "confirm_mechanism", "rework", case=case, opinion=why)
    data["duties"].append({"task": "现场核查", "unit": "市生态环境局"})
    story.when_completes(FORESTRY, "amend_mechanism", "resubmit", case=case, data=data)
    for unit in (FORESTRY, ECOLOGY):
        story.when_completes(unit, "confirm_mechanism", "confirm", case=case)
    story.then_state(case, "已建立")
    row = story.ledger_row("mechanism", case["number"])
    assert row["contacts"] == (
        "联络员甲（鹰潭市林业局）0701-1；联络员乙（鹰潭市生态环境局）0701-2"
    )
    assert row["split"] == "组织排查：市林业局；现场核查：市生态环境局"
    story.then_all_is_on_record(case)
