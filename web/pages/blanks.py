"""What a new file of an application begins with: a form, a diagram, a decision table."""

import json
import re
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from engine.base.errors import InvalidRequest

KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{1,60}")


@dataclass(frozen=True, slots=True)
class Blank:
    """A new file."""

    path: str
    content: bytes


def blank(kind: str, key: str, title: str, application: str) -> Blank:
    """Give a new file of KIND (bpmn, dmn, form) called TITLE with the identifier KEY."""
    if not KEY.fullmatch(key):
        raise InvalidRequest(
            "标识须以字母开头，只用字母、数字、- 和 _，2 至 61 个字符。", code="bad-key"
        )
    if not title:
        raise InvalidRequest("请填写名称。", code="title-missing")
    if kind == "form":
        return Blank(f"forms/{key}.json", _form(key, title))
    if kind == "bpmn":
        return Blank(f"{key}.bpmn", _diagram(key, title, application))
    if kind == "dmn":
        return Blank(f"{key}.dmn", _table(key, title))
    raise InvalidRequest("只能新建流程、决策表和表单。", code="bad-kind")


def _form(key: str, title: str) -> bytes:
    schema = {
        "id": key,
        "type": "default",
        "title": title,
        "schemaVersion": 19,
        "components": [{"type": "text", "id": f"{key}_head", "text": f"# {title}"}],
    }
    return json.dumps(schema, ensure_ascii=False, indent=2).encode()


_DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" \
xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" \
xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" \
xmlns:di="http://www.omg.org/spec/DD/20100524/DI" \
xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:gov="urn:shouhu:bpmn:gov:1" \
id="{key}_definitions" targetNamespace="urn:shouhu:processes" exporter="Shouhu">
  <bpmn:process id="{key}" name={title} isExecutable="true">
    <bpmn:documentation>{note}</bpmn:documentation>
    <bpmn:startEvent id="{key}_start" name="开始">
      <bpmn:outgoing>{key}_flow1</bpmn:outgoing>
    </bpmn:startEvent>
    <bpmn:userTask id="{key}_task1" name="第一个环节">
      <bpmn:incoming>{key}_flow1</bpmn:incoming>
      <bpmn:outgoing>{key}_flow2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:endEvent id="{key}_end" name="结束">
      <bpmn:incoming>{key}_flow2</bpmn:incoming>
    </bpmn:endEvent>
    <bpmn:sequenceFlow id="{key}_flow1" sourceRef="{key}_start" targetRef="{key}_task1"/>
    <bpmn:sequenceFlow id="{key}_flow2" sourceRef="{key}_task1" targetRef="{key}_end"/>
  </bpmn:process>
  <bpmndi:BPMNDiagram id="{key}_diagram">
    <bpmndi:BPMNPlane id="{key}_plane" bpmnElement="{key}">
      <bpmndi:BPMNShape id="{key}_start_di" bpmnElement="{key}_start">
        <dc:Bounds x="180" y="162" width="36" height="36"/>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="{key}_task1_di" bpmnElement="{key}_task1">
        <dc:Bounds x="280" y="140" width="120" height="80"/>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="{key}_end_di" bpmnElement="{key}_end">
        <dc:Bounds x="470" y="162" width="36" height="36"/>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="{key}_flow1_di" bpmnElement="{key}_flow1">
        <di:waypoint x="216" y="180"/><di:waypoint x="280" y="180"/>
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="{key}_flow2_di" bpmnElement="{key}_flow2">
        <di:waypoint x="400" y="180"/><di:waypoint x="470" y="180"/>
      </bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""


def _diagram(key: str, title: str, application: str) -> bytes:
    note = quoteattr(application)[1:-1]
    return _DIAGRAM.format(key=key, title=quoteattr(title), note=note).encode()


_TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" \
xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" \
xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" \
id="{key}_definitions" name={title} namespace="urn:shouhu:{key}">
  <decision id="{key}" name={title}>
    <variable id="{key}_variable" name="{key}"/>
    <decisionTable id="{key}_table" hitPolicy="UNIQUE">
      <input id="{key}_in1" label="输入">
        <inputExpression id="{key}_in1_text" typeRef="string"><text>input</text>\
</inputExpression>
      </input>
      <output id="{key}_out1" label="结果" name="result" typeRef="string"/>
      <rule id="{key}_row1">
        <inputEntry id="{key}_row1_in1"><text>-</text></inputEntry>
        <outputEntry id="{key}_row1_out1"><text>""</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
  <dmndi:DMNDI>
    <dmndi:DMNDiagram id="{key}_diagram">
      <dmndi:DMNShape id="{key}_shape" dmnElementRef="{key}">
        <dc:Bounds x="160" y="100" width="180" height="80"/>
      </dmndi:DMNShape>
    </dmndi:DMNDiagram>
  </dmndi:DMNDI>
</definitions>
"""


def _table(key: str, title: str) -> bytes:
    return _TABLE.format(key=key, title=quoteattr(title)).encode()
