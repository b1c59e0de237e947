"""One case in hand: its instances, the events still to tell them, the rows to write."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.base.actor import Behalf
from engine.base.errors import NotFound
from engine.base.events import Event
from engine.base.records import record
from engine.base.values import Value
from engine.bpmn.facts import NodeFacts, ProcessFacts
from engine.context import Context, Deployed
from engine.kernel.effects import ChildRequested
from engine.kernel.step import State
from engine.rules.deputies import joined
from engine.store import cases, codec
from engine.store.chain import Line
from engine.store.rows import Row

LIVE = ("active", "suspended")


@dataclass(eq=False)
class Live:
    """One instance of the case: its row, its version of the process, its state."""

    row: Row
    deployed: Deployed
    key: str  # process key
    state: State | None
    touched: bool = False  # the row must be written
    written: set[str] = field(default_factory=set)  # variables committed in this transaction
    called: ChildRequested | None = None  # what asked for it, in the transaction it began

    @property
    def id(self) -> int:
        """Give the row id."""
        return int(self.row["id"])

    @property
    def plan(self) -> Any:
        """Give the compiled process."""
        return self.deployed.plans[self.key]

    @property
    def facts(self) -> ProcessFacts:
        """Give what is known of the process."""
        return self.deployed.facts[self.key]

    def node(self, node: str) -> NodeFacts:
        """Give what is known of one element; bare facts for one without any."""
        return self.facts.nodes.get(node) or NodeFacts(node, "")

    def variables(self) -> Mapping[str, Value]:
        """Give the variables of the instance scope."""
        if self.state is None:
            return {}
        return self.deployed.runtime.variables(self.state)

    @property
    def is_live(self) -> bool:
        """Tell whether the instance still runs."""
        return self.row["status"] in LIVE


@record
class OpenedTask:
    """A task row to insert and what is needed to give it seats and an incident."""

    live: Live
    row: Row
    assignment: Mapping[str, Value]
    line: Row  # detail of its history line; gets the task's id
    handlers: list[str] = field(default_factory=list)  # labels of its seats


@dataclass(eq=False)
class Writes:
    """Rows collected during the transaction, written together at its end."""

    tasks: dict[tuple[int, str, int], OpenedTask] = field(default_factory=dict)
    timers: dict[tuple[int, str], Row] = field(default_factory=dict)
    calls: dict[tuple[int, str, int], Row] = field(default_factory=dict)
    jobs: list[Row] = field(default_factory=list)
    dead_jobs: list[str] = field(default_factory=list)  # dedup keys of jobs to delete
    dead_waits: dict[int, list[str]] = field(default_factory=dict)  # timers to delete
    subscriptions: dict[tuple[int, str], Row] = field(default_factory=dict)
    closed_waits: dict[int, list[str]] = field(default_factory=dict)  # subscriptions
    incidents: list[Row] = field(default_factory=list)
    outbox: list[Row] = field(default_factory=list)


@dataclass(eq=False)
class Case:
    """A root instance under its lock, with everything that happens to it now."""

    ctx: Context
    root: Live
    lives: dict[int, Live] = field(default_factory=dict)
    queue: deque[tuple[int, Event]] = field(default_factory=deque)
    lines: list[Line] = field(default_factory=list)
    writes: Writes = field(default_factory=Writes)
    listening: list[tuple[str, str]] = field(default_factory=list)  # new (name, key hash)
    due_moved: bool = False  # limits changed: the case's nearest due may differ
    organisation: int | None = None  # the version of the units, where it was read
    spare: int | None = None  # an id for a round, where one was read
    closed: list[Row] = field(default_factory=list)  # rounds decided in this transaction
    due_at: datetime | None = None  # the earliest job written: the worker's next look
    opened: list[OpenedTask] = field(default_factory=list)  # written, in order; for answers
    moved_away: bool = False  # who keeps away changed: open rounds may need another unit
    regions: frozenset[str] | None = None  # divisions it lies in besides; None: as stored
    behalf: Behalf | None = None  # whom the actor stands in for: 乙 代 甲 in every line

    @property
    def id(self) -> int:
        """Give the id of the root instance."""
        return self.root.id

    def live(self, instance_id: int) -> Live:
        """Give an instance of the case, locked and loaded when met first."""
        found = self.lives.get(instance_id)
        if found is None:
            rows = cases.lock_instances(self.ctx.conn, [instance_id])
            if not rows or rows[0]["root_id"] != self.id:
                raise NotFound
            found = self.lives[instance_id] = load(self.ctx, rows[0])
        return found

    def tell(self, live: Live, event: Event) -> None:
        """Queue EVENT for an instance of the case."""
        self.queue.append((live.id, event))

    def stamp(self, live: Live) -> dict[str, Any]:
        """Give the fields every event carries: id, at, env."""
        env = live.deployed.env(str(self.root.row["region"] or ""))
        return {"id": self.ctx.ids.uid(), "at": self.ctx.now, "env": env}

    def note(
        self,
        live: Live,
        kind: str,
        detail: Row | None = None,
        *,
        node: str = "",
        unit: str = "",
    ) -> Row:
        """Add a history line by the actor; the detail may still be completed until written."""
        actor = self.ctx.actor
        detail = {} if detail is None else detail
        self.lines.append(
            Line(
                kind=kind,
                instance_id=live.id,
                at=self.ctx.now,
                actor=actor.person,
                actor_name=joined(actor.name, self.behalf),
                on_behalf_of=self.behalf.person if self.behalf else None,
                unit=unit,
                node=node,
                detail=detail,
            )
        )
        return detail


def load(ctx: Context, row: Row) -> Live:
    """Make a Live of an instance row."""
    deployed = ctx.runtimes.deployed(ctx.conn, row["definition_id"], row["runtime"])
    key = ctx.runtimes.definition(ctx.conn, row["definition_id"])["key"]
    return Live(row, deployed, key, codec.decode(row["state"]))


def open_case(ctx: Context, root_row: Row | None) -> Case:
    """Take a locked root row in hand."""
    if root_row is None:
        raise NotFound
    root = load(ctx, root_row)
    return Case(ctx, root, {root.id: root})
