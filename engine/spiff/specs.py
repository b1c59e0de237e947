"""Task specifications given to SpiffWorkflow: who waits, what the engine does itself."""

from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, ExclusiveGateway, ParallelGateway
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.specs.MultiChoice import MultiChoice
from SpiffWorkflow.util.task import TaskState


class Wait(BpmnSpecMixin):  # type: ignore[misc]  # the library has no types
    """An element that waits for somebody or something: stays ready until it is told."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = True


class Auto(BpmnSpecMixin):  # type: ignore[misc]  # the library has no types
    """An element the engine runs itself: script, rule, throw, none task."""

    def _run_hook(self, my_task: Any) -> bool:
        super()._run_hook(my_task)
        my_task.workflow.script_engine.perform(my_task)
        return True


class EventChoice(BpmnSpecMixin, MultiChoice):  # type: ignore[misc]  # no types there
    """An event-based gateway: waits, then follows the one target that occurred."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = True

    def _predict_hook(self, my_task: Any) -> None:
        my_task._sync_children(self.outputs, state=TaskState.MAYBE)

    def _run_hook(self, my_task: Any) -> bool:
        chosen = [spec for spec in self.outputs if spec.name == my_task.internal_data["chosen"]]
        my_task._sync_children(chosen, TaskState.FUTURE)
        for child in my_task.children:
            child.internal_data["passed"] = True
            child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
        return True


class Armed(EventDefinition):  # type: ignore[misc]  # the library has no types
    """The event of a boundary event: it has fired when the runtime says so."""

    def catches(self, my_task: Any, event: Any) -> bool:
        """Never catch by broadcast; the runtime addresses the task."""
        return False

    def fire(self, my_task: Any) -> None:
        """Let the event occur: the boundary event becomes ready."""
        my_task._set_internal_data(event_fired=True)
        my_task.task_spec._update(my_task)

    def repeat(self, my_task: Any) -> Any:
        """Let the event occur and arm a fresh one beside the same activity; give that one.

        The path of this occurrence must not hang below a task that the end of the activity
        cancels, so the fresh task waits in its place.
        """
        again = my_task.parent._add_child(my_task.task_spec, TaskState.WAITING)
        again.task_spec._predict(again, mask=TaskState.NOT_FINISHED_MASK)
        self.fire(my_task)
        return again


class Boundary(BoundaryEvent):  # type: ignore[misc]  # the library has no types
    """A boundary event; its definition is always Armed."""


class Choice(ExclusiveGateway):  # type: ignore[misc]  # the library has no types
    """An exclusive gateway; conditions are ids of flows, tried in the plan's flow order."""


class Join(ParallelGateway):  # type: ignore[misc]  # the library has no types
    """A parallel gateway that counts each arrival once, also on a later lap of a loop."""

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        arrived = {
            task.parent.task_spec
            for task in my_task.workflow.tasks.values()
            if task.task_spec is self
            and not task.internal_data.get("used")
            and task.parent.state == TaskState.COMPLETED
        }
        return arrived >= set(self.inputs)

    def _run_hook(self, my_task: Any) -> bool:
        super()._run_hook(my_task)
        own = [task for task in my_task.workflow.tasks.values() if task.task_spec is self]
        for task in own:
            if task is my_task or task.has_state(TaskState.FINISHED_MASK):
                task.internal_data["used"] = True
        return True
