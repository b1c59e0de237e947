"""Why the kernel is the default: three defects of plain SpiffWorkflow, shown, not told.

Run `python -m bench.evidence`: each diagram runs on SpiffWorkflow 3.2.0 as it comes and on
the kernel. Exit status 0 only if all three defects show and the kernel is right each time.
"""

import io
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from bench import diagrams
from engine.base import events
from engine.bpmn.deploy import DeployEnv
from engine.kernel.effects import VariablesWritten
from engine.runtime import KernelRuntime

AT = datetime(2025, 7, 18, 1, tzinfo=UTC)
ENV = DeployEnv(
    forms={"votes": {"votes": "choices"}, "lap": {"lap": "integer"}}, roles={"CLERK": "经办"}
)
VOTES = (["同意"], ["同意", "同意", "不同意"])


@dataclass(frozen=True, slots=True)
class Shown:
    """One piece of evidence: what each side did; DEFECT shown, KERNEL right."""

    title: str
    spiff: str
    kernel: str
    defect: bool
    right: bool


def plain(data: bytes, key: str) -> Any:
    """Start a process on SpiffWorkflow as it comes."""
    parser = BpmnParser()
    parser.add_bpmn_io(io.BytesIO(data))
    workflow = BpmnWorkflow(parser.get_spec(key), parser.get_subprocess_specs(key))
    workflow.do_engine_steps()
    return workflow


def ready(workflow: Any) -> list[Any]:
    """Give the tasks SpiffWorkflow offers to people."""
    return list(workflow.get_tasks(state=TaskState.READY, manual=True))


def finish(workflow: Any, task: Any, data: Mapping[str, Any]) -> None:
    """Complete a person's task on SpiffWorkflow."""
    task.data.update(data)
    task.run()
    workflow.do_engine_steps()


class Case:
    """One instance on the kernel."""

    def __init__(self, data: bytes, key: str) -> None:
        self.runtime = KernelRuntime()
        compiled = self.runtime.compile({f"{key}.bpmn": data}, ENV)
        self.findings = compiled.findings
        self.plan = compiled.plans.get(key)
        self.state: Any = None
        self.written: list[Any] = []
        if self.plan is not None:
            self.tell(events.Start(at=AT))

    def tell(self, event: events.Event) -> None:
        """Tell the instance an event and keep what it wrote."""
        step = self.runtime.advance(self.plan, self.state, event)
        self.state = step.state
        self.written += [e.patch for e in step.effects if isinstance(e, VariablesWritten)]

    @property
    def open(self) -> dict[str, str]:
        """Give the open tasks: node -> wait."""
        view = self.runtime.inspect(self.plan, self.state)
        return {str(task["node"]): str(task["wait"]) for task in view.tasks}

    def finish(self, name: str, data: Mapping[str, Any]) -> None:
        """Complete the task at element NAME."""
        self.tell(events.CompleteTask(at=AT, wait=self.open[name], result=data))


def lost_votes() -> Shown:
    """Show that a parallel join loses items of lists."""
    data = diagrams.join_of_lists()
    workflow = plain(data, "join_of_lists")
    for task, votes in zip(ready(workflow), VOTES, strict=True):
        finish(workflow, task, {"votes": list(votes)})
    kept = ready(workflow)[0].data["votes"]
    case = Case(data, "join_of_lists")
    for name, votes in zip(("first", "second"), VOTES, strict=True):
        case.finish(name, {"votes": votes})
    handed_in = sum(len(votes) for votes in VOTES)
    recorded = sum(len(patch["votes"]) for patch in case.written)
    return Shown(
        "并行汇合丢失列表项",
        f"交来 {handed_in} 票，汇合后剩 {len(kept)} 票：{kept}",
        f"交来 {handed_in} 票，留痕 {recorded} 票，汇合不改变量",
        defect=len(kept) < handed_in,
        right=recorded == handed_in and list(case.open) == ["count"],
    )


def silent_end() -> Shown:
    """Show that a path about 1,000 tasks deep ends unfinished, without a word."""
    data = diagrams.deep_path()
    workflow = plain(data, "deep_path")
    lap = 0
    while ready(workflow) and ready(workflow)[0].task_spec.name == "turn":
        lap += 1
        finish(workflow, ready(workflow)[0], {"lap": lap})
    offered = [task.task_spec.name for task in ready(workflow)]
    case = Case(data, "deep_path")
    for number in range(1, 5):
        case.finish("turn", {"lap": number})
    completed = workflow.is_completed()
    return Shown(
        "深路径静默办结",
        f"第 {lap} 圈后报告“已完成”={completed}，待办 {offered or '无'}",
        f"4 圈后待办 {list(case.open)}，状态 {case.state['status']}",
        defect=completed and "last" not in offered,
        right=list(case.open) == ["last"] and case.state["status"] == "active",
    )


def code_runs() -> Shown:
    """Show that a diagram runs Python on the host."""
    with tempfile.TemporaryDirectory() as folder:
        canary = Path(folder) / "canary"
        plain(diagrams.host_code(str(canary)), "host_code")
        ran = canary.exists()
        canary.unlink(missing_ok=True)
        case = Case(diagrams.host_code(str(canary)), "host_code")
        refused = [finding.code for finding in case.findings if finding.severity == "error"]
        clean = not canary.exists()
    return Shown(
        "图中的 Python 被执行",
        f"条件表达式在主机上写出了文件：{ran}",
        f"部署时拒绝：{'、'.join(refused)}",
        defect=ran,
        right=bool(refused) and case.plan is None and clean,
    )


def collect() -> tuple[Shown, ...]:
    """Run all three."""
    return lost_votes(), silent_end(), code_runs()


def main() -> int:
    """Print the table; 0 only if everything shows as claimed."""
    good = True
    for number, shown in enumerate(collect(), 1):
        good = good and shown.defect and shown.right
        print(f"{number}. {shown.title}")
        print(f"   SpiffWorkflow {'✗' if shown.defect else '未见缺陷'} {shown.spiff}")
        print(f"   守护内核      {'✓' if shown.right else '✗'} {shown.kernel}")
    print("三项均已显示，内核均正确。" if good else "有一项与所述不符，请看上表。")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
