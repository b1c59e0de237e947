"""A SpiffWorkflow workflow to a plain document and back, without its specification."""

from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

Json = dict[str, Any]
_MICRO = 1_000_000


def begin(spec: Any, subs: dict[str, Any], engine: Any) -> Any:
    """Make a fresh workflow, standing before its start event."""
    return BpmnWorkflow(spec, subs, script_engine=engine)


def dump(workflow: Any) -> Json:
    """Give the document of a workflow: its tasks and sub-workflows."""
    document = _tasks(workflow)
    document["subs"] = {
        str(task_id): {**_tasks(sub), "spec": sub.spec.name}
        for task_id, sub in workflow.subprocesses.items()
    }
    return document


def _tasks(workflow: Any) -> Json:
    last = workflow.last_task
    return {
        "root": str(workflow.task_tree.id),
        "completed": workflow.completed,
        "success": workflow.success,
        "last": str(last.id) if last is not None else None,
        "tasks": [_task(task) for task in workflow.tasks.values()],
    }


def _task(task: Any) -> Json:
    return {
        "id": str(task.id),
        "parent": str(task._parent) if task._parent is not None else None,
        "children": [str(child) for child in task._children],
        "state": int(task.state),
        "spec": task.task_spec.name,
        "triggered": task.triggered,
        "internal": dict(task.internal_data),
        "changed": int(task.last_state_change * _MICRO),
    }


def load(spec: Any, subs: dict[str, Any], engine: Any, document: Json) -> Any:
    """Give the workflow a document describes; the specifications are shared, never stored."""
    workflow = BpmnWorkflow(spec, subs, script_engine=engine, deserializing=True)
    _restore(workflow, document)
    _restore_subs(workflow, workflow, document["subs"])
    return workflow


def _restore(workflow: Any, document: Json) -> None:
    for row in document["tasks"]:
        spec = workflow.spec.task_specs.get(row["spec"])
        task = Task(workflow, spec, state=row["state"], id=UUID(row["id"]))
        task._parent = UUID(row["parent"]) if row["parent"] else None
        task._children = [UUID(child) for child in row["children"]]
        task.triggered = row["triggered"]
        task.internal_data = dict(row["internal"])
        task.last_state_change = row["changed"] / _MICRO
        if isinstance(spec, CatchingEvent) and task.has_state(TaskState.WAITING):
            workflow.top_workflow.event_manager.add_task(task)
    workflow.task_tree = workflow.tasks[UUID(document["root"])]
    workflow.completed = document["completed"]
    workflow.success = document["success"]
    workflow.last_task = (
        workflow.tasks.get(UUID(document["last"])) if document["last"] else None
    )


def _restore_subs(top: Any, root: Any, documents: Json) -> None:
    """Make sub-workflows from the outermost inward: each needs the task it belongs to."""
    around = [root]
    while around:
        workflow = around.pop()
        for task in list(workflow.tasks.values()):
            found = documents.get(str(task.id))
            if found is None or not isinstance(task.task_spec, SubWorkflowTask):
                continue
            spec = top.subprocess_specs[found["spec"]]
            sub = BpmnSubWorkflow(spec, task.id, top, deserializing=True)
            top.subprocesses[task.id] = sub
            _restore(sub, found)
            sub.completed_event.connect(task.task_spec._on_subworkflow_completed, task)
            around.append(sub)


def all_tasks(workflow: Any) -> list[Any]:
    """Give all tasks of the workflow and its sub-workflows."""
    found = list(workflow.tasks.values())
    for sub in workflow.subprocesses.values():
        found.extend(sub.tasks.values())
    return found


def deepest(workflow: Any) -> int:
    """Give the depth of the deepest task that is ready or waits; the root has depth 0.

    The library looks no deeper than 1,000 and then reports the workflow completed, so the
    runtime must know before (kernel.md 4, rows 1 and 2).
    """
    active = TaskState.READY | TaskState.WAITING | TaskState.STARTED
    depths: dict[UUID, int] = {}
    found = 0
    for inside in (workflow, *sorted(workflow.subprocesses.values(), key=lambda w: w.depth)):
        above: Any = getattr(inside, "parent_task_id", None)
        base = depths.get(above, -1) + 1
        around = [(inside.task_tree, base)]
        while around:
            task, depth = around.pop()
            depths[task.id] = depth
            around.extend((child, depth + 1) for child in task.children)
            if task.has_state(active):
                found = max(found, depth)
    return found
