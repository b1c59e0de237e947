"""A corrected date moves the limits counted from it; both moments are kept (2.22 test e)."""

import pytest
import sqlalchemy as sa

from engine.base.clock import shanghai
from engine.commands.deadlines import ExtendDue
from engine.commands.instances import StartInstance
from engine.store.machine import history
from tests.commands.test_escalation import files, pending
from tests.support.tiny import REPORT, Tiny, deploy

MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:gov="urn:shouhu:bpmn:gov:1"
 targetNamespace="urn:tiny">
<process id="tiny_follow" name="按日期计时" isExecutable="true"
 camunda:candidateStarterGroups="FIELD">
 <extensionElements>
  <gov:searchField name="region" type="division" label="区划" from="county"/>
  <gov:searchField name="place" type="string" label="站" from="station"/>
 </extensionElements>
 <startEvent id="s" camunda:formRef="report"/>
 <parallelGateway id="g"/>
 <userTask id="correct" name="更正" camunda:formRef="report"><extensionElements>
  <gov:assignment role="FIELD" regionOf="reserve"/></extensionElements></userTask>
 <userTask id="work" name="处理"><extensionElements>
  <gov:assignment role="WOOD" level="county" regionOf="case"/>
  <gov:due key="tiny.follow"/></extensionElements></userTask>
 <endEvent id="e1"/><endEvent id="e2"/>
 <sequenceFlow id="f1" sourceRef="s" targetRef="g"/>
 <sequenceFlow id="f2" sourceRef="g" targetRef="correct"/>
 <sequenceFlow id="f3" sourceRef="g" targetRef="work"/>
 <sequenceFlow id="f4" sourceRef="correct" targetRef="e1"/>
 <sequenceFlow id="f5" sourceRef="work" targetRef="e2"/>
</process></definitions>"""
RULE = (
    "\n  tiny.follow: {title: 处理, kind: opinion, amount: 5, unit: calendarDay, from: field,"
    " field: found_on, extendable: true, basis: designed}\nescalation:"
)
WHY = "当地暴雨，外业核查须顺延"


@pytest.fixture
def case_id(tiny: Tiny) -> int:
    """A case found on 2026-10-10, to be handled by the 15th, reported by mistake."""
    made = files({"\nescalation:": RULE})
    deploy(tiny.engine, {**made, "tiny_follow.bpmn": MODEL.encode()}, base_version=1)
    tiny.until(shanghai("2026-10-10 09:00"))
    report = {**REPORT, "found_on": "2026-10-10"}
    started: int = tiny.do("field1", StartInstance("tiny_follow", report)).instance_id
    return started


def end(day: str) -> object:
    return shanghai(f"{day} 23:59:59")


def test_a_corrected_date_moves_the_limit_and_its_reminders(tiny: Tiny, case_id: int) -> None:
    assert tiny.open_task(case_id, "work")["due_at"] == end("2026-10-15")
    (before,) = pending(tiny, case_id)
    tiny.complete("field1", case_id, "correct", data={**REPORT, "found_on": "2026-10-15"})
    row = tiny.open_task(case_id, "work")
    assert row["due_at"] == end("2026-10-20")
    assert row["due_steps"]["before"][0]["due"][:10] == "2026-10-15"
    assert {seat["due_at"] for seat in tiny.seats(row["id"])} == {end("2026-10-20")}
    assert tiny.case(case_id)["due_at"] == end("2026-10-20")
    (after,) = pending(tiny, case_id)
    assert (before["due_at"], after["due_at"]) == (
        shanghai("2026-10-13 00:00"),
        shanghai("2026-10-16 00:00"),
    )
    moved = tiny.rows(sa.select(history.c.node).where(history.c.kind == "DueMoved"))
    assert moved == [{"node": "work"}]


def test_other_data_leaves_the_limit_alone(tiny: Tiny, case_id: int) -> None:
    tiny.complete(
        "field1", case_id, "correct", data={**REPORT, "found_on": "2026-10-10", "area": 9}
    )
    row = tiny.open_task(case_id, "work")
    assert row["due_at"] == end("2026-10-15")
    assert "before" not in row["due_steps"]


def test_what_a_person_extended_is_not_counted_anew(tiny: Tiny, case_id: int) -> None:
    until = shanghai("2026-10-30 00:00").date()
    task_id = tiny.open_task(case_id, "work")["id"]
    tiny.do("chief", ExtendDue(task_id, until.replace(day=30), WHY))
    tiny.complete("field1", case_id, "correct", data={**REPORT, "found_on": "2026-10-12"})
    assert tiny.open_task(case_id, "work")["due_at"] == end("2026-10-30")
