"""Overdue tasks: reminders and levels of the deployed decision, one job a task."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.base.clock import shanghai
from engine.base.errors import InvalidDefinition
from engine.commands.accounts import CreatePerson
from engine.commands.instances import ResumeInstance, SuspendInstance
from engine.commands.tasks import ClaimTask
from engine.store import chain, codec
from engine.store.machine import history, incident, job, notice, outbox
from tests.support.tiny import APPS, Tiny, deploy

D08 = Path(__file__).parents[2] / "processes" / "common" / "d08.dmn"
SECTION = """
escalation:
  decision: D-08
  notify:
    承办单位经办人: handlers
    单位负责人: leaders
    林业部门负责人: {role: WOOD}
    领导小组办公室: {unit: U-HEAD}
phases:
"""


def files(changes: dict[str, str] | None = None) -> dict[str, bytes]:
    """The application with limits of a kind and the decision that escalates them."""
    yaml = (APPS / "processes/tiny/application.yaml").read_text("utf-8")
    yaml = yaml.replace("{title: 审核,", "{title: 审核, kind: opinion,")
    yaml = yaml.replace("\nphases:\n", SECTION)
    for old, new in (changes or {}).items():
        assert old in yaml, old
        yaml = yaml.replace(old, new)
    return {"application.yaml": yaml.encode(), "d08.dmn": D08.read_bytes()}


def review(tiny: Tiny, start: str = "2026-09-21 09:00") -> int:
    """Bring a case to its review, due ten working days after START."""
    deploy(tiny.engine, files(), base_version=1)
    tiny.until(shanghai(start))
    case_id: int = tiny.start().instance_id
    tiny.complete("field1", case_id, "check", outcome="send")
    return case_id


def level(tiny: Tiny, case_id: int) -> str:
    found: str = tiny.open_task(case_id, "review")["level"]
    return found


def pending(tiny: Tiny, case_id: int) -> list[dict[str, Any]]:
    query = sa.select(job).where(job.c.root_id == case_id, job.c.kind == "escalate")
    return tiny.rows(query)


def lines(tiny: Tiny, case_id: int) -> list[dict[str, Any]]:
    query = sa.select(history).where(history.c.root_id == case_id)
    rows = tiny.rows(query.where(history.c.kind == "Escalated").order_by(history.c.no))
    return [codec.decode(row["detail"]) for row in rows]


def told(tiny: Tiny) -> list[tuple[str, str]]:
    """Whom the ladders told what; each of it lies in the recipient's inbox."""
    query = sa.select(outbox).where(outbox.c.template == "escalate").order_by(outbox.c.id)
    rows = tiny.rows(query)
    inbox = {row["outbox_uid"] for row in tiny.rows(sa.select(notice))}
    assert {row["uid"] for row in rows} <= inbox
    return [(row["recipient"], row["params"]["title"]) for row in rows]


def test_an_opinion_is_reminded_and_raised_on_its_working_days(tiny: Tiny) -> None:
    case_id = review(tiny)
    seen = {}
    days = "10-08 10-09 10-12 10-13 10-15 10-16 10-26 10-27 11-30"
    for day in days.split():
        tiny.until(shanghai(f"2026-{day} 09:00"))
        seen[day] = level(tiny, case_id)
        assert len(pending(tiny, case_id)) == (0 if day >= "10-27" else 1), day
    assert seen == {
        "10-08": "",
        "10-09": "L0",
        "10-12": "L0",
        "10-13": "L1",
        "10-15": "L1",
        "10-16": "L2",
        "10-26": "L2",
        "10-27": "L3",
        "11-30": "L3",
    }
    found = lines(tiny, case_id)
    assert [(line["level"], line["days"]) for line in found] == [
        ("L0", -2),
        ("L1", 1),
        ("L2", 4),
        ("L3", 11),
    ]
    record = found[1]["decision"]
    assert (record["decision"], record["rows"]) == ("D-08", ["D-08.2"])
    assert len(record["version"]) == 64
    assert record["inputs"] == {"kind": "opinion", "days_overdue_wd": 1}
    with tiny.engine.database.read() as conn:
        assert chain.verify(conn) == []


def test_each_level_tells_the_people_its_row_names(tiny: Tiny) -> None:
    chief = CreatePerson("boss", "局长", "no-hash", (), (("U-WATER-1", "leader"),))
    tiny.do("root", chief)
    case_id = review(tiny)
    tiny.do("wood1", ClaimTask(tiny.open_task(case_id, "review")["id"]))
    tiny.until(shanghai("2026-10-28 09:00"))
    assert told(tiny) == [
        ("person:wood1", "提醒：两部门审核"),
        ("unit:U-WATER-1", "提醒：两部门审核"),
        ("person:wood1", "红色催办：两部门审核"),
        ("unit:U-WATER-1", "红色催办：两部门审核"),
        ("unit:U-WOOD-1", "红色催办：两部门审核"),
        ("person:boss", "红色催办：两部门审核"),
        ("unit:U-WOOD-1", "通报；会议可先行审查，意见栏记“逾期未反馈”：两部门审核"),
        ("person:boss", "通报；会议可先行审查，意见栏记“逾期未反馈”：两部门审核"),
        ("unit:U-HEAD", "提交领导小组办公室联席会议：两部门审核"),
    ]


def test_after_a_pause_of_the_worker_there_is_one_reminder(tiny: Tiny) -> None:
    case_id = review(tiny)
    tiny.clock.set(shanghai("2026-10-19 09:00"))  # nobody worked off what fell due
    tiny.worker.run_due()
    assert [line["level"] for line in lines(tiny, case_id)] == ["L2"]
    (waiting,) = pending(tiny, case_id)
    assert waiting["due_at"] == shanghai("2026-10-27 00:00")


def test_a_finished_task_waits_for_no_level(tiny: Tiny) -> None:
    case_id = review(tiny)
    assert len(pending(tiny, case_id)) == 1
    tiny.complete("wood1", case_id, "review", outcome="pass")
    assert len(pending(tiny, case_id)) == 1  # the other seat is still asked
    tiny.complete("water1", case_id, "review", outcome="pass")
    assert pending(tiny, case_id) == []
    tiny.until(shanghai("2026-11-30 09:00"))
    assert lines(tiny, case_id) == []


def test_a_returned_task_waits_for_no_level(tiny: Tiny) -> None:
    case_id = review(tiny)
    tiny.until(shanghai("2026-10-13 09:00"))
    reason = "面积与图斑不一致，请核对"
    tiny.complete("wood1", case_id, "review", outcome="back", opinion=reason)
    assert not [row for row in tiny.open_tasks(case_id) if row["node"] == "review"]
    assert pending(tiny, case_id) == []


def test_a_suspended_case_is_raised_once_when_it_goes_on(tiny: Tiny) -> None:
    case_id = review(tiny)
    version = tiny.case(case_id)["version"]
    tiny.do("chief", SuspendInstance(case_id, "等待上级书面答复意见后再办", version))
    tiny.until(shanghai("2026-10-20 09:00"))
    assert level(tiny, case_id) == ""
    version = tiny.case(case_id)["version"]
    tiny.do("chief", ResumeInstance(case_id, "上级已经书面答复，继续办理", version))
    tiny.worker.run_due()
    assert [line["level"] for line in lines(tiny, case_id)] == ["L2"]


def test_a_missing_year_stops_the_level_and_not_the_work(tiny: Tiny) -> None:
    case_id = review(tiny, "2026-12-16 09:00")
    tiny.until(shanghai("2026-12-31 09:00"))
    assert level(tiny, case_id) == "L1"
    tiny.until(shanghai("2027-01-10 09:00"))
    (found,) = tiny.rows(sa.select(incident).where(incident.c.state == "open"))
    assert (found["code"], found["text"]) == (
        "calendar-missing",
        "缺少 2027 年工作日数据，请管理员导入后再计算。",
    )
    tiny.complete("wood1", case_id, "review", outcome="pass")
    tiny.complete("water1", case_id, "review", outcome="pass")
    assert pending(tiny, case_id) == []
    assert tiny.rows(sa.select(incident.c.state))[0]["state"] == "resolved"


def test_a_task_that_opens_late_has_its_level_at_once(tiny: Tiny) -> None:
    changes = {"amount: 10, unit: workingDay, from: created": "date: '09-18'"}
    deploy(tiny.engine, files(changes), base_version=1)
    tiny.until(shanghai("2026-09-21 09:00"))
    case_id = tiny.start(found_on="2026-09-01").instance_id
    tiny.complete("field1", case_id, "check", outcome="send")
    tiny.worker.run_due()
    assert level(tiny, case_id) == "L1"


def test_a_drawn_ladder_comes_before_the_decision(tiny: Tiny) -> None:
    drawn = (
        b'<gov:due key="tiny.review" warnBefore="P2D">'
        b'<gov:escalation level="1" after="P1D" notify="flag"/>'
        b'<gov:escalation level="2" after="P3D" toRole="HEAD" notify="message"/></gov:due>'
    )
    model = (APPS / "processes/tiny/tiny_case.bpmn").read_bytes()
    model = model.replace(b'<gov:due key="tiny.review" warnBefore="P2D"/>', drawn)
    deploy(tiny.engine, {**files(), "tiny_case.bpmn": model}, base_version=1)
    tiny.until(shanghai("2026-09-21 09:00"))
    case_id = tiny.start().instance_id
    tiny.complete("field1", case_id, "check", outcome="send")
    tiny.until(shanghai("2026-10-12 20:00"))
    assert level(tiny, case_id) == ""
    tiny.until(shanghai("2026-10-13 09:00"))
    assert (level(tiny, case_id), told(tiny)) == ("L1", [])
    tiny.until(shanghai("2026-10-15 09:00"))
    assert level(tiny, case_id) == "L2"
    assert told(tiny) == [("unit:U-HEAD", "超期升级：两部门审核")]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("decision: D-08", "decision: D-88", "ref.decision"),
        ("    单位负责人: leaders\n", "", "escalation.notify"),
        ("单位负责人: leaders", "单位负责人: {role: NOBODY}", "app.value"),
        ("单位负责人: leaders", "单位负责人: bosses", "app.value"),
    ],
)
def test_a_section_that_cannot_work_is_refused(
    tiny: Tiny, old: str, new: str, code: str
) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        deploy(tiny.engine, files({old: new}), base_version=1)
    assert code in {finding.code for finding in refused.value.findings}
