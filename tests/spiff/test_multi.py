"""Multi-instance work on both runtimes: people, services, called processes, scripts."""

import pytest

from engine.base import events
from engine.kernel import effects as fx
from tests.bpmn.build import end, node, process, start, user
from tests.spiff.test_boundaries import TRIGGERS, edge

CITIES = '<dataObject id="cities"/><dataObject id="found"/>'
FORM = {"camunda__formRef": "f2"}
EXTERNAL = {"camunda__type": "external", "camunda__topic": "lookup"}
OUTPUT = (
    "<loopDataOutputRef>found</loopDataOutputRef>",
    '<outputDataItem id="{}"/>',
)


def loop(
    sequential: bool = False,
    until: str = "",
    output: str = "",
    count: str = "",
    element: str = "",
) -> str:
    words = f'isSequential="{str(sequential).lower()}"'
    if not count:
        words += ' camunda:collection="cities" camunda:elementVariable="city"'
    inner = f"<loopCardinality>{count}</loopCardinality>" if count else ""
    if output:
        inner += f'{OUTPUT[0]}<outputDataItem id="o" name="{output}"/>'
    if until:
        inner += f"<completionCondition>{until}</completionCondition>"
    return (
        f"<multiInstanceLoopCharacteristics {words}>{inner}</multiInstanceLoopCharacteristics>"
    )


def around(part: str, *more: str) -> str:
    return process(start(), CITIES, part, user("z"), *more, end(), "s -> u -> z -> e")


def people(**words) -> str:
    return user("u", loop(**words), **FORM)


THREE = {"cities": ["甲", "乙", "丙"]}


def test_parallel_items_open_at_once_and_their_results_are_in_item_order(run) -> None:
    case = run(around(people(output="opinion"))).start(**THREE)
    (opened,) = case.of(fx.TasksOpened)
    assert [(row["city"], row["loopCounter"]) for row in opened.locals] == [
        ("甲", 1),
        ("乙", 2),
        ("丙", 3),
    ]
    for item, opinion in ((3, "c"), (1, "a"), (2, "b")):
        assert case.vars["found"] is None
        case.complete("u", item=item, opinion=opinion)
    assert case.vars["found"] == ["a", "b", "c"]
    assert case.open == ["z"]
    case.complete("z").assert_clean()


def test_sequential_items_open_one_after_another(run) -> None:
    case = run(around(people(sequential=True, output="opinion"))).start(**THREE)
    for number, opinion in enumerate("abc", 1):
        opened = case.of(fx.TaskOpened, "u")[-1]
        assert (opened.item, opened.locals["city"]) == (number, THREE["cities"][number - 1])
        assert len(case.of(fx.TaskOpened, "u")) == number
        case.complete("u", item=number, opinion=opinion)
    assert case.vars["found"] == ["a", "b", "c"]
    case.complete("z").assert_clean()


@pytest.mark.parametrize("sequential", [False, True])
def test_a_completion_condition_withdraws_the_rest(run, sequential) -> None:
    until = "numberOfCompletedInstances &gt;= 2"
    part = people(sequential=sequential, until=until, output="opinion")
    case = run(around(part)).start(**THREE)
    case.complete("u", item=1, opinion="a").complete("u", item=2, opinion="b")
    assert case.open == ["z"]
    assert case.vars["found"] == ["a", "b", None]
    withdrawn = [e for e in case.now(fx.TaskClosed) if e.how == "withdrawn"]
    assert bool(withdrawn) is not sequential
    case.complete("z").assert_clean()


def test_outcomes_are_counted(run) -> None:
    until = 'get value(tally, "同意") = 2'
    case = run(around(people(until=until))).start(**THREE)
    case.complete("u", item=2, outcome="同意").complete("u", item=3, outcome="不同意")
    assert case.open == ["u"]
    assert case.complete("u", item=1, outcome="同意").open == ["z"]


@pytest.mark.parametrize("sequential", [False, True])
def test_no_items_is_done_at_once(run, sequential) -> None:
    case = run(around(people(sequential=sequential, output="opinion"))).start(cities=[])
    assert case.open == ["z"]
    assert case.vars["found"] == []
    case.complete("z").assert_clean()


def test_a_count_instead_of_a_list(run) -> None:
    case = run(around(people(count="2"))).start()
    case.complete("u", item=2).complete("u", item=1)
    assert case.open == ["z"]


def test_a_list_that_is_none_moves_nothing_wrongly(run) -> None:
    case = run(around(people()))
    case.try_(events.Start, vars={"cities": 7})
    held = case.step.status == "accepted" and case.view.incidents[0]["code"] == "mi_count"
    assert held or case.step.status == "refused"


@pytest.mark.parametrize("sequential", [False, True])
def test_services_run_per_item(run, sequential) -> None:
    inner = loop(sequential=sequential, output="found_one")
    part = node("serviceTask", "u", inner, camunda__resultVariable="found_one", **EXTERNAL)
    case = run(around(part)).start(**THREE)
    asked = case.of(fx.ServiceRequested)
    assert len(asked) == (1 if sequential else 3)
    for item in (1, 2, 3):
        case.serve("u", {"n": item}, item=item)
    assert [row["n"] for row in case.vars["found"]] == [1, 2, 3]
    assert len({(e.wait, e.item) for e in case.of(fx.ServiceRequested)}) == 3
    assert len({e.idem for e in case.of(fx.ServiceRequested)}) == 3
    case.complete("z").assert_clean()


def test_the_service_of_one_item_that_failed_is_asked_again(run) -> None:
    part = node("serviceTask", "u", loop(), **EXTERNAL)
    case = run(around(part)).start(**THREE).serve("u", failure="不通", item=2)
    (incident,) = case.view.incidents
    assert incident["code"] == "service_failed"
    case.resolve("retry")
    assert [(e.node, e.item) for e in case.now(fx.ServiceRequested)] == [("u", 2)]
    first = case.of(fx.ServiceRequested)[1]
    assert case.now(fx.ServiceRequested)[0].idem == first.idem
    for item in (1, 2, 3):
        case.serve("u", {}, item=item)
    case.complete("z").assert_clean()


def test_the_service_of_one_item_that_failed_is_skipped(run) -> None:
    part = node("serviceTask", "u", loop(), **EXTERNAL)
    case = run(around(part)).start(**THREE).serve("u", failure="不通", item=2).resolve("skip")
    case.serve("u", {}, item=1).serve("u", {}, item=3)
    assert case.open == ["z"]


@pytest.mark.parametrize("sequential", [False, True])
def test_called_processes_run_per_item(run, sequential) -> None:
    inner = loop(sequential=sequential, output="city_name")
    inner = (
        '<extensionElements><camunda:in source="city" target="city"/>'
        '<camunda:out source="name" target="city_name"/></extensionElements>' + inner
    )
    part = node("callActivity", "u", inner, calledElement="other")
    other = process(start(), user("w"), end(), "s -> w -> e", key="other")
    other = other.replace('"s"', '"os"').replace('"e"', '"oe"').replace('id="s_w"', 'id="o1"')
    other = other.replace('id="w_e"', 'id="o2"')
    case = run(around(part), other).start(**THREE)
    asked = case.of(fx.ChildRequested)
    assert len(asked) == (1 if sequential else 3)
    for item in (1, 2, 3):
        case.child("u", out={"name": f"n{item}", "secret": 1}, item=item)
    assert [e.vars["city"] for e in case.of(fx.ChildRequested)] == ["甲", "乙", "丙"]
    assert case.vars["found"] == ["n1", "n2", "n3"]
    case.complete("z").assert_clean()


@pytest.mark.parametrize("sequential", [False, True])
def test_scripts_run_per_item_within_the_step(run, sequential) -> None:
    inner = loop(sequential=sequential, output="x") + "<script>loopCounter * 2</script>"
    words = {"scriptFormat": "feel", "camunda__resultVariable": "x"}
    part = node("scriptTask", "u", inner, **words)
    case = run(around(part)).start(**THREE)
    assert case.open == ["z"]
    assert case.vars["found"] == [2, 4, 6]
    assert "x" not in case.vars


@pytest.mark.parametrize("sequential", [False, True])
def test_a_boundary_event_ends_all_items(run, sequential) -> None:
    rest = (edge(TRIGGERS["timer"]), user("h"), end(id="eb"))
    part = people(sequential=sequential, output="opinion")
    model = process(
        start(), CITIES, part, user("z"), *rest, end(), "s -> u -> z -> e", "b -> h -> eb"
    )
    case = run(model).start(**THREE).complete("u", item=1, opinion="a").fire("b")
    assert case.open == ["h"]
    assert len(case.now(fx.TaskClosed)) == 1
    case.complete("h").assert_clean()


def test_an_error_of_one_item_ends_all(run) -> None:
    rest = (edge("<errorEventDefinition/>"), user("h"), end(id="eb"))
    part = node("serviceTask", "u", loop(output="n"), **EXTERNAL)
    model = process(
        start(), CITIES, part, user("z"), *rest, end(), "s -> u -> z -> e", "b -> h -> eb"
    )
    case = run(model).start(**THREE).serve("u", {}, item=1).serve("u", error="E1", item=2)
    assert case.open == ["h"]
    assert [e.item for e in case.now(fx.ServiceCancelled)] == [None]
    case.complete("h").assert_clean()
