"""A division keeps its own table or diagram; its cases, and only they, run on it (G-60)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.base.clock import FakeClock
from engine.base.errors import InvalidDefinition
from engine.commands.messages import SendMessage
from engine.queries import definitions
from engine.store import codec
from engine.store.machine import history
from engine.store.tables import bundle, definition, task
from tests.support import tiny
from tests.support.tiny import Tiny, deploy, make

TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="r" name="r"
 namespace="urn:tiny:r"><inputData id="i" name="area"><variable id="iv" name="area"
 typeRef="number"/></inputData><decision id="way" name="路径"><variable id="wv" name="路径"/>
<informationRequirement id="ir"><requiredInput href="#i"/></informationRequirement>
<decisionTable id="t" hitPolicy="UNIQUE"><input id="c1" label="面积"><inputExpression id="e1"
 typeRef="number"><text>area</text></inputExpression></input><output id="o1" name="way"
 typeRef="string"/>
<rule id="small"><inputEntry id="a1"><text>&lt; LIMIT</text></inputEntry><outputEntry id="b1">
<text>"简易"</text></outputEntry></rule>
<rule id="large"><inputEntry id="a2"><text>&gt;= LIMIT</text></inputEntry><outputEntry id="b2">
<text>"普通"</text></outputEntry></rule></decisionTable></decision></definitions>"""
RULE = """<bpmn:businessRuleTask id="decide" name="判定" camunda:decisionRef="way"
 camunda:resultVariable="way" camunda:mapDecisionResult="singleEntry">
<bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f2b</bpmn:outgoing></bpmn:businessRuleTask>
<bpmn:sequenceFlow id="f2b" sourceRef="decide" targetRef="review"/>
<bpmn:userTask id="review" """


def files(**more: bytes) -> dict[str, bytes | None]:
    """Give the application with a table before the review; 甲县 and 试验市 replace files."""
    own = tiny.bundle().files
    case = own["tiny_case.bpmn"].decode()
    case = case.replace('<bpmn:userTask id="review" ', RULE, 1)
    case = case.replace("<bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3", "MARK")
    case = case.replace("MARK", "<bpmn:incoming>f2b</bpmn:incoming><bpmn:outgoing>f3")
    case = case.replace(
        'sourceRef="check" targetRef="review"', 'sourceRef="check" targetRef="decide"'
    )
    work = own["tiny_work.bpmn"].decode()
    return {
        "tiny_case.bpmn": case.encode(),
        "way.dmn": TABLE.replace("LIMIT", "10").encode(),
        "overrides/990101/way.dmn": TABLE.replace("LIMIT", "2").encode(),
        "overrides/990101/tiny_case.bpmn": case.replace(
            'name="核对"', 'name="甲县核对"'
        ).encode(),
        "overrides/990100/tiny_work.bpmn": work.replace(
            '"实施整改"', '"按市方案整改"'
        ).encode(),
        **more,
    }


@pytest.fixture(params=["kernel-postgresql", "spiffworkflow-sqlite"])
def house(request: pytest.FixtureRequest, data_dir: Path, clock: FakeClock) -> Iterator[Tiny]:
    runtime, _, store = request.param.partition("-")
    url = request.getfixturevalue(f"{store}_url")
    made = make(url, data_dir, clock, override=runtime)
    deploy(made.engine, files(), base_version=1)
    yield made
    made.engine.close()


def lines(house: Tiny, case_id: int, kind: str) -> list[dict[str, Any]]:
    query = sa.select(history.c.detail).where(
        history.c.root_id == case_id, history.c.kind == kind
    )
    return [codec.decode(row["detail"]) for row in house.rows(query.order_by(history.c.no))]


def decided(house: Tiny, case_id: int) -> tuple[str, str | None]:
    found = lines(house, case_id, "DecisionEvaluated")[-1]
    return found["outputs"], found.get("override")


def names(house: Tiny, case_id: int) -> list[str]:
    query = sa.select(task.c.name).where(task.c.root_id == case_id).order_by(task.c.id)
    return [row["name"] for row in house.rows(query)]


@pytest.mark.requirement("G-60")
def test_only_cases_of_the_division_run_on_what_it_keeps(house: Tiny) -> None:
    mine = house.start("field1").instance_id
    other = house.start("field2", station="S2").instance_id
    assert (names(house, mine), names(house, other)) == (["甲县核对"], ["核对"])
    assert lines(house, mine, "StartInstance")[0]["override"] == "990101"
    assert "override" not in lines(house, other, "StartInstance")[0]

    for login, case_id in (("field1", mine), ("field2", other)):
        house.complete(login, case_id, "check", outcome="send", data={"area": 5})
    assert decided(house, mine) == ("普通", "990101")  # its limit is 2
    assert decided(house, other) == ("简易", None)  # the application's is 10
    record = lines(house, mine, "DecisionEvaluated")[-1]
    table = record["tables"][0]
    assert (table["override"], table["version"]) == ("990101", record["version"])

    # What is called, too; a county without its own file follows its prefecture.
    house.complete("wood1", mine, "review", outcome="pass")
    house.complete("water1", mine, "review", outcome="pass")
    house.engine.execute(_go(house, mine), house.actor("chief"))
    assert names(house, mine)[-1] == "按市方案整改"
    assert lines(house, mine, "ChildStarted")[0]["override"] in ("990100", "990101")

    # A running case keeps the files it began with; a new one begins on the new version.
    gone = {path: None for path in files() if path.startswith("overrides/")}
    deploy(house.engine, {**files(), **gone}, base_version=2)
    late = house.start("field1").instance_id
    assert names(house, late) == ["核对"]
    house.complete("field1", late, "check", outcome="send", data={"area": 5})
    assert decided(house, late) == ("简易", None)


def test_a_case_begun_before_keeps_its_own_table(house: Tiny) -> None:
    mine = house.start("field1").instance_id
    gone = {path: None for path in files() if path.startswith("overrides/")}
    deploy(house.engine, {**files(), **gone}, base_version=2)
    house.complete("field1", mine, "check", outcome="send", data={"area": 5})
    assert decided(house, mine) == ("普通", "990101")


def test_versions_of_divisions_are_no_applications(house: Tiny) -> None:
    stored = [row["application"] for row in house.rows(sa.select(bundle).order_by(bundle.c.id))]
    assert stored == ["tiny", "tiny", "tiny@990100", "tiny@990101"]
    latest = sa.select(definition.c.key).where(definition.c.latest.is_(True))
    assert len({r["key"] for r in house.rows(latest)}) == len(house.rows(latest))
    found = house.engine.ask(definitions.applications, house.actor("owner"))
    assert [row.key for row in found] == ["tiny"]


def _go(house: Tiny, case_id: int) -> Any:
    return SendMessage("tiny_go", {"key": house.case(case_id)["number"]})


WRONG = {
    "no such division": ({"overrides/990109/way.dmn": TABLE.replace("LIMIT", "3")}, "990109"),
    "nothing to replace": (
        {"overrides/990101/why.dmn": TABLE.replace("LIMIT", "3")},
        "why.dmn",
    ),
    "not a kind": ({"overrides/990101/notes.md": "x"}, "流程图"),
    "another output": (
        {
            "overrides/990101/way.dmn": TABLE.replace("LIMIT", "3").replace(
                'name="way"', 'name="w"'
            )
        },
        "输出",
    ),
    "another decision": (
        {
            "overrides/990101/way.dmn": TABLE.replace("LIMIT", "3").replace(
                'id="way"', 'id="wy"'
            )
        },
        "way",
    ),
    "another process": ({"overrides/990100/tiny_work.bpmn": "tiny_word"}, "tiny_work"),
    "another start form": ({"overrides/990101/tiny_case.bpmn": "remark"}, "发起表单"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_stand_in_is_refused_by_name(
    case: str, sqlite_url: str, data_dir: Path, clock: FakeClock
) -> None:
    made = make(sqlite_url, data_dir, clock)
    more, told = WRONG[case]
    changes = files()
    for path, text in more.items():
        if text == "tiny_word":
            text = (changes[path] or b"").decode().replace('"tiny_work"', '"tiny_word"')
        if text == "remark":
            text = (
                (changes[path] or b"")
                .decode()
                .replace(
                    'name="发现问题" camunda:formRef="report"',
                    'name="发现问题" camunda:formRef="remark"',
                )
            )
        changes[path] = text.encode()
    with pytest.raises(InvalidDefinition) as refused:
        deploy(made.engine, changes, base_version=1)
    errors = [f for f in refused.value.findings if f.severity == "error"]
    assert any(told in f"{f.file} {f.zh}" for f in errors), [f.zh for f in errors]
    made.engine.close()
