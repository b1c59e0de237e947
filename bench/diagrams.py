"""Small BPMN diagrams made as text, for measurements and evidence."""

from collections.abc import Iterable

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' id="definitions" targetNamespace="urn:shouhu:bench">\n'
)


def process(key: str, parts: Iterable[str]) -> bytes:
    """Give the bytes of one executable process made of PARTS."""
    body = "\n".join(parts)
    text = f'<bpmn:process id="{key}" name="{key}" isExecutable="true">\n{body}\n'
    return f"{HEAD}{text}</bpmn:process>\n</bpmn:definitions>\n".encode()


def flow(name: str, source: str, target: str, condition: str = "") -> str:
    """Give a sequence flow, with a condition where one is given."""
    inner = ""
    if condition:
        kind = 'xsi:type="bpmn:tFormalExpression"'
        inner = f"<bpmn:conditionExpression {kind}>{condition}</bpmn:conditionExpression>"
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<bpmn:sequenceFlow id="{name}" {ends}>{inner}</bpmn:sequenceFlow>'


def user(name: str, form: str, role: str = "CLERK") -> str:
    """Give a user task with a form and a candidate group."""
    words = f'camunda:formRef="{form}" camunda:candidateGroups="{role}"'
    return f'<bpmn:userTask id="{name}" name="{name}" {words}/>'


def node(kind: str, name: str, words: str = "") -> str:
    """Give an element without content."""
    return f'<bpmn:{kind} id="{name}" name="{name}" {words}/>'


def join_of_lists() -> bytes:
    """Two parallel tasks that each hand in a list, then a join and one more task."""
    return process(
        "join_of_lists",
        [
            node("startEvent", "start"),
            node("parallelGateway", "fork"),
            user("first", "votes"),
            user("second", "votes"),
            node("parallelGateway", "join"),
            user("count", "votes"),
            node("endEvent", "end"),
            flow("f1", "start", "fork"),
            flow("f2", "fork", "first"),
            flow("f3", "fork", "second"),
            flow("f4", "first", "join"),
            flow("f5", "second", "join"),
            flow("f6", "join", "count"),
            flow("f7", "count", "end"),
        ],
    )


def deep_path(length: int = 300, laps: int = 4) -> bytes:
    """A loop of one task and LENGTH automatic steps, LAPS times, then the last task."""
    steps = [node("intermediateThrowEvent", f"step{n}") for n in range(length)]
    names = ["turn", *(f"step{n}" for n in range(length)), "again"]
    flows = [flow(f"g{n}", names[n], names[n + 1]) for n in range(len(names) - 1)]
    return process(
        "deep_path",
        [
            node("startEvent", "start"),
            node("exclusiveGateway", "enter"),
            user("turn", "lap"),
            *steps,
            node("exclusiveGateway", "again", 'default="done"'),
            user("last", "lap"),
            node("endEvent", "end"),
            flow("f1", "start", "enter"),
            flow("f2", "enter", "turn"),
            *flows,
            flow("back", "again", "enter", f"lap &lt; {laps}"),
            flow("done", "again", "last"),
            flow("f3", "last", "end"),
        ],
    )


def host_code(path: str) -> bytes:
    """A condition written in Python that makes a file, if anything executes it."""
    code = f"__import__('pathlib').Path('{path}').write_text('x') &gt; 0"
    return process(
        "host_code",
        [
            node("startEvent", "start"),
            node("exclusiveGateway", "choose", 'default="other"'),
            user("work", "votes"),
            node("endEvent", "end"),
            flow("f1", "start", "choose"),
            flow("f2", "choose", "work", code),
            flow("other", "choose", "end"),
            flow("f3", "work", "end"),
        ],
    )
