"""Diagrams run as drawn: several triggers on one event, quantities, references by id."""

from engine.kernel import effects
from tests.bpmn.build import compile_one, end, node, process, start, user
from tests.bpmn.drive import Driver
from tests.bpmn.shapes import MSG, SIG, TIMER, body, boundary

MESSAGE = '<messageEventDefinition messageRef="m"/>'
CITY = '<dataObject id="city"/>'


def run(*roots: str, key: str = "p") -> Driver:
    return Driver(compile_one(*roots), key)


def waiting(inner: str, **attrs: str) -> str:
    catch = node("intermediateCatchEvent", "c", inner, **attrs)
    return process(start(), CITY, catch, end(), "s -> c -> e")


def test_any_of_several_triggers_is_enough() -> None:
    assert run(waiting(MESSAGE + TIMER), MSG).start(city="甲").fire("c").status == "completed"
    assert (
        run(waiting(MESSAGE + TIMER), MSG).start(city="甲").message("c").status == "completed"
    )


def test_of_parallel_triggers_each_is_needed() -> None:
    case = (
        run(waiting(MESSAGE + TIMER, parallelMultiple="true"), MSG).start(city="甲").fire("c")
    )
    assert case.status == "active"
    assert case.message("c").status == "completed"


def test_a_definition_by_reference_is_one_of_the_definitions() -> None:
    shared = TIMER.replace("Definition>", 'Definition id="td">', 1)
    inner = "<eventDefinitionRef>td</eventDefinitionRef>"
    case = run(waiting(inner), shared).start()
    assert case.status == "active"
    assert case.fire("c").status == "completed"


def test_an_end_throws_everything_it_says() -> None:
    stop = end(MESSAGE + '<signalEventDefinition signalRef="sg"/>')
    case = run(process(start(), CITY, stop, "s -> e"), MSG, SIG).start(city="甲")
    assert [e.name for e in case.of(effects.MessageThrown)] == ["到达"]
    assert [e.name for e in case.of(effects.SignalThrown)] == ["通报"]
    assert case.status == "completed"


def test_two_tokens_start_one_activation_and_one_gives_two() -> None:
    fork = node("parallelGateway", "f")
    pooled = user("u", startQuantity="2")
    model = process(start(), fork, pooled, end(), "s -> f -> a -> u -> e", "f -> b -> u")
    tasks = node("task", "a") + node("task", "b")
    case = run(model.replace("</process>", tasks + "</process>")).start()
    assert case.open == ["u"]
    assert case.complete("u").status == "completed"
    twice = process(start(), node("task", "a", completionQuantity="2"), user(), end())
    flows = body("s -> a -> u -> e")
    case = run(twice.replace("</process>", flows + "</process>")).start()
    assert case.open == ["u", "u"]


def test_a_reminder_repeats_beside_the_work_until_it_is_done() -> None:
    cycle = "<timerEventDefinition><timeCycle>R2/P1D</timeCycle></timerEventDefinition>"
    model = process(
        start(),
        user(),
        boundary(cycle, "u", cancelActivity="false"),
        node("task", "remind"),
        end(),
        end(id="e2"),
        "s -> u -> e",
        "b -> remind -> e2",
    )
    case = run(model).start().fire("b").fire("b")
    assert case.entered.count("remind") == 2
    assert case.open == ["u"]
    assert case.complete("u").status == "completed"


def test_a_manual_task_waits_for_a_person_or_lets_pass() -> None:
    waits = node("manualTask", "c", camunda__candidateGroups="CLERK")
    case = run(process(start(), waits, end(), "s -> c -> e")).start()
    assert case.of(effects.TaskOpened)[0].kind == "manual"
    assert case.complete("c").status == "completed"
    passes = node("manualTask", "c", gov__manual="pass")
    assert run(process(start(), passes, end(), "s -> c -> e")).start().status == "completed"


def test_the_outcome_is_written_under_the_name_the_task_gives_it() -> None:
    inner = (
        '<extensionElements><camunda:properties><camunda:property name="outcome.variable" '
        'value="opinion_of_city"/></camunda:properties><gov:outcome value="yes"/>'
        "</extensionElements>"
    )
    case = run(process(start(), user("u", inner), end(), "s -> u -> e")).start()
    assert case.complete("u", outcome="yes").variables == {"opinion_of_city": "yes"}


def test_review_mode_takes_no_field() -> None:
    inner = (
        '<extensionElements><camunda:properties><camunda:property name="form.writable" '
        'value=""/></camunda:properties></extensionElements>'
    )
    task = user("u", inner, camunda__formRef="f1")
    compiled = compile_one(process(start(), task, end(), "s -> u -> e"))
    assert compiled.plans["p"].nodes[1].result.fields == frozenset()


def test_a_message_to_the_process_of_another_pool_names_it() -> None:
    send = node("sendTask", "c", messageRef="m")
    flow = '<messageFlow id="mf" sourceRef="c" targetRef="{}"/>'
    pools = '<participant id="pa" processRef="p"/><participant id="pb" {}/>'
    model = process(start(), CITY, send, end(), "s -> c -> e")

    def target(pool: str, aim: str) -> str | None:
        drawn = f'<collaboration id="k">{pools.format(pool)}{flow.format(aim)}</collaboration>'
        other = '<process id="q" name="乙"><startEvent id="qs"/></process>'
        case = run(model, other, drawn, MSG).start(city="甲")
        return case.of(effects.MessageThrown)[0].target

    assert target('processRef="q"', "pb") == "q"
    assert target('processRef="q"', "qs") == "q"
    assert target('name="省平台"', "pb") == "省平台"
