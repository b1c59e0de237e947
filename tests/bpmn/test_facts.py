"""Facts of a process: what pages and commands read, the same for the same bytes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from engine.bpmn.compile import compile_files
from engine.bpmn.facts import ProcessFacts
from tests.bpmn.build import ENV, compile_one, end, ext, file, node, process, start, user
from tests.bpmn.shapes import MSG, TIMER

WORDS = (
    '<gov:seats rule="vote" onDissent="collectAll"><gov:voteRule threshold="2/3"/>'
    '<gov:seat id="one" label="甲" role="CLERK" order="2"/></gov:seats>'
    '<gov:return allowed="true" targets="u, v" after="direct" max="2"/>'
    '<gov:due key="plan" warnBefore="P2D" stopFor="补正,公示">'
    '<gov:escalation level="1" after="P1D" toRole="CHIEF"/></gov:due>'
    '<gov:outcome value="list" label="列入" action="approve" primary="true"/>'
    '<gov:outcome value="drop" label="剔除" action="reject" reasonMin="10"/>'
    '<gov:evidence><gov:evidenceItem code="E1" min="2"/></gov:evidence>'
    '<gov:clause document="plan" requirement="J-20" basis="plan">原文\n  一句</gov:clause>'
    '<gov:share item="copy" toRoles="CHIEF" kind="copy"/>'
    '<gov:metric id="M1" mark="count"/>'
    '<camunda:properties><camunda:property name="form.writable" value="city"/>'
    "</camunda:properties>"
)
HEAD = ext(
    '<gov:searchField name="title" label="名称" from="city"/>'
    '<gov:clause document="plan" requirement="J-07"/>'
)
ATTRS = (
    'gov:family="closure" gov:numberPattern="X-{yyyy}-{seq4}" gov:calendar="cn" '
    'gov:sensitivity="restricted" gov:retentionPeriod="P10Y" gov:reopenAt="u" '
    'gov:noCancelAfter="v" gov:cancelTo="draft" camunda:versionTag="1.2" '
    'camunda:candidateStarterGroups="CLERK, CHIEF"'
)
MODEL = (
    process(
        "<documentation>  说明  </documentation>",
        HEAD,
        '<dataObject id="d1" name="年度"/>',
        node("startEvent", "s", camunda__formRef="f1", camunda__initiator="by"),
        start('<messageEventDefinition messageRef="m"/>', "s2"),
        user(
            "u",
            ext(WORDS),
            camunda__formRef="f1",
            gov__state="审核中",
            gov__phase="x.audit",
            gov__signOff="true",
            gov__mobile="true",
            gov__bulkApprove="false",
        ),
        user("v", camunda__dueDate="P5D"),
        node("boundaryEvent", "b", TIMER, attachedToRef="v", cancelActivity="false"),
        end(),
        end(id="e2"),
        "s -> u -> v -> e",
        "s2 -> u",
        "b -> e2",
        attrs=ATTRS,
    ),
    MSG,
)


def facts() -> ProcessFacts:
    compiled = compile_one(*MODEL)
    assert compiled.facts, compiled.findings
    return compiled.facts["p"]


def test_a_process_tells_its_governance() -> None:
    found = facts()
    assert (found.family, found.version_tag, found.documentation) == ("closure", "1.2", "说明")
    assert (found.number_pattern, found.calendar) == ("X-{yyyy}-{seq4}", "cn")
    assert (found.sensitivity, found.retention) == ("restricted", "P10Y")
    assert (found.reopen_at, found.no_cancel_after, found.cancel_to) == ("u", ("v",), "draft")
    assert found.starter_groups == ("CLERK", "CHIEF")
    assert found.search_fields == (
        {"name": "title", "type": "string", "label": "名称", "from": "city"},
    )
    assert found.clauses == ({"document": "plan", "requirement": "J-07", "basis": "plan"},)
    assert found.variables == ("年度",)


def test_a_task_tells_everything_a_page_shows() -> None:
    task = facts().nodes["u"]
    assert (task.form, task.state, task.phase) == ("f1", "审核中", "x.audit")
    assert (task.sign_off, task.mobile, task.bulk) == (True, True, False)
    assert [o["value"] for o in task.outcomes] == ["list", "drop"]
    assert task.outcomes[1]["reasonMin"] == 10
    assert task.outcomes[0]["primary"] is True
    assert task.seats["rule"] == "vote"
    assert task.seats["voteRule"]["threshold"] == "2/3"
    assert task.seats["seats"][0]["order"] == 2
    assert task.returns == {
        "allowed": True,
        "targets": ["u", "v"],
        "after": "direct",
        "seats": "all",
        "max": 2,
    }
    assert task.due["amount"] == 10
    assert task.due["stopFor"] == ["补正", "公示"]
    assert task.due["escalations"][0] == {
        "level": 1,
        "after": "P1D",
        "toRole": "CHIEF",
        "notify": "task",
    }
    assert task.evidence[0]["code"] == "E1"
    assert task.clauses[0]["text"] == "原文 一句"
    assert task.shares[0]["toRoles"] == ["CHIEF"]
    assert task.metrics[0]["mark"] == "count"
    assert task.properties == {"form.writable": "city"}


def test_starts_and_events_tell_their_trigger() -> None:
    found = facts()
    assert [(s.node, s.kind, s.name, s.form, s.initiator) for s in found.starts] == [
        ("s", "none", "", "f1", "by"),
        ("s2", "message", "到达", None, ""),
    ]
    boundary = found.nodes["b"]
    assert (boundary.event, boundary.detail, boundary.attached_to) == ("timer", "P1D", "v")
    assert found.nodes["v"].due == {"dueDate": "P5D"}


def test_facts_go_through_json_unchanged() -> None:
    found = facts()
    assert ProcessFacts.from_dict(json.loads(json.dumps(found.as_dict()))) == found


def test_prefixes_and_pictures_change_nothing() -> None:
    plain = file(*MODEL).decode()
    prefixed = plain
    for name in sorted(set(re.findall(r"<([a-zA-Z]+)[ >/]", plain))):
        prefixed = prefixed.replace(f"<{name} ", f"<b:{name} ").replace(
            f"<{name}>", f"<b:{name}>"
        )
        prefixed = prefixed.replace(f"</{name}>", f"</b:{name}>")
        prefixed = prefixed.replace(f"<{name}/>", f"<b:{name}/>")
    prefixed = prefixed.replace(' xmlns="', ' xmlns:b="')
    assert "<b:userTask" in prefixed
    drawn = prefixed.replace(
        "</b:definitions>",
        '<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI">'
        '<di:BPMNPlane bpmnElement="p"/></di:BPMNDiagram></b:definitions>',
    )
    one = compile_files({"a.bpmn": plain.encode()}, ENV)
    two = compile_files({"a.bpmn": drawn.encode()}, ENV)
    assert one.facts == two.facts
    assert [f.as_dict() for f in one.findings] == [f.as_dict() for f in two.findings]
    assert one.plans["p"].flows == two.plans["p"].flows


def test_references_with_the_prefix_of_the_target_namespace_are_found() -> None:
    catch = node("intermediateCatchEvent", "c", '<messageEventDefinition messageRef="t:m"/>')
    flows = ("s -> c -> e",)
    assert compile_one(process(start(), catch, end(), *flows), MSG).plans
    other = catch.replace("t:m", "camunda:m")
    assert not compile_one(process(start(), other, end(), *flows), MSG).plans


PROGRAM = """
import json
from tests.bpmn.test_facts import MODEL
from tests.bpmn.cases import CASES
from tests.bpmn.build import compile_one
for case in CASES.values():
    if not isinstance(case.bad, bytes):
        print(json.dumps([f.as_dict() for f in compile_one(*case.bad).findings]))
compiled = compile_one(*MODEL)
print(compiled.plans["p"].digest, json.dumps(compiled.facts["p"].as_dict()))
"""


def test_the_result_does_not_depend_on_the_hash_seed() -> None:
    def output(seed: str) -> str:
        root = Path(__file__).parents[2]
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=True
        )
        return done.stdout

    assert output("1") == output("77")
