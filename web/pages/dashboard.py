"""统计: counts by state, year and region; every figure opens its rows."""

from collections import Counter

from flask import Blueprint, Response, request

from engine.queries import statistics
from web import security, session
from web.pages import frame

dashboard = Blueprint("dashboard", __name__)


@dashboard.get("/dashboard")
@security.permission("signed-in")
def show() -> Response:
    """Show the counts the person may see."""
    text = request.args.get("year", "")
    year = int(text) if text.isdigit() else None
    figures = session.ask(statistics.cases, year=year)
    groups: dict[tuple[str, str], Counter[str]] = {}
    late: Counter[tuple[str, str]] = Counter()
    for figure in figures:
        key = (figure.process, figure.process_name)
        state = figure.state_name or "（无状态）"
        groups.setdefault(key, Counter())[state] += figure.count
        late[key] += figure.overdue
    regions: Counter[tuple[str, str]] = Counter()
    for figure in figures:
        regions[(figure.region, figure.region_name)] += figure.count
    return frame.page(
        "staff/dashboard.html",
        groups=groups,
        late=late,
        regions=regions.most_common(20),
        year=year,
        total=sum(figure.count for figure in figures),
    )
