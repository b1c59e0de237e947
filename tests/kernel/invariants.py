"""What must hold in every state the kernel gives, recounted from scratch."""

from collections import Counter
from typing import Any

from engine.kernel import effects as fx
from engine.kernel import sizes
from engine.kernel.plan import Plan
from engine.kernel.waits import condition_of

OPENING = {
    fx.TaskOpened: "task",
    fx.TasksOpened: "task",
    fx.TimerSet: "timer",
    fx.SubscriptionOpened: "subscription",
    fx.ServiceRequested: "service",
    fx.ChildRequested: "child",
}
CLOSING = {
    fx.TimerCancelled: "timer",
    fx.SubscriptionClosed: "subscription",
    fx.ServiceCancelled: "service",
    fx.ChildCancelRequested: "child",
}
KINDS = {"message": "subscription", "signal": "subscription"}


def check(plan: Plan, state: Any, log: list[fx.Effect]) -> None:
    """Recount everything derived; compare effects told with what is open."""
    _owners(state)
    _indexes(plan, state)
    _sizes(state)
    _effects(state, log)
    _incidents(state)


def _owners(state: Any) -> None:
    hung: Counter[str] = Counter()
    for sid, scope in state["scopes"].items():
        hung.update(scope.get("waits", ()))
        if scope["up"] is not None:
            parent = state["scopes"][scope["up"]]
            if "token" in scope:
                owner = parent["tokens"][scope["token"]]
                inner = [owner.get("scope"), *owner.get("mi", {}).get("scopes", {}).values()]
                assert sid in inner
            else:
                assert sid in parent["runs"]
        alive = scope["tokens"] or "joins" in scope or "runs" in scope
        assert alive or state["status"] not in ("active", "suspended"), sid
        for token in scope["tokens"].values():
            hung.update(token.get("waits", ()))
            assert "q" not in token or "held" in token, "a token is still queued"
            assert "yield" not in token or "held" in token
    assert all(count == 1 for count in hung.values())
    assert set(hung) == set(state["waits"]), "a wait without owner, or the reverse"
    for record in state["waits"].values():
        scope = state["scopes"][record["s"]]
        assert "t" not in record or record["t"] in scope["tokens"]


def _indexes(plan: Plan, state: Any) -> None:
    expected: dict[str, list[str]] = {}
    for wid in sorted(state["waits"], key=lambda wait: int(wait[1:])):
        record = state["waits"][wid]
        keys = []
        if record["k"] == "signal":
            keys = [f"sig/{record['name']}"]
        elif record["k"] == "condition":
            condition = condition_of(_Holder(plan), record)  # type: ignore[arg-type]
            keys = [f"var/{name}" for name in condition.reads]
            keys += ["clock"] if condition.clock else []
        for key in keys:
            expected.setdefault(key, []).append(wid)
    assert state["idx"] == expected


class _Holder:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan


def _sizes(state: Any) -> None:
    total = 0
    for scope in state["scopes"].values():
        size = sum(
            sizes.measure(value) + len(name)
            for name, value in scope["vars"].items()
            if not (value is None and scope["bytes"] == 0)
        )
        total += scope["bytes"]
        assert scope["bytes"] <= size
    assert state["bytes"] == total


def _effects(state: Any, log: list[fx.Effect]) -> None:
    """Follow openings and closings; what is left must be what the state waits for."""
    opened: dict[tuple[str, str], int] = {}
    for effect in log:
        kind = OPENING.get(type(effect))
        if kind is not None:
            opened[(kind, effect.wait)] = 1  # type: ignore[attr-defined]
            continue
        kind = CLOSING.get(type(effect))
        if kind is not None:
            assert (kind, effect.wait) in opened, effect  # type: ignore[attr-defined]
            del opened[(kind, effect.wait)]  # type: ignore[attr-defined]
        elif isinstance(effect, fx.TaskClosed) and effect.item is None:
            assert ("task", effect.wait) in opened, effect
            del opened[("task", effect.wait)]
    records = state["waits"].items()
    live = {(KINDS.get(r["k"], r["k"]), w) for w, r in records if r["k"] != "condition"}
    assert live <= set(opened)
    # timers, services and children end by themselves; bodies end with their last item
    for kind, wait in set(opened) - live:
        assert kind in ("timer", "service", "child", "task"), (kind, wait)


def _incidents(state: Any) -> None:
    for iid, record in state["incidents"].items():
        if "w" in record:
            wait = state["waits"][record["w"]]
            assert iid in (wait.get("inc"), *wait.get("incs", {}).values())
        elif "t" in record:
            assert state["scopes"][record["s"]]["tokens"][record["t"]]["held"] == iid
