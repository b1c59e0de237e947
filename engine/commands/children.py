"""Called processes: child instances of the same case, started and ended with it."""

from engine.base.events import Cancel, ChildEnded, ChildEscalated, Start
from engine.commands import regions
from engine.commands.case import Case, Live
from engine.kernel import effects
from engine.store import cases, codec, definitions
from engine.store.rows import Row


def child_requested(case: Case, live: Live, effect: effects.ChildRequested) -> None:
    """Start the called process in the same transaction, under the root's lock."""
    found = definition(case, live, effect)
    if found is None:
        code = "called-process-missing"
        missing: Row = {"key": effect.key, "code": code}
        case.note(live, "ChildMissing", missing, node=effect.node)
        stamp = case.stamp(live)
        ended = ChildEnded(
            **stamp, wait=effect.wait, outcome="error", code=code, item=effect.item
        )
        case.tell(live, ended)
        return
    child = insert_live(case, found, live.row["runtime"], live, effect.wait, effect.item)
    child.called = effect
    detail: Row = {"child": child.id, "key": effect.key, "version": found["version"]}
    division = regions.division(found)
    detail |= {"override": division} if division else {}
    case.note(live, "ChildStarted", detail, node=effect.node)
    start = Start(**case.stamp(child), vars=effect.vars, depth=effect.depth)
    case.tell(child, start)


def definition(case: Case, live: Live, effect: effects.ChildRequested) -> Row | None:
    """Find the version a call is bound to now, that of the case's division first."""
    found = _bound(case, live, effect)
    if found is None:
        return None
    region = str(case.root.row["region"] or "")
    return regions.for_region(case.ctx, found, region, live.row["runtime"])


def _bound(case: Case, live: Live, effect: effects.ChildRequested) -> Row | None:
    """Find what the call is bound to, as drawn for all divisions."""
    conn = case.ctx.conn
    if effect.binding == "latest":
        return definitions.latest_definition(conn, effect.key)
    mine = case.ctx.runtimes.definition(conn, live.row["definition_id"])
    if effect.binding == "deployment":
        if not regions.division(mine):
            return definitions.definition_in(conn, effect.key, mine["bundle_id"])
        return _in_version(case, mine["application"], mine["version"], effect.key)
    if effect.binding == "version" and str(effect.version or "").isdecimal():
        return _in_version(case, mine["application"], int(effect.version or 0), effect.key)
    return None


def _in_version(case: Case, application: str, version: int, key: str) -> Row | None:
    bundle = definitions.bundle_at(case.ctx.conn, application, version)
    return definitions.definition_in(case.ctx.conn, key, bundle["id"]) if bundle else None


def insert_live(
    case: Case, definition: Row, runtime: str, parent: Live, wait: str, item: int | None
) -> Live:
    """Insert the row of a child instance; its state comes with its first event."""
    row: Row = {
        "uid": case.ctx.ids.uid(),
        "root_id": case.id,
        "parent_id": parent.id,
        "parent_wait": wait,
        "parent_item": item,
        "definition_id": definition["id"],
        "runtime": runtime,
        "status": "active",
        "state": codec.encode(None),
        "version": 1,
        "title": definition["name"],
        "region": case.root.row["region"],
        "place": case.root.row["place"],
        "year": case.root.row["year"],
        "starter": case.ctx.actor.person,
        "started_at": case.ctx.now,
        "ended_at": None,
    }
    row["id"] = cases.insert_instance(case.ctx.conn, row)
    deployed = case.ctx.runtimes.deployed(case.ctx.conn, definition["id"], runtime)
    child = Live(row, deployed, definition["key"], None)
    case.lives[child.id] = child
    return child


def child_cancel_requested(
    case: Case, live: Live, effect: effects.ChildCancelRequested
) -> None:
    """Cancel the live children of a wait."""
    known = {
        c.id
        for c in case.lives.values()
        if c.row["parent_id"] == live.id
        and c.row["parent_wait"] == effect.wait
        and effect.item in (None, c.row["parent_item"])
        and c.is_live
    }
    stored = cases.children(case.ctx.conn, live.id, effect.wait, effect.item)
    for child_id in sorted(known | set(stored)):
        child = case.live(child_id)
        if child.is_live:
            case.tell(child, Cancel(**case.stamp(child), reason="上级流程已取消"))


def instance_ended(case: Case, live: Live, effect: effects.InstanceEnded) -> None:
    """Close the row; a called process tells its caller."""
    live.row["status"] = effect.how
    live.row["ended_at"] = case.ctx.now
    case.note(live, "InstanceEnded", {"how": effect.how, "code": effect.code})
    parent_id = live.row["parent_id"]
    if parent_id is None:
        return
    parent = case.live(parent_id)
    case.tell(
        parent,
        ChildEnded(
            **case.stamp(parent),
            wait=live.row["parent_wait"],
            item=live.row["parent_item"],
            outcome=effect.how,
            out=effect.out,
            code=effect.code,
        ),
    )


def escalation_thrown(case: Case, live: Live, effect: effects.EscalationThrown) -> None:
    """Offer an uncaught escalation to the caller."""
    detail = {"code": effect.code, "data": dict(effect.data)}
    case.note(live, "EscalationThrown", detail, node=effect.node)
    if live.row["parent_id"] is None:
        return
    parent = case.live(live.row["parent_id"])
    stamp = case.stamp(parent)
    wait = live.row["parent_wait"]
    case.tell(parent, ChildEscalated(**stamp, wait=wait, code=effect.code, data=effect.data))
