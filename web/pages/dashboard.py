"""统计: counts by state, year and region; every figure opens its rows."""

from collections import Counter

from flask import Blueprint, Response, request

from engine.queries import statistics
from web import limits, security, session
from web.pages import frame

dashboard = Blueprint("dashboard", __name__)


@dashboard.get("/dashboard")
@security.permission("signed-in")
def show() -> Response:
    """Show the counts the person may see."""
    year = limits.year(request.args.get("year", ""))
    figures = session.ask(statistics.cases, year=year)
    groups: dict[tuple[str, str], Counter[str]] = {}
    late: Counter[tuple[str, str]] = Counter()
    for figure in figures:
        key = (figure.process, figure.process_name)
        groups.setdefault(key, Counter())[figure.state_name] += figure.count
        late[key] += figure.overdue
    regions: Counter[tuple[str, str]] = Counter()
    status: Counter[str] = Counter()
    for figure in figures:
        regions[(figure.region, figure.region_name)] += figure.count
        status[figure.status] += figure.count
    return frame.page(
        "staff/dashboard.html",
        groups=groups,
        late=late,
        regions=regions.most_common(20),
        status=status,
        overdue=late.total(),
        year=year,
        total=sum(figure.count for figure in figures),
    )
