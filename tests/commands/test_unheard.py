"""A called process that is refused to begin leaves an incident; mended, the case goes on."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from engine.base.actor import SYSTEM
from engine.base.events import ChildEnded, Start
from engine.commands.instances import CancelInstance, ResumeInstance, SuspendInstance
from engine.commands.jobs import ResolveIncident
from engine.commands.messages import SendMessage
from engine.kernel.step import Step
from engine.queries import instances
from engine.runtime import KernelRuntime
from engine.spiff.runtime import SpiffRuntime
from engine.store.machine import incident, job
from engine.store.tables import instance
from tests.support.tiny import Tiny, bundle, deploy, make

WHY = "需要重新核对后继续办理"
FORK = """<bpmn:parallelGateway id="fork"><bpmn:incoming>w2</bpmn:incoming>
<bpmn:outgoing>w2a</bpmn:outgoing><bpmn:outgoing>w2b</bpmn:outgoing></bpmn:parallelGateway>
<bpmn:sequenceFlow id="w2a" sourceRef="fork" targetRef="do"/>
<bpmn:sequenceFlow id="w2b" sourceRef="fork" targetRef="pause"/>
<bpmn:sequenceFlow id="w1" """


def looping() -> bytes:
    """Give the called process with a loop no exclusive gateway ends."""
    text = bundle().files["tiny_work.bpmn"].decode()
    changes = (
        ("<bpmn:outgoing>w1</bpmn:outgoing></bpmn:startEvent>",) * 2,
        ("<bpmn:incoming>w1</bpmn:incoming>",
         "<bpmn:incoming>w1</bpmn:incoming><bpmn:incoming>w2a</bpmn:incoming>"),
        ("<bpmn:incoming>w2</bpmn:incoming>", "<bpmn:incoming>w2b</bpmn:incoming>"),
        ('sourceRef="do" targetRef="pause"', 'sourceRef="do" targetRef="fork"'),
        ('<bpmn:sequenceFlow id="w1" ', FORK),
    )  # fmt: skip
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


@pytest.fixture(params=["kernel-postgresql", "spiffworkflow-sqlite"])
def house(request: pytest.FixtureRequest, data_dir: Any, clock: Any) -> Iterator[Tiny]:
    runtime, _, store = request.param.partition("-")
    url = request.getfixturevalue(f"{store}_url")
    made = make(url, data_dir, clock, override=runtime)
    yield made
    made.engine.close()


def deaf(patch: pytest.MonkeyPatch, kind: type, key: str) -> None:
    """Let both runtimes refuse events of KIND told to process KEY."""
    for runtime in (KernelRuntime, SpiffRuntime):
        hears = runtime.advance

        def advance(
            self: Any, plan: Any, state: Any, event: Any, hears: Any = hears
        ) -> Step:
            if isinstance(event, kind) and getattr(plan, "plan", plan).key == key:
                return Step(state, (), "refused", "画法不能执行。")
            return hears(self, plan, state, event)  # type: ignore[no-any-return]

        patch.setattr(runtime, "advance", advance)


def called(house: Tiny) -> int:
    """Bring a case to its call; give it."""
    begun = house.start()
    house.reviewed(begun.instance_id)
    sent = house.engine.execute(SendMessage("tiny_go", {"key": begun.number}), SYSTEM)
    assert sent.state == "delivered"
    return int(begun.instance_id)


def incidents(house: Tiny) -> list[dict[str, Any]]:
    return house.rows(sa.select(incident).where(incident.c.state == "open"))


def retry(house: Tiny) -> None:
    house.do("chief", ResolveIncident(incidents(house)[0]["id"]))
    house.pass_time(minutes=1)


def test_a_loop_the_library_cannot_read_is_an_incident_and_its_mend_goes_on(
    sqlite_url: str, data_dir: Any, clock: Any
) -> None:
    house = make(sqlite_url, data_dir, clock, override="spiffworkflow")
    deploy(house.engine, {"tiny_work.bpmn": looping()}, base_version=1)
    case_id = called(house)
    (found,) = incidents(house)
    assert (found["root_id"], found["node"], found["node_name"]) == (case_id, "work", "整改")
    assert found["code"] == "start-refused"
    assert "“整改”没有开始：案件经过的环节过多" in found["text"]
    assert "部署新版本，然后重试" in found["text"]
    retry(house)  # nothing was mended: the same incident again, nothing lost
    assert [row["code"] for row in incidents(house)] == ["start-refused"]
    own = bundle().files["tiny_work.bpmn"].decode()
    mended = own.replace("观察五天", "再观察五天").encode()
    deploy(house.engine, {"tiny_work.bpmn": mended}, base_version=2)
    retry(house)
    assert incidents(house) == []
    assert [row["node"] for row in house.open_tasks(case_id)] == ["do"]
    house.engine.close()


def test_a_refused_start_waits_for_its_retry(
    house: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        deaf(patch, Start, "tiny_work")
        case_id = called(house)
        child = house.rows(sa.select(instance).where(instance.c.parent_id == case_id))[0]
        owner = house.actor("owner")
        assert house.engine.ask(instances.variables, owner, instance_id=child["id"]) == {}
        version = house.case(case_id)["version"]
        house.do("chief", SuspendInstance(case_id, WHY, version))
        house.do("chief", ResumeInstance(case_id, WHY, version + 1))
        assert [row["text"] for row in incidents(house)] == [
            "被调用的流程“整改”没有开始：画法不能执行。"
            "请流程负责人改正该流程（或改用本系统内核）并部署新版本，然后重试。"
        ]
    retry(house)
    assert incidents(house) == []
    assert [row["node"] for row in house.open_tasks(case_id)] == ["do"]


def test_a_cancelled_case_takes_along_what_never_began(
    house: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaf(monkeypatch, Start, "tiny_work")
    case_id = called(house)
    house.do("chief", CancelInstance(case_id, WHY, house.case(case_id)["version"]))
    rows = house.rows(sa.select(instance).order_by(instance.c.id))
    assert [row["status"] for row in rows] == ["terminated", "cancelled"]
    assert incidents(house) == []
    assert house.rows(sa.select(job).where(job.c.kind == "tell")) == []


def test_a_refused_answer_of_a_called_process_is_told_again(
    house: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = called(house)
    with monkeypatch.context() as patch:
        deaf(patch, ChildEnded, "tiny_case")
        house.complete("head", case_id, "do", outcome=None)
        house.pass_time(days=6)
        (found,) = incidents(house)
        assert (found["code"], found["node"]) == ("answer-refused", "work")
        assert house.case(case_id)["status"] == "active"
    retry(house)
    assert house.case(case_id)["status"] == "completed"
