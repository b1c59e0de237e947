"""shouhu trace: 102 carried, 2 explained; what carries nothing or names nothing fails."""

import json
from pathlib import Path

import pytest

from engine.base.errors import InvalidDefinition
from engine.cli import main
from engine.library.bundle import from_files
from engine.library.requirements import Requirement, read_requirements
from engine.queries.carriers import Part
from engine.queries.marks import Test as Held
from engine.queries.marks import marked_tests
from engine.queries.trace import Source, trace
from tests.trace.book import carried, held, observed, seen, traced
from tests.trace.says import book

EXPLAINED = {"G-01", "J-30"}
IDS = [f"G-{n:02}" for n in range(1, 64)] + [f"J-{n:02}" for n in range(1, 42)]


def test_every_requirement_is_carried_but_the_two_that_state_no_rule() -> None:
    found = traced()
    assert [row.requirement.id for row in found.rows] == IDS
    assert {r.requirement.id for r in found.rows if r.status == "explained"} == EXPLAINED
    assert [r.requirement.id for r in found.rows if r.status == "missing"] == []
    assert found.wrong == ()


def test_every_carried_requirement_has_tests_and_no_test_names_an_unknown_one() -> None:
    tests = marked_tests()
    assert set(tests) == set(IDS) - EXPLAINED
    assert set(book()) == set(IDS) - EXPLAINED


@pytest.mark.parametrize("key", sorted(set(IDS) - EXPLAINED))
def test_the_files_answer_as_they_did_when_last_read(key: str) -> None:
    """What is recorded shows a change, not that a rule is right: read the difference."""
    assert carried(key) == set(seen(key))
    held(key, observed())


def test_the_command_prints_and_writes_what_it_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "trace.json"
    assert main(["trace", "--application", "guiyang", "--json", str(target)]) == 0
    shown = capsys.readouterr().out
    assert "G-01　" in shown
    assert "J-01　" not in shown
    assert "共 63 条要求：已落实 62，已说明 1，未落实 0。" in shown
    found = json.loads(target.read_text(encoding="utf-8"))
    rows = {row["id"]: row for row in found["rows"]}
    assert (found["carried"], found["explained"], found["missing"]) == (62, 1, [])
    assert "element:gy_patrol.report" in {c["reference"] for c in rows["G-12"]["carriers"]}
    assert any("test_g12" in name for name in rows["G-12"]["tests"])


def source(*requirements: Requirement, claimed: tuple[str, ...] = ()) -> Source:
    part = Part("rule", "d.dmn", "D-1", "1", "第 1 行", claimed)
    return Source("x", requirements, (part,))


def test_what_carries_nothing_is_missing_and_what_names_nothing_is_wrong() -> None:
    one = Requirement("X-01", "一", "一")
    two = Requirement("X-02", "二", "二", carriers=("rule:D-1.1",))
    lost = Requirement("X-03", "三", "三", carriers=("rule:D-1.9",))
    told = Requirement("X-04", "四", "四", explained="只说明背景")
    tests = {"X-02": [Held("test_x.py", "test_two", 1)]}
    found = trace([source(one, two, lost, told, claimed=("X-09",))], tests)
    assert [row.status for row in found.rows] == ["missing", "carried", "missing", "explained"]
    assert not found.whole
    assert any("D-1.9" in text for text in found.wrong)
    assert any("X-09" in text for text in found.wrong)
    assert trace([source(two)], tests).whole


def test_what_is_carried_but_held_by_no_test_is_thin_and_not_whole() -> None:
    two = Requirement("X-02", "二", "二", carriers=("rule:D-1.1",))
    told = Requirement("X-04", "四", "四", explained="只说明背景")
    found = trace([source(two, told)], {})
    assert (found.thin, found.wrong, found.count("missing")) == (("X-02",), (), 0)
    assert not found.whole


def test_marks_are_read_without_running_anything(tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    text = 'raise SystemExit\n\n@pytest.mark.requirement("X-01", "X-02")\ndef test_a(): ...\n'
    (folder / "test_one.py").write_text(text)
    whole = 'pytestmark = [pytest.mark.requirement("X-02")]\n\n\ndef test_b(): ...\n'
    (folder / "test_two.py").write_text(whole)
    mark = '@pytest.mark.requirement("X-03")\n'
    steps = f"def test_c(): step()\n\n{mark}def step(): ...\n\n{mark}def forgotten(): ...\n"
    (folder / "test_three.py").write_text(steps)
    found = marked_tests(folder)
    names = {key: [(test.file, test.name) for test in tests] for key, tests in found.items()}
    assert names == {
        "X-01": [("tests/test_one.py", "test_a")],
        "X-02": [("tests/test_one.py", "test_a"), ("tests/test_two.py", "test_b")],
        "X-03": [("tests/test_three.py", "step")],
    }


@pytest.mark.parametrize(
    "text",
    [
        "requirements: []",
        "requirements: [{id: X-01, title: 一}]",
        "requirements: [{id: 一, title: 一, summary: 一}]",
        "requirements: [{id: X-01, title: 一, summary: 一, carriers: [nothing]}]",
        "requirements: [{id: X-1, title: 一, summary: 一}, {id: X-1, title: 二, summary: 二}]",
    ],
)
def test_a_broken_file_of_requirements_is_refused(text: str) -> None:
    bundle = from_files("x", {"requirements.yaml": text.encode()})
    with pytest.raises(InvalidDefinition) as refused:
        read_requirements(bundle)
    assert refused.value.findings
