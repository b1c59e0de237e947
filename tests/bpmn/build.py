"""Small diagrams for tests: a few words become a .bpmn file."""

import itertools

from engine.bpmn.compile import compile_files
from engine.bpmn.deploy import Compiled, DeployEnv

SPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:gov="urn:shouhu:bpmn:gov:1" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:t="urn:test" targetNamespace="urn:test"'
)
ENV = DeployEnv(
    forms={"f1": {"city": "text", "amount": "number"}, "f2": {"opinion": "text"}},
    roles={"CLERK": "经办人", "CHIEF": "负责人"},
    services=frozenset({"notify", "lookup"}),
    deadlines={
        "plan": {"title": "方案", "amount": 10, "unit": "workingDay", "from": "created"},
        "july": {"title": "上报", "date": "07-31"},
        "nextjan": {"title": "次年上报", "date": "01-15", "year": 1},
        "monthly": {"title": "月报", "date": "month-end", "roll": "preceding"},
        "summary": {"title": "总结", "date": "01-31", "roll": "preceding"},
    },
    calendars={"cn": frozenset({2025, 2026})},
    settings={"cities": ["甲", "乙"], "rate": 0.5},
)


def file(*roots: str) -> bytes:
    """Wrap root elements into a file."""
    return f'<?xml version="1.0"?><definitions {SPACES}>{"".join(roots)}</definitions>'.encode()


def process(*body: str, key: str = "p", name: str = "流程", attrs: str = "") -> str:
    """Write an executable process; its words `a -> b` become flows."""
    inner = "".join(
        flow(part) if "->" in part and not part.startswith("<") else part for part in body
    )
    return f'<process id="{key}" name="{name}" isExecutable="true" {attrs}>{inner}</process>'


def flow(words: str) -> str:
    """Write the flows of `a -> b -> c`, or one with `a -> b : condition`."""
    path, _, condition = words.partition(" : ")
    names = [name.strip() for name in path.split("->")]
    text = ""
    if condition:
        escaped = condition.replace("&", "&amp;").replace("<", "&lt;")
        text = (
            f'<conditionExpression xsi:type="tFormalExpression">{escaped}</conditionExpression>'
        )
    return "".join(
        f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}">{text}</sequenceFlow>'
        for a, b in itertools.pairwise(names)
    )


def node(kind: str, id: str, inner: str = "", name: str | None = None, **attrs: str) -> str:
    """Write one element; attribute names use a double underscore for the colon."""
    words = "".join(f' {k.replace("__", ":").rstrip("_")}="{v}"' for k, v in attrs.items())
    title = id if name is None else name
    label = f' name="{title}"' if title else ""
    return f'<{kind} id="{id}"{label}{words}>{inner}</{kind}>'


def start(inner: str = "", id: str = "s") -> str:
    return node("startEvent", id, inner)


def end(inner: str = "", id: str = "e") -> str:
    return node("endEvent", id, inner)


def user(id: str = "u", inner: str = "", **attrs: str) -> str:
    attrs.setdefault("camunda__candidateGroups", "CLERK")
    return node("userTask", id, inner, **attrs)


def ext(inner: str) -> str:
    return f"<extensionElements>{inner}</extensionElements>"


def mapped(kind: str = "output", /, **texts: str) -> str:
    """Write a mapping extension: mapped(who="=city"); a double underscore is a dot."""
    rows = "".join(
        f'<camunda:{kind}Parameter name="{name.replace("__", ".")}">{text}'
        f"</camunda:{kind}Parameter>"
        for name, text in texts.items()
    )
    return ext(f"<camunda:inputOutput>{rows}</camunda:inputOutput>")


def compile_one(*roots: str, env: DeployEnv = ENV, **files: bytes) -> Compiled:
    """Compile one file made of ROOTS, and others by name."""
    return compile_files({"a.bpmn": file(*roots), **files}, env)


def codes(compiled: Compiled, *severities: str) -> list[tuple[str, str]]:
    """Give (code, element) of the findings of SEVERITIES (default errors and warnings)."""
    wanted = severities or ("error", "warning")
    return [(f.code, f.element) for f in compiled.findings if f.severity in wanted]
