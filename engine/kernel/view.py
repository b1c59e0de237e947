"""What is live in an instance, for pages, forecasts and tests (kernel.md 1)."""

from collections import Counter
from collections.abc import Mapping

from engine.base.values import Value
from engine.kernel.lifecycle import ROOT
from engine.kernel.plan import Plan
from engine.kernel.state import Record, ordered
from engine.kernel.step import State, View


def inspect(plan: Plan, state: State) -> View:
    """Show live nodes by BPMN id, open work, timers, subscriptions and incidents."""
    found: dict[str, list[Record]] = {"task": [], "timer": [], "sub": [], "child": []}
    for wid in ordered(state["waits"]):
        wait = state["waits"][wid]
        shown = {"wait": wid, "node": plan.nodes[wait["n"]].id}
        if wait["k"] == "task":
            found["task"].append({**shown, **_open_items(state, wait)})
        elif wait["k"] == "timer":
            found["timer"].append({**shown, "due": wait["due"]})
        elif wait["k"] in ("message", "signal"):
            found["sub"].append({**shown, "kind": wait["k"], "name": wait["name"]})
        elif wait["k"] == "child":
            found["child"].append(shown)
    return View(
        status=state["status"],
        nodes=_live(plan, state),
        tasks=tuple(found["task"]),
        timers=tuple(found["timer"]),
        subscriptions=tuple(found["sub"]),
        children=tuple(found["child"]),
        incidents=_incidents(plan, state),
        variables=dict(variables(state)),
    )


def variables(state: State) -> Mapping[str, Value]:
    """Give the variables of the instance scope, to read only."""
    scope: Record = state["scopes"].get(ROOT, {})
    found: Mapping[str, Value] = scope.get("vars", {})
    return found


def _open_items(state: State, wait: Record) -> Record:
    """Tell the items of a multi-instance body still open, or the one whose turn it is."""
    if "mi" not in wait:
        return {}
    body = state["scopes"][wait["s"]]["tokens"][wait["t"]]["mi"]
    shown = {"open": body["active"], "total": body["total"]}
    return {**shown, "item": body["next"]} if "next" in body else shown


def _live(plan: Plan, state: State) -> dict[str, int]:
    """Count tokens by node, those waiting at joins included, in document order."""
    counts: Counter[int] = Counter()
    for scope in state["scopes"].values():
        counts.update(token["n"] for token in scope["tokens"].values())
        for node, pool in scope.get("joins", {}).items():
            counts[int(node)] += sum(pool.values())
        if "esp" in scope:
            counts[scope["esp"]] += 1
    return {plan.nodes[at].id: counts[at] for at in sorted(counts)}


def _incidents(plan: Plan, state: State) -> tuple[Record, ...]:
    return tuple(
        {
            "id": iid,
            "token": state["incidents"][iid].get("t", ""),
            "node": plan.nodes[state["incidents"][iid]["n"]].id,
            "code": state["incidents"][iid]["code"],
        }
        for iid in ordered(state["incidents"])
    )
