"""The course of a campaign: from due work to the next act of the staff, day by day."""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from engine.base.actor import SYSTEM
from engine.base.clock import FakeClock
from engine.base.errors import ShouhuError
from engine.base.values import Value
from engine.context import View
from engine.engine import Engine
from engine.simulation.dice import Dice
from engine.simulation.staff import Staff, primary
from engine.store import simulated
from engine.store.rows import Row
from engine.worker import Worker, next_due

AGAIN = timedelta(days=1)  # a seat whose turn has not come is looked at again
EVENING = time(18)


@dataclass(order=True)
class Planned:
    """Something the staff will do AT a moment; NUMBER keeps the order of planning."""

    at: datetime
    number: int
    do: Callable[[], None] = field(compare=False)


@dataclass
class Campaign:
    """A running campaign: the staff of every application on one clock that stands still.

    Nothing is looked at every day: the acts to come are a heap, the machine's work has its
    own dues, and the clock goes from one to the next.
    """

    engine: Engine
    worker: Worker
    clock: FakeClock
    staffs: dict[str, Staff] = field(default_factory=dict)  # by application
    plans: list[Planned] = field(default_factory=list)
    planned: int = 0
    seen: int = 0  # id of the newest seat looked at
    stops: dict[int, str] = field(default_factory=dict)  # case -> element to stop at
    choices: dict[int, Mapping[str, str]] = field(default_factory=dict)  # case -> outcomes
    refused: list[dict[str, str]] = field(default_factory=list)
    primaries: dict[tuple[int, str], str | None] = field(default_factory=dict)
    steps: int = 0  # acts of staff, and jobs of the machine
    evening: Callable[[], None] = lambda: None  # told at the end of every office day

    def plan(self, at: datetime, do: Callable[[], None]) -> None:
        """Remember to DO something AT a moment."""
        self.planned += 1
        heapq.heappush(self.plans, Planned(at, self.planned, do))

    def run(self, until: datetime) -> None:
        """Go on up to UNTIL: what is due first, then the acts of the day, and so on."""
        self._rest()
        while True:
            head = self.plans[0].at if self.plans else None
            due = self.engine.ask(next_due, SYSTEM)
            coming = min((moment for moment in (head, due) if moment), default=None)
            if coming is None or coming > until:
                break
            if head is not None and coming == head:
                self._office_day(until)
            else:
                self.clock.set(max(coming, self.clock.now()))
                if not self._rest():  # leased or paused: nothing moves by waiting
                    if head is None:
                        break
                    self._office_day(until)
        self.clock.set(until)
        self._rest()

    def _rest(self) -> int:
        """Let the machine work until nothing is due, and see what it opened."""
        done = self.worker.run_due()
        self.steps += done
        self._notice()
        return done

    def _office_day(self, until: datetime) -> None:
        """Do what is planned for this day; the machine works before and after it."""
        self.clock.set(max(self.plans[0].at, self.clock.now()))
        self._rest()
        staff = next(iter(self.staffs.values()))
        local = staff.local(self.clock.now())
        end = min(datetime.combine(local.date(), EVENING, local.tzinfo), until)
        while self.plans and self.plans[0].at <= max(end, self.clock.now()):
            planned = heapq.heappop(self.plans)
            self.clock.set(max(planned.at, self.clock.now()))
            planned.do()
        self._rest()
        self.evening()

    def _notice(self) -> None:
        """Plan an act for every seat that came up since the last look."""
        for row in self.engine.ask(_new_seats, SYSTEM, after=self.seen):
            self.seen = row["id"]
            staff = self.staffs.get(row["application"])
            if staff is None or row["unit"] not in staff.actors or self._stopped(row):
                continue
            at = staff.when(row, self.occasion(staff, row, "when"))
            if at is not None:
                self._plan_act(staff, row, at)

    def _plan_act(self, staff: Staff, row: Row, at: datetime) -> None:
        self.plan(at, lambda: self._act(staff, row))

    def _stopped(self, row: Row) -> bool:
        return bool(self.stops.get(row["root_id"]) == row["node"])

    def occasion(self, staff: Staff, row: Row, act: str) -> Dice:
        """Give the dice for one act on the seat ROW."""
        place = f"{row['number']}/{row['node']}/{row['round']}/{row['unit']}/{act}"
        names = ("number", "region", "place", "year", "state_name")
        case: dict[str, Value] = {name: row[name] for name in names}
        due = staff.local(row["due_at"]).date() if row["due_at"] else None
        today = staff.local(self.clock.now()).date()
        scope: dict[str, Value] = {"case": case, "the_day": today, "due": due}
        scope["year"] = staff.year_of(row) if staff.year else 0
        return staff.dice(place, row["unit"], scope)

    def _act(self, staff: Staff, row: Row) -> None:
        if row["state"] == "held":
            row = self._still(row) or row
        if row["state"] == "held":
            self._plan_act(staff, row, self.clock.now() + AGAIN)
            return
        told = self.choices.get(row["root_id"], {}).get(row["node"])
        seat = {**row, "outcome": self._primary(row), "told": told}
        dice = self.occasion(staff, row, "act")
        self.attempt(row["node"], lambda: staff.act(seat, dice), lambda: bool(self._still(row)))

    def _still(self, row: Row) -> Row | None:
        """Look again at a seat: decided by others, withdrawn or over gives None."""
        now = self.engine.ask(_waiting, SYSTEM, seat_id=row["id"])
        return None if now is None else {**row, **now}

    def _primary(self, row: Row) -> str | None:
        key = (row["definition_id"], row["node"])
        if key not in self.primaries:
            self.primaries[key] = self.engine.ask(primary, SYSTEM, row=row)
        return self.primaries[key]

    def attempt(
        self, what: str, do: Callable[[], Any], possible: Callable[[], bool] | None = None
    ) -> Any:
        """Do something; what the rules refuse is written down and nobody tries again.

        A refusal of what is no longer POSSIBLE is none: a colleague was first.
        """
        try:
            made = do()
        except ShouhuError as error:
            if possible is None or possible():
                self._refuse(what, error)
            return None
        self.steps += 1
        return made

    def _refuse(self, what: str, error: ShouhuError) -> None:
        fields = [f"{one['field']}: {one['detail']}" for one in getattr(error, "errors", ())]
        text = "；".join([error.message, *fields])
        self.refused.append({"what": what, "code": error.problem_code, "text": text})


def _new_seats(view: View, *, after: int) -> list[Row]:
    return simulated.new_seats(view.connection, after)


def _waiting(view: View, *, seat_id: int) -> Row | None:
    return simulated.waiting_seat(view.connection, seat_id)
