"""签章页: the scanned pages of the seats of a round, and whether the actor may add some."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.context import View
from engine.queries import discretion
from engine.queries.task_data import TaskData, belongs, load, refusal
from engine.rules import scans as rules
from engine.store import cases
from engine.store.rows import Row


@dataclass(frozen=True, slots=True)
class Page:
    """One scanned page; MEDIA tells whether it is a picture."""

    id: str
    name: str
    media: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Scans:
    """The pages by seat, and the units whose seat the actor may add pages to."""

    pages: dict[int, tuple[Page, ...]]
    units: tuple[tuple[str, str], ...]  # code, name; "" as code where a person has the seat


def of_case(view: View, root_id: int) -> dict[int, tuple[Page, ...]]:
    """Give the pages of a case by seat that the actor may read now."""
    found = cases.scans(view.connection, root_id)
    closed = discretion.replies_closed(view, root_id) if found else frozenset()
    return {
        seat_id: shown
        for seat_id, rows in found.items()
        if (shown := tuple(_page(row) for row in rows if row["id"] not in closed))
    }


def of_task(view: View, *, task_id: int) -> Scans:
    """Give the pages of the case TASK_ID belongs to and where the actor may add one."""
    held = load(view, task_id)
    if refusal(view, held, "view"):
        return Scans({}, ())
    units = () if held.task["superseded"] else tuple(dict.fromkeys(_own(view, held)))
    return Scans(of_case(view, held.root["id"]), units)


def _own(view: View, held: TaskData) -> Iterator[tuple[str, str]]:
    for one in held.seats:
        if rules.takes(one) and belongs(view, held, one):
            yield one["unit"], one["unit_name"] or one["person_name"] or one["label"]


def _page(row: Row) -> Page:
    return Page(row["id"], row["name"], row["media"], row["sha256"])
