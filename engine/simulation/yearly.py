"""What one year of a campaign came to: its figures as frozen, whole and by breakdown."""

from collections.abc import Callable, Sequence
from typing import Any

from engine.base.actor import SYSTEM
from engine.engine import Engine
from engine.queries import metrics
from engine.queries.metrics import Breakdown
from engine.reports.figures import Figure


def of_year(engine: Engine, application: str, year: int) -> dict[str, Any]:
    """Give YEAR: {"year", "frozen_at", "metrics": by report, "breakdowns": frozen ones}.

    A breakdown is {column: {value: [numerator, denominator]}}; a count has no numerator.
    """
    board, broken = engine.ask(metrics.of_year, SYSTEM, application=application, year=year)
    frozen = {one.id: one for one in board if one.frozen is not None}
    moments = {str(one.frozen_at) for one in frozen.values()}
    return {
        "year": year,
        "frozen_at": min(moments, default=None),
        "metrics": {one.id: _figure(one) for one in board},
        "breakdowns": {name: _broken(broken[name]) for name in frozen},
    }


def _figure(one: metrics.Metric) -> dict[str, Any]:
    """Give a figure for the file: the frozen one where there is one."""
    figure = one.frozen or one.live
    return {**figure.as_dict(), "frozen": one.frozen is not None, "now": one.live.shown}


def _broken(breakdowns: Sequence[Breakdown]) -> dict[str, Any]:
    return {
        broken.key: {group.value: _parts(group.figure) for group in broken.groups}
        for broken in breakdowns
    }


def _parts(figure: Figure) -> list[int | None]:
    return [figure.numerator, figure.denominator]


def tell(year: dict[str, Any], say: Callable[[str], None]) -> None:
    """Tell the figures of one year to people."""
    at = year["frozen_at"]
    say(f"  {year['year']} 年" + (f"（冻结于 {at}）：" if at else "（未冻结）："))
    for name, figure in year["metrics"].items():
        verdict = f"，{figure['state']}" if figure["state"] else ""
        parts = "" if figure["numerator"] is None else f"{figure['numerator']} ÷ "
        counted = f"（{parts}{figure['denominator']}）" if parts else ""
        say(f"    {name} {figure['title']}：{figure['shown']}{counted}{verdict}")
