"""Short words for the tests of FEEL."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from engine.base.expressions import Moment
from engine.feel.compile import compile_expression

AT = datetime(2026, 6, 30, 20, 30, tzinfo=UTC)  # 2026-07-01 04:30 in Shanghai


class WeekdayCalendar:
    """Monday to Friday are working days."""

    revision = "weekdays-1"

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5

    def add_working_days(self, day: date, count: int) -> date:
        step = 1 if count >= 0 else -1
        left = abs(count)
        while left:
            day += timedelta(days=step)
            left -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        days = range(1, (end - start).days + 1)
        return sum(self.is_working_day(start + timedelta(days=n)) for n in days)


ROWS = {("unit", "U1"): {"name": "保护中心", "level": "county", "shares": (1, 2)}}
MOMENT = Moment(
    at=AT,
    calendars={"cn": WeekdayCalendar()},
    register=lambda kind, code: ROWS.get((kind, code)),
)


def value(text: str, scope: Mapping[str, Any] | None = None, **options: Any) -> Any:
    """Evaluate TEXT in spec mode with the names of SCOPE known."""
    options = {"mode": "spec", "names": list(scope or {}), **options}
    return compile_expression(text, **options).with_warnings(scope or {}, MOMENT)[0]


def warnings(text: str, scope: Mapping[str, Any] | None = None) -> tuple[str, ...]:
    """Give the warnings of spec mode."""
    expression = compile_expression(text, mode="spec", names=list(scope or {}))
    return expression.with_warnings(scope or {}, MOMENT)[1]


def strict(text: str, scope: Mapping[str, Any] | None = None) -> Any:
    """Evaluate TEXT in strict mode with the names of SCOPE known."""
    return compile_expression(text, names=list(scope or {}))(scope or {}, MOMENT)


def same(left: Any, right: Any) -> bool:
    """Tell whether two values are equal in value and in type, all the way down."""
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    return bool(left == right)
