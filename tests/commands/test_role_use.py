"""Roles of diagrams and roles of the organisation: each side says what the other lacks."""

from datetime import date

import pytest

from engine.base.errors import InvalidDefinition, InvalidForm
from engine.commands.organisation import ChangeRecord
from engine.queries import organisation
from tests.support.tiny import Tiny, bundle, deploy


def told(tiny: Tiny) -> dict[str, str]:
    """Give what the page of roles says of each."""
    asked = {"application": "tiny", "kind": "role"}
    found = tiny.engine.ask(organisation.records, tiny.actor("root"), **asked)
    return {one.code: one.remark for one in found.items}


def change(tiny: Tiny, kind: str, code: str, **more: object) -> None:
    tiny.do("root", ChangeRecord("tiny", kind, code, **more))


def drawn(role: str) -> dict[str, bytes | None]:
    """Let the review's first seat belong to ROLE."""
    xml = bundle().files["tiny_case.bpmn"].decode()
    assert 'role="WOOD"' in xml
    return {"tiny_case.bpmn": xml.replace('role="WOOD"', f'role="{role}"').encode()}


def test_a_role_entered_by_people_is_explained_where_a_diagram_names_it(tiny: Tiny) -> None:
    change(tiny, "role", "PARK", cells={"code": "PARK", "name": "公园管理处"}, if_match=0)
    assert told(tiny)["PARK"].startswith("流程图没有直接用到")
    assert told(tiny)["WOOD"] == ""
    with pytest.raises(InvalidDefinition) as refused:
        deploy(tiny.engine, drawn("PARK"), base_version=1)
    repairs = {one.code: one.repair for one in refused.value.findings}
    assert "只在“组织机构”中登记过" in repairs["ref.role"]
    assert "PARK: 公园管理处" in repairs["ref.role"]
    with pytest.raises(InvalidDefinition) as other:  # a mere slip is told as before
        deploy(tiny.engine, drawn("WOOOD"), base_version=1)
    assert "组织机构" not in {o.code: o.repair for o in other.value.findings}["ref.role"]


def test_a_role_of_the_diagram_that_nobody_holds_is_told_at_deployment(tiny: Tiny) -> None:
    yaml = bundle().files["application.yaml"].decode()
    yaml = yaml.replace("  WOOD:", "  PARK: 公园管理处\n  WOOD:")
    changed = {**drawn("PARK"), "application.yaml": yaml.encode()}
    answer = deploy(tiny.engine, changed, base_version=1)
    texts = {one["code"]: (one["zh"], one["repair"]) for one in answer.findings}
    zh, repair = texts["role.unheld"]
    assert "角色“PARK”（公园管理处）没有单位担任" in zh
    assert "单位" in repair
    assert told(tiny)["PARK"].startswith("没有单位担任，流程图有")


def test_a_role_diagrams_use_is_not_ended(tiny: Tiny) -> None:
    with pytest.raises(InvalidForm) as refused:
        change(tiny, "role", "WOOD", op="end", valid_from=date(2025, 8, 1), if_match=0)
    assert "不能结束" in str(refused.value.errors)
