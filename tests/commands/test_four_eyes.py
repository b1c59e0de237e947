"""Four eyes drawn in the diagram (gov:excludedOwner): who did it does not check it."""

import pytest

from engine.base.errors import Conflict
from engine.commands.people import Appoint
from tests.support.tiny import Tiny, bundle, deploy

DRAWN = (
    '<gov:assignment role="FIELD" regionOf="reserve">'
    '<gov:excludedOwner performerOf="check"/></gov:assignment>'
)


@pytest.fixture
def drawn(tiny: Tiny) -> Tiny:
    """Let the station itself review what it checked: by one who did not."""
    xml = bundle().files["tiny_case.bpmn"].decode()
    start = xml.index('<gov:seats rule="all" onDissent="failNow">')
    end = xml.index("</gov:seats>") + len("</gov:seats>")
    changed = {"tiny_case.bpmn": (xml[:start] + DRAWN + xml[end:]).encode()}
    units = bundle().files["organisation/units.csv"].decode()
    units = units.replace("990101,WOOD,,", "990101,WOOD;FIELD,,")
    changed["organisation/units.csv"] = units.encode()
    deploy(tiny.engine, changed, base_version=1)
    return tiny


def reviewers(tiny: Tiny, case_id: int) -> set[str]:
    task = tiny.open_task(case_id, "review")
    return {seat["unit"] for seat in tiny.seats(task["id"])}


def test_the_only_one_of_a_unit_sends_his_review_up(drawn: Tiny) -> None:
    case_id = drawn.start().instance_id
    drawn.complete("field1", case_id, "check", outcome="send")
    assert reviewers(drawn, case_id) == {"U-WOOD-1"}  # holds the role one level up


def test_a_colleague_reviews_and_the_same_person_is_refused(drawn: Tiny) -> None:
    drawn.do("root", Appoint("field2", "U-S1"))
    case_id = drawn.start().instance_id
    drawn.complete("field1", case_id, "check", outcome="send")
    assert reviewers(drawn, case_id) == {"U-S1"}
    with pytest.raises(Conflict, match="您是本事项提交人，不能审核本事项") as refused:
        drawn.complete("field1", case_id, "review", outcome="pass")
    assert refused.value.problem_code == "self-review"
    drawn.complete("field2", case_id, "review", outcome="pass")
