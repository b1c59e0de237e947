"""A case on paper: one process run in the pure kernel, told as lines a person can read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from engine.base import events
from engine.base.clock import shanghai
from engine.kernel import effects
from engine.queries.rehearsal import Copy, Rehearsal
from engine.rules.calendar import local_day
from engine.versions import Deployed

BEGIN = shanghai("2026-03-02 09:00")  # a Monday
MOST = 80  # acts of one journey
Json = dict[str, Any]


@dataclass(frozen=True)
class Journey:
    """One way through PROCESS: begun at element START with VARS, or TRIGGER of a message.

    ANSWERS gives by element what happens there, visit by visit: an outcome or (outcome,
    data); for a message that is waited for, its payload; for a called process, what it
    gives back. Nothing said: the first outcome as drawn.
    """

    process: str
    name: str
    start: str = ""
    vars: Json = field(default_factory=dict)
    trigger: Json | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    begin: datetime = BEGIN
    timers: bool = True  # waiting catches of time fire when nothing else is open


@dataclass
class Walk(Rehearsal):
    """A rehearsal without a database: called processes answer as the journey says."""

    journey: Journey | None = None
    visits: dict[str, int] = field(default_factory=dict)
    waiting: list[tuple[Any, Copy]] = field(default_factory=list)

    def _row(self, copy: Copy, need: Any) -> Any:
        own = (copy.id, need.wait)
        if need.kind == "mi_item":
            return self.values[own][need.index - 1]
        return dict(self.outputs.get(own, {}))

    def _apply(self, copy: Copy, effect: Any, at: datetime) -> None:
        if isinstance(effect, effects.ChildRequested):
            ended = events.ChildEnded(
                **self.stamp(copy, at),
                wait=effect.wait,
                item=effect.item,
                out=self.answer(effect.node) or {},
            )
            self.queue.append((copy.id, ended))
            return
        if isinstance(effect, effects.ServiceRequested):
            done = events.FinishService(
                **self.stamp(copy, at),
                wait=effect.wait,
                item=effect.item,
                result=self.answer(effect.node) or {"told": 0},
            )
            self.queue.append((copy.id, done))
            return
        if isinstance(effect, WAITS):
            self.waiting.append((effect, copy))
        super()._apply(copy, effect, at)

    def answer(self, node: str) -> Any:
        """Give what the journey says of this visit to NODE; the last answer stays."""
        assert self.journey is not None
        said = self.journey.answers.get(node)
        number = self.visits.get(node, 0)
        self.visits[node] = number + 1
        if isinstance(said, list):
            return said[min(number, len(said) - 1)]
        return said


WAITS = (effects.TaskOpened, effects.TasksOpened, effects.SubscriptionOpened)


def travel(deployed: Deployed, journey: Journey) -> Walk:
    """Run the journey until the case rests or ends."""
    walk = Walk(view=None, root=None, journey=journey)  # type: ignore[arg-type]
    copy = Copy(-1, deployed, journey.process, None)
    given: Json = {"case_number": "T-2026-0001", "case_year": 2026, "unit": "U-1"}
    nodes = deployed.facts[journey.process].nodes
    starts = {one.node for one in deployed.facts[journey.process].starts}
    assert not journey.start or journey.start in nodes, f"{journey.start} is not drawn"
    anchored = bool(journey.start) and journey.start not in starts
    start = events.Start(
        **walk.stamp(copy, journey.begin),
        node=None if anchored else journey.start or None,
        anchor=journey.start if anchored else None,
        vars={**given, **journey.vars},
        trigger=journey.trigger,
    )
    walk.begin(deployed, journey.process, start)
    now = journey.begin
    for _ in range(MOST):
        if not walk.copies:
            break
        if not _act(walk, now):
            due = list(walk.timers.values())
            if not due or not journey.timers:
                break
            first = min(due, key=lambda one: one.due)
            now = max(now, first.due)
            walk.fire(first)
    return walk


def _act(walk: Walk, now: datetime) -> bool:
    """Do the first thing that waits for somebody; False when nothing does."""
    while walk.waiting:
        effect, copy = walk.waiting.pop(0)
        view = copy.deployed.runtime.inspect(copy.deployed.plans[copy.key], copy.state)
        if effect.wait not in {str(one["wait"]) for one in (*view.tasks, *view.subscriptions)}:
            continue
        said = walk.answer(effect.node)
        if said == "wait":
            continue
        if isinstance(effect, effects.SubscriptionOpened):
            if said is None:
                continue
            event: events.Event = events.Correlate(
                **walk.stamp(copy, now),
                wait=effect.wait,
                message=effect.name,
                payload=said,
                keys=effect.keys,
            )
            walk.tell(copy.id, event)
            return True
        count = len(effect.locals) if isinstance(effect, effects.TasksOpened) else 0
        for item in range(1, count + 1) if count else [getattr(effect, "item", None)]:
            walk.tell(copy.id, _completion(walk, copy, effect, said, item, now))
        return True
    return False


def _completion(
    walk: Walk, copy: Copy, effect: Any, said: Any, item: int | None, now: datetime
) -> events.Event:
    outcomes = copy.facts.nodes[effect.node].outcomes
    outcome = str(outcomes[0]["value"]) if outcomes else None
    data: Json = {}
    if isinstance(said, tuple):
        outcome, data = said
    elif isinstance(said, str):
        outcome = said
    elif isinstance(said, dict):
        data = said
    return events.CompleteTask(
        **walk.stamp(copy, now), wait=effect.wait, outcome=outcome, result=data, item=item
    )


def lines(walk: Walk) -> list[tuple[str, str]]:
    """Tell what happened, element by element: (id, what people and other systems see)."""
    told: list[tuple[str, list[str]]] = []
    last: dict[str, int] = {}
    for one in walk.happened:
        effect, node = one.effect, getattr(one.effect, "node", "")
        if isinstance(effect, effects.NodeEntered):
            last[node] = len(told)
            told.append((node, []))
        elif node in last:
            words = _words(effect)
            told[last[node]][1].extend([words] if words else [])
    facts = walk.happened[0].copy.facts if walk.happened else None
    return [(node, _line(facts, node, extra)) for node, extra in told]


def _line(facts: Any, node: str, extra: list[str]) -> str:
    found = facts.nodes[node]
    state = f"，状态 {found.state}" if found.state else ""
    lane = f"〔{found.lane_name}〕" if found.lane_name else ""
    more = "，".join(dict.fromkeys(extra))
    return f"{found.name or node}{lane}{state}{'，' if more else ''}{more}"


def _words(effect: Any) -> str:  # noqa: C901, PLR0911 -- one line a kind of effect
    match effect:
        case effects.TaskOpened() | effects.TasksOpened():
            due = f"，期限 {_day(effect.due)}" if effect.due else ""
            return f"表单 {effect.form or '无'}{due}{_seats(effect.assignment)}"
        case effects.ServiceRequested():
            return f"服务 {effect.name}"
        case effects.ChildRequested():
            return f"调用 {effect.key}"
        case effects.MessageThrown():
            return f"消息 {effect.name}（{_keys(effect.payload)}）"
        case effects.SubscriptionOpened():
            return f"等待 {effect.name}"
        case effects.TimerSet():
            return f"计时至 {_day(effect.due)}"
        case effects.DecisionEvaluated():
            rows = [str(row) for table in effect.tables for row in table["rows"]]
            return f"决策 {effect.decision} 命中 {'、'.join(rows) or '无'}"
        case effects.VariablesWritten():
            return f"写入 {_patch(effect.patch)}"
        case effects.IncidentRaised():
            return f"异常 {effect.code}"
    return ""


def _day(moment: datetime) -> str:
    day = local_day(moment)
    clock = moment.astimezone(UTC)
    exact = (clock.hour, clock.minute) != (15, 59)
    return f"{day}{f' {clock:%H:%M}Z' if exact else ''}"


def _seats(assignment: Mapping[str, Any]) -> str:
    seats = assignment.get("seats") or ()
    listed = seats if isinstance(seats, list | tuple) else ()
    roles = [str(one.get("role") or one.get("unit") or "") for one in listed if one]
    role = assignment.get("role")
    words = "、".join([*([str(role)] if role else []), *filter(None, roles)])
    return f"，由 {words}" if words else ""


def _keys(values: Mapping[str, Any]) -> str:
    return "、".join(sorted(values))


def _patch(patch: Mapping[str, Any]) -> str:
    shown = []
    for key in sorted(patch):
        text = str(patch[key])
        shown.append(f"{key}={text}" if len(text) <= 24 else key)
    return "、".join(shown)
