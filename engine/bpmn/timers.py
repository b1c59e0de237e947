"""Timer definitions → rules giving the due moment and the grid of a cycle (kernel.md 2.10)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from engine.base.errors import InvalidExpression
from engine.base.expressions import Expr, Moment
from engine.base.values import MixedDuration, Months, Value
from engine.bpmn.formulas import Formulas, Place
from engine.bpmn.model import Element
from engine.bpmn.moments import Duration, as_moment, failed, parts, shift, zone_of
from engine.feel.values import After, At, Cycle, parse_timer_text
from engine.kernel import plan

PLACE = Place("的时限", "time")
HINTS = {
    "timeDate": "例：2026-06-30T18:00:00，或以 = 开头的 FEEL。",
    "timeDuration": "例：P5D、PT4H，或以 = 开头的 FEEL。",
    "timeCycle": "例：R3/PT1H、R/2026-01-01T08:00:00/P1M。",
}
SHAPES: Mapping[str, type] = {"timeDate": At, "timeDuration": After, "timeCycle": Cycle}
CRON = re.compile(r"[\d*?]\S*(\s+\S+){4,6}")
QUOTES = "\"'“”‘’"


def parse_definition(
    definition: Element, at: Element, formulas: Formulas, catch_up: str
) -> plan.Timer | None:
    """Compile one timerEventDefinition of the event AT; None after a finding."""
    specs = definition.all("timeDate", "timeDuration", "timeCycle")
    if len(specs) != 1:
        text = "、".join(spec.kind for spec in specs) or "—"
        formulas.report.add(
            "timer.value", at, text=text, hint="请填写日期、时长或周期中的一种。"
        )
        return None
    kind, text = specs[0].kind, specs[0].text.strip()
    if text.startswith("=") or "${" in text:
        expr = formulas.compile(text, at, PLACE)
        return None if expr is None else plan.Timer(text, FeelTimer(expr), catch_up)
    if not valid(kind, text, at, formulas):
        return None
    return plan.Timer(text, TextTimer(text), catch_up)


def valid(kind: str, text: str, at: Element, formulas: Formulas) -> bool:
    """Tell whether a plain text is of its kind; report what is wrong with the repair."""
    problem = ""
    if text[:1] in tuple(QUOTES):
        problem = f"请去掉引号，直接写 {text.strip(QUOTES)}。"
    elif CRON.fullmatch(text):
        problem = "不支持 cron 写法，请改为重复间隔，" + HINTS["timeCycle"]
    else:
        try:
            spec = parse_timer_text(text, Moment())
        except InvalidExpression:
            problem = HINTS[kind]
        else:
            if not isinstance(spec, SHAPES[kind]):
                problem = HINTS[kind]
            elif isinstance(spec, Cycle) and never(spec):
                formulas.report.add("timer.never", at, text=text)
    if problem:
        formulas.report.add("timer.value", at, text=text or "—", hint=problem)
    return not problem


def never(spec: Cycle) -> bool:
    """Tell whether a cycle has no occurrence at all."""
    ended = spec.end is not None and spec.start is not None and spec.end < spec.start
    return spec.count == 0 or ended


@dataclass(frozen=True, slots=True)
class TextTimer:
    """The rule of a plain ISO 8601 text, checked at deployment."""

    text: str

    def __call__(self, _scope: plan.Names, moment: Moment) -> plan.TimerDue:
        """Give the due moment counted from the moment the timer is armed."""
        return due_of(parse_timer_text(self.text, moment), self.text, moment)


@dataclass(frozen=True, slots=True)
class FeelTimer:
    """The rule of a FEEL expression giving a date and time, a duration or ISO text."""

    expr: Expr

    def __call__(self, scope: plan.Names, moment: Moment) -> plan.TimerDue:
        """Give the due moment of the value."""
        return due_of(timer_value(self.expr(scope, moment), self.expr.text, moment), "", moment)


def timer_value(value: Value, text: str, moment: Moment) -> At | After | Cycle:
    """Read the value of a timer expression; ExpressionFailed when it means no time."""
    if isinstance(value, str):
        try:
            return parse_timer_text(value, moment)
        except InvalidExpression as error:
            raise failed(error.message) from None
    if isinstance(value, (Months, timedelta, MixedDuration)):
        if negative(value):
            raise failed(f"时限表达式“{text}”的结果为负。")
        return After(value)
    if isinstance(value, (datetime, date)):
        due = as_moment(value, zone_of(moment))
        if due is not None:
            return At(due)
    raise failed(f"时限表达式“{text}”的结果不是日期、时长或时限文本。")


def negative(duration: Duration) -> bool:
    """Tell whether a duration points backward."""
    months, days, rest = parts(duration)
    return months < 0 or timedelta(days=days) + rest < timedelta()


def due_of(spec: At | After | Cycle, text: str, moment: Moment) -> plan.TimerDue:
    """Turn a read timer into the first due moment and, of a cycle, its grid."""
    if isinstance(spec, At):
        return plan.TimerDue(spec.moment.astimezone(UTC))
    if isinstance(spec, After):
        months, days, rest = parts(spec.duration, text)
        due = shift(moment.at, months, days, rest, zone_of(moment))
        return plan.TimerDue(due, {"from": moment.at, "duration": text or str(spec.duration)})
    months, days, rest = parts(spec.duration, cycle_interval(text))
    anchor = (spec.start or moment.at).astimezone(UTC)
    grid = plan.Cycle(
        anchor=anchor,
        months=months,
        days=days,
        rest=rest,
        offset=0 if spec.start is not None else 1,
        count=spec.count,
        end=None if spec.end is None else spec.end.astimezone(UTC),
    )
    first = anchor if spec.start else shift(anchor, months, days, rest, zone_of(moment))
    return plan.TimerDue(first, {"anchor": anchor}, grid)


def cycle_interval(text: str) -> str:
    """Give the duration inside the text of a cycle, "" when there is none."""
    return next((part for part in text.split("/") if part.startswith("P")), "")
