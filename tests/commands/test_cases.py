"""Cases as a whole: numbers, bulk starts, suspend, cancel, a post nobody holds."""

import threading

import pytest
import sqlalchemy as sa

from engine.base.actor import SYSTEM
from engine.base.errors import Conflict, InvalidForm, InvalidRequest, NotAllowed
from engine.commands.accounts import CreatePerson
from engine.commands.instances import (
    CancelInstance,
    ResumeInstance,
    StartInstance,
    StartMany,
    SuspendInstance,
)
from engine.commands.jobs import ResolveIncident
from engine.commands.messages import SendMessage
from engine.commands.tasks import CompleteTask
from engine.store import chain
from engine.store.machine import incident, job, subscription
from engine.store.tables import instance, task
from tests.support.tiny import REPORT, Tiny, deploy


def test_a_process_is_started_by_its_group_only(tiny: Tiny) -> None:
    for login in ("wood1", "head"):
        with pytest.raises(NotAllowed):
            tiny.start(login)


def test_start_data_are_checked_by_the_form(tiny: Tiny) -> None:
    with pytest.raises(InvalidForm) as missing:
        tiny.do("field1", StartInstance("tiny_case", {"station": "S1"}))
    assert [error["field"] for error in missing.value.errors] == ["what"]
    with pytest.raises(InvalidForm):
        tiny.start(station="S9")
    assert tiny.rows(sa.select(instance)) == []


def test_bulk_starts_number_without_gaps_even_after_a_refusal(tiny: Tiny) -> None:
    rows = tuple({**REPORT, "what": f"问题{n}"} for n in range(5))
    made = tiny.do("field1", StartMany("tiny_case", rows))
    assert [one.number for one in made.items] == [f"TN-2025-990101-00{n}" for n in range(1, 6)]
    with pytest.raises(InvalidForm) as faulty:
        tiny.do("field1", StartMany("tiny_case", (*rows, {"station": "S1"})))
    assert {error["row"] for error in faulty.value.errors} == {6}
    assert tiny.start().number == "TN-2025-990101-006"


def test_parallel_registrations_get_consecutive_numbers(tiny: Tiny) -> None:
    actor, numbers = tiny.actor("field1"), []

    def register() -> None:
        for _ in range(5):
            made = tiny.engine.execute(StartInstance("tiny_case", REPORT), actor)
            numbers.append(made.number)

    threads = [threading.Thread(target=register) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(numbers) == [f"TN-2025-990101-{n:03d}" for n in range(1, 21)]


def test_a_suspended_case_refuses_acts_and_keeps_its_timers(tiny: Tiny) -> None:
    case_id = tiny.start().instance_id
    tiny.complete("field1", case_id, "check", outcome="send")
    version = tiny.case(case_id)["version"]
    with pytest.raises(InvalidRequest):
        tiny.do("chief", SuspendInstance(case_id, "太短", version))
    tiny.do("chief", SuspendInstance(case_id, "等待上级部门的书面答复意见", version))
    waiting = tiny.rows(sa.select(job).where(job.c.root_id == case_id))
    assert [row["state"] for row in waiting] == ["paused"]
    with pytest.raises(Conflict, match=r"案件已由 调度员 于 .* 暂停，原因：等待上级部门"):
        tiny.complete("wood1", case_id, "review", outcome="pass")
    tiny.pass_time(days=10)
    assert len(tiny.rows(sa.select(job).where(job.c.root_id == case_id))) == 1
    version = tiny.case(case_id)["version"]
    tiny.do("chief", ResumeInstance(case_id, "", version))
    tiny.worker.run_due()
    assert tiny.rows(sa.select(job).where(job.c.root_id == case_id)) == []
    tiny.complete("wood1", case_id, "review", outcome="pass")


def test_a_cancelled_case_leaves_nothing_open(tiny: Tiny) -> None:
    started = tiny.start()
    case_id = started.instance_id
    tiny.reviewed(case_id)
    tiny.engine.execute(SendMessage("tiny_go", {"key": started.number}), SYSTEM)
    version = tiny.case(case_id)["version"]
    with pytest.raises(Conflict) as stale:
        tiny.do("chief", CancelInstance(case_id, "经核实不属于本专项行动范围", version - 1))
    assert stale.value.problem_code == "version-conflict"
    done = tiny.do("chief", CancelInstance(case_id, "经核实不属于本专项行动范围", version))
    assert done.state == "terminated"
    statuses = {row["status"] for row in tiny.rows(sa.select(instance))}
    assert statuses <= {"terminated", "cancelled"}
    assert tiny.open_tasks(case_id) == []
    for table in (job, subscription):
        assert tiny.rows(sa.select(table).where(table.c.root_id == case_id)) == []
    with tiny.engine.database.read() as conn:
        assert chain.verify(conn) == []
    closed = tiny.rows(sa.select(task).order_by(task.c.id.desc()))[0]
    with pytest.raises(Conflict, match=r"案件已于 .* 终止，不能再办理"):
        tiny.do("head", CompleteTask(closed["id"], expected_version=1))


def test_only_supervisors_stop_cases(tiny: Tiny) -> None:
    case_id = tiny.start().instance_id
    with pytest.raises(NotAllowed):
        tiny.do("field1", CancelInstance(case_id, "我不想办理这个案件了吧", 1))


def test_an_empty_post_stops_the_case_until_somebody_holds_it(tiny: Tiny) -> None:
    # Nobody is water office of the second county.
    started = tiny.do("field2", StartInstance("tiny_case", {**REPORT, "station": "S2"}))
    case_id = started.instance_id
    answer = tiny.complete("field2", case_id, "check", outcome="send")
    assert [step.handlers for step in answer.next] == [()]
    found = tiny.rows(sa.select(incident))
    assert [row["code"] for row in found] == ["no-handler"]
    assert "县级“水务部门”" in found[0]["text"]
    assert tiny.open_tasks(case_id) == []
    with pytest.raises(Conflict, match="仍然没有符合条件的办理人"):
        tiny.do("chief", ResolveIncident(found[0]["id"]))
    with pytest.raises(InvalidRequest, match="不能跳过"):
        tiny.do("chief", ResolveIncident(found[0]["id"], how="skip"))

    units = "processes/tiny/organisation/units.csv"
    from tests.support.tiny import APPS

    text = (APPS / units).read_text(encoding="utf-8")
    text += "U-WATER-2,乙县水务局,county,990102,WATER,,\n"
    deploy(tiny.engine, {"organisation/units.csv": text.encode()}, base_version=1)
    person = CreatePerson("water2", "水二", "no-hash", (), (("U-WATER-2", "clerk"),))
    tiny.engine.execute(person, SYSTEM)
    tiny.do("chief", ResolveIncident(found[0]["id"]))
    assert tiny.rows(sa.select(incident))[0]["state"] == "resolved"
    tiny.complete("wood2", case_id, "review", outcome="pass")
    tiny.complete("water2", case_id, "review", outcome="pass")
    assert tiny.case(case_id)["state_name"] == "待放行"


def test_everything_is_found_again_after_a_restart(tiny: Tiny, data_dir: object) -> None:
    started = tiny.start()
    tiny.complete("field1", started.instance_id, "check", outcome="send")
    from engine.bootstrap import build

    url = tiny.engine.database.engine.url.render_as_string(hide_password=False)
    again = Tiny(build(url, data_dir, clock=tiny.clock), tiny.worker, tiny.clock)  # type: ignore[arg-type]
    again.complete("wood1", started.instance_id, "review", outcome="pass")
    again.complete("water1", started.instance_id, "review", outcome="pass")
    assert again.case(started.instance_id)["state_name"] == "待放行"
    again.engine.close()
