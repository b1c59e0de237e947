"""One step under way: the draft, the queues of what must move next, the effects so far."""

from collections import deque
from typing import Any, TypeAlias

from engine.base.events import Event
from engine.kernel.effects import Effect, IncidentCleared, IncidentRaised
from engine.kernel.plan import Node, Plan
from engine.kernel.problems import StepLimit
from engine.kernel.state import Draft, Record
from engine.kernel.step import State

# An operation still to be done: its name in advance.OPERATIONS, scope, token, argument.
Op: TypeAlias = tuple[str, str, str, Any]


class Run:
    """What the handlers of one step share; made for one call of advance and dropped."""

    def __init__(self, plan: Plan, state: State, event: Event) -> None:
        self.plan = plan
        self.event = event
        self.limits = event.env.limits
        self.moment = event.env.moment(event.at)
        self.draft = Draft(state)
        self.effects: list[Effect | None] = []
        self.urgent: deque[Op] = deque()  # consequences, before any token moves
        self.queue: deque[tuple[str, str]] = deque()  # tokens to move: (scope, token)
        self.yielded: deque[tuple[str, str]] = deque()  # signal throws (kernel.md 1.5, 4)
        self.touched: dict[str, None] = {}  # scopes whose inclusive joins may have changed
        self.dirty: list[tuple[str, tuple[str, ...]]] = []  # scope, names written
        self.inspected = 0  # tokens looked at by global rules; a counter for the tests
        self.visited = 0
        self._visits: dict[int, int] = {}
        self._opened: dict[str, list[int]] = {}

    def node_of(self, sid: str, tid: str) -> Node:
        """Give the node the token stands on."""
        return self.plan.nodes[self.draft.token(sid, tid)["n"]]

    def visit(self, node: int) -> None:
        """Count a node visit; an endless automatic loop ends here (kernel.md 1.5, 7)."""
        self.visited += 1
        self._visits[node] = self._visits.get(node, 0) + 1
        if self.visited > self.limits.step_visits:
            raise StepLimit(max(self._visits, key=lambda at: (self._visits[at], -at)))

    def later(self, name: str, sid: str, tid: str = "", arg: Any = None) -> None:
        """Note a consequence to be worked off before any other token moves."""
        self.urgent.append((name, sid, tid, arg))

    def emit(self, effect: Effect) -> None:
        """Append an effect."""
        self.effects.append(effect)

    def emit_opening(self, wait: str, effect: Effect) -> None:
        """Append the effect that opens WAIT."""
        self._opened.setdefault(wait, []).append(len(self.effects))
        self.effects.append(effect)

    def emit_closing(self, wait: str, effect: Effect) -> None:
        """Append the closing effect, or drop both: opened in this step (kernel.md 1.5, 10)."""
        opened = self._opened.pop(wait, None)
        if opened is None:
            self.effects.append(effect)
            return
        for position in opened:
            self.effects[position] = None

    def opened_now(self, wait: str) -> bool:
        """Tell whether WAIT was opened in this step."""
        return wait in self._opened

    def raise_incident(self, record: Record, text: str) -> str:
        """Record an incident {"code", "n", "s", "t", "ph", …} and tell it."""
        iid = self.draft.new("i")
        self.draft.section("incidents")[iid] = record
        node = self.plan.nodes[record["n"]].id
        self.emit(IncidentRaised(iid, record.get("t") or "", record["code"], node, text))
        return iid

    def clear_incident(self, iid: str, how: str) -> Record:
        """Take the incident out and give its record."""
        record: Record = self.draft.section("incidents").pop(iid)
        self.emit(IncidentCleared(iid, how))
        return record
