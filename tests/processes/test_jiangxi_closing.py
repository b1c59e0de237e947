"""Closing off the straight road: returns, effects still watched, public notice."""

import pytest

from tests.processes import jiangxi
from tests.support.scenario import Json, Scenario
from tests.support.stories import Changes

pytestmark = jiangxi.CROSSED

PLACE = jiangxi.YANGJIFENG
RESERVE, (FORESTRY, ECOLOGY), GOVERNMENT = PLACE.body, PLACE.both("county"), "360681-ZF"
REASON = "对比照片视角不一致，请重新拍摄"


def submitted(story: Scenario, case: Json, **changes: object) -> None:
    data = {**jiangxi.closing(story, RESERVE), **changes}
    story.when_completes(RESERVE, "fill_f3", "submit", case=case, data=data)


@pytest.mark.requirement("J-26")
def test_county_and_government_send_back_to_where_it_went_wrong(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    case = jiangxi.ready_to_close(story, PLACE)
    submitted(story, case)
    story.when_completes(ECOLOGY, "county_check", "return", case=case, opinion=REASON)
    story.then_waits_at(case, ("fill_f3", RESERVE))
    submitted(story, case)
    for unit in (FORESTRY, ECOLOGY):
        story.when_completes(unit, "county_check", "pass", case=case)
    story.when_completes(GOVERNMENT, "county_gov", "return", case=case, opinion=REASON)
    story.then_waits_at(case, ("rectify", FORESTRY))
    story.then_state(case, "整改中")
    assert story.written(case, "closed_on") == []


def test_an_effect_still_watched_cannot_be_closed(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    case = jiangxi.ready_to_close(story, PLACE)
    submitted(story, case, effect="待观察")
    refused = story.when_completes(FORESTRY, "county_check", "pass", case=case, expect=422)
    assert refused["code"] == "outcome-requires"
    story.then_waits_at(case, ("county_check", FORESTRY), ("county_check", ECOLOGY))


def test_evidence_and_dates_of_the_closing_form_are_checked(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    case = jiangxi.ready_to_close(story, PLACE)
    data = jiangxi.closing(story, RESERVE)
    wrong = {"rect_done_on": "2025-09-01", "result_type": "生态修复", "restored_ha": None}
    refused = story.when_completes(
        RESERVE, "fill_f3", "submit", case=case, data={**data, **wrong}, expect=422
    )
    fields = {error["field"] for error in refused["errors"]}
    assert fields == {"rect_done_on", "restored_ha", "evidence"}  # E7 is missing


class TestWithPublicNotice:
    @pytest.fixture
    def jiangxi_changes(self) -> Changes:
        """Switch the notice on."""
        return (
            ("application.yaml", "销号前公示, value: false", "销号前公示, value: true"),
        )

    @pytest.mark.requirement("J-37")
    def test_a_switched_on_notice_comes_before_the_government(
        self, jiangxi_story: Scenario
    ) -> None:
        story = jiangxi_story
        case = jiangxi.ready_to_close(story, PLACE)
        submitted(story, case)
        for unit in (FORESTRY, ECOLOGY):
            story.when_completes(unit, "county_check", "pass", case=case)
        story.then_waits_at(case, ("public_notice", FORESTRY))
        days = {"notice_from": "2025-12-02", "notice_to": "2025-12-03"}
        act = (FORESTRY, "public_notice", "submit")
        story.when_completes(*act, case=case, data=days, expect=422)
        days["notice_to"] = "2025-12-08"
        story.when_completes(*act, case=case, data=days, expect=422)  # not over yet
        story.when_passes("2025-12-08 10:00")
        refused = story.when_completes(*act, case=case, data=days, expect=422)
        assert (refused["code"], "E10" in refused["detail"]) == ("outcome-requires", True)
        told = story.form(FORESTRY, "public_notice", case)["evidence"]
        days["evidence"] = [*told, *story.when_uploads(FORESTRY, "E10")]
        story.when_completes(*act, case=case, data=days)
        story.then_waits_at(case, ("county_gov", GOVERNMENT))
