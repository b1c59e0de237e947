"""SpiffWorkflow as a competent user keeps it: specification cached, tasks as JSON per step."""

import io
from typing import Any

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.serializer.default.workflow import BpmnWorkflowConverter
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState


class SpiffProcess:
    """One process, parsed once; states are JSON without the specification.

    The converter is SpiffWorkflow's own, registered as its documentation shows, but for the
    specification, which is taken from memory instead of being written and read each step.
    """

    def __init__(self, data: bytes, key: str) -> None:
        parser = BpmnParser()
        parser.add_bpmn_io(io.BytesIO(data))
        self.spec = parser.get_spec(key)
        self.subs = parser.get_subprocess_specs(key)
        config = {**DEFAULT_CONFIG, BpmnWorkflow: self._converter()}
        registry = BpmnWorkflowSerializer.configure(config)
        self.serializer = BpmnWorkflowSerializer(registry)

    def _converter(self) -> type[BpmnWorkflowConverter]:
        process = self

        class Cached(BpmnWorkflowConverter):
            """Leaves the specification out and puts it in again."""

            def to_dict(self, workflow: Any) -> dict[str, Any]:
                made: dict[str, Any] = super(BpmnWorkflowConverter, self).to_dict(workflow)
                made["subprocesses"] = self.mapping_to_dict(workflow.subprocesses)
                made["bpmn_events"] = self.registry.convert(workflow.bpmn_events)
                return made

            def from_dict(self, dct: dict[str, Any]) -> Any:
                return super().from_dict(
                    {**dct, "spec": process.spec, "subprocess_specs": process.subs}
                )

        return Cached

    def begin(self, **data: Any) -> Any:
        """Start an instance with DATA and run it to its first rest."""
        workflow = BpmnWorkflow(self.spec, self.subs)
        workflow.task_tree.data.update(data)
        workflow.data.update(data)
        workflow.do_engine_steps()
        workflow.refresh_waiting_tasks()
        return workflow

    def dump(self, workflow: Any) -> bytes:
        """Give the JSON of an instance."""
        text: str = self.serializer.serialize_json(workflow)
        return text.encode()

    def load(self, raw: bytes) -> Any:
        """Give the instance of a JSON."""
        return self.serializer.deserialize_json(raw.decode())


def finish(workflow: Any, data: dict[str, Any]) -> None:
    """Complete a person's task and run the instance to its next rest."""
    task = workflow.get_next_task(state=TaskState.READY, manual=True)
    task.data.update(data)
    task.run()
    workflow.do_engine_steps()


def fire(workflow: Any) -> None:
    """Let the timers that are due go off and run the instance to its next rest."""
    workflow.refresh_waiting_tasks()
    workflow.do_engine_steps()
