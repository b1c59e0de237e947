"""Telling people inside the transaction: rows of the outbox, delivered after the commit."""

from collections.abc import Iterable, Mapping
from typing import Any

from engine.base.values import Value
from engine.commands.case import Case, Live
from engine.rules.units import Unit
from engine.store import codec, work

SERVICE = "notify"  # the service name in a diagram


def tell(case: Case, live: Live, node: str, inputs: Mapping[str, Value]) -> int:
    """Tell the people INPUTS name; give how many recipients.

    {"to": text or list of texts, "title": text, "text": text}. A recipient is a unit code,
    "unit:CODE", "person:ID" or "role:ROLE" (units of that role in the case's territory).
    Without "to" the open seats of the case are reminded.
    """
    recipients = _recipients(case, live, inputs.get("to"))
    title = str(inputs.get("title") or live.node(node).name or "提醒")
    params = {"title": title, "text": str(inputs.get("text") or ""), "node": node}
    post(case, recipients, "notify", params)
    detail = {"to": recipients, **params}
    case.note(live, "Notified", detail, node=node)
    return len(recipients)


def post(
    case: Case,
    recipients: Iterable[str],
    template: str,
    params: Mapping[str, Any],
    dedup: str | None = None,
) -> None:
    """Queue one inbox message per recipient; DEDUP names it once per recipient."""
    for recipient in recipients:
        case.writes.outbox.append(
            {
                "uid": case.ctx.ids.uid(),
                "root_id": case.id,
                "channel": "inbox",
                "recipient": recipient,
                "template": template,
                "params": codec.plain({"number": case.root.row["number"], **params}),
                "dedup_key": f"{dedup}:{recipient}" if dedup else None,
                "state": "ready",
                "created_at": case.ctx.now,
            }
        )


def _recipients(case: Case, live: Live, to: Value) -> list[str]:
    if not to:
        pending = [t.row["id"] for t in case.opened]
        return [f"unit:{code}" for code in work.open_units(case.ctx.conn, case.id, pending)]
    names = to if isinstance(to, list) else [to]
    found: list[str] = []
    for name in map(str, names):
        if name.startswith("role:"):
            found.extend(of_role(case, live, name.removeprefix("role:")))
        else:
            found.append(name if ":" in name else f"unit:{name}")
    return list(dict.fromkeys(found))


def of_role(case: Case, live: Live, role: str, level: str = "") -> list[str]:
    """Give the units of ROLE, of LEVEL if one is said, whose territory holds the case."""
    region = str(case.root.row["region"] or "")
    units = case.ctx.runtimes.directory(case.ctx.conn, live.deployed).units.values()
    return [
        f"unit:{unit.code}"
        for unit in units
        if role in unit.roles and level in ("", unit.level) and _holds(unit, region)
    ]


def _holds(unit: Unit, region: str) -> bool:
    digits = {"province": 2, "prefecture": 4, "county": 6, "place": 6}.get(unit.level, 0)
    return unit.region[:digits] == region[:digits]
