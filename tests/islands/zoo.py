"""A diagram with one element of each kind, to walk the panel over all of them."""

ALLOWED = {
    "startEvent": ("", "message", "timer", "signal", "conditional"),
    "intermediateCatchEvent": ("message", "timer", "signal", "conditional", "link"),
    "intermediateThrowEvent": ("", "message", "signal", "escalation", "link"),
    "endEvent": ("", "message", "signal", "error", "escalation", "terminate"),
}
TASKS = (
    "task",
    "userTask",
    "manualTask",
    "serviceTask",
    "sendTask",
    "receiveTask",
    "scriptTask",
    "businessRuleTask",
    "callActivity",
    "subProcess",
)
GATEWAYS = ("exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway")
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI" targetNamespace="urn:zoo">'
)
REFS = {
    "message": "messageRef",
    "signal": "signalRef",
    "error": "errorRef",
    "escalation": "escalationRef",
}


def definition(kind):
    if not kind:
        return ""
    ref = f' {REFS[kind]}="x_{kind}"' if kind in REFS else ""
    return f"<{kind}EventDefinition{ref}/>"


def zoo():
    """Return (xml, ids): the document and the ids in reading order."""
    parts, shapes, ids = [], [], []

    def add(ident, xml, width, height):
        column, line = len(ids) % 8, len(ids) // 8
        x, y = 60 + column * 150, 60 + line * 120
        ids.append(ident)
        parts.append(xml)
        shapes.append(
            f'<bpmndi:BPMNShape id="s_{ident}" bpmnElement="{ident}">'
            f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/></bpmndi:BPMNShape>'
        )

    for tag in TASKS:
        inner = '<multiInstanceLoopCharacteristics id="mi"/>' if tag == "task" else ""
        ref = ' messageRef="x_message"' if tag in ("sendTask", "receiveTask") else ""
        add(f"n_{tag}", f'<{tag} id="n_{tag}" name="环节"{ref}>{inner}</{tag}>', 100, 80)
    for tag in GATEWAYS:
        add(f"n_{tag}", f'<{tag} id="n_{tag}"/>', 50, 50)
    for tag, kinds in ALLOWED.items():
        for kind in kinds:
            ident = f"n_{tag}_{kind or 'none'}"
            add(ident, f'<{tag} id="{ident}">{definition(kind)}</{tag}>', 36, 36)
    add("n_data", '<dataObjectReference id="n_data" dataObjectRef="x_data"/>', 36, 50)
    roots = "".join(f'<{kind} id="x_{kind}" name="一"/>' for kind in REFS)
    xml = (
        f'{HEAD}{roots}<process id="zoo" isExecutable="true">{"".join(parts)}'
        '<dataObject id="x_data"/></process><bpmndi:BPMNDiagram id="dg">'
        f'<bpmndi:BPMNPlane id="pl" bpmnElement="zoo">{"".join(shapes)}</bpmndi:BPMNPlane>'
        "</bpmndi:BPMNDiagram></definitions>"
    )
    return xml, ids
