"""Rules over all files of a deployment: keys, calls, messages, numbers, missing limits."""

import re
from collections.abc import Iterable, Mapping

from engine.base.writable import items
from engine.bpmn.checks.events import CATCHING
from engine.bpmn.checks.races import races
from engine.bpmn.deploy import DeployEnv
from engine.bpmn.model import Element, File, Node, Process
from engine.bpmn.report import Report, near

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
CALLS = 200  # call activities of one process looked at for circles
NUMBERS = re.compile(r"yyyy|province2|prefecture4|county6|seq[1-9]")


def check_together(files: Iterable[File], env: DeployEnv, report: Report) -> None:
    """Run the rules that need more than one process."""
    every = [process for file in files for process in file.processes]
    running = [process for process in every if process.executable]
    process_keys(every, report)
    for process in every:
        if not process.executable:
            report.add("process.drawing", process.element)
    call_cycle(running, report)
    message_starts(running, report)
    for process in running:
        number_pattern(process.element, report)
        calendar(process.element, env, report)
        starters(process.element, env, report)
        correlation(process, report)
        no_due(process, report)
        races(process, env, report)


def process_keys(processes: Iterable[Process], report: Report) -> None:
    """Find two files that define one process."""
    first: dict[str, Process] = {}
    for process in processes:
        known = first.setdefault(process.key, process)
        if known is not process and known.file is not process.file and process.key:
            files = {"file1": known.file.name, "file2": process.file.name}
            report.add("id.duplicate:process", process.element, **files)


def calls(process: Process) -> list[tuple[Node, str]]:
    """Give the call activities of a process with the fixed key they call."""
    return [
        (node, node.element.attrs.get("calledElement", ""))
        for node in process.nodes
        if node.kind == "callActivity"
    ]


def call_cycle(processes: Iterable[Process], report: Report) -> None:
    """Find processes that must call each other without any way round the call."""
    must: dict[str, list[tuple[Node, str]]] = {}
    for process in processes:
        looked_at = calls(process)[:CALLS]
        must[process.key] = [pair for pair in looked_at if unavoidable(pair[0], process)]
    shown: set[frozenset[str]] = set()  # a circle is shown once, where it is met first
    for start, pairs in must.items():
        for node, _key in pairs:
            trace = cycle_from(start, node, must)
            if trace and frozenset(trace) not in shown:
                shown.add(frozenset(trace))
                report.add("call.cycle", node.element, trace=" → ".join(trace))


def cycle_from(
    start: str, node: Node, must: Mapping[str, list[tuple[Node, str]]]
) -> list[str]:
    """Follow unconditional calls from NODE; give the path when it comes back to START."""
    key = node.element.attrs.get("calledElement", "")
    stack: list[tuple[str, list[str]]] = [(key, [start, key])]
    seen: set[str] = set()
    while stack:
        at, path = stack.pop()
        if at == start:
            return path
        if at in seen:
            continue
        seen.add(at)
        stack.extend((called, [*path, called]) for _node, called in must.get(at, ()))
    return []


def unavoidable(call: Node, process: Process) -> bool:
    """Tell whether every run from the start meets CALL: without it no end is reached."""
    if call.scope is not process.root:
        return False
    entries = [n for n in process.root.nodes if n.kind == "startEvent"]
    entries = entries or [n for n in process.root.nodes if not n.incoming]
    stack = [node for node in entries if node is not call]
    seen = {id(node) for node in stack}
    while stack:
        node = stack.pop()
        nexts = [flow.target for flow in node.outgoing]
        nexts.extend(node.boundaries)
        if not nexts and node.kind != "boundaryEvent":
            return False
        for target in nexts:
            if target is not call and id(target) not in seen:
                seen.add(id(target))
                stack.append(target)
    return True


def message_starts(processes: Iterable[Process], report: Report) -> None:
    """Find messages that start several processes."""
    started: dict[str, list[Process]] = {}
    for process in processes:
        for node in process.root.nodes:
            for name in start_messages(node, process.file):
                started.setdefault(name, []).append(process)
    for name, several in started.items():
        if len(several) > 1:
            names = "、".join(process.name or process.key for process in several)
            report.add("correlation.ambiguous_start", several[-1].element, r=name, list=names)


def start_messages(node: Node, file: File) -> list[str]:
    """Give the names of the messages a start event waits for."""
    if node.kind != "startEvent":
        return []
    found = [
        file.find(one.element.attrs.get("messageRef", ""), "message")
        for one in node.definitions
        if one.trigger == "message"
    ]
    return [message.name for message in found if message is not None]


def correlation(process: Process, report: Report) -> None:
    """Find messages awaited inside a process without a key to tell instances apart."""
    for node in process.nodes:
        if node.kind == "startEvent" and node.scope is process.root:
            continue
        references = [
            one.element.attrs.get("messageRef", "")
            for one in node.definitions
            if one.trigger == "message"
        ]
        if node.kind == "receiveTask":
            references.append(node.element.attrs.get("messageRef", ""))
        catching = node.kind not in ("endEvent", "intermediateThrowEvent")
        for reference in references if catching else ():
            message = process.file.find(reference, "message")
            if message is not None and not message.governed("correlation"):
                report.add("correlation.none", node.element, r=message.name)


def number_pattern(element: Element, report: Report) -> None:
    """Check gov:numberPattern: known placeholders and exactly one running number."""
    pattern = element.gov.get("numberPattern", "")
    if not pattern:
        return
    words = PLACEHOLDER.findall(pattern)
    unknown = [word for word in words if not NUMBERS.fullmatch(word)]
    counters = [word for word in words if word.startswith("seq")]
    why, why_en = "", ""
    if unknown:
        why, why_en = "不认识 " + "、".join(unknown), "unknown " + ", ".join(unknown)
    elif "{" in PLACEHOLDER.sub("", pattern):
        why, why_en = "大括号不成对", "braces do not match"
    elif len(counters) != 1:
        why, why_en = f"有 {len(counters)} 个流水号", f"{len(counters)} counters"
    if why:
        report.add("gov.number", element, r=pattern, why=why, why_en=why_en)


def calendar(element: Element, env: DeployEnv, report: Report) -> None:
    """Check the working calendar of a process, when calendars are known."""
    name = element.gov.get("calendar", "cn")
    if env.calendars and name not in env.calendars:
        report.add("ref.calendar", element, r=name, **near(name, env.calendars))


def starters(element: Element, env: DeployEnv, report: Report) -> None:
    """Check that the roles that may start a process exist."""
    for role in items(element.camunda.get("candidateStarterGroups", "")):
        if role not in env.roles:
            report.add("ref.role", element, r=role, **near(role, env.roles))


def no_due(process: Process, report: Report) -> None:
    """Note user tasks without a time limit."""
    for node in process.nodes:
        if node.kind != "userTask":
            continue
        timed = any(CATCHING & {d.trigger for d in b.definitions} for b in node.boundaries)
        if not (node.element.governed("due") or "dueDate" in node.element.camunda or timed):
            report.add("task.no_due", node.element)
