"""The Runtime port (kernel.md 1) and its own implementation: bpmn compiles, kernel runs."""

from collections.abc import Mapping
from typing import Any, Protocol

from engine.base.events import Event
from engine.bpmn.deploy import Compiled, DeployEnv
from engine.kernel.step import Need, State, Step, View


class Runtime(Protocol):
    """What runs processes; plans and states are opaque to all but their runtime."""

    @property
    def name(self) -> str:
        """Name it in settings and rows: "kernel" or "spiffworkflow"."""
        ...

    def compile(self, files: Mapping[str, bytes], env: DeployEnv) -> Compiled:
        """Compile the .bpmn and .dmn FILES (path -> bytes) of one application together.

        Gives plans by process key and findings; no plans if one finding is an error.
        """
        ...

    def missing(self, plan: Any) -> frozenset[str]:
        """Name the constructs this runtime cannot execute; non-empty = refused."""
        ...

    def needs(self, plan: Any, state: State | None, event: Event) -> tuple[Need, ...]:
        """Say which rows Env.rows must hold before advance (pure, O(1))."""
        ...

    def advance(self, plan: Any, state: State | None, event: Event) -> Step:
        """Tell the instance EVENT; pure: inputs are never changed."""
        ...

    def inspect(self, plan: Any, state: State) -> View:
        """Show what is live."""
        ...
