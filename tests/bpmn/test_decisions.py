"""Business rule tasks: the decision bound at deployment, the result in the shape asked for."""

import pytest

from engine.bpmn.compile import compile_files
from engine.kernel import effects
from tests.bpmn.build import ENV, codes, end, file, node, process, start
from tests.bpmn.drive import Driver

HEAD = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="dm" name="dm" '
    'namespace="urn:test:dmn">'
)


def table(policy: str, outputs: tuple[str, ...], *rows: str) -> bytes:
    """A table over `n`; a row is `test | output | …`, its id r1, r2, …"""
    columns = "".join(f'<output id="o{i}" name="{name}"/>' for i, name in enumerate(outputs))
    lines = ""
    for number, row in enumerate(rows, start=1):
        test, *values = [part.strip() for part in row.split("|")]
        cells = "".join(
            f'<outputEntry id="c{number}{i}"><text>{value}</text></outputEntry>'
            for i, value in enumerate(values)
        )
        lines += (
            f'<rule id="r{number}"><inputEntry id="i{number}"><text>{test}</text></inputEntry>'
            f"{cells}</rule>"
        )
    body = (
        f'<decisionTable id="tb" hitPolicy="{policy}"><input id="in1">'
        f'<inputExpression id="ie1" typeRef="number"><text>n</text></inputExpression></input>'
        f"{columns}{lines}</decisionTable>"
    )
    wanted = (
        '<informationRequirement id="ir"><requiredInput href="#nn"/></informationRequirement>'
    )
    return (
        f'{HEAD}<inputData id="nn" name="n"><variable id="nv" name="n" typeRef="number"/>'
        f'</inputData><decision id="d" name="路径"><variable id="dv" name="d"/>{wanted}{body}'
        "</decision></definitions>"
    ).encode()


ONE = table("UNIQUE", ("way",), "&lt; 10 | &quot;县级&quot;", "&gt;= 10 | &quot;省级&quot;")
MANY = table("COLLECT", ("way",), "&gt; 0 | 1", "&gt; 5 | 2")
WIDE = table("UNIQUE", ("way", "days"), "&gt; 0 | &quot;甲&quot; | 5")
NEVER = table("UNIQUE", ("way",), "&lt; 0 | 1")
TWICE = table("UNIQUE", ("way",), "&gt; 0 | 1", "&gt; 5 | 2")


def run(dmn: bytes, n: int, catch: str = "", **attrs: str) -> Driver:
    attrs.setdefault("camunda__resultVariable", "out")
    task = node("businessRuleTask", "c", camunda__decisionRef="d", **attrs)
    data = '<dataObject id="n"/>'
    model = file(process(start(), data, task, end(), "s -> c -> e", catch))
    result = compile_files({"a.bpmn": model, "d.dmn": dmn}, ENV)
    assert result.plans, result.findings
    return Driver(result).start(n=n)


def test_a_decision_writes_its_result_and_records_the_matched_rows() -> None:
    case = run(ONE, 12)
    assert case.variables["out"] == "省级"
    (record,) = case.of(effects.DecisionEvaluated)
    assert (record.decision, record.outputs) == ("d", "省级")
    assert list(record.tables[0]["rows"]) == ["r2"]
    assert len(record.version) == 64


@pytest.mark.parametrize(
    ("dmn", "shape", "n", "value"),
    [
        (ONE, "singleEntry", 1, "县级"),
        (WIDE, "singleResult", 1, {"way": "甲", "days": 5}),
        (MANY, "collectEntries", 9, [1, 2]),
        (MANY, "resultList", 9, [1, 2]),
        (WIDE, "resultList", 1, [{"way": "甲", "days": 5}]),
        (NEVER, "singleEntry", 1, None),
    ],
)
def test_the_result_has_the_shape_asked_for(dmn: bytes, shape: str, n: int, value) -> None:
    case = run(dmn, n, camunda__mapDecisionResult=shape)
    assert case.variables["out"] == value


def test_a_shape_the_result_does_not_have_stops_visibly() -> None:
    assert run(WIDE, 1, camunda__mapDecisionResult="singleEntry").incidents[0][0] == "c"
    assert run(MANY, 9, camunda__mapDecisionResult="singleEntry").incidents[0][0] == "c"
    assert run(TWICE, 9).incidents[0][0] == "c"


def test_no_matching_row_is_null_or_an_error_as_the_task_says() -> None:
    assert run(NEVER, 1).variables["out"] is None
    assert run(NEVER, 1, gov__strict="true").incidents[0][0] == "c"


def test_a_failing_decision_is_caught_when_it_has_an_error_code() -> None:
    caught = (
        '<boundaryEvent id="b" attachedToRef="c"><errorEventDefinition errorRef="er"/>'
        '</boundaryEvent><endEvent id="e2"/><sequenceFlow id="b_e2" sourceRef="b" '
        'targetRef="e2"/>'
    )
    task = node("businessRuleTask", "c", camunda__decisionRef="d", gov__errorCode="E1")
    data = '<dataObject id="n"/>'
    error = '<error id="er" errorCode="E1"/>'
    model = file(process(start(), data, task, end(), caught, "s -> c -> e"), error)
    case = Driver(compile_files({"a.bpmn": model, "d.dmn": TWICE}, ENV)).start(n=9)
    assert case.status == "completed"
    assert "e2" in case.entered


def test_a_broken_table_refuses_the_deployment() -> None:
    model = file(process(start(), end(), "s -> e"))
    result = compile_files({"a.bpmn": model, "d.dmn": b"<definitions/>"}, ENV)
    assert not result.plans
    assert "d.dmn" in [f.file for f in result.findings if f.severity == "error"]
    assert codes(result, "error")


ANY = table("ANY", ("way",), "&gt; 0 | 1", "&gt; 90 | 1", "&gt; 5 | 2")


@pytest.mark.parametrize(("dmn", "rows"), [(TWICE, "第 1、2 行"), (ANY, "第 1、3 行")])
def test_the_incident_of_an_ambiguous_table_names_the_rows(dmn: bytes, rows: str) -> None:
    case = run(dmn, 9)
    (raised,) = case.of(effects.IncidentRaised)
    assert (raised.node, raised.code) == ("c", "expression")
    assert rows in raised.text
    assert "〔路径〕" in raised.text
