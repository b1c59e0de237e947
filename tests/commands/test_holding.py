"""One read under the lock gives the same rows as reading them one by one."""

import sqlalchemy as sa

from engine.store import holding
from engine.store.tables import instance
from tests.support.tiny import Tiny


def test_a_held_round_is_what_its_rows_say(tiny: Tiny) -> None:
    case_id = tiny.start().instance_id
    tiny.complete("field1", case_id, "check", outcome="send")
    tiny.complete("wood1", case_id, "review", outcome="pass", opinion="同意，情况属实")
    task_id = tiny.open_task(case_id, "review")["id"]
    with tiny.engine.database.write() as conn:
        held = holding.hold_round(conn, task_id)
        assert held is not None
        row = conn.execute(sa.select(instance).where(instance.c.id == case_id)).mappings().one()
        assert held.root == dict(row)
        assert held.task == holding.load_task(conn, task_id)
        assert held.seats == holding.seats_of(conn, task_id)
    assert [seat["state"] for seat in held.seats] == ["done", "open"]
    assert held.seats[0]["decided_at"] == tiny.clock.now()


def test_a_round_that_is_not_there_is_not_held(tiny: Tiny) -> None:
    with tiny.engine.database.write() as conn:
        assert holding.hold_round(conn, 987654) is None
