"""What SpiffWorkflow would ignore or lacks is refused at deployment, by name."""

from pathlib import Path

import pytest

from engine.spiff import lacks as table
from engine.spiff.defects import DEFECTS
from engine.spiff.runtime import SpiffRuntime
from tests.bpmn.build import end, node, process, start, user
from tests.bpmn.shapes import ERR, ESC, MSG, SIG, TIMER, body, boundary, sub
from tests.spiff.case import compiled
from tests.spiff.test_boundaries import CITY
from tests.spiff.test_multi import CITIES, loop

ESCALATES = '<escalationEventDefinition escalationRef="es"/>'
ROOTS = (MSG, SIG, ERR, ESC)
ERROR = '<errorEventDefinition errorRef="er"/>'
CONDITION = (
    "<conditionalEventDefinition><condition>amount > 1</condition></conditionalEventDefinition>"
)
AMOUNT = '<dataObject id="amount"/>'
ESP = node(
    "subProcess",
    "esp",
    body(start(TIMER, id="es1"), user("ew"), end(id="ee"), "es1 -> ew -> ee"),
    triggeredByEvent="true",
)  # fmt: skip
BOX = sub(body(start(id="s1"), user("w"), end(id="e1"), "s1 -> w -> e1"), id="u")
OWN = sub(body('<dataObject id="mine"/>', start(id="s1"), user("w"), end(id="e1"),
               "s1 -> w -> e1"), id="u")  # fmt: skip
MANY = BOX.replace("</subProcess>", loop(count="2") + "</subProcess>")
CATCH_TWO = node(
    "intermediateCatchEvent", "u", '<messageEventDefinition messageRef="m"/>' + TIMER
)
LINE = "s -> u -> e"
FAILS = (
    '<extensionElements><camunda:properties><camunda:property name="gov:errorCode" value="E1"/>'
    "</camunda:properties></extensionElements>"
)

MODELS = {
    "隐式结束（没有流出连线）": (start(), user(), "s -> u"),
    "隐式开始（没有流入连线）": (user(), end(), "u -> e"),
    "活动上的多条或带条件的流出连线": (
        start(), user(), user("a"), end(), end(id="e2"), "s -> u", "u -> e", "u -> a -> e2",
    ),
    "起始或完成数量": (start(), user(completionQuantity="2"), end(), LINE),
    "这种捕获事件": (start(), CITY, CATCH_TWO, end(), LINE),
    "这种抛出事件": (start(), user(), end(ESCALATES), LINE),
    "这种边界事件": (
        start(), AMOUNT, user(), boundary(CONDITION, "u"), end(), end(id="e2"), LINE, "b -> e2",
    ),
    "事件子流程": (start(), user(), ESP, end(), LINE),
    "子流程自己的数据": (start(), OWN, end(), LINE),
    "子流程的多实例": (start(), MANY, end(), LINE),
    "读取全部结果的完成条件": (
        start(), CITIES,
        user("u", loop(output="opinion", until="count(found) &gt; 1"), camunda__formRef="f2"),
        end(), LINE,
    ),
    "标准循环": (
        start(), AMOUNT,
        user("u", '<standardLoopCharacteristics loopMaximum="2"/>'), end(), LINE,
    ),
    "同一来源的两条连线汇入一个并行网关": (
        start(), node("parallelGateway", "f"), node("parallelGateway", "u"), end(),
        "s -> f -> u -> e", '<sequenceFlow id="twin" sourceRef="f" targetRef="u"/>',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_what_is_lacking_is_refused_by_name(name) -> None:
    roots = (process(*MODELS[name]), *ROOTS)
    _, ours = compiled("kernel", *roots)
    assert ours.plans, [(f.code, f.element, f.zh) for f in ours.findings]
    _, found = compiled("spiffworkflow", *roots)
    assert found.plans == {}
    texts = [f.zh for f in found.findings if f.code == "node.unsupported"]
    assert any(name in text for text in texts), texts
    assert all(f.repair for f in found.findings if f.code == "node.unsupported")


def test_every_row_of_the_table_of_lacks_is_tried() -> None:
    names = {name for name, _ in table._RULES}
    untried = names - set(MODELS)
    assert untried == {"全局任务", "脚本或决策失败时抛出错误", "本行图元"}  # below


@pytest.mark.parametrize("kind", ["transaction", "adHocSubProcess"])
def test_what_no_runtime_executes_is_refused_on_both(kind) -> None:
    inside = body(start(id="s1"), user("w"), end(id="e1"), "s1 -> w -> e1")
    model = process(start(), node(kind, "u", inside), end(), LINE)
    for name in ("kernel", "spiffworkflow"):
        _, found = compiled(name, model)
        assert found.plans == {}
        assert ("node.unsupported", "u") in [(f.code, f.element) for f in found.findings]


def test_a_global_task_that_is_called_is_refused() -> None:
    part = node("callActivity", "u", calledElement="gt")
    task = '<globalUserTask id="gt" name="全局"/>'
    _, ours = compiled("kernel", process(start(), part, end(), LINE), task)
    _, found = compiled("spiffworkflow", process(start(), part, end(), LINE), task)
    if ours.plans:
        assert found.plans == {}


def test_a_script_that_throws_an_error_when_it_fails_is_refused() -> None:
    words = {"scriptFormat": "feel", "camunda__resultVariable": "x", "gov__errorCode": "E1"}
    part = node("scriptTask", "u", "<script>1 + 1</script>", **words)
    model = process(start(), part, boundary(ERROR, "u"), end(), end(id="e2"), LINE, "b -> e2")
    _, ours = compiled("kernel", model, ERR)
    assert ours.plans, [(f.code, f.element, f.zh) for f in ours.findings]
    _, found = compiled("spiffworkflow", model, ERR)
    assert "脚本或决策失败时抛出错误" in "".join(f.zh for f in found.findings)


@pytest.mark.parametrize(
    "inner",
    [ERROR, ESCALATES, "<compensateEventDefinition/>", "<cancelEventDefinition/>"],
)
def test_no_end_is_accepted_that_would_do_nothing(inner) -> None:
    _, found = compiled("spiffworkflow", process(start(), user(), end(inner), LINE), *ROOTS)
    assert found.plans == {}


def test_what_the_kernel_refuses_the_reference_refuses_alike() -> None:
    model = process(start(), user(), "s -> u -> nowhere")
    _, ours = compiled("kernel", model)
    _, found = compiled("spiffworkflow", model)
    assert found == ours
    assert found.plans == {}


def test_an_accepted_plan_lacks_nothing() -> None:
    _, found = compiled("spiffworkflow", process(start(), user(), end(), LINE))
    assert SpiffRuntime().missing(found.plans["p"]) == frozenset()


def test_the_table_of_defects_says_how_each_is_handled() -> None:
    assert {row.handled for row in DEFECTS} <= {"refused", "avoided", "open"}
    assert len({row.number for row in DEFECTS}) == len(DEFECTS)


def test_the_tests_a_defect_excuses_are_there() -> None:
    for row in DEFECTS:
        for place in row.excuses:
            path, _, name = place.partition("::")
            assert f"def {name}(" in Path(path).read_text(encoding="utf-8"), place


def test_what_is_open_in_the_table_excuses_a_test_or_is_about_cost() -> None:
    assert {row.number for row in DEFECTS if row.handled == "open"} == {"38-39", "held"}
