"""What a case remembers of who keeps away (回避): units and persons on its root row."""

from typing import Any

from engine.base.values import Value
from engine.commands.case import Case
from engine.store.rows import Row

NAME = "recused"  # reserved search field: the unit, or list of units, the case is about


def of(root: Row) -> dict[str, Any]:
    """Give {"units", "persons", "declared"} of a root row; all empty without."""
    return {"units": [], "persons": [], "declared": [], **(root.get("recused") or {})}


def declare(case: Case, value: Value) -> None:
    """Take what the process declares: VALUE is a unit code, a list of them, or null."""
    entries = value if isinstance(value, list) else [value]
    now = sorted({str(one) for one in entries if one not in (None, "")})
    kept = of(case.root.row)
    if now == kept["declared"]:
        return
    others = set(kept["units"]) - set(kept["declared"])
    keep(case, {**kept, "units": sorted(others | set(now)), "declared": now})


def keep(case: Case, kept: dict[str, Any]) -> None:
    """Write who keeps away on the root row; open rounds are looked at when the act ends."""
    case.root.row["recused"] = kept
    case.root.touched = case.moved_away = True
