"""Due moments of tasks and timers: working days, fixed dates, months, latest days."""

from datetime import timedelta

import pytest

from engine.base.clock import shanghai
from engine.kernel import effects
from tests.bpmn.build import compile_one, end, ext, node, process, start, user
from tests.bpmn.drive import START, Driver

DATA = "".join(
    f'<dataObject id="{name}"/>' for name in ("year", "found", "last", "span", "text")
)


def due(inner: str, **vars: object):
    """The due moment of a task with this limit, opened on Monday 2026-01-05 09:00."""
    task = user("u", ext(f"<gov:due {inner}/>"))
    case = Driver(compile_one(process(start(), DATA, task, end(), "s -> u -> e")))
    case.start(**vars)
    assert not case.incidents, case.of(effects.IncidentRaised)
    (opened,) = case.of(effects.TaskOpened)
    return opened


def incident(inner: str, **vars: object) -> list[tuple[str, str]]:
    task = user("u", ext(f"<gov:due {inner}/>"))
    case = Driver(compile_one(process(start(), DATA, task, end(), "s -> u -> e")))
    return case.start(**vars).incidents


@pytest.mark.parametrize(
    ("rule", "local"),
    [
        ('key="plan"', "2026-01-19 23:59:59"),
        ('amount="10"', "2026-01-19 23:59:59"),
        ('amount="5" unit="workingDay"', "2026-01-12 23:59:59"),
        ('key="plan" amount="1"', "2026-01-06 23:59:59"),
        ('amount="5" unit="calendarDay"', "2026-01-10 23:59:59"),
        ('amount="5" unit="calendarDay" roll="following"', "2026-01-12 23:59:59"),
        ('amount="2" unit="hour"', "2026-01-05 11:00:00"),
        ('amount="2" unit="workingHour"', "2026-01-05 11:00:00"),
        ('amount="4" unit="workingHour"', "2026-01-05 14:30:00"),
        ('amount="36" unit="workingHour"', "2026-01-12 10:00:00"),  # 5 days of 7 hours, 1 more
        ('amount="1" unit="workingHour" from="field" field="found"', "2026-02-02 10:00:00"),
        ('amount="1" unit="month"', "2026-02-05 23:59:59"),
        ('amount="1" unit="month" from="field" field="found"', "2026-02-28 23:59:59"),
        ('amount="-10" from="field" field="last"', "2026-03-17 23:59:59"),
        ('amount="3" from="caseStart"', "2026-01-08 23:59:59"),
        ('key="july"', "2026-07-31 23:59:59"),
        ('key="july" amount="1"', "2026-01-06 23:59:59"),
        ('key="nextjan"', "2027-01-15 23:59:59"),
        ('key="monthly"', "2026-01-30 23:59:59"),
        ('key="monthly" from="field" field="last"', "2026-03-31 23:59:59"),
        ('key="summary"', "2026-01-30 23:59:59"),
        ('key="summary" roll="following"', "2026-02-02 23:59:59"),
        ('key="summary" roll="none"', "2026-01-31 23:59:59"),
        ('amount="10" latest="last"', "2026-01-19 23:59:59"),
        ('amount="90" latest="last"', "2026-03-31 23:59:59"),
        ('amount="1" latest="span"', "2026-01-06 23:59:59"),
    ],
)
def test_a_limit_is_counted_as_the_regulation_counts(rule: str, local: str) -> None:
    opened = due(rule, year=2026, found="2026-01-31", last="2026-03-31", span=None)
    assert opened.due == shanghai(local), opened.due_steps


def test_a_limit_tells_how_it_was_computed() -> None:
    steps = due('key="plan"').due_steps
    assert steps["key"] == "plan"
    assert (steps["amount"], steps["unit"]) == (10, "workingDay")
    assert (steps["calendar"], steps["revision"]) == ("cn", "test")
    assert steps["from"] == START


def test_a_limit_without_its_base_or_calendar_stops_visibly() -> None:
    for year in ("2026", True, None):
        assert incident('key="july"', year=year) == [("u", "timer_value")]
    assert incident('amount="1" from="field" field="found"') == [("u", "timer_value")]
    assert incident('key="july"') == [("u", "timer_value")]
    assert incident('amount="300"') == [("u", "calendar_missing")]
    assert incident('amount="999999999" unit="month"') == [("u", "timer_value")]


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("P2D", "2026-01-07 09:00"),
        ("2026-02-01T12:00:00", "2026-02-01 12:00"),
        ("=last", "2026-03-31 00:00"),
        ("=duration(&quot;PT4H&quot;)", "2026-01-05 13:00"),
        ("=text", "2026-01-08 09:00"),
    ],
)
def test_a_due_date_is_iso_text_or_feel(text: str, local: str) -> None:
    task = user("u", camunda__dueDate=text)
    case = Driver(compile_one(process(start(), DATA, task, end(), "s -> u -> e")))
    case.start(last=shanghai("2026-03-31 00:00"), text="P3D")
    (opened,) = case.of(effects.TaskOpened)
    assert opened.due == shanghai(local)


def test_a_due_date_that_is_null_means_no_limit() -> None:
    task = user("u", camunda__dueDate="=last")
    case = Driver(compile_one(process(start(), DATA, task, end(), "s -> u -> e")))
    (opened,) = case.start(last=None).of(effects.TaskOpened)
    assert opened.due is None


def timer(kind: str, text: str, /, **vars: object):
    inner = f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"
    wait = node("intermediateCatchEvent", "c", inner)
    case = Driver(compile_one(process(start(), DATA, wait, end(), "s -> c -> e")))
    case.start(**vars)
    assert not case.incidents, case.of(effects.IncidentRaised)
    return case.of(effects.TimerSet)[0]


@pytest.mark.parametrize(
    ("kind", "text", "local"),
    [
        ("timeDate", "2026-06-30T23:59:59+08:00", "2026-06-30 23:59:59"),
        ("timeDate", "2026-06-30T23:59:59", "2026-06-30 23:59:59"),
        ("timeDuration", "P1M2DT3H", "2026-02-07 12:00"),
        ("timeDuration", "PT0S", "2026-01-05 09:00"),
        ("timeCycle", "R3/PT1H", "2026-01-05 10:00"),
        ("timeCycle", "R/2026-03-01T08:00:00/P1M", "2026-03-01 08:00"),
        ("timeCycle", "R/P1W/2026-12-31", "2026-01-12 09:00"),
        ("timeDate", "=text", "2026-02-01 08:00"),
        ("timeDuration", "=span", "2026-01-06 09:00"),
        ("timeDuration", "=span - span", "2026-01-05 09:00"),
    ],
)
def test_a_timer_is_armed_for_its_moment(kind: str, text: str, local: str) -> None:
    armed = timer(kind, text, text="2026-02-01T08:00:00", span=timedelta(days=1))
    assert armed.due == shanghai(local)


def test_a_timer_may_follow_a_due_rule() -> None:
    inner = ext('<gov:due key="plan"/>') + "<timerEventDefinition/>"
    wait = node("intermediateCatchEvent", "c", inner)
    case = Driver(compile_one(process(start(), wait, end(), "s -> c -> e"))).start()
    (armed,) = case.of(effects.TimerSet)
    assert armed.due == shanghai("2026-01-19 23:59:59")
    assert armed.steps["key"] == "plan"


@pytest.mark.parametrize("value", ["很快", 5, None, [1], timedelta(days=-1), "-P1D"])
def test_a_timer_without_a_time_stops_visibly(value: object) -> None:
    inner = "<timerEventDefinition><timeDate>=text</timeDate></timerEventDefinition>"
    wait = node("intermediateCatchEvent", "c", inner)
    case = Driver(compile_one(process(start(), DATA, wait, end(), "s -> c -> e")))
    assert case.start(text=value).incidents == [("c", "timer_value")]
