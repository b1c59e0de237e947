"""The preview equals what happens; a rehearsal changes nothing."""

import pytest

from engine.base.errors import Conflict, InvalidForm
from engine.queries import dry_run, forecast
from tests.queries.conftest import House


def shown(house: House, login: str, case_id: int, node: str, outcome: str) -> forecast.Preview:
    task_id = house.task(case_id, node).id
    return house.ask(login, forecast.next_handlers, task_id=task_id, outcome=outcome)


def opened(house: House, case_id: int) -> set[tuple[str, str]]:
    from engine.base.actor import SYSTEM
    from engine.queries import tasks

    rows = house.engine.ask(tasks.search, SYSTEM, wanted={"case_id": case_id, "state": "open"})
    return {(row.node, seat.unit) for row in rows.items for seat in row.seats}


@pytest.mark.parametrize("answers", [("pass", "pass"), ("pass", "back"), ("back", "pass")])
def test_the_preview_equals_the_real_list(house: House, answers: tuple[str, str]) -> None:
    case_id = house.start()
    first = shown(house, "field1", case_id, "check", "send")
    house.complete("field1", case_id, "check", "send")
    assert {(t.node, s.unit) for t in first.next for s in t.seats} == opened(house, case_id)
    for login, outcome in zip(("wood1", "water1"), answers, strict=True):
        preview = shown(house, login, case_id, "review", outcome)
        opinion = "面积与附图不符，请核实后再报"
        done = house.complete(login, case_id, "review", outcome, opinion=opinion)
        assert (preview.decided, preview.outcome) == (done.closed, done.outcome)
        assert preview.arithmetic == done.arithmetic
        if done.closed:
            found = {(t.node, s.unit) for t in preview.next for s in t.seats}
            assert found == opened(house, case_id)
            assert preview.waits == (() if outcome == "back" else ("tiny_go",))
            return


def test_a_vacant_post_is_shown_before_it_stops_the_case(house: House) -> None:
    case_id = house.start(login="field2", station="S2")
    preview = shown(house, "field2", case_id, "check", "send")
    assert [(t.node, t.seats) for t in preview.next] == [("review", ())]
    assert "水务部门" in preview.next[0].problem


def test_a_preview_checks_what_was_typed(house: House) -> None:
    case_id = house.start()
    task_id = house.task(case_id, "check").id
    with pytest.raises(InvalidForm):
        house.ask("field1", forecast.next_handlers, task_id=task_id, data={"area": "viel"})
    with pytest.raises(Conflict, match="没有待办席位"):
        house.ask("head", forecast.next_handlers, task_id=task_id)


def test_a_dry_run_follows_a_case_through_its_timers(house: House) -> None:
    case_id = house.review()
    for login in ("wood1", "water1"):
        house.complete(login, case_id, "review", "pass")
    from engine.base.actor import SYSTEM
    from engine.commands.messages import SendMessage

    house.engine.execute(SendMessage("tiny_go", {"key": "TN-2025-990101-001"}), SYSTEM)
    house.complete("head", case_id, "do")
    until = house.clock.now().replace(month=8)
    shown = house.ask("scheduler", dry_run.dry_run, until=until)
    (case,) = shown.cases
    assert (case.case_id, case.fired, shown.complete) == (case_id, 1, True)
    told = [(s.kind, s.node) for s in case.steps]
    assert told == [("NodeLeft", "pause"), ("ServiceRequested", "call")]
    assert case.steps[0].text == "定时器到时"
    assert case.steps[0].at == house.clock.now().replace(day=23)
