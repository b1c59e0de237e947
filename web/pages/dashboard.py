"""统计: phases, figures and counts, application by application; every figure opens its rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import Blueprint, Response, request

from engine.queries import homes, metrics, phases, statistics
from engine.queries.metrics import Metric
from engine.queries.statistics import Figure
from web import limits, security, session
from web.pages import frame, strip

dashboard = Blueprint("dashboard", __name__)
FIGURES = 5  # of the strip of figures (mockups: at most five)
REGIONS = 20


@dataclass(slots=True)
class Row:
    """The cases of one process by standing and by case state."""

    key: str
    name: str
    open: int = 0
    ended: int = 0
    late: int = 0
    states: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """Count all."""
        return self.states.total()


@dataclass(slots=True)
class Part:
    """What the page shows of one application."""

    key: str
    title: str
    drawing: strip.Drawing | None
    figures: list[Metric]
    all_figures: int
    rows: list[Row]
    regions: list[tuple[tuple[str, str], int]]
    regions_left: int


@dashboard.get("/dashboard")
@security.permission("signed-in")
def show() -> Response:
    """Show the counts the person may see, the own applications first."""
    year = limits.year(request.args.get("year", ""))
    found = session.ask(statistics.cases, year=year)
    parts = [
        _part(home.key, home.title, [one for one in found if one.application == home.key], year)
        for home in session.ask(homes.concerned)
    ]
    return frame.page(
        "staff/dashboard.html",
        parts=[part for part in parts if part.rows or part.drawing],
        year=year,
        status=_status(found),
        overdue=sum(one.overdue for one in found),
        total=sum(one.count for one in found),
    )


def _status(found: Sequence[Figure]) -> Counter[str]:
    status: Counter[str] = Counter()
    for one in found:
        status[one.status] += one.count
    return status


def _part(key: str, title: str, found: Sequence[Figure], year: int | None) -> Part:
    """Put together what one application shows."""
    regions: Counter[tuple[str, str]] = Counter()
    for one in found:
        regions[(one.region, one.region_name)] += one.count
    known = session.ask(phases.year_strip, application=key, year=year)
    board: tuple[Metric, ...] = session.ask(metrics.board, application=key, year=year)
    return Part(
        key,
        title,
        strip.draw(known) if known.phases else None,
        [one for one in board if one.live.denominator and one.live.numerator is not None][
            :FIGURES
        ],
        len(board),
        _rows(found),
        regions.most_common(REGIONS),
        max(0, len(regions) - REGIONS),
    )


def _rows(found: Sequence[Figure]) -> list[Row]:
    """Gather by process, the most cases first."""
    rows: dict[str, Row] = {}
    for one in found:
        row = rows.setdefault(one.process, Row(one.process, one.process_name))
        row.states[one.state_name] += one.count
        row.late += one.overdue
        row.open += one.count if one.status == "active" else 0
        row.ended += one.count if one.status == "completed" else 0
    return sorted(rows.values(), key=lambda row: (-row.total, row.key))
