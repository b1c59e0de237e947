"""Nothing of a diagram reaches the host; broken files and deep paths end in words."""

import random
import threading
from pathlib import Path

import pytest

from bench.diagrams import host_code
from bench.evidence import plain
from engine.base import events
from engine.kernel import effects as fx
from engine.kernel.problems import Held
from engine.spiff.runtime import SpiffRuntime
from engine.spiff.session import FeelEngine, Session
from engine.store import codec
from tests.bpmn.build import ENV, end, ext, file, mapped, node, process, start, user
from tests.bpmn.shapes import MSG, SIG, body
from tests.differential.driver import ENV as RANDOM_ENV
from tests.differential.driver import Driver
from tests.differential.models import random_model
from tests.spiff.case import Case, compiled
from tests.spiff.test_boundaries import CITY, edge

LINE = "s -> u -> e"


def _text(kind: str, code: str) -> str:
    return f"<{kind}>{code}</{kind}>"


def _timer(kind: str, code: str) -> str:
    return f"<timerEventDefinition>{_text(kind, code)}</timerEventDefinition>"


def _loop(inner: str, words: str = "") -> str:
    tag = "multiInstanceLoopCharacteristics"
    return user("u", f"<{tag} {words}>{inner}</{tag}>")


SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"


def _spiff(tag: str, code: str) -> str:
    return ext(f'<x:{tag} xmlns:x="{SPIFF}">{code}</x:{tag}>')


def places(code: str) -> dict[str, tuple[str, ...]]:
    """Models with CODE in every place SpiffWorkflow or we would evaluate a text."""
    words = {"scriptFormat": "python", "camunda__resultVariable": "x"}
    feel = {**words, "scriptFormat": "feel"}
    script = _text("script", code)
    catch = node("intermediateCatchEvent", "u", _timer("timeDuration", code))
    keyed = (
        '<message id="m" name="到达"><extensionElements><gov:correlation key="'
        f'{code}"/></extensionElements></message>'
    )
    wait = node("intermediateCatchEvent", "u", '<messageEventDefinition messageRef="m"/>')
    twin = '<sequenceFlow id="c" sourceRef="g" targetRef="u"><conditionExpression>'
    twin += f"{code}</conditionExpression></sequenceFlow>"
    gate = node("exclusiveGateway", "g", default="g_e")
    correlation = (
        '<correlationProperty id="cp" name="k"><correlationPropertyRetrievalExpression '
        f'messageRef="m"><messagePath>{code}</messagePath>'
        "</correlationPropertyRetrievalExpression></correlationProperty>"
    )
    return {
        "script python": (
            process(start(), node("scriptTask", "u", script, **words), end(), LINE),
        ),
        "script feel": (
            process(start(), node("scriptTask", "u", script, **feel), end(), LINE),
        ),
        "condition": (
            process(start(), gate, user(), end(), "s -> g", twin, "g -> e", "u -> e"),
        ),
        "duration": (process(start(), catch, end(), LINE),),
        "date": (process(start(), catch.replace("timeDuration", "timeDate"), end(), LINE),),
        "cycle": (
            process(start(), user(), edge(_timer("timeCycle", code)), end(), end(id="eb"),
                    LINE, "b -> eb"),
        ),
        "cardinality": (process(start(), _loop(_text("loopCardinality", code)), end(), LINE),),
        "completion": (
            process(start(), _loop(_text("loopCardinality", "2")
                                   + _text("completionCondition", code)), end(), LINE),
        ),
        "collection": (
            process(start(), _loop("", f'camunda:collection="{code}"'), end(), LINE),
        ),
        "standard loop": (
            process(start(), user("u", "<standardLoopCharacteristics>"
                                  + _text("loopCondition", code)
                                  + "</standardLoopCharacteristics>"), end(), LINE),
        ),
        "input": (process(start(), user("u", mapped("input", a=f"={code}")), end(), LINE),),
        "output": (process(start(), user("u", mapped(a=f"={code}")), end(), LINE),),
        "pre script": (process(start(), user("u", _spiff("preScript", code)), end(), LINE),),
        "post script": (process(start(), user("u", _spiff("postScript", code)), end(), LINE),),
        "unit test": (process(start(), user("u", _spiff("unitTests", code)), end(), LINE),),
        "called": (
            process(start(), node("callActivity", "u", calledElement=code), end(), LINE),
        ),
        "assignee": (process(start(), user("u", camunda__assignee=code), end(), LINE),),
        "name": (process(start(), user("u", name=code), end(), LINE),),
        "documentation": (
            process(start(), user("u", _text("documentation", code)), end(), LINE),
        ),
        "correlation key": (process(start(), CITY, wait, end(), LINE), keyed),
        "correlation path": (process(start(), CITY, wait, end(), LINE), MSG, correlation),
        "conditional": (
            process(start(), node("intermediateCatchEvent", "u", "<conditionalEventDefinition>"
                                  + _text("condition", code) + "</conditionalEventDefinition>"),
                    end(), LINE),
        ),
        "service": (
            process(start(), node("serviceTask", "u", camunda__expression=code), end(), LINE),
            SIG,
        ),
        "operation": (
            process(start(), node("serviceTask", "u", _spiff("serviceTaskOperator", code)),
                    end(),
                    LINE),
        ),
    }  # fmt: skip


def _drive(case: Case) -> None:
    """Do whatever there is to do, a few times."""
    for _ in range(3):
        view = case.view
        for task in view.tasks:
            case.try_(events.CompleteTask, wait=task["wait"])
        for timer in view.timers:
            case.try_(events.FireTimer, wait=timer["wait"], due=case.at)
        for row in view.subscriptions:
            case.try_(events.Correlate, wait=row["wait"], message=row["name"])


@pytest.mark.parametrize("place", places("x"))
def test_no_text_of_a_model_is_executed(place, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    code = f"__import__('pathlib').Path('{canary}').write_text('x')"
    for text in (code, f'"{code}"', f"=({code})", f"${{{code}}}"):
        escaped = text.replace('"', "&quot;")
        runtime, found = compiled("spiffworkflow", *places(escaped)[place])
        if found.plans:
            case = Case(runtime, found)
            if case.try_(events.Start, vars={"city": code}).status == "accepted":
                _drive(case)
        assert not canary.exists()


def test_the_canary_sings_where_python_is_executed(tmp_path: Path) -> None:
    """The test above can fail: the library as it comes executes the same text."""
    canary = tmp_path / "canary"
    plain(host_code(str(canary)), "host_code")
    assert canary.exists()


def test_the_script_engine_executes_nothing() -> None:
    _, found = compiled("spiffworkflow", process(start(), user(), end(), LINE))
    session = Session(found.plans["p"].plan, {}, events.Start())
    engine = FeelEngine(session, lambda _session, _task: None)
    with pytest.raises(Held):
        engine.execute(None, "1 + 1")
    with pytest.raises(Held):
        engine.call_service(None)
    with pytest.raises(Held):
        engine.evaluate(None, "1 + 1")  # no flow of this id: never a text to evaluate


def test_broken_files_never_raise() -> None:
    good = random_model(3).decode()
    choice = random.Random(5)  # noqa: S311  # test data
    runtime = SpiffRuntime()
    for _ in range(150):
        text = good
        for _ in range(choice.randint(1, 3)):
            at = choice.randrange(200, len(text))
            cut = choice.randint(1, 40)
            middle = choice.choice(
                ["", text[at : at + cut] * 2, "x", "id", '"', "<bpmn:task/>"]
            )
            text = text[:at] + middle + text[at + cut :]
        found = runtime.compile({"random.bpmn": text.encode()}, RANDOM_ENV)
        assert found.plans or any(f.severity == "error" for f in found.findings)


def test_words_exchanged_in_a_file_never_raise() -> None:
    """Well-formed, but ids, kinds and references mixed up."""
    choice = random.Random(7)  # noqa: S311  # test data
    runtime = SpiffRuntime()
    kinds = ["userTask", "task", "subProcess", "startEvent", "endEvent", "boundaryEvent",
             "exclusiveGateway", "parallelGateway", "eventBasedGateway", "inclusiveGateway",
             "callActivity", "receiveTask", "intermediateCatchEvent", "sendTask"]  # fmt: skip
    accepted = 0
    for seed in range(120):
        text = random_model(seed).decode()
        one, other = choice.sample(kinds, 2)
        text = text.replace(f"bpmn:{one} ", f"bpmn:{other} ", 1).replace(
            f"</bpmn:{one}>", f"</bpmn:{other}>", 1
        )
        found = runtime.compile({"random.bpmn": text.encode()}, RANDOM_ENV)
        accepted += bool(found.plans)
    assert accepted > 10  # most are refused; the library's parser is reached all the same


def test_a_long_row_of_steps_is_refused_not_crashed() -> None:
    names = [f"t{number}" for number in range(3000)]
    tasks = [node("task", name) for name in names]
    _, found = compiled(
        "spiffworkflow", process(start(), *tasks, end(), " -> ".join(["s", *names, "e"]))
    )
    assert found.plans == {}
    assert "这样长的路径" in "".join(f.zh for f in found.findings)


def test_a_deep_path_is_refused_before_the_library_goes_blind() -> None:
    """Rows 1 and 2: the library would report the case completed with work undone."""
    names = [f"t{number}" for number in range(280)]
    model = process(
        start(), CITY, node("exclusiveGateway", "m"), user("u", camunda__formRef="f1"),
        *(node("task", name) for name in names), node("exclusiveGateway", "g", default="g_e"),
        end(), " -> ".join(["s", "m", "u", *names, "g"]), 'g -> m : city = "again"', "g -> e",
    )  # fmt: skip
    case = Case(*compiled("spiffworkflow", model)).start()
    for _ in range(5):
        step = case.try_(events.CompleteTask, wait=case.wait("u"), result={"city": "again"})
        assert case.open == ["u"]
        assert case.status == "active"
    assert step.status == "refused"
    assert "runtime: kernel" in step.reason
    whole = Case(*compiled("kernel", model)).start()
    for _ in range(5):
        whole.complete("u", city="again")
    assert whole.complete("u", city="done").status == "completed"


def test_a_step_that_never_rests_is_refused() -> None:
    model = process(
        start(), CITY, user(), node("exclusiveGateway", "m"), node("task", "t"),
        node("exclusiveGateway", "g", default="g_e"), end(), "s -> u -> m -> t -> g",
        'g -> m : city = "甲"', "g -> e",
    )  # fmt: skip
    case = Case(*compiled("spiffworkflow", model)).start(city="甲")
    step = case.try_(events.CompleteTask, wait=case.wait("u"))
    assert step.status == "refused"
    assert case.open == ["u"]


def test_odd_variables_survive() -> None:
    odd = {"self": 1, "data": {"a": None}, "__class__": "x", "": [], "任务": [[{}]], "task": 2}
    model = process(
        start(), user("u", camunda__formRef="f1"), user("z"), end(), "s -> u -> z -> e"
    )
    case = Case(*compiled("spiffworkflow", model)).start(**odd).complete("u", city="乙")
    assert case.vars == {**odd, "city": "乙"}


def test_a_plan_is_shared_by_threads() -> None:
    """Eight threads run the same plan; each ends as one alone does."""
    runtime = SpiffRuntime()
    data = random_model(11)
    alone = Driver(runtime, data)
    alone.run()
    plan, failures, done = alone.plan, [], []

    def work() -> None:
        try:
            for _ in range(3):
                mine = Driver(runtime, data)
                mine.begin = lambda mine=mine: _begin(mine, plan)  # type: ignore[method-assign]
                mine.run()
                done.append((mine.ended, dict(mine.done)))
        except BaseException as error:  # noqa: BLE001  # told by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert done == [(alone.ended, dict(alone.done))] * 24


def _begin(driver: Driver, plan: object) -> None:
    driver.plan = plan
    driver.tell(events.Start(at=driver.at, vars={"number": 3}))


def test_a_state_is_plain_and_survives_the_codec() -> None:
    box = node(
        "subProcess", "u", body(start(id="s1"), user("w"), end(id="e1"), "s1 -> w -> e1")
    )
    case = Case(*compiled("spiffworkflow", process(start(), box, end(), LINE))).start(city="甲")
    assert codec.decode(codec.encode(case.state)) == case.state
    assert case.state["f"] == 1
    assert "spec" not in case.state["flow"]
    assert len(codec.encode(case.state)) < 6_000


def test_completed_values_do_not_change_later() -> None:
    """Row 4: what was written stays what it was."""
    first = user("u", camunda__formRef="f1")
    change = node(
        "scriptTask", "c", ext("") + "<script>{a: 2}</script>", scriptFormat="feel",
        camunda__resultVariable="box",
    )  # fmt: skip
    model = process(start(), first, change, user("z"), end(), "s -> u -> c -> z -> e")
    case = Case(*compiled("spiffworkflow", model)).start(box={"a": 1})
    before = case.state
    frozen = codec.encode(before)
    case.complete("u", city="乙")
    assert codec.encode(before) == frozen
    assert case.vars["box"] == {"a": 2}
    assert next(e.patch for e in case.now(fx.VariablesWritten)) == {"city": "乙"}


def test_a_file_with_several_processes_runs_each() -> None:
    one = process(start(), user(), end(), LINE)
    two = one.replace('id="p"', 'id="q"').replace('name="流程"', 'name="乙"')
    for name in ("s", "u", "e", "s_u", "u_e"):
        two = two.replace(f'"{name}"', f'"q{name}"')
    found = SpiffRuntime().compile({"a.bpmn": file(one, two)}, ENV)
    assert sorted(found.plans) == ["p", "q"], found.findings
    for key in ("p", "q"):
        assert len(Case(SpiffRuntime(), found, key).start().open) == 1
