"""The Runtime port (kernel.md 1) and its own implementation: bpmn compiles, kernel runs."""

from collections.abc import Mapping
from typing import Any, Protocol

from engine.base.events import Event
from engine.base.values import Value
from engine.bpmn.compile import compile_files
from engine.bpmn.deploy import Compiled, DeployEnv
from engine.kernel.advance import advance
from engine.kernel.needs import needs
from engine.kernel.step import Need, State, Step, View
from engine.kernel.view import inspect, variables


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

    def variables(self, state: State) -> Mapping[str, Value]:
        """Give the variables of the instance scope, to read only: a part of what is live."""
        ...


class KernelRuntime:
    """Our own runtime: engine.bpmn compiles, engine.kernel runs; without state, shareable."""

    name = "kernel"

    def compile(self, files: Mapping[str, bytes], env: DeployEnv) -> Compiled:
        """Compile the files of one application together; never raises on bad input."""
        return compile_files(files, env)

    def missing(self, plan: Any) -> frozenset[str]:
        """Name nothing: what the kernel lacks, the compiler has refused by name."""
        del plan
        return frozenset()

    def needs(self, plan: Any, state: State | None, event: Event) -> tuple[Need, ...]:
        """Say which rows the event needs."""
        return needs(plan, state, event)

    def advance(self, plan: Any, state: State | None, event: Event) -> Step:
        """Tell the instance EVENT."""
        return advance(plan, state, event)

    def inspect(self, plan: Any, state: State) -> View:
        """Show what is live."""
        return inspect(plan, state)

    def variables(self, state: State) -> Mapping[str, Value]:
        """Give the variables of the instance scope."""
        return variables(state)
