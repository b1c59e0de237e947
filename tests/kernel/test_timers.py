"""Timers: due moments, cycles, catching up after a pause (kernel.md 2.10)."""


from datetime import UTC, datetime, timedelta

import pytest

from engine.base import events
from engine.kernel import effects as fx
from engine.kernel import plan as p
from engine.kernel import timers
from tests.support.driving import MORNING, Drive
from tests.support.plans import (
    boundary,
    catch,
    path,
    process,
    start,
    task,
    timer,
    timer_at,
    user,
)


def test_a_timer_tells_due_and_fires_once() -> None:
    plan = process(start("s"), catch("t", timer(3)), user("a"), path("s t a"))
    d = Drive(plan).start()
    told = d.told(fx.TimerSet)[0]
    assert told.due == MORNING + timedelta(days=3)
    assert told.spec == "P3D"
    wait = told.wait
    d.fire("t")
    assert d.open == ["a"]
    assert d.told(fx.TimerCancelled) == []
    assert d.tell(events.FireTimer(wait=wait, due=told.due)).status == "stale"


def test_a_due_moment_in_the_past_is_told_and_fires_as_an_event_of_its_own() -> None:
    past = datetime(2020, 1, 1, tzinfo=UTC)
    plan = process(start("s"), catch("t", timer_at(past)), user("a"), path("s t a"))
    d = Drive(plan).start()
    assert d.told(fx.TimerSet)[0].due == past
    assert d.open == []
    d.fire("t")
    assert d.open == ["a"]


def reminding(cycle: int | None, catch_up: str = "latest") -> Drive:
    plan = process(
        start("s"), user("a"),
        boundary("b", "a", timer(1, cycle=cycle, catch_up=catch_up), interrupting=False),
        task("remind"), path("s a"), path("b remind"),
    )  # fmt: skip
    return Drive(plan).start()


def test_a_cycle_repeats_its_number_of_times_on_a_grid_anchored_at_the_start() -> None:
    d = reminding(3)
    dues = []
    while d.view.timers:
        dues.append(d.view.timers[0]["due"])
        d.at = dues[-1] + timedelta(hours=5)  # late: the grid does not drift
        d.fire("b")
    assert dues == [MORNING + timedelta(days=n) for n in (1, 2, 3)]
    assert d.entered.count("remind") == 3
    d.complete("a")
    d.assert_clean()


@pytest.mark.parametrize(
    ("catch_up", "reminded", "next_day"), [("latest", 1, 11), ("none", 0, 11), ("all", 1, 2)]
)
def test_catching_up_after_a_pause(catch_up: str, reminded: int, next_day: int) -> None:
    d = reminding(None, catch_up)
    d.at = MORNING + timedelta(days=10, hours=1)
    d.fire("b")
    assert d.entered.count("remind") == reminded
    assert d.view.timers[0]["due"] == MORNING + timedelta(days=next_day)


def test_catching_up_on_all_stops_at_a_hundred() -> None:
    d = reminding(None, "all")
    d.at = MORNING + timedelta(days=500, hours=1)
    d.fire("b")
    assert d.view.timers[0]["due"] == MORNING + timedelta(days=401)


def test_an_old_occurrence_is_stale() -> None:
    d = reminding(None)
    wait = d.view.timers[0]["wait"]
    d.fire("b")
    again = events.FireTimer(wait=wait, due=MORNING + timedelta(days=1), occurrence=1)
    assert d.tell(again).status == "stale"


def test_an_interrupting_cycle_fires_once() -> None:
    plan = process(
        start("s"), user("a"), boundary("b", "a", timer(1, cycle=5)), user("h"),
        path("s a"), path("b h"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.fire("b")
    assert d.open == ["h"]
    assert d.view.timers == ()


def test_a_cycle_counted_zero_opens_no_timer() -> None:
    def due(_scope: object, moment: object) -> p.TimerDue:
        return p.TimerDue(MORNING, {}, p.Cycle(MORNING, days=1, count=0))

    never = p.EventDef(p.Trigger.TIMER, timer=p.Timer("R0/P1D", due))
    plan = process(start("s"), user("a"), boundary("b", "a", never), path("s a"), path("b x"),
                   user("x"))  # fmt: skip
    d = Drive(plan).start()
    assert d.view.timers == ()
    d.complete("a")
    d.assert_clean()


def test_months_clamp_to_the_last_day_computed_from_the_anchor_each_time() -> None:
    anchor = datetime(2026, 1, 31, 0, 0, tzinfo=UTC)
    cycle = timers.stored(p.Cycle(anchor, months=1, offset=0))
    found = [timers.occurrence(cycle, k, "Asia/Shanghai") for k in range(1, 5)]
    assert [at.strftime("%m-%d") for at in found if at] == ["01-31", "02-28", "03-31", "04-30"]


def test_a_cycle_ends_at_its_end_and_after_its_last_count() -> None:
    end_ = MORNING + timedelta(days=2)
    until = timers.stored(p.Cycle(MORNING, days=1, end=end_))
    counted = timers.stored(p.Cycle(MORNING, days=1, count=2))
    for cycle in (until, counted):
        found = [timers.occurrence(cycle, k, "Asia/Shanghai") for k in (1, 2, 3)]
        assert [at is None for at in found] == [False, False, True]
        late = MORNING + timedelta(days=9)
        assert timers.first_after(cycle, 1, late, "Asia/Shanghai") is None


def test_a_day_is_wall_clock_and_hours_are_exact_across_a_clock_change() -> None:
    anchor = datetime(2026, 3, 28, 11, 0, tzinfo=UTC)  # 12:00 in Berlin, the night before DST
    days = timers.stored(p.Cycle(anchor, days=1))
    hours = timers.stored(p.Cycle(anchor, rest=timedelta(hours=24)))
    assert timers.occurrence(days, 1, "Europe/Berlin") == datetime(2026, 3, 29, 10, tzinfo=UTC)
    assert timers.occurrence(hours, 1, "Europe/Berlin") == datetime(2026, 3, 29, 11, tzinfo=UTC)


def test_a_cycle_without_interval_is_an_incident_not_a_hang() -> None:
    def due(_scope: object, _moment: object) -> p.TimerDue:
        return p.TimerDue(MORNING, {}, p.Cycle(MORNING))

    bad = p.EventDef(p.Trigger.TIMER, timer=p.Timer("R/PT0S", due))
    plan = process(start("s"), catch("t", bad), user("a"), path("s t a"))
    assert Drive(plan).start().incidents == [("timer_value", "t")]
