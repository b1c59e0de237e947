"""Limits of a case itself: reminded and raised while nobody has a task of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from engine.base import events
from engine.base.actor import SYSTEM
from engine.base.clock import shanghai
from engine.base.errors import InvalidDefinition
from engine.commands import finishing, stepping
from engine.commands.case import open_case
from engine.commands.instances import CancelInstance, StartInstance
from engine.commands.results import Counted
from engine.context import Context
from engine.queries.dry_run import dry_run
from engine.store import cases, chain
from tests.commands.test_escalation import D08, SECTION, lines, pending, told
from tests.support.tiny import APPS, Tiny, deploy

ROW = """
  tiny.whole: {title: 整改时限, kind: rectification, amount: 10, unit: workingDay,
    from: caseStart, process: tiny_wait, basis: designed}
  tiny.own: {title: 补办时限, kind: submission, amount: 0, unit: calendarDay, from: field,
    field: own_due, while: "done != true", process: tiny_wait, basis: designed}
phases:
"""
NOTIFY = """
    整改责任单位: handlers
    督导单位: {unit: U-WOOD-1}
    省级调研组或领导小组办公室: {unit: U-HEAD}
    报送单位: starter
    省林业局: {unit: U-HEAD}
    省生态环境厅: {unit: U-HEAD}
"""
MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:gov="urn:shouhu:bpmn:gov:1"
 id="wait_definitions" targetNamespace="urn:shouhu:tiny">
<bpmn:process id="tiny_wait" name="等待" isExecutable="true" gov:calendar="cn"
 camunda:candidateStarterGroups="HEAD">
<bpmn:startEvent id="start"/>
<bpmn:intermediateCatchEvent id="wait" name="等待"><bpmn:timerEventDefinition id="wait_t">
<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P90D</bpmn:timeDuration>
</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>
<bpmn:endEvent id="end"/>
<bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="wait"/>
<bpmn:sequenceFlow id="f2" sourceRef="wait" targetRef="end"/>
</bpmn:process></bpmn:definitions>"""


def files(row: str = ROW) -> dict[str, bytes]:
    """Give the application with two limits of its waiting case."""
    yaml = (APPS / "processes/tiny/application.yaml").read_text("utf-8")
    section = SECTION.replace("\nphases:\n", f"{NOTIFY}phases:\n")
    yaml = yaml.replace("\nphases:\n", row).replace("\nphases:\n", section)
    return {
        "application.yaml": yaml.encode(),
        "d08.dmn": D08.read_bytes(),
        "tiny_wait.bpmn": MODEL.encode(),
    }


def begun(tiny: Tiny, row: str = ROW) -> int:
    deploy(tiny.engine, files(row), base_version=1)
    tiny.until(shanghai("2026-09-21 09:00"))
    case_id = int(tiny.do("head", StartInstance("tiny_wait", {})).instance_id)
    tiny.worker.run_due()
    return case_id


def levels(tiny: Tiny, case_id: int) -> list[tuple[str, str, int]]:
    return [(one["limit"], one["level"], one["days"]) for one in lines(tiny, case_id)]


def test_a_case_nobody_has_a_task_of_is_reminded_and_raised(tiny: Tiny) -> None:
    case_id = begun(tiny)  # due 2026-10-12, ten working days on
    assert tiny.open_tasks(case_id) == []
    seen = {}
    for day in ("09-21", "10-12", "10-13", "10-26", "10-27", "11-20"):
        tiny.until(shanghai(f"2026-{day} 09:00"))
        seen[day] = [level for _, level, _ in levels(tiny, case_id)]
    assert seen == {
        "09-21": ["L0"],
        "10-12": ["L0"],
        "10-13": ["L0", "L1"],
        "10-26": ["L0", "L1"],
        "10-27": ["L0", "L1", "L2"],
        "11-20": ["L0", "L1", "L2"],
    }
    assert {key for key, _, _ in levels(tiny, case_id)} == {"tiny.whole"}
    record = lines(tiny, case_id)[1]["decision"]
    assert record["inputs"] == {"kind": "rectification", "days_overdue_wd": 1}
    assert told(tiny) == [
        ("unit:U-HEAD", "提醒：整改时限"),  # nobody is at work: the unit that began it
        ("unit:U-HEAD", "催办：整改时限"),
        ("unit:U-WOOD-1", "催办：整改时限"),
        ("unit:U-HEAD", "列入调研督导、联席会议议题：整改时限"),
    ]
    with tiny.engine.database.read() as conn:
        assert chain.verify(conn) == []


def test_a_limit_of_a_case_is_not_raised_above_its_highest_level(tiny: Tiny) -> None:
    case_id = begun(tiny, ROW.replace("amount: 10,", "amount: 10, highest: L1,"))
    run = tiny.engine.ask(dry_run, SYSTEM, until=shanghai("2026-11-20 09:00"))
    steps = [step for one in run.cases if one.case_id == case_id for step in one.steps]
    rehearsed = [step.text.split(" ", 1)[0] for step in steps if step.kind == "Escalated"]
    assert rehearsed == ["L1"]
    tiny.until(shanghai("2026-11-20 09:00"))
    assert [level for _, level, _ in levels(tiny, case_id)] == ["L0", "L1"]


def test_the_rehearsal_tells_what_the_limits_of_a_case_will_bring(tiny: Tiny) -> None:
    case_id = begun(tiny)
    until = shanghai("2026-11-02 09:00")
    run = tiny.engine.ask(dry_run, SYSTEM, until=until)
    told_before = [
        (step.at, step.text.split(" ", 1)[0])
        for case in run.cases
        if case.case_id == case_id
        for step in case.steps
        if step.kind == "Escalated"
    ]
    assert [level for _, level in told_before] == ["L1", "L2"]
    tiny.until(until)
    came = [line for line in lines(tiny, case_id) if line["level"] != "L0"]
    assert [level for _, level in told_before] == [line["level"] for line in came]
    texts = " ".join(step.text for case in run.cases for step in case.steps)
    assert "时限 2026-10-12，告知" in texts


def test_after_a_pause_there_is_one_reminder_and_none_once_the_case_ended(tiny: Tiny) -> None:
    case_id = begun(tiny)
    tiny.clock.set(shanghai("2026-11-02 09:00"))  # nobody worked off what fell due
    tiny.worker.run_due()
    assert [level for _, level, _ in levels(tiny, case_id)] == ["L0", "L2"]
    other = int(tiny.do("head", StartInstance("tiny_wait", {})).instance_id)
    seen = tiny.case(other)["version"]
    tiny.do("chief", CancelInstance(other, "重复发起，终止本案件", seen))
    assert pending(tiny, other) == []


def test_a_limit_follows_the_data_and_begins_on_the_rung_it_stands_on(tiny: Tiny) -> None:
    case_id = begun(tiny)
    assert len(pending(tiny, case_id)) == 1
    written(tiny, case_id, own_due=date(2026, 9, 24))
    assert len(pending(tiny, case_id)) == 2
    tiny.until(shanghai("2026-09-28 09:00"))  # the 25th is a holiday
    own = [row for row in levels(tiny, case_id) if row[0] == "tiny.own"]
    assert own == [("tiny.own", "L0", -3), ("tiny.own", "L1", 1)]
    written(tiny, case_id, own_due=date(2026, 9, 24), note="x")  # not moved: said once
    tiny.worker.run_due()
    assert [row for row in levels(tiny, case_id) if row[0] == "tiny.own"] == own
    written(tiny, case_id, own_due=date(2026, 12, 1))
    written(tiny, case_id, done=True)
    assert len(pending(tiny, case_id)) == 1
    tiny.until(shanghai("2026-12-10 09:00"))
    assert [row for row in levels(tiny, case_id) if row[0] == "tiny.own"] == own


def written(tiny: Tiny, case_id: int, **values: Any) -> None:
    tiny.engine.execute(Write(case_id, values), SYSTEM)


@dataclass(frozen=True)
class Write:
    """Write variables of a case, as a correction does."""

    case_id: int
    values: dict[str, Any]

    def run(self, ctx: Context) -> Counted:
        case = open_case(ctx, cases.lock_root(ctx.conn, self.case_id))
        stamp = case.stamp(case.root)
        event = events.UpdateVariables(**stamp, patch=self.values, reason="更正")
        stepping.step(case, case.root, event)
        finishing.finish(case)
        return Counted()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("process: tiny_wait", "process: tiny_gone", "流程“tiny_gone”不存在"),
        ("done != true", "done !== ", "while 有错误"),
        ("from: caseStart", "from: created", "从案件启动（caseStart）或字段（field）起算"),
    ],
)
def test_a_row_that_cannot_be_a_limit_of_a_case_is_refused(
    tiny: Tiny, old: str, new: str, told: str
) -> None:
    with pytest.raises(InvalidDefinition) as stopped:
        deploy(tiny.engine, files(ROW.replace(old, new, 1)), base_version=1)
    assert told in "".join(f.zh for f in stopped.value.findings)
