"""Gaps and overlaps of conditions are decided on sample points, or not claimed at all."""

import pytest

from engine.bpmn.deploy import Compiled
from tests.bpmn.build import compile_one, end, ext, node, process, start, user

DATA = "".join(f'<dataObject id="{name}"/>' for name in ("n", "t", "flag", "day", "m"))


def gate(*conditions: str, kind: str = "exclusiveGateway", before: str = "") -> Compiled:
    ends = [end(id=f"e{number}") for number in range(len(conditions))]
    flows = [f"g -> e{number} : {text}" for number, text in enumerate(conditions)]
    gateway = node(kind, "g", name="选择")
    way = "s -> u -> g" if before else "s -> g"
    return compile_one(process(start(), DATA, before, gateway, *ends, way, *flows))


def found(compiled: Compiled) -> set[str]:
    wanted = ("gateway.no_default", "gateway.overlap", "path.dead")
    assert compiled.plans, compiled.findings
    return {f.code for f in compiled.findings if f.code in wanted}


@pytest.mark.parametrize(
    "conditions",
    [
        ("n > 3", "n <= 3"),
        ("n < 1", "n in [1..5]", "n > 5"),
        ("n < 1", "n between 1 and 5", "n > 5"),
        ("flag", "not(flag)"),
        ("flag = true", "flag = false"),
        ('t = "甲"', 't != "甲"'),
        ('t in ("甲", "乙")', 'not(t in ("甲", "乙"))'),
        ('day < @"2026-07-01"', 'day >= @"2026-07-01"'),
        ("n > 3 and flag", "n <= 3 and flag", "not(flag)"),
        ("n = null", "n != null"),
    ],
)
def test_conditions_that_cover_everything_once_need_no_default(conditions) -> None:
    assert found(gate(*conditions)) == set()


@pytest.mark.parametrize(
    ("conditions", "codes", "example"),
    [
        (("n > 3", "n < 3"), {"gateway.no_default"}, "n = 3"),
        (("n > 3", "n < 5"), {"gateway.overlap"}, ""),
        (("n > 3", "n > 3"), {"gateway.no_default", "gateway.overlap"}, "n = 2"),
        (('t = "甲"', 't = "乙"'), {"gateway.no_default"}, "其他值"),
        (("n < 1", "n in (1..5]", "n > 5"), {"gateway.no_default"}, "n = 1"),
        (("n > 3", "n <= 3", "n > 9 and n < 4"), {"path.dead"}, ""),
        (("flag", "n > 1"), {"gateway.no_default", "gateway.overlap"}, "flag = false"),
    ],
)
def test_gaps_overlaps_and_dead_ways_are_shown(conditions, codes, example: str) -> None:
    compiled = gate(*conditions)
    assert found(compiled) == codes
    assert example in "".join(f.zh for f in compiled.findings)


@pytest.mark.parametrize(
    "conditions",
    [("n > m", "n <= m"), ("count(t) > 0", "count(t) = 0"), ("n > 1 or t.x", "n > m or flag")],
)
def test_what_cannot_be_decided_is_a_warning_without_a_default(conditions) -> None:
    compiled = gate(*conditions)
    assert found(compiled) == {"gateway.no_default"}
    assert "例如" not in "".join(f.zh for f in compiled.findings)


def test_an_inclusive_gateway_may_overlap() -> None:
    assert found(gate("n > 3", "n < 5", kind="inclusiveGateway")) == set()


def test_the_outcomes_of_the_task_before_are_all_there_is() -> None:
    words = ext('<gov:outcome value="yes"/><gov:outcome value="no"/>')
    both = ('outcome = "yes"', 'outcome = "no"')
    assert found(gate(*both, before=user("u", words))) == set()
    three = ext('<gov:outcome value="yes"/><gov:outcome value="no"/><gov:outcome value="x"/>')
    compiled = gate(*both, before=user("u", three))
    assert found(compiled) == {"gateway.no_default"}
    assert 'outcome = "x"' in "".join(f.zh for f in compiled.findings)
