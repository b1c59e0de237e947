"""JX-F6: a reserve of city or county level corrects itself outside the list and the rate."""

import pytest

from tests.processes import jiangxi
from tests.support.scenario import Json, Scenario

pytestmark = jiangxi.CROSSED
RESERVE = "JX-C01"


@pytest.mark.requirement("J-33")
def test_a_county_reserve_corrects_itself_outside_the_list(jiangxi_story: Scenario) -> None:
    story, unit = jiangxi_story, f"{RESERVE}-GL"
    story.when_passes("2025-05-06 10:00")
    data: Json = {"reserve_id": RESERVE, "found": 1, "fixed": 2, "unit": unit}
    data["on"] = story.today()
    body = {"processDefinitionKey": "jx_self_correction", "variables": data}
    refused = story.of(unit).send("POST", "/process-instances", body, 422)
    assert [error["field"] for error in refused["errors"]] == ["fixed"]
    case = story.when_started(unit, "jx_self_correction", {**data, "fixed": 1})
    for city in ("360100-LY", "360100-ST"):
        story.when_completes(city, "confirm_self", "confirm", case=case)
    story.then_state(case, "已登记")
    row = story.ledger_row("self_correction", case["number"])
    assert (row["found"], row["fixed"]) == (1, 1)
