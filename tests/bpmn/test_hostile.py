"""Hostile and broken files give findings in time, never an exception (kernel.md 7)."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base import events
from engine.bpmn.compile import compile_files
from engine.bpmn.deploy import Compiled
from engine.bpmn.report import MOST
from tests.bpmn.build import ENV, codes, compile_one, end, file, node, process, start, user
from tests.bpmn.drive import Driver


def compiled(data: bytes) -> Compiled:
    return compile_files({"a.bpmn": data}, ENV)


def chain(length: int) -> bytes:
    """A file with a row of automatic tasks."""
    names = [f"t{number}" for number in range(length)]
    tasks = [node("task", name) for name in names]
    return file(process(start(), *tasks, end(), " -> ".join(["s", *names, "e"])))


def nested(depth: int) -> bytes:
    """A file with sub-processes inside each other and a task in the innermost."""
    inner = user("core")
    for level in range(depth):
        inner = node("subProcess", f"box{level}", inner)
    return file(process(start(), inner, end(), f"s -> box{depth - 1} -> e"))


def test_five_thousand_tasks_in_a_row_compile_and_run() -> None:
    result = compiled(chain(5000))
    assert not codes(result)
    assert Driver(result).start().status == "completed"


def test_fifty_nested_sub_processes_compile_and_run_and_one_more_is_refused() -> None:
    case = Driver(compiled(nested(50))).start()
    assert case.open == ["core"]
    assert case.complete("core").status == "completed"
    assert ("model.nesting", "box0") in codes(compiled(nested(51)))


def test_two_hundred_and_fifty_nested_sub_processes_are_too_deep_to_read() -> None:
    assert codes(compiled(nested(250))) == [("xml.depth", "")]


def test_five_thousand_parallel_branches_compile_and_start() -> None:
    names = [f"t{number}" for number in range(5000)]
    tasks = [node("task", name) for name in names]
    flows = [f"f -> {name} -> j" for name in names]
    fork, join = node("parallelGateway", "f"), node("parallelGateway", "j")
    result = compiled(
        file(process(start(), fork, *tasks, join, end(), "s -> f", *flows, "j -> e"))
    )
    assert not codes(result)
    case = Driver(result)
    case.limits = events.Limits(step_visits=50_000)
    assert case.start().status == "completed"


def test_thirty_thousand_tasks_are_too_many() -> None:
    began = time.process_time()
    assert codes(compiled(chain(30_000)), "error") == [("model.size", "p")]
    assert time.process_time() - began < 10


def test_time_grows_with_the_number_of_nodes_and_not_with_its_square() -> None:
    def cost(length: int) -> float:
        data = chain(length)
        best = 1e9
        for _turn in range(3):
            began = time.process_time()
            compiled(data)
            best = min(best, time.process_time() - began)
        return best

    assert cost(4000) / cost(400) < 25  # 10 if linear, 100 if quadratic


def test_a_giant_text_and_a_giant_depth_are_refused() -> None:
    text = file(process(*[f"<documentation>{'x' * 9_000_000}</documentation>"]))
    assert codes(compiled(text)) == [("xml.text", "")]
    deep = file("<process id='p'>" + "<x>" * 5000 + "</x>" * 5000 + "</process>")
    assert codes(compiled(deep)) == [("xml.depth", "")]


VALID = file(
    process(
        start(),
        user(camunda__formRef="f1"),
        node("exclusiveGateway", "g", default="g_e"),
        end(),
        end(id="e2"),
        "s -> u -> g",
        "g -> e",
        "g -> e2 : amount > 3",
    )
)


def test_truncated_files_are_refused() -> None:
    for cut in range(0, len(VALID), 7):
        result = compiled(VALID[:cut])
        assert not result.plans
        assert codes(result, "error")


@settings(max_examples=250, derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(VALID) - 1), st.integers(0, 7)), min_size=1))
def test_damaged_files_give_a_plan_or_a_finding(flips: list[tuple[int, int]]) -> None:
    damaged = bytearray(VALID)
    for place, bit in flips:
        damaged[place] ^= 1 << bit
    result = compiled(bytes(damaged))
    assert bool(result.plans) or result.findings


NAMES = ["s", "u", "g", "e", "e2", "s_u", "u_g", "g_e", "p", "", "nobody"]


@settings(max_examples=250, derandomize=True, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES[:8]), st.sampled_from(NAMES), min_size=1))
def test_shuffled_references_give_a_plan_or_a_finding(swaps: dict[str, str]) -> None:
    mixed = VALID.decode()
    for name, other in swaps.items():
        mixed = mixed.replace(f'"{name}"', f'"{other}"', 1)
    result = compiled(mixed.encode())
    assert bool(result.plans) != any(f.severity == "error" for f in result.findings)


def test_no_file_is_a_finding() -> None:
    result = compile_files({"forms/a.json": b"{}"}, ENV)
    assert codes(result) == [("compile.none", "")]


def test_one_broken_file_refuses_the_whole_deployment() -> None:
    result = compile_files({"a.bpmn": VALID, "b.bpmn": b"<a"}, ENV)
    assert codes(result, "error") == [("xml.syntax", "")]
    assert not result.plans


def test_two_files_with_one_process_are_refused_and_both_are_named() -> None:
    result = compile_files({"a.bpmn": VALID, "b.bpmn": VALID}, ENV)
    (finding,) = [f for f in result.findings if f.severity == "error"]
    assert (finding.code, finding.element) == ("id.duplicate", "p")
    assert "a.bpmn" in finding.zh
    assert "b.bpmn" in finding.zh


def test_at_most_two_hundred_findings_are_listed_and_the_rest_counted() -> None:
    result = compiled(file(process(start(), *[node("task", f"t{n}") for n in range(300)])))
    assert len(result.findings) == MOST + 1
    last = result.findings[-1]
    assert (last.code, last.params["count"]) == ("findings.more", 100)


def test_ten_thousand_mistakes_are_counted_in_time() -> None:
    flows = [
        f'<sequenceFlow id="f{number}" sourceRef="s" targetRef="nobody"/>'
        for number in range(10_000)
    ]
    began = time.process_time()
    result = compiled(file(process(start(), *flows)))
    assert time.process_time() - began < 10
    assert not result.plans
    assert result.findings[-1].params["count"] >= 10_000 - MOST


def test_thousands_of_scripts_each_with_its_own_variable_compile_in_time() -> None:
    names = [f"t{number}" for number in range(1500)]
    scripts = [
        node(
            "scriptTask",
            name,
            f"<script>{name} + 1</script>",
            scriptFormat="feel",
            camunda__resultVariable=name,
        )
        for name in names
    ]
    model = file(process(start(), *scripts, end(), " -> ".join(["s", *names, "e"])))
    began = time.process_time()
    assert compiled(model).plans
    assert time.process_time() - began < 6  # 15 s and more when each looks at all names


def test_proposals_are_sought_only_for_findings_that_are_written_out() -> None:
    names = [f"t{number}" for number in range(3000)]
    back = '<extensionElements><gov:return targets="zzz{}"/></extensionElements>'
    tasks = [user(name, back.format(name)) for name in names]
    model = file(process(start(), *tasks, end(), " -> ".join(["s", *names, "e"])))
    began = time.process_time()
    assert not compiled(model).plans
    assert time.process_time() - began < 5


def test_findings_come_by_severity_then_in_document_order() -> None:
    result = compile_one(
        process(
            start(),
            user("a", name="", camunda__formRef="none"),
            user("b", name="", camunda__formRef="none"),
            end(),
            "s -> a -> b -> e",
        )
    )
    assert [(f.severity, f.element) for f in result.findings] == [
        ("error", "a"),
        ("error", "b"),
        ("warning", "a"),
        ("warning", "b"),
        ("note", "a"),
        ("note", "b"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_a_diagram_in_chinese_is_read_in_every_declared_encoding(encoding: str) -> None:
    body = process(start(), user("核查", name="现场核查"), end(), "s -> 核查 -> e", key="流程")
    text = (
        file(body)
        .decode()
        .replace('<?xml version="1.0"?>', f'<?xml version="1.0" encoding="{encoding}"?>')
    )
    result = compiled(text.encode(encoding))
    assert result.facts["流程"].nodes["核查"].name == "现场核查"


CANARY = "__import__('os').system('touch {path}')"
PLACES = [
    lambda text: process(
        start(),
        node(
            "scriptTask",
            "c",
            f"<script>{text}</script>",
            scriptFormat="feel",
            camunda__resultVariable="x",
        ),
        end(),
        "s -> c -> e",
    ),
    lambda text: process(
        start(),
        node("exclusiveGateway", "c", default="c_e"),
        end(),
        end(id="e2"),
        "s -> c",
        "c -> e",
        f"c -> e2 : {text}",
    ),
    lambda text: process(
        start(),
        node(
            "intermediateCatchEvent",
            "c",
            f"<timerEventDefinition><timeDuration>{text}</timeDuration></timerEventDefinition>",
        ),
        end(),
        "s -> c -> e",
    ),
    lambda text: process(
        start(),
        node(
            "intermediateCatchEvent",
            "c",
            f"<timerEventDefinition><timeDuration>={text}</timeDuration></timerEventDefinition>",
        ),
        end(),
        "s -> c -> e",
    ),
    lambda text: process(
        start(),
        user(
            "c",
            f"<multiInstanceLoopCharacteristics><loopCardinality>{text}</loopCardinality></multiInstanceLoopCharacteristics>",
        ),
        end(),
        "s -> c -> e",
    ),
    lambda text: process(
        start(), user("c", camunda__assignee="=" + text), end(), "s -> c -> e"
    ),
]


@pytest.mark.parametrize("place", range(len(PLACES)))
def test_python_in_a_diagram_reaches_nothing(place: int, tmp_path) -> None:
    target = tmp_path / "touched"
    result = compile_one(PLACES[place](CANARY.format(path=target)))
    assert not result.plans, "a Python text was accepted"
    assert not target.exists()
