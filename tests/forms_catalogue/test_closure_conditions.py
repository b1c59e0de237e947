"""Closing conditions CC1–CC4 beside type and zone: a wrong choice is warned of, not refused."""

from pathlib import Path

import pytest

from engine.base.expressions import Moment
from engine.forms.compile import compile_form

FORMS = Path(__file__).parents[2] / "forms/jiangxi"
E7 = [{"code": "E7"}]


@pytest.mark.requirement("J-26", "J-27")
@pytest.mark.parametrize("form", ["jx_f3", "jx_f4"])
@pytest.mark.parametrize(
    ("condition", "kind", "zone", "evidence", "warned"),
    [
        ("CC1", "A2", "实验区", E7, set()),
        ("CC1", "C1", "缓冲区", E7, {"condition_id"}),
        ("CC2", "C1", "缓冲区", E7, set()),
        ("CC2", "A3", "实验区", E7, {"condition_id"}),
        ("CC3", "E2", "实验区", E7, set()),
        ("CC3", "E2", "核心区", E7, {"condition_id"}),
        ("CC3", "E2", "实验区", [{"code": "E1"}], {"evidence"}),  # evaluated first
        ("CC4", "J1", "实验区", E7, set()),
        ("CC4", "D1", "核心区", E7, {"condition_id"}),
        ("CC5", "A1", "实验区", E7, set()),
    ],
)
def test_a_condition_that_does_not_fit_is_warned_of(
    form: str, condition: str, kind: str, zone: str, evidence: list[object], warned: set[str]
) -> None:
    path = FORMS / f"{form}.json"
    schema, findings = compile_form(path.read_bytes(), path.name)
    assert schema is not None, findings
    empty = dict.fromkeys(one.key for one in schema.all)
    case = {"problem_type": kind, "zone": [zone], "self_approving": False, "area_ha": 1}
    values = {**empty, **case, "condition_id": condition, "evidence": evidence}
    found = schema.warnings(values, Moment())
    assert {one["field"] for one in found} == warned
