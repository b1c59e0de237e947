"""A short notation for plans, so that kernel tests need no XML.

    plan = process(start("s"), user("a", fields="x"), exclusive("g"), end("e"), end("f"),
                   path("s a g"), flow("g e", when="x > 1"), flow("g f", default=True))

Expressions are small Python expressions over the variables; a missing name is None.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from engine.base.expressions import Moment
from engine.kernel import plan as p
from engine.kernel.plan import Kind, Trigger
from tests.support.building import Builder, E, Edge, Part


def assigns(mapping: Mapping[str, str] | None) -> tuple[p.Assign, ...]:
    found = []
    for target, text in (mapping or {}).items():
        name, *inner = target.split(".")
        found.append(p.Assign(name, E(text), tuple(inner)))
    return tuple(found)


def activity(kind: Kind, ident: str, **more: Any) -> Part:
    """Common arguments: fields, inputs, outputs, loop, multi, variable, quantity."""
    result = {
        name: more.pop(name)
        for name in ("variable", "spread", "error_code", "outcome")
        if name in more
    }
    required = frozenset(more.pop("required", "").split())
    fields = frozenset(more.pop("fields", "").split()) | required
    more["result"] = p.Result(fields=fields, required=required, **result)
    more["inputs"] = assigns(more.get("inputs"))
    if more.get("outputs") is not None:
        more["outputs"] = assigns(more["outputs"])
    return Part(ident, kind, more)


def task(ident: str, **more: Any) -> Part:
    return activity(Kind.TASK, ident, **more)


def user(ident: str, **more: Any) -> Part:
    work = {name: more.pop(name) for name in ("form", "priority") if name in more}
    who = more.pop("who", None)
    if who is not None:
        expr = E(who)
        work["assignment"] = lambda scope, moment: {"assignee": expr(scope, moment)}
        work["per_item"] = more.pop("per_item", False)
    days = more.pop("days", None)
    if days is not None:
        work["due"] = lambda scope, moment: p.TimerDue(
            moment.at + timedelta(days=days), {"days": days}
        )
    return activity(Kind.USER, ident, work=p.Work(**work), **more)


def manual(ident: str, *, passes: bool = False, **more: Any) -> Part:
    return activity(Kind.MANUAL, ident, work=p.Work(passes=passes), **more)


def service(ident: str, name: str = "svc", **more: Any) -> Part:
    return activity(Kind.SERVICE, ident, service=p.Service(name), **more)


def script(ident: str, text: str, variable: str | None = None, **more: Any) -> Part:
    return activity(Kind.SCRIPT, ident, script=E(text), variable=variable, **more)


@dataclass(frozen=True)
class Outcome:
    value: Any
    tables: tuple[Mapping[str, Any], ...] = ()
    warnings: tuple[str, ...] = ()


def rule(ident: str, text: str, variable: str, **more: Any) -> Part:
    expr = E(text)
    table = {"table": "t", "rows": ["r1"], "inputs": {}, "outputs": {}}
    decision = p.Decision(
        "d", lambda scope, moment: Outcome(expr(scope, moment), (table,)), "1"
    )
    return activity(Kind.RULE, ident, decision=decision, variable=variable, **more)


def send(ident: str, name: str, **more: Any) -> Part:
    return activity(Kind.SEND, ident, defs=(message(name),), **more)


def receive(ident: str, name: str, keys: Mapping[str, str] | None = None, **more: Any) -> Part:
    return activity(Kind.RECEIVE, ident, defs=(message(name, keys=keys),), **more)


def call(ident: str, key: str, inputs: Mapping[str, str] | None = None, **more: Any) -> Part:
    sent = None if inputs is None else assigns(inputs)
    return activity(Kind.CALL, ident, call=p.Call(key, inputs=sent), **more)


def sub(ident: str, *children: Any, declared: str = "", **more: Any) -> Part:
    part = activity(Kind.SUBPROCESS, ident, **more)
    return replace(part, children=children, declared=tuple(declared.split()))


def esp(ident: str, *children: Any) -> Part:
    return Part(ident, Kind.EVENT_SUBPROCESS, {}, children)


def start(ident: str, *defs: p.EventDef, **more: Any) -> Part:
    return activity(Kind.START, ident, defs=defs, **more)


def end(ident: str, *defs: p.EventDef) -> Part:
    return Part(ident, Kind.END, {"defs": defs})


def catch(ident: str, *defs: p.EventDef, **more: Any) -> Part:
    return activity(Kind.CATCH, ident, defs=defs, **more)


def throw(ident: str, *defs: p.EventDef) -> Part:
    return Part(ident, Kind.THROW, {"defs": defs})


def link_throw(ident: str, target: str) -> Part:
    defs = (p.EventDef(Trigger.LINK, name=target),)
    return Part(ident, Kind.THROW, {"defs": defs}, link=target)


def link_catch(ident: str) -> Part:
    return Part(ident, Kind.CATCH, {"defs": (p.EventDef(Trigger.LINK, name=ident),)})


def boundary(
    ident: str, host: str, *defs: p.EventDef, interrupting: bool = True, **more: Any
) -> Part:
    part = activity(Kind.BOUNDARY, ident, defs=defs, interrupting=interrupting, **more)
    return replace(part, host=host)


def exclusive(ident: str) -> Part:
    return Part(ident, Kind.EXCLUSIVE)


def parallel(ident: str) -> Part:
    return Part(ident, Kind.PARALLEL)


def inclusive(ident: str) -> Part:
    return Part(ident, Kind.INCLUSIVE)


def first_of(ident: str) -> Part:
    return Part(ident, Kind.EVENT_GATEWAY)


def message(
    name: str,
    keys: Mapping[str, str] | None = None,
    payload: Mapping[str, str] | None = None,
) -> p.EventDef:
    rules = tuple(p.KeyRule(key, E(text)) for key, text in (keys or {}).items())
    return p.EventDef(Trigger.MESSAGE, name, keys=rules, payload=assigns(payload))


def signal(name: str, payload: Mapping[str, str] | None = None) -> p.EventDef:
    return p.EventDef(Trigger.SIGNAL, name, payload=assigns(payload))


def error(code: str | None = None, payload: Mapping[str, str] | None = None) -> p.EventDef:
    return p.EventDef(Trigger.ERROR, code=code, payload=assigns(payload))


def escalation(code: str | None = None) -> p.EventDef:
    return p.EventDef(Trigger.ESCALATION, code=code)


def condition(text: str) -> p.EventDef:
    return p.EventDef(Trigger.CONDITIONAL, condition=E(text))


def terminate() -> p.EventDef:
    return p.EventDef(Trigger.TERMINATE)


def timer(days: int = 1, *, cycle: int | None = 0, catch_up: str = "latest") -> p.EventDef:
    """After DAYS; CYCLE 0 = once, n = n times, None = without end."""

    def due(_scope: Mapping[str, Any], moment: Moment) -> p.TimerDue:
        at = moment.at + timedelta(days=days)
        if cycle == 0:
            return p.TimerDue(at)
        return p.TimerDue(at, {}, p.Cycle(moment.at, days=days, count=cycle))

    return p.EventDef(Trigger.TIMER, timer=p.Timer(f"P{days}D", due, catch_up))


def timer_at(at: datetime) -> p.EventDef:
    rule_ = p.Timer(at.isoformat(), lambda _scope, _moment: p.TimerDue(at))
    return p.EventDef(Trigger.TIMER, timer=rule_)


def multi(over: str = "", count: str = "", **more: Any) -> p.MultiInstance:
    """multi("areas", element="area", output="opinions", item="opinion", until="…")."""
    until, item = more.pop("until", None), more.pop("item", None)
    return p.MultiInstance(
        cardinality=E(count) if count else None,
        collection=E(over) if over else None,
        completion=E(until) if until else None,
        output_item=E(item) if item else None,
        **more,
    )


def loop(until: str | None = None, **more: Any) -> p.Loop:
    return p.Loop(E(until) if until else None, **more)


def flow(ends: str, when: str | None = None, *, default: bool = False) -> Edge:
    source, target = ends.split()
    return Edge(source, target, when, default)


def path(nodes: str) -> tuple[Edge, ...]:
    return tuple(Edge(a, b) for a, b in pairwise(nodes.split()))


def process(*parts: Any, declared: str = "", key: str = "test") -> p.Plan:
    """Number the parts in document order and derive what the compiler would."""
    return Builder(key, tuple(declared.split())).build(parts)
