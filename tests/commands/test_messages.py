"""Messages and signals between cases: one receiver, kept until there is one."""

import sqlalchemy as sa

from engine.base.actor import SYSTEM
from engine.commands.instances import StartInstance
from engine.commands.messages import SendMessage
from engine.store.machine import job, message, subscription
from engine.store.tables import instance
from tests.support.tiny import Tiny


def send(tiny: Tiny, name: str, **fields: object) -> object:
    return tiny.engine.execute(SendMessage(name, **fields), SYSTEM)  # type: ignore[arg-type]


def waiting_case(tiny: Tiny) -> tuple[int, str]:
    started = tiny.start()
    tiny.reviewed(started.instance_id)
    return started.instance_id, started.number


def test_a_message_that_came_too_early_is_delivered_when_somebody_waits(tiny: Tiny) -> None:
    started = tiny.start()
    early = send(tiny, "tiny_go", keys={"key": started.number}, time_to_live="P30D")
    assert early.state == "waiting"
    tiny.reviewed(started.instance_id)
    assert [row["node"] for row in tiny.open_tasks(started.instance_id)] == ["do"]
    assert tiny.rows(sa.select(message))[0]["state"] == "delivered"


def test_keys_must_agree_with_their_type(tiny: Tiny) -> None:
    waiting_case(tiny)
    assert send(tiny, "tiny_go", keys={"key": 1}).state == "waiting"
    assert send(tiny, "tiny_go", keys={"other": "x"}).state == "waiting"
    assert send(tiny, "tiny_go", keys={}).state == "waiting"
    assert len(tiny.rows(sa.select(subscription))) == 1


def test_a_message_may_be_addressed_to_a_case(tiny: Tiny) -> None:
    case_id, number = waiting_case(tiny)
    other_id, _ = waiting_case(tiny)
    taken = send(tiny, "tiny_go", keys={"key": number}, instance_id=case_id)
    assert (taken.state, taken.instance_id) == ("delivered", case_id)
    assert tiny.case(other_id)["state_name"] == "待放行"


def test_the_same_uid_is_delivered_once(tiny: Tiny) -> None:
    case_id, number = waiting_case(tiny)
    for _ in range(2):
        taken = send(tiny, "tiny_go", keys={"key": number}, uid="m-1")
        assert taken.state == "delivered"
    assert len(tiny.rows(sa.select(message))) == 1
    assert len(tiny.open_tasks(case_id)) == 1


def test_an_unwanted_message_becomes_a_dead_letter(tiny: Tiny) -> None:
    send(tiny, "tiny_go", keys={"key": "x"}, time_to_live="PT1H")
    assert send(tiny, "tiny_go", keys={"key": "x"}, time_to_live="PT0S").state == "dead"
    tiny.pass_time(hours=2)
    tiny.worker.upkeep()
    states = [
        (r["state"], r["reason"]) for r in tiny.rows(sa.select(message).order_by(message.c.id))
    ]
    assert states == [("dead", "expired"), ("dead", "no-receiver")]


def test_a_batch_releases_each_case_by_a_job_of_that_case(tiny: Tiny) -> None:
    pairs = [waiting_case(tiny) for _ in range(3)]
    numbers = [number for _, number in pairs]
    taken = send(tiny, "tiny_batch", payload={"numbers": numbers})
    assert taken.reason == "started"
    assert tiny.case(taken.instance_id)["status"] == "completed"
    waiting = tiny.rows(sa.select(job).where(job.c.kind == "message"))
    assert sorted(row["root_id"] for row in waiting) == sorted(c for c, _ in pairs)
    tiny.worker.run_due()
    for case_id, _ in pairs:
        assert tiny.case(case_id)["state_name"] == "整改中"


def test_a_signal_is_heard_by_other_cases(tiny: Tiny) -> None:
    heard = [
        tiny.engine.execute(StartInstance("tiny_bell"), SYSTEM).instance_id for _ in range(2)
    ]
    send(tiny, "tiny_batch", payload={"numbers": []})
    assert {tiny.case(one)["status"] for one in heard} == {"active"}
    tiny.worker.run_due()
    assert {tiny.case(one)["status"] for one in heard} == {"completed"}


def test_a_message_whose_receiver_moved_on_waits_for_the_next_one(tiny: Tiny) -> None:
    case_id, number = waiting_case(tiny)
    send(tiny, "tiny_batch", payload={"numbers": [number]})
    send(tiny, "tiny_go", keys={"key": number})  # overtakes the job
    tiny.worker.run_due()
    assert [r["state"] for r in tiny.rows(sa.select(message).order_by(message.c.id))] == [
        "delivered",
        "delivered",
        "waiting",
    ]
    assert tiny.case(case_id)["state_name"] == "整改中"


def test_messages_and_subscriptions_that_crossed_meet_at_the_next_tick(tiny: Tiny) -> None:
    case_id, number = waiting_case(tiny)
    # What two transactions leave behind that did not see each other.
    with tiny.engine.database.write() as conn:
        row = dict(conn.execute(sa.select(subscription)).mappings().one())
        conn.execute(sa.delete(subscription))
    send(tiny, "tiny_go", keys={"key": number})
    with tiny.engine.database.write() as conn:
        conn.execute(sa.insert(subscription).values(row))
    assert tiny.case(case_id)["state_name"] == "待放行"
    tiny.worker.run_due()
    assert tiny.case(case_id)["state_name"] == "整改中"
    assert tiny.rows(sa.select(instance).where(instance.c.parent_id == case_id))
