"""What the soundness search says, and what it must not say."""

from engine.bpmn.compile import compile_files
from tests.bpmn.build import ENV, codes, compile_one, end, file, node, process, start, user
from tests.bpmn.cases_sound import diamond
from tests.bpmn.shapes import TIMER, body, boundary


def reminded(join: str) -> str:
    """A task with two reminders beside it that share their end of the way."""
    second = boundary(TIMER, "u", cancelActivity="false").replace('"b"', '"b2"')
    return process(
        start(),
        user(),
        boundary(TIMER, "u", cancelActivity="false"),
        second,
        node("task", "remind"),
        end(),
        end(id="e2"),
        "s -> u -> e",
        "b -> remind",
        "b2 -> remind",
        join,
    )


def test_reminders_beside_the_work_repeat_by_nature_and_are_no_finding() -> None:
    assert codes(compile_one(reminded("remind -> e2"))) == []


def test_reminders_that_run_into_the_main_way_are_a_finding() -> None:
    found = codes(compile_one(reminded("remind -> e").replace(end(id="e2"), "")))
    assert [code for code, _ in found] == ["sound.improper"]


def test_a_deadlock_in_every_run_refuses_the_deployment() -> None:
    stuck = compile_one(*diamond("exclusiveGateway", "parallelGateway"))
    (finding,) = [f for f in stuck.findings if f.severity == "error"]
    assert (finding.code, finding.element) == ("sound.deadlock", "j")
    assert "s → f → a" in finding.zh
    assert not stuck.plans


def test_what_is_too_large_to_search_is_said() -> None:
    names = [f"t{number}" for number in range(400)]
    tasks = [node("task", name) for name in names]
    gates = node("parallelGateway", "f") + node("parallelGateway", "j")
    flows = [f"f -> {name} -> j" for name in names]
    model = process(start(), gates, *tasks, end(), "s -> f", *flows, "j -> e")
    result = compile_files({"a.bpmn": file(model)}, ENV)
    assert ("sound.unproven", "p") in codes(result, "note")
    assert result.plans


def test_a_defect_inside_a_sub_process_is_named_there() -> None:
    inner = diamond("exclusiveGateway", "parallelGateway")[0]
    inner = inner[inner.index(">") + 1 : inner.rindex("<")]
    for name in ("s", "e", "s_f", "j_e"):
        for attribute in ("id", "sourceRef", "targetRef"):
            inner = inner.replace(f' {attribute}="{name}"', f' {attribute}="i{name}"')
    box = node("subProcess", "box", inner)
    found = codes(compile_one(process(start(), box, end(), body("s -> box -> e"))))
    assert ("sound.deadlock", "j") in found
