"""Gateways, events in the flow, sub-processes and ends on both runtimes."""

import pytest

from engine.base import events
from engine.base.clock import shanghai
from engine.kernel import effects as fx
from tests.bpmn.build import end, mapped, node, process, start, user
from tests.bpmn.shapes import ERR, ESC, MSG, SIG, script
from tests.spiff.test_boundaries import CITY, TRIGGERS, edge

ROOTS = (MSG, SIG, ERR, ESC)
TERMINATE = "<terminateEventDefinition/>"


def catch(id: str, trigger: str, extra: str = "") -> str:
    return node("intermediateCatchEvent", id, extra + TRIGGERS[trigger])


def throw(id: str, trigger: str, extra: str = "") -> str:
    return node("intermediateThrowEvent", id, extra + TRIGGERS[trigger])


def inside(id: str, *parts: str, flows: str) -> str:
    """A sub-process; FLOWS are pairs of ids."""
    text = "".join(
        f'<sequenceFlow id="{pair.replace(":", "_")}" sourceRef="{pair.split(":")[0]}"'
        f' targetRef="{pair.split(":")[1]}"/>'
        for pair in flows.split()
    )
    return node("subProcess", id, "".join(parts) + text)


@pytest.mark.parametrize("trigger", ["timer", "message", "signal"])
def test_a_catch_event_waits_for_its_trigger(run, trigger) -> None:
    case = run(process(start(), CITY, catch("c", trigger), end(), "s -> c -> e"), *ROOTS)
    case.start(city="甲")
    assert case.status == "active"
    happen = {"timer": case.fire, "message": case.message, "signal": lambda _n: case.signal()}
    happen[trigger]("c")
    assert case.status == "completed"
    case.assert_clean()


def test_a_caught_message_writes_only_what_is_mapped(run) -> None:
    model = process(
        start(), CITY, catch("c", "message", mapped(city="=town")), end(), "s -> c -> e"
    )
    case = run(model, MSG).start(city="甲").message("c", town="乙", other=1)
    assert case.vars == {"city": "乙"}


def test_a_message_with_a_wrong_key_is_refused(run) -> None:
    model = process(start(), CITY, catch("c", "message"), end(), "s -> c -> e")
    case = run(model, MSG).start(city="甲")
    (opened,) = case.of(fx.SubscriptionOpened)
    assert opened.keys == {"key": "甲"}
    words = {"wait": opened.wait, "message": opened.name}
    assert case.try_(events.Correlate, keys={"key": "乙"}, **words).status == "refused"
    assert case.try_(events.Correlate, keys={}, **words).status == "refused"
    assert case.try_(events.Correlate, keys={"key": "甲"}, **words).status == "accepted"


def test_a_receive_task_waits_for_its_message(run) -> None:
    model = process(
        start(), CITY, node("receiveTask", "r", messageRef="m"), end(), "s -> r -> e"
    )
    case = run(model, MSG).start(city="甲").message("r")
    assert case.status == "completed"


def test_a_send_task_and_a_throw_event_send_messages(run) -> None:
    model = process(
        start(), CITY, node("sendTask", "x", messageRef="m"), throw("t", "message"), end(),
        "s -> x -> t -> e",
    )  # fmt: skip
    case = run(model, MSG).start(city="甲")
    sent = case.of(fx.MessageThrown)
    assert [(e.node, e.name, dict(e.keys)) for e in sent] == [
        ("x", "到达", {"key": "甲"}),
        ("t", "到达", {"key": "甲"}),
    ]
    assert case.status == "completed"


def gateway() -> str:
    return process(
        start(), CITY, node("eventBasedGateway", "g"), catch("cm", "message"),
        catch("ct", "timer"), catch("cs", "signal"), user("a"), user("b"), user("c"),
        end(id="e1"), end(id="e2"), end(id="e3"), "s -> g", "g -> cm -> a -> e1",
        "g -> ct -> b -> e2", "g -> cs -> c -> e3",
    )  # fmt: skip


@pytest.mark.parametrize("first", ["message", "timer", "signal"])
def test_the_first_event_at_a_gateway_wins(run, first) -> None:
    case = run(gateway(), MSG, SIG).start(city="甲")
    assert len(case.view.timers) == 1
    assert sorted(s["kind"] for s in case.view.subscriptions) == ["message", "signal"]
    stale = case.of(fx.TimerSet)[0]
    happen = {
        "message": lambda: case.message("cm"),
        "timer": lambda: case.fire("ct"),
        "signal": case.signal,
    }
    happen[first]()
    assert case.open == [{"message": "a", "timer": "b", "signal": "c"}[first]]
    assert (case.view.timers, case.view.subscriptions) == ((), ())
    late = case.try_(events.FireTimer, wait=stale.wait, due=stale.due)
    assert late.status == "stale"
    case.complete(case.open[0]).assert_clean()


def test_a_timer_names_the_moment_it_is_due(run) -> None:
    case = run(process(start(), catch("c", "timer"), end(), "s -> c -> e")).start()
    assert [e.due for e in case.of(fx.TimerSet)] == [shanghai("2026-01-06 09:00")]
    assert [t["node"] for t in case.view.timers] == ["c"]


def choice(kind: str, **attrs: str) -> str:
    return process(
        start(), CITY, '<dataObject id="amount"/>', node(kind, "g", **attrs), user("a"),
        user("b"), user("c"), node(kind, "j"), user("z"), end(), "s -> g",
        "g -> a : amount > 1", "g -> b : amount > 2", "g -> c", "a -> j", "b -> j", "c -> j",
        "j -> z -> e",
    )  # fmt: skip


@pytest.mark.parametrize(("amount", "way"), [(1, "c"), (2, "a"), (3, "a")])
def test_an_exclusive_gateway_takes_the_first_true_flow_or_the_default(
    run, amount, way
) -> None:
    case = run(choice("exclusiveGateway", default="g_c")).start(amount=amount)
    assert case.open == [way]
    assert case.complete(way).open == ["z"]


@pytest.mark.parametrize(("amount", "ways"), [(1, ["c"]), (2, ["a"]), (3, ["a", "b"])])
def test_an_inclusive_gateway_takes_all_true_flows_and_joins_them(run, amount, ways) -> None:
    case = run(choice("inclusiveGateway", default="g_c")).start(amount=amount)
    assert case.open == ways
    for name in ways:
        assert "z" not in case.open
        case.complete(name)
    assert case.open == ["z"]
    case.complete("z").assert_clean()


def test_no_true_flow_and_no_default_moves_nothing(run) -> None:
    model = process(
        start(), '<dataObject id="amount"/>', user(), node("exclusiveGateway", "g"),
        user("a"), user("b"), end(id="ea"), end(id="eb"), "s -> u -> g",
        "g -> a : amount = 1", "g -> b : amount = 2", "a -> ea", "b -> eb",
    )  # fmt: skip
    case = run(model).start(amount=3)
    case.try_(events.CompleteTask, wait=case.wait("u"))
    assert case.status == "active"  # the kernel holds a token, the reference refuses
    assert (case.open == ["u"]) == (case.step.status == "refused")
    assert bool(case.view.incidents) == (case.step.status == "accepted")


def test_a_parallel_join_waits_for_all(run) -> None:
    model = process(
        start(), node("parallelGateway", "f"), user("a"), user("b"),
        node("parallelGateway", "j"),
        user("z"), end(), "s -> f -> a -> j -> z -> e", "f -> b -> j",
    )  # fmt: skip
    case = run(model).start().complete("b")
    assert case.open == ["a"]
    assert case.complete("a").open == ["z"]
    case.complete("z").assert_clean()


def test_a_sub_process_ends_when_all_inside_is_done(run) -> None:
    box = inside(
        "box", start(id="s1"), node("parallelGateway", "f"), user("a"), user("b"), end(id="x1"),
        end(id="x2"), flows="s1:f f:a f:b a:x1 b:x2",
    )  # fmt: skip
    case = run(process(start(), box, user("z"), end(), "s -> box -> z -> e")).start()
    assert case.complete("a").open == ["b"]
    assert case.complete("b").open == ["z"]
    assert case.left.count("box") == 1
    case.complete("z").assert_clean()


def test_three_sub_processes_inside_each_other_run_and_take_errors_out(run) -> None:
    core = inside("b3", start(id="s3"), user("w"), end(id="e3"), flows="s3:w w:e3")
    middle = inside("b2", start(id="s2"), core, end(id="e2"), flows="s2:b3 b3:e2")
    outer = inside("b1", start(id="s1"), middle, end(id="e1"), flows="s1:b2 b2:e1")
    model = process(
        start(), outer, edge(TRIGGERS["error"], at="b1"), user("h"), end(), end(id="eb"),
        "s -> b1 -> e", "b -> h -> eb",
    )  # fmt: skip
    case = run(model, ERR).start().complete("w")
    case.assert_clean()
    case = run(model, ERR).start().error("w", "E1")
    assert case.open == ["h"]
    case.complete("h").assert_clean()


def test_a_terminate_end_stops_the_whole_case(run) -> None:
    model = process(
        start(), node("parallelGateway", "f"), user("a"), user("b"), end(TERMINATE),
        end(id="e2"),
        "s -> f -> a -> e", "f -> b -> e2",
    )  # fmt: skip
    case = run(model).start().complete("a")
    assert [e.how for e in case.now(fx.InstanceEnded)] == [case.status]
    assert [e.how for e in case.now(fx.TaskClosed)] == ["completed", "cancelled"]
    case.assert_clean()


def test_a_terminate_end_inside_stops_the_sub_process_only(run) -> None:
    box = inside(
        "box", start(id="s1"), node("parallelGateway", "f"), user("a"), user("b"),
        end(TERMINATE, id="x1"), end(id="x2"), flows="s1:f f:a f:b a:x1 b:x2",
    )  # fmt: skip
    model = process(
        start(), node("parallelGateway", "g"), box, user("o"), user("z"), end(), end(id="e2"),
        "s -> g -> box -> z -> e", "g -> o -> e2",
    )  # fmt: skip
    case = run(model).start().complete("a")
    assert case.open == ["o", "z"]
    case.complete("o").complete("z").assert_clean()


def test_a_signal_thrown_inside_reaches_the_catchers_of_the_case(run) -> None:
    model = process(
        start(), node("parallelGateway", "f"), catch("c", "signal"), user("a"), user("z"),
        throw("t", "signal"), end(), end(id="e2"), "s -> f -> c -> z -> e", "f -> a -> t -> e2",
    )  # fmt: skip
    case = run(model, SIG).start().complete("a")
    assert [e.name for e in case.now(fx.SignalThrown)] == ["通报"]
    assert case.open == ["z"]
    case.complete("z").assert_clean()


def test_a_signal_end_reaches_the_catchers_of_the_case(run) -> None:
    model = process(
        start(), node("parallelGateway", "f"), catch("c", "signal"), user("a"), user("z"),
        end(), end(TRIGGERS["signal"], id="e2"), "s -> f -> c -> z -> e", "f -> a -> e2",
    )  # fmt: skip
    case = run(model, SIG).start().complete("a")
    assert case.open == ["z"]
    case.complete("z").assert_clean()


def test_an_unknown_signal_changes_nothing(run) -> None:
    case = run(process(start(), catch("c", "signal"), end(), "s -> c -> e"), SIG).start()
    before = case.view
    case.signal("别的")
    assert case.view == before


def test_typed_starts_are_started_by_name_and_the_payload_is_mapped(run) -> None:
    model = process(
        start(),
        start(mapped(city="=town") + '<messageEventDefinition messageRef="m"/>', id="s2"),
        CITY, user("a"), user("b"), end(), end(id="e2"), "s -> a -> e", "s2 -> b -> e2",
    )  # fmt: skip
    assert run(model, MSG).start().open == ["a"]
    case = run(model, MSG).tell(events.Start, node="s2", trigger={"town": "乙"})
    assert case.open == ["b"]
    assert case.vars["city"] == "乙"


def test_a_start_that_is_not_there_is_refused(run) -> None:
    case = run(process(start(), user(), end(), "s -> u -> e"))
    assert case.try_(events.Start, node="nowhere").status == "refused"


def test_what_a_case_starts_with_is_told(run) -> None:
    case = run(process(start(), user(), end(), "s -> u -> e")).start(x=1)
    assert [e.patch for e in case.now(fx.VariablesWritten)] == [{"x": 1}]


def test_scripts_and_rules_write_in_order(run) -> None:
    first = script("if x = null then 1 else x + 1").replace('id="c"', 'id="c1"')
    second = script("x * 10").replace('id="c"', 'id="c2"')
    case = run(process(start(), first, second, end(), "s -> c1 -> c2 -> e")).start()
    assert case.vars["x"] == 10
    assert [e.patch for e in case.of(fx.VariablesWritten)] == [{"x": 1}, {"x": 10}]


def test_a_loop_drawn_with_gateways_turns(run) -> None:
    model = process(
        start(), '<dataObject id="city"/>', node("exclusiveGateway", "m"),
        user("u", camunda__formRef="f1"), node("exclusiveGateway", "g", default="g_e"),
        end(), "s -> m -> u -> g", 'g -> m : city = "again"', "g -> e",
    )  # fmt: skip
    case = run(model).start()
    for _ in range(5):
        case.complete("u", city="again")
        assert case.open == ["u"]
    assert case.complete("u", city="done").status == "completed"


def test_a_signal_is_not_remembered_for_those_who_listen_later(run) -> None:
    model = process(
        start(), throw("t", "signal"), catch("c", "signal"), end(), "s -> t -> c -> e"
    )
    case = run(model, SIG).start()
    assert case.status == "active"
    assert case.signal().status == "completed"


def test_a_signal_waits_until_the_other_branch_listens(run) -> None:
    model = process(
        start(), node("parallelGateway", "f"), throw("t", "signal"), node("task", "a"),
        catch("c", "signal"), end(), end(id="e2"), "s -> f -> t -> e", "f -> a -> c -> e2",
    )  # fmt: skip
    assert run(model, SIG).start().status == "completed"


def test_a_negative_count_is_never_stuck_silently(run) -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>amount</loopCardinality>"
    task = user("u", loop + "</multiInstanceLoopCharacteristics>")
    case = run(process(start(), '<dataObject id="amount"/>', task, end(), "s -> u -> e"))
    case.try_(events.Start, vars={"amount": -1})
    held = case.step.status == "accepted" and case.view.incidents[0]["code"] == "mi_count"
    assert held or "次数" in case.step.reason


@pytest.mark.parametrize("turned", [False, True])
def test_the_place_on_the_canvas_never_decides(run, turned) -> None:
    model = process(
        start(), node("exclusiveGateway", "g", default="g_b"), user("a"), user("b"),
        end(id="ea"), end(id="eb"), "s -> g", "g -> a : amount > 1", "g -> c : amount > 2",
        "g -> b", user("c"), end(id="ec"), "c -> ec", '<dataObject id="amount"/>',
        "a -> ea", "b -> eb",
    )  # fmt: skip
    heights = {"a": 10, "c": 200} if not turned else {"a": 200, "c": 10}
    shapes = "".join(
        f'<di:BPMNShape id="d{name}" bpmnElement="{name}"><dc:Bounds x="0" y="{y}" width="9"'
        ' height="9"/></di:BPMNShape>'
        for name, y in heights.items()
    )
    diagram = (
        '<di:BPMNDiagram id="dg" xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI"'
        ' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC">'
        f'<di:BPMNPlane id="pl" bpmnElement="p">{shapes}</di:BPMNPlane></di:BPMNDiagram>'
    )
    assert run(model, diagram).start(amount=3).open == ["a"]
