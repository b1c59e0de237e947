"""Documents that name different leads: the later of the higher issuer, or a meeting."""

import pytest

from tests.processes import guiyang
from tests.processes.guiyang import FORESTRY, OFFICE, WATER
from tests.processes.test_guiyang_clues import held
from tests.support.scenario import Json, Scenario

CROSSED = pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)


def problem(on: str, **other: object) -> Json:
    """Give a problem of a provincial document for FORESTRY, and of OTHER that names WATER."""
    second = {"title": "第二份来文", "level": "省级", "on": on, "lead": "WATER", **other}
    document: Json = {
        "source": "其他督察",
        "found_on": "2026-04-01",
        "incoming_document": "第一份来文",
        "document_level": "省级",
        "document_on": "2026-03-10",
        "named_rows": [{"unit": "FORESTRY"}, {"unit": "ECOLOGY"}],
        "other_documents": [second],
    }
    data = guiyang.violation(**document, in_green_shield_ledger=False)
    del data["gs_no"]
    return data


@CROSSED
@pytest.mark.requirement("G-07")
def test_the_later_document_of_the_higher_issuer_names_the_lead(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    story.when_passes("2026-06-01 10:00")
    missing = problem("2026-04-01")
    del missing["document_on"]
    body = {"processDefinitionKey": "gy_violation", "variables": missing}
    refused = story.of(FORESTRY).send("POST", "/process-instances", body, 422)
    assert [error["field"] for error in refused["errors"]] == ["document_on"]
    led = [
        ("2026-04-01", {}, WATER, "D-09.2"),  # the same issuer, later
        ("2026-02-01", {}, FORESTRY, "D-09.2"),  # earlier
        ("2026-04-01", {"level": "市级"}, FORESTRY, "D-09.2"),  # later, of a lower issuer
        ("2026-02-01", {"level": "国家级"}, WATER, "D-09.2"),  # earlier, of a higher one
        ("2026-02-01", {"level": "市级", "stated": True}, WATER, "D-09.1"),  # it says 牵头
    ]
    for on, other, lead, row in led:
        case = story.when_started(FORESTRY, "gy_violation", problem(on, **other))
        assert row in story.rows(case), (on, other)
        assert ("guide", lead) in {(t["node"], t["unit"]) for t in guided(story, case)}
    assert story.cases("gy_meeting") == []
    story.then_no_incidents()


def guided(story: Scenario, case: Json) -> list[Json]:
    """Give the open task 督促指导 with its unit."""
    row = story.ledger_row("violation", case["number"])
    return [{"node": one["node"], "unit": row["lead_unit"]} for one in story.tasks(case)]


@CROSSED
@pytest.mark.requirement("G-07", "G-54")
def test_documents_of_one_level_and_day_are_settled_in_a_meeting(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    story.when_passes("2026-04-07 10:00")
    case = story.when_started(FORESTRY, "gy_violation", problem("2026-03-10"))
    story.then_waits_at(case)
    assert "D-07.8" in story.rows(case)
    (meeting,) = story.cases("gy_meeting")
    form = story.form(OFFICE, "convene", meeting)
    assert (form["reason"], form["subject_no"]) == (["职责争议"], case["number"])
    assert set(form["units"]) == {OFFICE, FORESTRY, WATER}
    held(story, meeting, OFFICE, decided_lead="WATER")
    others = {FORESTRY, guiyang.ECOLOGY}
    story.then_waits_at(case, ("guide", WATER), *(("assist", unit) for unit in others))
    assert "D-09.1" in story.rows(case)
    row = story.ledger_row("violation", case["number"])
    assert (row["lead_unit"], row["lead_basis"]) == (WATER, "会商确定")
    story.then_no_incidents()
