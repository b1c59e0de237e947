"""Due rules of tasks and timers: gov:due with the due-table, camunda:dueDate."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine.base.expressions import Expr, Moment
from engine.base.values import Value
from engine.base.workhours import add_work_hours
from engine.bpmn.deploy import DeployEnv
from engine.bpmn.formulas import Constant, Formulas, Place
from engine.bpmn.gov import typed
from engine.bpmn.model import Element, Extension
from engine.bpmn.moments import (
    TOO_FAR,
    add_months,
    as_day,
    as_moment,
    calendar_of,
    end_of,
    failed,
    zone_of,
)
from engine.bpmn.report import near
from engine.bpmn.timers import due_of, timer_value, valid
from engine.feel.values import parse_timer_text
from engine.kernel import plan

LATEST = Place("时限的最迟日期（latest）", "latest date of the limit")
EARLIEST = Place("时限的最早日期（earliest）", "earliest date of the limit")
EXTENDED = Place("时限延期的最晚日期（extendLatest）", "latest day of an extension")
FIELD = Place("时限的起算字段（field）", "base field of the limit")
DUE_DATE = Place("的办理期限（dueDate）", "due date")
UNITS = ("workingDay", "workingHour", "calendarDay", "hour", "month", "date")
MOST_HOURS = 2_000  # of work: about a year, more is a slip of the pen; designed
CAMPAIGN = "campaign"  # the register of the years people lay down
MONTH_END = "month-end"  # the fixed date of the due table that names no day


@dataclass(frozen=True, slots=True)
class DueRule:
    """One due rule; BASE None counts from the moment the work opens.

    AMOUNT of UNIT from the base; MONTH_DAY a fixed day of the case's year plus YEARS; with
    no day at all the unit "date" is the last day of the month of the base. A fixed day is
    not shifted unless ROLL says so: to the first working day from it on ("following") or
    the last one up to it ("preceding"). EARLIEST and LATEST are the days before and after
    which it never falls, null for none; LATEST is the stronger one. The day of receipt is
    day 0 and a limit in days ends at 23:59:59 of its last day; one in hours or working
    hours (09:00–12:00, 13:30–17:30) ends with them (operations.md 2.20, 2.22).
    """

    key: str
    unit: str
    amount: int
    calendar: str
    month_day: tuple[int, int] | None = None
    day: date | None = None
    base: Expr | None = None
    latest: Expr | None = None
    earliest: Expr | None = None
    roll: str = ""
    years: int = 0

    def __call__(self, scope: plan.Names, moment: Moment) -> plan.TimerDue:
        """Compute the due moment and tell how."""
        try:
            return self.due(scope, moment)
        except (OverflowError, ValueError):
            raise failed(TOO_FAR) from None

    @property
    def reads(self) -> frozenset[str]:
        """Name the variables it may read."""
        exprs = [expr for expr in (self.base, self.latest, self.earliest) if expr is not None]
        fixed = {"year", "case_year"} if self.month_day is not None else set()
        return frozenset(fixed).union(*(expr.reads for expr in exprs))

    def due(self, scope: plan.Names, moment: Moment) -> plan.TimerDue:
        """Compute without a guard against dates beyond the year 9999."""
        steps: dict[str, Value] = {"key": self.key, "unit": self.unit}
        if self.unit == "date":
            due = end_of(self.fixed(scope, moment, steps), zone_of(moment))
        else:
            due = self.counted(scope, moment, steps)
        if self.roll:
            due = self.rolled(due, moment, steps)
        if self.earliest is not None:
            earliest = as_day(self.earliest(scope, moment), zone_of(moment))
            due = postponed(due, earliest, moment, steps)
        if self.latest is not None:
            latest = as_day(self.latest(scope, moment), zone_of(moment))
            due = limited(due, latest, moment, steps)
        steps["due"] = due
        return plan.TimerDue(due, steps)

    def fixed(self, scope: plan.Names, moment: Moment, steps: dict[str, Value]) -> date:
        """Give the fixed day; a month and day belong to the year of the case plus YEARS."""
        if self.day is not None:
            return self.day
        if self.month_day is None:
            base = self.based(scope, moment).astimezone(zone_of(moment)).date()
            steps["from"] = base
            return base.replace(day=monthrange(base.year, base.month)[1])
        year = scope.get("year") or scope.get("case_year")
        if not isinstance(year, int) or isinstance(year, bool):
            raise failed(f"时限“{self.key}”需要案件年度（变量 year），但它还没有值。")
        month, day = self.month_day
        own = self.of_campaign(year, moment)
        steps["year"] = year = year + self.years
        if own is not None:
            return own
        return date(year, month, min(day, monthrange(year, month)[1]))

    def of_campaign(self, year: int, moment: Moment) -> date | None:
        """Give the day the campaign's YEAR lays down for this limit instead of the table."""
        row = moment.row(CAMPAIGN, str(year))
        limits = row.get("limits") if row else None
        day = limits.get(self.key) if isinstance(limits, dict) else None
        return day if isinstance(day, date) else None

    def based(self, scope: plan.Names, moment: Moment) -> datetime:
        """Give the moment the limit is counted from."""
        if self.base is None:
            return moment.at
        found = as_moment(self.base(scope, moment), zone_of(moment))
        if found is None:
            raise failed(f"时限的起算日期“{self.base.text}”还没有填写。")
        return found

    def counted(self, scope: plan.Names, moment: Moment, steps: dict[str, Value]) -> datetime:
        """Count the amount from the base."""
        zone = zone_of(moment)
        base = self.based(scope, moment)
        steps.update({"from": base, "amount": self.amount})
        day = base.astimezone(zone).date()
        if self.unit == "hour":
            return base + timedelta(hours=self.amount)
        if self.unit == "month":
            return end_of(add_months(day, self.amount), zone)
        if self.unit == "calendarDay":
            return end_of(day + timedelta(days=self.amount), zone)
        calendar = calendar_of(moment, self.calendar)
        steps.update({"calendar": self.calendar, "revision": calendar.revision})
        if self.unit == "workingHour":
            return add_work_hours(base, timedelta(hours=self.amount), calendar, moment.zone)
        return end_of(calendar.add_working_days(day, self.amount), zone)

    def rolled(self, due: datetime, moment: Moment, steps: dict[str, Value]) -> datetime:
        """Move a due day off a day off, on or back as ROLL says."""
        zone = zone_of(moment)
        calendar = calendar_of(moment, self.calendar)
        day = due.astimezone(zone).date()
        if calendar.is_working_day(day):
            return due
        steps.update({"rolled_from": due, "calendar": self.calendar})
        step = -1 if self.roll == "preceding" else 1
        return end_of(calendar.add_working_days(day, step), zone)


def postponed(
    due: datetime, earliest: date | None, moment: Moment, steps: dict[str, Value]
) -> datetime:
    """Never sooner than the earliest day, when one is given."""
    zone = zone_of(moment)
    if earliest is None or due >= end_of(earliest, zone):
        return due
    steps.update({"computed": due, "earliest": earliest})
    return end_of(earliest, zone)


def limited(
    due: datetime, latest: date | None, moment: Moment, steps: dict[str, Value]
) -> datetime:
    """Never later than the latest day, when one is given."""
    zone = zone_of(moment)
    if latest is None or due <= end_of(latest, zone):
        return due
    steps.update({"computed": due, "latest": latest})
    return end_of(latest, zone)


@dataclass(frozen=True, slots=True)
class DateRule:
    """The rule of camunda:dueDate: ISO text, or FEEL whose null means no limit."""

    expr: Expr | None
    text: str

    @property
    def reads(self) -> frozenset[str]:
        """Name the variables it may read."""
        return frozenset() if self.expr is None else self.expr.reads

    def __call__(self, scope: plan.Names, moment: Moment) -> plan.TimerDue | None:
        """Give the due moment, None for no limit."""
        if self.expr is None:
            return due_of(parse_timer_text(self.text, moment), self.text, moment)
        value = self.expr(scope, moment)
        if value is None:
            return None
        return due_of(timer_value(value, self.text, moment), "", moment)


def task_due(
    element: Element, env: DeployEnv, formulas: Formulas, calendar: str
) -> DueRule | DateRule | None:
    """Compile the due rule of a task; None when it has none, or after a finding."""
    governed = element.governed("due")
    plain = element.camunda.get("dueDate", "").strip()
    if governed and plain:
        formulas.report.add("due.twice", element)
        return None
    if governed:
        return gov_due(governed[0], element, env, formulas, calendar)
    if not plain:
        return None
    expr = formulas.text_or_feel(plain, element, DUE_DATE)
    if isinstance(expr, Constant):
        kind = "timeDuration" if plain.startswith("P") else "timeDate"
        return DateRule(None, plain) if valid(kind, plain, element, formulas) else None
    return None if expr is None else DateRule(expr, plain)


def settings_of(extension: Extension, env: DeployEnv) -> dict[str, Any]:
    """Merge the due-table row of gov:due with what the diagram itself says."""
    own = typed(extension, defaults=False)
    row = dict(env.deadlines.get(own.get("key", ""), {}))
    if "amount" in own:
        row.pop("date", None)  # what is drawn says otherwise than the table
    return {**row, **own}


def gov_due(
    extension: Extension, at: Element, env: DeployEnv, formulas: Formulas, calendar: str
) -> DueRule | None:
    """Compile gov:due of a task or timer; None after a finding."""
    said = settings_of(extension, env)
    text = str(said.get("date", ""))
    fixed = fixed_day(text)
    unit = "date" if fixed or text == MONTH_END else str(said.get("unit", "workingDay"))
    problem = wrong(said, unit, fixed)
    if problem:
        known = said.get("key", "") in env.deadlines or not said.get("key")
        if known:  # an unknown key was reported as ref.due
            formulas.report.add("timer.value", at, text="gov:due", hint=problem)
        return None
    name = str(said.get("calendar", calendar))
    if unit in ("workingDay", "workingHour") and env.calendars and name not in env.calendars:
        formulas.report.add("ref.calendar", at, r=name, **near(name, env.calendars))
    latest, earliest = said.get("latest"), said.get("earliest")
    if said.get("extendLatest"):  # evaluated when somebody extends; wrong ones are told now
        formulas.compile(str(said["extendLatest"]), at, EXTENDED)
    return DueRule(
        key=str(said.get("key", "")),
        unit=unit,
        amount=int(said.get("amount", 0)),
        calendar=name,
        month_day=None if fixed is None else fixed[1:],
        day=date(*fixed) if fixed is not None and fixed[0] else None,
        base=base_of(said, at, formulas),
        latest=formulas.compile(str(latest), at, LATEST) if latest else None,
        earliest=formulas.compile(str(earliest), at, EARLIEST) if earliest else None,
        roll=str(said.get("roll", "none")).replace("none", ""),
        years=int(said.get("year", 0)),
    )


def fixed_day(text: str) -> tuple[int, int, int] | None:
    """Read "MM-DD" (year 0: of the case) or "YYYY-MM-DD"; None when it is neither."""
    numbers = text.strip().split("-")
    if not all(part.isdecimal() for part in numbers) or len(numbers) not in (2, 3):
        return None
    year = int(numbers[0]) if len(numbers) == 3 else 0
    month, day = int(numbers[-2]), int(numbers[-1])
    try:
        date(year or 2024, month, day)
    except ValueError:
        return None
    return year, month, day


def wrong(said: Mapping[str, Any], unit: str, fixed: object) -> str:
    """Give the repair for a rule that says too little or too much, "" when it is right."""
    if unit not in UNITS:
        return f"单位 {unit} 暂不支持，请使用 " + "、".join(UNITS) + "。"
    if unit == "date" and fixed is None and said.get("date") != MONTH_END:
        return f"固定日期写作 MM-DD 或 {MONTH_END}（当月月末），写在时限表的 date 中。"
    if unit != "date" and not isinstance(said.get("amount"), int):
        return "请填写时限表编号（key），或数量（amount）和单位（unit）。"
    if unit == "workingHour" and not 0 < said.get("amount", 0) <= MOST_HOURS:
        return f"工作小时数应在 1 至 {MOST_HOURS} 之间。"
    if said.get("from") == "field" and not said.get("field"):
        return "起算于字段时，请填写字段（field）。"
    return ""


def base_of(said: Mapping[str, Any], at: Element, formulas: Formulas) -> Expr | None:
    """Give the expression of the base moment; None = when the work opens."""
    if said.get("from") == "caseStart":
        return formulas.compile(plan.CASE_STARTED, at, FIELD)
    if said.get("from") == "field" and said.get("field"):
        return formulas.compile(str(said["field"]), at, FIELD)
    return None
