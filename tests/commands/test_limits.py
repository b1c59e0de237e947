"""A step a limit stops: nothing of the wish is kept but the incident, which can be resolved."""

from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from engine.base.errors import Conflict
from engine.commands.instances import StartInstance
from engine.commands.jobs import ResolveIncident
from engine.store import chain
from engine.store.machine import incident, job
from tests.support.tiny import Tiny, deploy

WORK = """<bpmn:userTask id="work" name="办理">
<bpmn:extensionElements><gov:assignment role="HEAD" level="prefecture" regionOf="fixed"
region="990100"/></bpmn:extensionElements></bpmn:userTask>"""
WAIT = """<bpmn:intermediateCatchEvent id="work" name="一小时"><bpmn:timerEventDefinition
id="work_t"><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT1H</bpmn:timeDuration>
</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"""
TELL = """<bpmn:serviceTask id="tell" name="通知" camunda:type="external"
camunda:topic="notify">
<bpmn:extensionElements><camunda:inputOutput>
<camunda:inputParameter name="roles">=["HEAD"]</camunda:inputParameter>
<camunda:inputParameter name="text">="请办理"</camunda:inputParameter>
</camunda:inputOutput></bpmn:extensionElements></bpmn:serviceTask>"""
CALL = """<bpmn:serviceTask id="work" name="登记" camunda:type="external"
camunda:topic="echo"/>"""
MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:gov="urn:shouhu:bpmn:gov:1"
 id="spin_definitions" targetNamespace="urn:shouhu:tiny">
<bpmn:process id="tiny_spin" name="转圈" isExecutable="true" gov:calendar="cn"
 camunda:candidateStarterGroups="HEAD">
<bpmn:startEvent id="start"/>{first}
{second}
<bpmn:exclusiveGateway id="merge"/>
<bpmn:scriptTask id="spin" name="计数" scriptFormat="feel" camunda:resultVariable="n">
<bpmn:script>if go = true then 2 else 1</bpmn:script></bpmn:scriptTask>
<bpmn:exclusiveGateway id="again" name="再来一次" default="f_back"/>
<bpmn:endEvent id="end"/>
{flows}
</bpmn:process></bpmn:definitions>"""


def model(first: str, second: str = "", path: str = "start work merge spin again") -> bytes:
    names = path.split()
    flows = [
        f'<bpmn:sequenceFlow id="f_{a}" sourceRef="{a}" targetRef="{b}"/>'
        for a, b in pairwise(names)
    ]
    flows.append('<bpmn:sequenceFlow id="f_back" sourceRef="again" targetRef="merge"/>')
    flows.append(
        '<bpmn:sequenceFlow id="f_end" sourceRef="again" targetRef="end">'
        '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">=n = 2'
        "</bpmn:conditionExpression></bpmn:sequenceFlow>"
    )
    text = MODEL.format(first=first, second=second, flows="\n".join(flows))
    return text.encode()


def start(tiny: Tiny, drawn: bytes) -> int:
    deploy(tiny.engine, {"tiny_spin.bpmn": drawn}, base_version=1)
    return int(tiny.do("head", StartInstance("tiny_spin", {})).instance_id)


def incidents(tiny: Tiny, case_id: int) -> list[dict[str, Any]]:
    rows = tiny.rows(sa.select(incident).where(incident.c.root_id == case_id))
    return [row for row in rows if row["state"] == "open"]


def resolve(tiny: Tiny, case_id: int, **more: Any) -> None:
    (held,) = incidents(tiny, case_id)
    tiny.do("chief", ResolveIncident(held["id"], reason="改正变量后继续", **more))


def sound(tiny: Tiny) -> None:
    with tiny.engine.database.read() as conn:
        assert chain.verify(conn) == []


def test_a_person_hears_of_the_limit_and_keeps_the_task(tiny: Tiny) -> None:
    case_id = start(tiny, model(WORK))
    for _ in range(2):  # a second try opens no second incident
        with pytest.raises(Conflict, match="死循环") as refused:
            tiny.complete("head", case_id, "work", key="key-of-sixteen-characters")
        assert refused.value.problem_code == "case-held"
        (held,) = incidents(tiny, case_id)
        assert (held["code"], held["text"] in refused.value.message) == ("step_limit", True)
    (seat,) = tiny.seats(tiny.open_task(case_id, "work")["id"])
    assert (seat["state"], seat["person"]) == ("open", None)
    resolve(tiny, case_id, vars={"go": True})
    assert incidents(tiny, case_id) == []
    tiny.complete("head", case_id, "work", key="key-of-sixteen-characters")
    assert tiny.case(case_id)["status"] == "completed"
    sound(tiny)


def test_a_timer_that_hits_the_limit_waits_until_the_incident_is_resolved(tiny: Tiny) -> None:
    case_id = start(tiny, model(WAIT))
    tiny.pass_time(hours=2)
    (held,) = incidents(tiny, case_id)
    assert held["code"] == "step_limit"
    (kept,) = tiny.rows(sa.select(job).where(job.c.root_id == case_id))
    assert (kept["kind"], kept["state"], kept["error_code"]) == ("timer", "failed", "case-held")
    resolve(tiny, case_id, vars={"go": True})
    tiny.worker.run_due()
    assert tiny.case(case_id)["status"] == "completed"
    assert tiny.rows(sa.select(job).where(job.c.root_id == case_id)) == []
    sound(tiny)


def test_a_limit_hit_by_a_consequence_undoes_the_whole_act(tiny: Tiny) -> None:
    case_id = start(tiny, model(WORK, TELL, "start work tell merge spin again"))
    with pytest.raises(Conflict, match="死循环"):
        tiny.complete("head", case_id, "work")
    (held,) = incidents(tiny, case_id)
    assert (held["code"], held["ref"]) == ("step_limit", "")
    assert tiny.open_task(case_id, "work")["state"] == "open"
    resolve(tiny, case_id)
    assert incidents(tiny, case_id) == []
    sound(tiny)


def test_the_answer_of_a_call_that_hits_the_limit_is_asked_for_again(tiny: Tiny) -> None:
    case_id = start(tiny, model(CALL))
    tiny.worker.run_due()
    (held,) = incidents(tiny, case_id)
    assert held["code"] == "step_limit"
    (kept,) = tiny.rows(sa.select(job).where(job.c.root_id == case_id))
    assert (kept["kind"], kept["state"], kept["attempts"]) == ("service", "ready", 1)
    resolve(tiny, case_id, vars={"go": True})
    tiny.pass_time(hours=1)
    assert tiny.case(case_id)["status"] == "completed"
    assert incidents(tiny, case_id) == []
    sound(tiny)
