"""Boundary events on both runtimes: timer, message, signal, error, escalation, cycles."""

import pytest

from engine.base import events
from engine.kernel import effects as fx
from tests.bpmn.build import end, mapped, node, process, start, user
from tests.bpmn.shapes import ERR, ESC, MSG, SIG

CITY = '<dataObject id="city"/>'
CYCLE = "<timerEventDefinition><timeCycle>{}</timeCycle></timerEventDefinition>"
TRIGGERS = {
    "timer": "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>",
    "message": '<messageEventDefinition messageRef="m"/>',
    "signal": '<signalEventDefinition signalRef="sg"/>',
    "escalation": '<escalationEventDefinition escalationRef="es"/>',
    "error": '<errorEventDefinition errorRef="er"/>',
}
HAPPEN = {
    "timer": lambda c: c.fire("b"),
    "message": lambda c: c.message("b"),
    "signal": lambda c: c.signal(),
    "escalation": lambda c: c.tell(events.ThrowEscalation, wait=c.wait("u"), code="X1"),
    "error": lambda c: c.error("u", "E1"),
}
ROOTS = (MSG, SIG, ERR, ESC)


def edge(inner: str, interrupting: bool = True, id: str = "b", at: str = "u") -> str:
    flag = str(interrupting).lower()
    return node("boundaryEvent", id, inner, attachedToRef=at, cancelActivity=flag)


def hosted(inner: str, interrupting: bool = True, host: str | None = None) -> tuple[str, ...]:
    model = process(
        start(), CITY, user() if host is None else host, edge(inner, interrupting),
        user("n"), user("h"), end(), end(id="eb"), "s -> u -> n -> e", "b -> h -> eb",
    )  # fmt: skip
    return model, *ROOTS


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_an_interrupting_boundary_ends_the_activity(run, trigger) -> None:
    case = run(*hosted(TRIGGERS[trigger])).start(city="甲")
    HAPPEN[trigger](case)
    assert case.open == ["h"]
    assert [e.how for e in case.now(fx.TaskClosed)] == ["cancelled"]
    case.complete("h").assert_clean()
    assert case.status == "completed"
    assert "n" not in case.entered


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_a_boundary_that_does_not_fire_leaves_no_trace(run, trigger) -> None:
    case = run(*hosted(TRIGGERS[trigger])).start(city="甲").complete("u")
    assert case.open == ["n"]
    assert (case.view.timers, case.view.subscriptions) == ((), ())
    case.complete("n").assert_clean()
    assert "b" not in case.entered


@pytest.mark.parametrize("trigger", ["timer", "message", "signal", "escalation"])
def test_a_non_interrupting_boundary_adds_a_token(run, trigger) -> None:
    case = run(*hosted(TRIGGERS[trigger], interrupting=False)).start(city="甲")
    HAPPEN[trigger](case)
    assert case.open == ["h", "u"]
    case.complete("u").complete("h").complete("n").assert_clean()
    assert case.left.count("b") == 1


@pytest.mark.parametrize("trigger", ["message", "signal", "escalation"])
def test_a_non_interrupting_boundary_fires_again(run, trigger) -> None:
    case = run(*hosted(TRIGGERS[trigger], interrupting=False)).start(city="甲")
    for _ in range(3):
        HAPPEN[trigger](case)
    assert case.open == ["h", "h", "h", "u"]
    case.complete("h").complete("u").complete("h").complete("n").complete("h").assert_clean()


def test_a_timer_beside_the_work_fires_once_only(run) -> None:
    case = run(*hosted(TRIGGERS["timer"], interrupting=False)).start(city="甲").fire("b")
    timer = case.of(fx.TimerSet)[-1]
    assert case.try_(events.FireTimer, wait=timer.wait, due=timer.due).status == "stale"
    assert case.view.timers == ()


def test_a_cycle_is_armed_again_until_its_count_is_used(run) -> None:
    case = run(*hosted(CYCLE.format("R2/P1D"), interrupting=False)).start(city="甲")
    case.fire("b")
    again = case.now(fx.TimerSet)
    assert [(e.occurrence, (e.due - case.at).days) for e in again] == [(2, 1)]
    case.fire("b")
    assert case.now(fx.TimerSet) == []
    assert case.open == ["h", "h", "u"]


def test_a_cycle_without_end_stops_with_the_work(run) -> None:
    case = run(*hosted(CYCLE.format("R/P1D"), interrupting=False)).start(city="甲")
    for _ in range(3):
        case.fire("b")
    assert len(case.view.timers) == 1
    case.complete("u")
    assert len(case.now(fx.TimerCancelled)) == 1
    assert case.view.timers == ()


def test_an_interrupting_cycle_fires_once(run) -> None:
    case = run(*hosted(CYCLE.format("R3/P1D"))).start(city="甲").fire("b")
    assert case.open == ["h"]
    assert case.view.timers == ()


def test_a_late_firing_of_an_old_occurrence_is_stale(run) -> None:
    case = run(*hosted(CYCLE.format("R/P1D"), interrupting=False)).start(city="甲").fire("b")
    first = case.of(fx.TimerSet)[0]
    words = {"wait": first.wait, "due": first.due, "occurrence": 1}
    assert case.try_(events.FireTimer, **words).status == "stale"


def test_the_exact_code_is_caught_before_the_catch_all(run) -> None:
    model = process(
        start(), CITY, user(), edge("<errorEventDefinition/>", id="any"),
        edge(TRIGGERS["error"]), user("ha"), user("he"), end(), end(id="e1"), end(id="e2"),
        "s -> u -> e", "any -> ha -> e1", "b -> he -> e2",
    )  # fmt: skip
    exact = run(model, ERR).start().error("u", "E1")
    assert exact.open == ["he"]
    other = run(model, ERR).start().error("u", "E2")
    assert other.open == ["ha"]


def test_an_error_boundary_writes_what_its_mapping_says(run) -> None:
    inner = mapped(city="=errorCode") + TRIGGERS["error"]
    case = run(*hosted(inner)).start(city="甲").error("u", "E1")
    assert case.vars["city"] == "E1"


def test_a_message_boundary_writes_what_its_mapping_says(run) -> None:
    inner = mapped(city="=town") + TRIGGERS["message"]
    case = run(*hosted(inner)).start(city="甲").message("b", town="乙")
    assert case.vars["city"] == "乙"
    assert case.open == ["h"]


def test_an_uncaught_error_holds_the_work_with_an_incident(run) -> None:
    case = run(*hosted(TRIGGERS["error"])).start(city="甲").error("u", "E9")
    assert [i["code"] for i in case.view.incidents] == ["uncaught_error"]
    assert case.status == "active"


def test_an_error_leaves_through_the_boundary_of_the_sub_process_around(run) -> None:
    inner = start(id="s1") + user("w") + end(id="e1")
    inner += '<sequenceFlow id="i1" sourceRef="s1" targetRef="w"/>'
    inner += '<sequenceFlow id="i2" sourceRef="w" targetRef="e1"/>'
    host = node("subProcess", "u", inner)
    case = run(*hosted(TRIGGERS["error"], host=host)).start(city="甲")
    assert case.open == ["w"]
    case.error("w", "E1")
    assert case.open == ["h"]
    case.complete("h").assert_clean()


@pytest.mark.parametrize("trigger", ["timer", "message", "signal"])
def test_a_boundary_of_a_sub_process_ends_all_work_inside(run, trigger) -> None:
    inner = start(id="s1") + node("parallelGateway", "f") + user("w") + user("v")
    inner += end(id="e1") + end(id="e2")
    for a, b in (("s1", "f"), ("f", "w"), ("f", "v"), ("w", "e1"), ("v", "e2")):
        inner += f'<sequenceFlow id="{a}{b}" sourceRef="{a}" targetRef="{b}"/>'
    host = node("subProcess", "u", inner)
    case = run(*hosted(TRIGGERS[trigger], host=host)).start(city="甲")
    assert case.open == ["v", "w"]
    HAPPEN[trigger](case)
    assert case.open == ["h"]
    assert [e.how for e in case.now(fx.TaskClosed)] == ["cancelled", "cancelled"]
    case.complete("h").assert_clean()


def test_two_tokens_at_one_activity_have_boundaries_of_their_own(run) -> None:
    model = process(
        start(), CITY, node("parallelGateway", "f"), node("task", "a"), node("task", "b1"),
        node("exclusiveGateway", "m"), user(), edge(TRIGGERS["error"]), user("h"), end(),
        end(id="eb"), "s -> f -> a -> m -> u -> e", "f -> b1 -> m", "b -> h -> eb",
    )  # fmt: skip
    case = run(model, ERR).start()
    assert case.open == ["u", "u"]
    wait = case.view.tasks[1]["wait"]
    case.tell(events.ThrowError, wait=wait, code="E1")
    assert case.open == ["h", "u"]
    assert [t["wait"] for t in case.view.tasks if t["node"] == "u"] != [wait]
    case.complete("u").complete("h").assert_clean()
