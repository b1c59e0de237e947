"""回避: who keeps away from a case, for those who may see it."""

from dataclasses import dataclass
from datetime import datetime

from engine.context import View
from engine.queries import instances
from engine.rules.permissions import Facts, capacities
from engine.store import recusals, work


@dataclass(frozen=True, slots=True)
class RecusalRow:
    """One unit or person (NAME) that keeps away; DECLARED by what the case says."""

    id: int
    unit: str
    person: str
    name: str
    reason: str
    declared: bool
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Recusals:
    """Those of a case; OTHERS: the actor may keep others away too, LIFT: and take it back."""

    rows: tuple[RecusalRow, ...]
    others: bool
    lift: bool


def of_case(view: View, *, ref: str) -> Recusals:
    """Give who keeps away from the case REF; NotFound for who does."""
    case_id = instances.case_id_of(view, ref=ref)
    region = instances.instance_row(view, instance_id=case_id).region
    rows = tuple(
        RecusalRow(
            row["id"],
            row["unit"],
            row["person"],
            row["name"],
            row["reason"],
            row["source"] == "case",
            row["made_at"],
        )
        for row in recusals.living(view.connection, case_id)
    )
    supervises = "supervisor" in capacities(view.actor, Facts(region=region))
    handles = work.handles(view.connection, view.actor, case_id)
    return Recusals(rows, supervises or handles, supervises)
