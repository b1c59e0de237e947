"""Diagrams run as drawn: events, calls and loops."""

from datetime import timedelta

from engine.base import events
from engine.base.clock import shanghai
from engine.kernel import effects
from tests.bpmn.build import compile_one, end, ext, node, process, start, user
from tests.bpmn.drive import START, Driver
from tests.bpmn.shapes import ERR, ESC, MSG, SIG, TIMER, body, boundary, script, sub


def run(*roots: str, key: str = "p") -> Driver:
    return Driver(compile_one(*roots), key)


def test_boundary_timers_interrupt_or_stand_beside() -> None:
    for stays, left in (("true", ["late"]), ("false", ["late", "u"])):
        model = process(
            start(),
            user(),
            boundary(TIMER, "u", cancelActivity=stays),
            user("late"),
            end(),
            end(id="e2"),
            "s -> u -> e",
            "b -> late -> e2",
        )
        case = run(model).start()
        (armed,) = case.of(effects.TimerSet)
        assert armed.due == START + timedelta(days=1)
        assert sorted(case.fire("b").open) == left


def test_an_error_leaves_through_its_boundary_with_its_code() -> None:
    inner = body(start(id="i"), end('<errorEventDefinition errorRef="er"/>', "j"), "i -> j")
    caught = '<errorEventDefinition errorRef="er" camunda:errorCodeVariable="why"/>'
    model = process(
        start(),
        sub(inner),
        boundary(caught),
        user("repair"),
        end(),
        end(id="e2"),
        "s -> c -> e",
        "b -> repair -> e2",
    )
    case = run(model, ERR).start()
    assert case.open == ["repair"]
    assert case.variables["why"] == "E1"


def test_an_escalation_reaches_a_handler_beside_the_work() -> None:
    throw = node(
        "intermediateThrowEvent", "up", '<escalationEventDefinition escalationRef="es"/>'
    )
    begin = start('<escalationEventDefinition escalationRef="es"/>', "hs").replace(
        'id="hs"', 'id="hs" isInterrupting="false"'
    )
    handler = sub(
        begin + body(user("hu"), end(id="he"), "hs -> hu -> he"), "h", triggeredByEvent="true"
    )
    model = process(start(), throw, user(), end(), handler, "s -> up -> u -> e")
    case = run(model, ESC).start()
    assert sorted(case.open) == ["hu", "u"]
    case.complete("u")
    assert case.status == "active"
    assert case.complete("hu").status == "completed"


def test_a_signal_wakes_a_catch_on_the_other_branch() -> None:
    throw = node("intermediateThrowEvent", "t", '<signalEventDefinition signalRef="sg"/>')
    catch = node("intermediateCatchEvent", "c", '<signalEventDefinition signalRef="sg"/>')
    model = process(
        start(),
        node("parallelGateway", "f"),
        throw,
        catch,
        end(),
        end(id="e2"),
        "s -> f -> t -> e",
        "f -> c -> e2",
    )
    assert run(model, SIG).start().status == "completed"


def test_a_condition_wakes_when_its_variable_is_written() -> None:
    inner = "<condition>amount &gt; 3</condition>"
    catch = f"<conditionalEventDefinition>{inner}</conditionalEventDefinition>"
    model = process(
        start(),
        node("parallelGateway", "f"),
        user(camunda__formRef="f1"),
        node("intermediateCatchEvent", "c", catch),
        end(),
        end(id="e2"),
        "s -> f -> u -> e",
        "f -> c -> e2",
    )
    case = run(model).start(amount=0)
    assert case.status == "active"
    assert case.complete("u", amount=4).status == "completed"


def test_the_first_event_after_an_event_gateway_wins() -> None:
    catch = node("intermediateCatchEvent", "m1", '<messageEventDefinition messageRef="m"/>')
    wait = node("intermediateCatchEvent", "t1", TIMER)
    model = process(
        start(),
        '<dataObject id="city"/>',
        node("eventBasedGateway", "g"),
        catch,
        wait,
        end(),
        end(id="e2"),
        "s -> g -> m1 -> e",
        "g -> t1 -> e2",
    )
    case = run(model, MSG).start(city="甲").fire("t1")
    assert case.status == "completed"
    assert "e2" in case.entered
    assert "e" not in case.entered


def test_a_link_jumps_and_a_terminate_ends_everything() -> None:
    model = process(
        start(),
        node("parallelGateway", "f"),
        user(),
        node("intermediateThrowEvent", "l1", '<linkEventDefinition name="甲"/>'),
        node("intermediateCatchEvent", "l2", '<linkEventDefinition name="甲"/>'),
        end("<terminateEventDefinition/>"),
        end(id="e2"),
        "s -> f -> u -> e2",
        "f -> l1",
        "l2 -> e",
    )
    case = run(model).start()
    assert case.status == "terminated"
    assert case.open == []


def test_without_start_and_end_events_the_process_begins_and_ends_by_itself() -> None:
    case = run(process(user(), script("1"), "u -> c")).start()
    assert case.open == ["u"]
    assert case.complete("u").status == "completed"


def test_a_called_process_gets_what_is_listed_and_gives_back_what_is_listed() -> None:
    mapping = (
        '<camunda:in source="city" target="town"/>'
        '<camunda:in sourceExpression="1 + 1" target="n"/>'
        '<camunda:out source="result" target="answer"/>'
    )
    call = node("callActivity", "c", ext(mapping), calledElement="q")
    child = '<process id="q" name="子" isExecutable="true"><task id="qt" name="做"/></process>'
    model = process(start(), '<dataObject id="city"/>', call, end(), "s -> c -> e")
    case = run(model, child).start(city="甲", other=1)
    (asked,) = case.of(effects.ChildRequested)
    assert (asked.key, asked.binding, asked.vars) == ("q", "deployment", {"town": "甲", "n": 2})
    case.tell(events.ChildEnded, wait=asked.wait, out={"result": "同意", "noise": 1})
    assert case.variables["answer"] == "同意"
    assert "noise" not in case.variables


def test_without_a_list_the_child_gets_a_copy_and_gives_nothing_back() -> None:
    call = node("callActivity", "c", calledElement="q")
    child = '<process id="q" name="子" isExecutable="true"><task id="qt" name="做"/></process>'
    case = run(process(start(), call, end(), "s -> c -> e"), child).start(city="甲")
    (asked,) = case.of(effects.ChildRequested)
    assert asked.vars == {"city": "甲"}
    case.tell(events.ChildEnded, wait=asked.wait, out={"city": "乙", "noise": 1})
    assert case.variables == {"city": "甲"}


def test_a_called_global_task_is_done_in_place() -> None:
    mapping = '<camunda:out source="opinion" target="answer"/>'
    call = node("callActivity", "c", ext(mapping), calledElement="gt")
    shared = node(
        "globalUserTask", "gt", camunda__candidateGroups="CHIEF", camunda__formRef="f2"
    )
    case = run(process(start(), call, end(), "s -> c -> e"), shared).start()
    (opened,) = case.of(effects.TaskOpened)
    assert (opened.node, opened.form, opened.assignment["groups"]) == ("c", "f2", ["CHIEF"])
    assert case.complete("c", opinion="好").variables["answer"] == "好"
    assert "opinion" not in case.variables


def test_a_standard_loop_runs_until_its_condition_fails() -> None:
    loop = (
        "<standardLoopCharacteristics><loopCondition>n &lt; 3</loopCondition>"
        "</standardLoopCharacteristics>"
    )
    task = script("n + 1", camunda__resultVariable="n").replace("<script>", loop + "<script>")
    case = run(process(start(), '<dataObject id="n"/>', task, end(), "s -> c -> e")).start(n=0)
    assert case.variables["n"] == 3


def test_a_sub_process_for_each_row_collects_in_order() -> None:
    inner = (
        body(
            start(id="i"),
            script("row * 10", camunda__resultVariable="y"),
            end(id="j"),
            "i -> c -> j",
        )
        .replace('id="c"', 'id="k"')
        .replace('"c"', '"k"')
    )
    data = '<dataObject id="rows"/><dataObject id="outs" name="outs"/>'
    many = (
        "<multiInstanceLoopCharacteristics><loopDataInputRef>rows</loopDataInputRef>"
        '<loopDataOutputRef>outs</loopDataOutputRef><inputDataItem id="row"/>'
        '<outputDataItem id="y"/></multiInstanceLoopCharacteristics>'
    )
    box = sub(many + '<dataObject id="yo" name="y"/>' + inner)
    case = run(process(start(), data, box, end(), "s -> c -> e")).start(rows=[3, 1, 2])
    assert case.status == "completed", case.incidents
    assert case.variables["outs"] == [30, 10, 20]


def test_tasks_for_a_number_of_people() -> None:
    count = "<loopCardinality>3</loopCardinality>"
    many = f"<multiInstanceLoopCharacteristics>{count}</multiInstanceLoopCharacteristics>"
    case = run(process(start(), user("u", many), end(), "s -> u -> e")).start()
    (opened,) = case.of(effects.TasksOpened)
    assert len(opened.locals) == 3


def test_a_wait_for_a_day_of_the_year_of_the_case() -> None:
    date = "=date and time(date(year, 12, 1), time(0, 0, 0))"
    inner = f"<timerEventDefinition><timeDate>{date}</timeDate></timerEventDefinition>"
    wait = node("intermediateCatchEvent", "c", inner)
    case = run(process(start(), '<dataObject id="year"/>', wait, end(), "s -> c -> e"))
    (armed,) = case.start(year=2026).of(effects.TimerSet)
    assert armed.due == shanghai("2026-12-01 00:00")
