"""What would happen until a day: timers and start timers fired on copies, nothing saved."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.base import events
from engine.context import View
from engine.kernel import effects
from engine.queries import deployed, rungs
from engine.queries.forecast import case_row, next_tasks
from engine.queries.rehearsal import MOST_STEPS, NOTIFY, Happening, Rehearsal
from engine.store import definitions, visible
from engine.store.machine import job
from engine.store.tables import definition
from engine.store.visible import root

DUE = "定时器到时"
MOST_CASES = 500  # cases of one dry run; a designed limit


@dataclass(frozen=True, slots=True)
class DryStep:
    """One thing that would happen."""

    at: datetime
    node: str
    node_name: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class DryCase:
    """One case and what its timers would do; CASE_ID None: a case that would start."""

    case_id: int | None
    number: str
    title: str
    process_key: str
    process_name: str
    fired: int
    steps: tuple[DryStep, ...]


@dataclass(frozen=True, slots=True)
class DryRun:
    """The whole answer; COMPLETE is false when a limit cut it short."""

    now: datetime
    until: datetime
    cases: tuple[DryCase, ...]
    complete: bool
    notes: tuple[str, ...]


def dry_run(view: View, *, until: datetime, application: str | None = None) -> DryRun:
    """Show what timers of running cases and start timers would do from now UNTIL then."""
    visible.require_operations(view.actor)
    due = _cases_with_timers(view, until, application)
    found = [_case(view, root_id, until) for root_id in due[:MOST_CASES]]
    found += _starts(view, until, application)
    notes = ["发往其他案件的消息在演练中不投递；人员办理的环节停在待办，"]
    notes[0] += "提醒和升级按一直未办理推算。"
    if len(due) > MOST_CASES:
        notes.append(f"到期案件超过 {MOST_CASES} 件，只演练了前 {MOST_CASES} 件。")
    cases = tuple(case for case in found if case.fired)
    return DryRun(view.now, until, cases, len(due) <= MOST_CASES, tuple(notes))


def _cases_with_timers(view: View, until: datetime, application: str | None) -> list[int]:
    first = sa.func.min(job.c.due_at)
    query = (
        sa.select(job.c.root_id)
        .join(root, root.c.id == job.c.root_id)
        .join(definition, definition.c.id == root.c.definition_id)
        .where(job.c.kind.in_(("timer", rungs.JOB)))
        .where(job.c.state == "ready", job.c.due_at <= until)
        .where(visible.cases(view.actor))
        .group_by(job.c.root_id)
        .order_by(first, job.c.root_id)
        .limit(MOST_CASES + 1)
    )
    if application is not None:
        query = query.where(definition.c.application == application)
    return [row[0] for row in view.connection.execute(query)]


def _case(view: View, root_id: int, until: datetime) -> DryCase:
    row = case_row(view, root_id)
    rehearsal = Rehearsal(view, row)
    rehearsal.load()
    fired = _fire(rehearsal, until)
    climbed = _climbed(rehearsal, root_id, until)
    known = view.runtimes.definition(view.connection, row["definition_id"])
    return DryCase(
        case_id=root_id,
        number=row["number"] or "",
        title=row["title"],
        process_key=known["key"],
        process_name=known["name"],
        fired=fired + len(climbed),
        steps=_counted((*_steps(rehearsal), *climbed)),
    )


def _climbed(rehearsal: Rehearsal, root_id: int, until: datetime) -> list[DryStep]:
    """Give the reminders and levels of the case's limits, of those that open meanwhile too."""
    found = rungs.of_case(rehearsal.view, root_id, until)
    for one in rehearsal.happened:
        for task in next_tasks(rehearsal, one):
            found += rungs.of_opened(one.copy, task, one.at, until)
    return [DryStep(r.at, r.node, r.name, "Escalated", r.text) for r in found]


def _fire(rehearsal: Rehearsal, until: datetime) -> int:
    """Fire timers in due order until none is due; give how many."""
    fired = 0
    while rehearsal.steps < MOST_STEPS:
        due = [timer for timer in rehearsal.timers.values() if timer.due <= until]
        if not due:
            break
        rehearsal.fire(min(due, key=lambda timer: (timer.due, timer.copy, timer.wait)))
        fired += 1
    return fired


def _starts(view: View, until: datetime, application: str | None) -> list[DryCase]:
    """Let the processes whose start timers come due start on paper, once each."""
    query = sa.select(job).where(
        job.c.kind == "start_timer", job.c.state == "ready", job.c.due_at <= until
    )
    if application is not None:
        query = query.where(job.c.topic == application)
    found = view.connection.execute(query.order_by(job.c.due_at, job.c.id)).mappings().all()
    return [_start(view, dict(row), until) for row in found]


def _start(view: View, row: Mapping[str, Any], until: datetime) -> DryCase:
    key = str(row["payload"].get("key", ""))
    known = definitions.latest_definition(view.connection, key)
    rehearsal = Rehearsal(view, None)
    if known is not None:
        declared = view.runtimes.of_new(known["runtime"])
        version = view.runtimes.deployed(view.connection, known["id"], declared.name)
        start = events.Start(
            id="rehearsal", at=row["due_at"], env=version.env(), node=row["node"] or None
        )
        rehearsal.begin(version, key, start)
        _fire(rehearsal, until)
    return DryCase(
        case_id=None,
        number="",
        title="定时启动",
        process_key=key,
        process_name=known["name"] if known else key,
        fired=1,
        steps=_counted(_steps(rehearsal)),
    )


def _steps(rehearsal: Rehearsal) -> tuple[DryStep, ...]:
    return tuple(step for one in rehearsal.happened for step in _told(rehearsal, one))


def _counted(steps: Sequence[DryStep]) -> tuple[DryStep, ...]:
    """Give the steps in the order of time, what repeats itself at one moment once.

    A message sent once for each of many places is one line that says how often.
    """
    found = Counter(sorted(steps, key=lambda step: step.at))
    return tuple(
        replace(step, text=f"{step.text}（{times} 次）") if times > 1 else step
        for step, times in found.items()
    )


def _told(rehearsal: Rehearsal, one: Happening) -> list[DryStep]:
    """Say one effect in words; effects nobody asks about are left out."""
    effect = one.effect
    opened = [_opened(task) for task in next_tasks(rehearsal, one)]
    if opened:
        return [_step(one, "TaskOpened", text) for text in opened]
    for kind, words in _WORDS.items():
        if isinstance(effect, kind):
            text = words(one, effect)
            return [_step(one, kind.__name__, text)] if text else []
    return []


def _step(one: Happening, kind: str, text: str) -> DryStep:
    node = str(getattr(one.effect, "node", "") or "")
    name = deployed.name_of(one.copy.facts, node) if node else ""
    return DryStep(one.at, node, name, kind, text)


def _opened(task: Any) -> str:
    if task.problem:
        return f"打开任务“{task.name}”，但没有办理人：{task.problem}"
    return f"打开任务“{task.name}”：{'、'.join(s.unit_name or s.label for s in task.seats)}"


def _entered(one: Happening, effect: effects.NodeEntered) -> str:
    node = one.copy.facts.nodes.get(effect.node)
    if node is None:
        return ""
    if node.event == "timer" and node.attached_to:
        return DUE  # a boundary event is entered when it fires
    return f"状态变为“{node.state}”" if node.state else ""


def _left(one: Happening, effect: effects.NodeLeft) -> str:
    node = one.copy.facts.nodes.get(effect.node)
    waited = node is not None and node.event == "timer" and not node.attached_to
    return DUE if waited and effect.how == "completed" else ""


def _message(one: Happening, effect: effects.MessageThrown) -> str:
    """Say what a message does: which process it starts, or whom it reaches by its keys."""
    for key, facts in one.copy.deployed.facts.items():
        if any(s.kind == "message" and s.name == effect.name for s in facts.starts):
            return f"启动“{one.copy.deployed.facts[key].name}”"
    reached = "、".join(str(value) for value in effect.keys.values() if value is not None)
    return f"告知案件 {reached}" if reached else "告知等待此消息的案件"


def _service(one: Happening, effect: effects.ServiceRequested) -> str:
    del one
    return "通知有关单位和人员" if effect.name == NOTIFY else f"调用服务“{effect.name}”"


_WORDS: Mapping[type[Any], Any] = {
    effects.NodeEntered: _entered,
    effects.NodeLeft: _left,
    effects.TaskClosed: lambda _, e: "关闭任务" if e.how != "completed" else "",
    effects.MessageThrown: _message,
    effects.SignalThrown: lambda _, e: f"发出信号“{e.name}”",
    effects.ServiceRequested: _service,
    effects.IncidentRaised: lambda _, e: f"停下报异常：{e.text}",
    effects.InstanceEnded: lambda o, e: f"流程“{o.copy.facts.name}”结束（{e.how}）",
}
