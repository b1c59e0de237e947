"""Rules that stand in the act of deciding: evidence complete, a case filed with its dates."""

import pytest

from engine.feel.compile import compile_expression
from engine.markup import parse_xml
from tests.forms_catalogue.reading import GOV, ROOT, catalogue

PENALTY = {"penalty_decided": True}
DAMAGE = {"eco_damage": True}


def requires(application: str, diagram: str, task: str, outcome: str) -> str:
    path = ROOT / "processes" / application / f"{diagram}.bpmn"
    (node,) = (e for e in parse_xml(path.read_bytes(), path.name).iter() if e.get("id") == task)
    (found,) = (e for e in node.iter(f"{GOV}outcome") if e.get("value") == outcome)
    return str(found.get("requires"))


@pytest.mark.parametrize(
    ("patch", "known", "missing"),
    [
        ({}, {}, ""),
        ({"E1": []}, {}, "E1"),
        ({"E4": []}, {}, "E4"),
        ({"E9": []}, {}, "E9"),
        ({}, PENALTY, "E5"),
        ({"E5": "@E5"}, PENALTY, ""),
        ({"result_type": "拆除退出"}, {}, "E6"),
        ({"result_type": "生态修复"}, {}, "E7"),
        ({}, DAMAGE, "E7"),
        ({"E7": "@E7"}, DAMAGE, ""),
        ({"result_type": "完善手续"}, {}, "E8"),
        ({"result_type": "完善手续", "E8": "@E8"}, {}, ""),
    ],
)
def test_evidence_of_closing_is_complete_only_with_what_the_case_needs(
    patch: dict, known: dict, missing: str
) -> None:
    tried = catalogue()["GY-F10"]
    refused = tried.refused(patch, known)
    if missing in ("E1", "E4", "E9"):  # without them the list cannot be handed in at all
        assert refused == {missing}
        return
    cleaned = tried.clean({**patch, "evidence_ok": True}, known)
    assert cleaned["evidence_ok"] is (missing == "")
    assert missing in (cleaned["evidence_missing"] or "")


def test_a_case_is_filed_only_with_number_and_dates() -> None:
    text = requires("guiyang", "gy_violation_case", "file_case", "file")
    names = ("case_no", "filed_on", "act_end")
    check = compile_expression(text, names=frozenset(names), mode="spec")
    moment = catalogue()["GY-F17"].moment
    whole = {"case_no": "筑环立〔2026〕31号", "filed_on": "2026-04-20", "act_end": "2026-03-01"}
    assert check(whole, moment) is True
    assert [check({**whole, name: None}, moment) for name in names] == [False] * 3
