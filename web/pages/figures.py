"""指标: declared figures by year, now and frozen, with breakdowns; each opens its rows."""

from flask import Blueprint, Response, request

from engine.queries import figures_on_paper, homes, metrics
from engine.queries.metrics import Wanted
from web import calls, limits, security, session
from web.pages import frame

figures = Blueprint("figures", __name__)
ROWS = 100  # of one page
GROUPS = 30  # of one breakdown before the rest is folded away


@figures.get("/report")
@security.permission("signed-in")
def board() -> Response:
    """Show every figure of a year that the person may see."""
    year = limits.year(request.args.get("year", ""))
    found = [
        one
        for home in session.ask(homes.concerned)
        for one in session.ask(metrics.board, application=home.key, year=year)
    ]
    years = {
        one.application: session.ask(metrics.frozen_years, application=one.application)
        for one in found
    }
    frozen_at = next((one.frozen_at for one in found if one.frozen_at), None)
    titles = {one.application: one.application_title for one in found}
    return frame.page(
        "staff/figures.html",
        found=found,
        titles=titles,
        year=year,
        frozen_at=frozen_at,
        years=sorted({y for known in years.values() for y in known}, reverse=True),
    )


@figures.get("/report/<application>/<report>")
@security.permission("signed-in")
def show(application: str, report: str) -> Response:
    """Show one figure, its breakdowns and the rows behind it."""
    asked = request.args
    year = limits.year(asked.get("year", ""))
    wanted = Wanted(application, report, year, asked.get("frozen") == "1")
    found = session.ask(metrics.detail, wanted=wanted)
    where = {key: asked[key] for key in found.columns if key in asked}
    part = asked.get("part", "") if asked.get("part") in ("hit", "missed") else ""
    rows = session.ask(metrics.rows, wanted=wanted, where=where, part=part)
    start = max(0, (limits.whole(asked.get("page", "")) or 1) - 1) * ROWS
    return frame.page(
        "staff/figure.html",
        found=found,
        rows=rows[start : start + ROWS],
        total=len(rows),
        page_no=start // ROWS + 1,
        pages=max(1, -(-len(rows) // ROWS)),
        where=where,
        said=_said(found, where),
        part=part,
        most=GROUPS,
        application=application,
        report=report,
    )


def _said(found: metrics.Detail, where: dict[str, str]) -> dict[str, str]:
    """Give what the rows are narrowed to in the words of the breakdowns."""
    texts = {
        (one.key, group.value): group.text for one in found.breakdowns for group in one.groups
    }
    return {key: texts.get((key, value), value) for key, value in where.items()}


@figures.get("/report/<application>/<report>/print.<any(pdf, docx):kind>")
@security.permission("signed-in")
def printed(application: str, report: str, kind: figures_on_paper.Kind) -> Response:
    """Give one figure with its breakdowns to print or to edit."""
    year = limits.year(request.args.get("year", ""))
    wanted = Wanted(application, report, year, request.args.get("frozen") == "1")
    paper = session.ask(figures_on_paper.of_figure, wanted=wanted)
    content = paper.written(kind, session.engine().files.read)
    return calls.download(content, paper.file_name(kind), figures_on_paper.MEDIA[kind])
