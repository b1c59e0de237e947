"""One case from the start form to its end: every command of the ordinary way."""

import sqlalchemy as sa

from engine.base.actor import SYSTEM
from engine.commands.messages import SendMessage
from engine.store import chain
from engine.store.machine import history, job, subscription
from engine.store.tables import search_value
from tests.support.tiny import Tiny


def test_a_case_goes_from_the_report_to_the_closing(tiny: Tiny) -> None:
    started = tiny.start()
    assert started.number == "TN-2025-990101-001"
    case_id = started.instance_id
    row = tiny.case(case_id)
    assert (row["title"], row["region"], row["place"], row["year"]) == (
        "乱占林地",
        "990101",
        "S1",
        2025,
    )
    assert row["state_name"] == "已登记"
    assert [step.handlers for step in started.next] == [("清水管护站",)]

    tiny.complete("field1", case_id, "check", outcome="send", data={"area": 4.5})
    assert tiny.case(case_id)["state_name"] == "审核中"
    first = tiny.complete("wood1", case_id, "review", outcome="pass")
    assert (first.closed, first.arithmetic) == (False, "2 席 需 2，已同意 1")
    second = tiny.complete("water1", case_id, "review", outcome="pass", opinion="同意")
    assert (second.closed, second.outcome) == (True, "pass")
    assert tiny.case(case_id)["state_name"] == "待放行"

    taken = tiny.engine.execute(SendMessage("tiny_go", {"key": started.number}), SYSTEM)
    assert (taken.state, taken.instance_id) == ("delivered", case_id)
    tiny.complete("head", case_id, "do")
    assert not tiny.open_tasks(case_id)
    tiny.pass_time(days=4)
    assert tiny.case(case_id)["status"] == "active"
    tiny.pass_time(days=1, seconds=1)
    row = tiny.case(case_id)
    assert (row["status"], row["state_name"]) == ("completed", "已销号")
    assert row["ended_at"] is not None
    assert not tiny.rows(sa.select(job).where(job.c.root_id == case_id))
    assert not tiny.rows(sa.select(subscription))
    with tiny.engine.database.read() as conn:
        assert chain.verify(conn) == []


def test_declared_search_fields_follow_the_data(tiny: Tiny) -> None:
    case_id = tiny.start().instance_id
    tiny.complete("field1", case_id, "check", outcome="send", data={"area": 7, "what": "改名"})
    found = {r["name"]: r for r in tiny.rows(sa.select(search_value))}
    assert found["area"]["number"] == 7
    assert str(found["found_on"]["day"]) == "2025-01-01"
    assert tiny.case(case_id)["title"] == "改名"


def test_every_transition_leaves_a_line(tiny: Tiny) -> None:
    case_id = tiny.start().instance_id
    tiny.complete("field1", case_id, "check", outcome="send")
    lines = tiny.rows(sa.select(history).order_by(history.c.no))
    kinds = [(row["kind"], row["node"]) for row in lines]
    for expected in (
        ("StartInstance", ""),
        ("NodeEntered", "check"),
        ("TaskOpened", "check"),
        ("CompleteTask", "check"),
        ("NodeLeft", "check"),
        ("TaskOpened", "review"),
        ("TimerSet", "late"),
    ):
        assert expected in kinds
    acted = next(row for row in lines if row["kind"] == "CompleteTask")
    assert (acted["actor"], acted["actor_name"], acted["unit"]) == ("field1", "站一", "U-S1")
