"""Every finding has a model that shows it and a nearest model that does not."""

import json
from pathlib import Path

import pytest

from engine.bpmn.compile import compile_files
from engine.bpmn.deploy import Compiled
from engine.bpmn.report import texts
from tests.bpmn.build import ENV, file
from tests.bpmn.cases import CASES, Case

GOLDEN = Path(__file__).parent / "golden.json"
# Findings shown elsewhere: of several files, of limits, of the soundness search.
ELSEWHERE = {
    "compile.none",
    "findings.more",
    "id.duplicate:process",
    "model.nesting",
    "model.size",
    "gateway.no_condition:hides",
    "path.dead:condition",
    "sound.deadlock:always",
    "sound.livelock:always",
    "sound.unproven",
}


def compiled(model: tuple[str, ...] | bytes) -> Compiled:
    data = model if isinstance(model, bytes) else file(*model)
    return compile_files({"a.bpmn": data}, ENV)


def shown(case: Case) -> list:
    return [f for f in compiled(case.bad).findings if f.code == case.code]


@pytest.mark.parametrize("name", CASES)
def test_the_failing_model_shows_the_finding_at_its_element(name: str) -> None:
    case = CASES[name]
    found = shown(case)
    assert {f.element for f in found} == {case.element}, compiled(case.bad).findings
    assert len(found) <= 2


@pytest.mark.parametrize("name", CASES)
def test_the_nearest_model_passes(name: str) -> None:
    case = CASES[name]
    result = compiled(case.good)
    assert case.code not in [f.code for f in result.findings], result.findings
    assert result.plans, result.findings


@pytest.mark.parametrize("name", CASES)
def test_an_error_means_no_plan_and_a_warning_does_not_forbid_one(name: str) -> None:
    result = compiled(CASES[name].bad)
    failed = any(f.severity == "error" for f in result.findings)
    assert failed == (not result.plans)
    assert failed == (not result.facts)


def test_texts_are_as_agreed() -> None:
    agreed = json.loads(GOLDEN.read_text(encoding="utf-8"))
    now = {
        name: [shown(case)[0].zh, shown(case)[0].en, shown(case)[0].repair]
        for name, case in CASES.items()
    }
    assert now == agreed


def test_every_text_has_a_case() -> None:
    have = {case.code for case in CASES.values()} | ELSEWHERE
    assert [code for code in texts()["findings"] if code not in have] == []
