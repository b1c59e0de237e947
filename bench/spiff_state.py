"""SpiffWorkflow as its users keep it: the instance as JSON, loaded and dumped at each step."""

import io
from typing import Any

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.serializer.default.workflow import BpmnWorkflowConverter
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState


class SpiffProcess:
    """One process, parsed once, with the serializer of its documentation.

    LEAN leaves the specification out of the JSON and shares the parsed one in memory, by a
    converter of our own. That is the least this library can do per step, but not for
    production: it changes specifications while it runs, so instances would meet each other.
    """

    def __init__(self, data: bytes, key: str, *, lean: bool = False) -> None:
        parser = BpmnParser()
        parser.add_bpmn_io(io.BytesIO(data))
        self.spec = parser.get_spec(key)
        self.subs = parser.get_subprocess_specs(key)
        config = {**DEFAULT_CONFIG, BpmnWorkflow: self._converter()} if lean else None
        self.serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(config))

    def _converter(self) -> type[BpmnWorkflowConverter]:
        process = self

        class Lean(BpmnWorkflowConverter):  # type: ignore[misc] # untyped library
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

        return Lean

    def begin(self, **data: Any) -> Any:
        """Start an instance with DATA and run it to its first rest."""
        workflow = BpmnWorkflow(self.spec, self.subs)
        workflow.task_tree.data.update(data)
        workflow.data.update(data)
        workflow.do_engine_steps()
        workflow.refresh_timers()
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
    workflow.refresh_timers()
    workflow.do_engine_steps()
