"""SpiffWorkflow in our place: the same rows around it, its state in the instance row."""

import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from bench.acts import FORM
from bench.bare_core import BareCore, Found
from bench.place import APP, BEGIN
from bench.recorded import Recipe, Row
from bench.spiff_state import SpiffProcess, finish, fire
from engine.store.tables import instance

DATA = {**FORM, "amount": 120.5}  # JSON has no decimals
_BRIEF = (",", ":")
DUE = "PT1S"  # SpiffWorkflow asks the machine's clock


def process(key: str, *, lean: bool = False) -> SpiffProcess:
    """Parse a diagram of the bench application, in SpiffWorkflow's dialect.

    Its texts are Python, and an abstract task waits for a person there: a throw event
    without content passes at once in both.
    """
    text = (APP / "processes" / "bench" / f"{key}.bpmn").read_text(encoding="utf-8")
    for ours, theirs in (
        (">PT1H<", f'>"{DUE}"<'),
        ("<bpmn:task ", "<bpmn:intermediateThrowEvent "),
        ("</bpmn:task>", "</bpmn:intermediateThrowEvent>"),
    ):
        text = text.replace(ours, theirs)
    return SpiffProcess(text.encode(), key, lean=lean)


@dataclass
class Spiff(BareCore):
    """One completion: read the rows, load the JSON, run, dump the JSON, write the rows.

    The rows around the state (task, seat, form, history, stored answer) are read and written
    by SQLAlchemy Core exactly as `bench.bare_core` does. Made at run time, as any program
    must: the state, and the history lines as JSON chained by SHA-256. All other values are
    ready-made: no rights, no form check, no decision of a round, no search fields.
    """

    name: str = "spiffworkflow"
    lean: bool = False
    processes: dict[int, SpiffProcess] = field(default_factory=dict)  # by definition id
    parsed: dict[str, SpiffProcess] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)  # recorded text -> what it says

    def adopt(self, key: str, cases: list[int], items: int) -> None:
        """Replace the states of fresh CASES by SpiffWorkflow's."""
        if key not in self.parsed:
            self.parsed[key] = process(key, lean=self.lean)
        known = self.parsed[key]
        raw = known.dump(known.begin(**BEGIN, items=items))
        with self.place.sql.begin() as conn:
            where = instance.c.id.in_(cases)
            conn.execute(sa.update(instance).where(where).values(state=raw))
            query = sa.select(instance.c.definition_id).where(where).limit(1)
            self.processes[conn.execute(query).scalar_one()] = known
        if key == "bench_c":
            time.sleep(1.1)

    def move(self, found: Found) -> bytes | None:
        """Load, run, dump."""
        known = self.processes[found["i"]["definition_id"]]
        workflow: Any = known.load(bytes(found["i"]["state"]))
        if "t" in found:
            finish(workflow, dict(DATA))
        else:
            fire(workflow)
        return known.dump(workflow)

    def lines(self, recipe: Recipe, found: Found) -> list[Row]:
        """Write the details as JSON and chain the lines."""
        rows = super().lines(recipe, found)
        head: str = found["i"]["history_hash"]
        for row in rows:
            text = row["detail"]
            if text not in self.details:
                self.details[text] = json.loads(text)
            detail = self.details[text]
            row["detail"] = json.dumps(detail, ensure_ascii=False, separators=_BRIEF)
            row["prev_hash"] = head
            body = {name: row[name] for name in row if name not in ("hash", "prev_hash")}
            covered = head + json.dumps(body, ensure_ascii=False, default=str)
            head = row["hash"] = hashlib.sha256(covered.encode()).hexdigest()
        return rows
