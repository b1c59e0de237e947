"""Seats of a task must be able to give a result (operations.md 2.1–2.6)."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from engine.bpmn.gov import typed
from engine.bpmn.model import Node, Process
from engine.bpmn.report import Report

Complaint = tuple[str, str]


def seats(process: Process, report: Report) -> None:
    """Find seats nobody sits on, seats of one id, votes without a threshold."""
    for node in process.nodes:
        for governed in node.element.governed("seats"):
            for why, why_en in complaints(typed(governed), node):
                report.add("seats.incomplete", node.element, why=why, why_en=why_en)


def complaints(said: dict[str, Any], node: Node) -> Iterator[Complaint]:
    """Say what is missing or contradicts itself."""
    chairs = said["seats"]
    ids = [chair.get("id", "") for chair in chairs]
    if not chairs and not said.get("members"):
        yield "没有席位，也没有席位名单", "no seat and no list of members"
    for name in sorted(one for one, times in Counter(ids).items() if times > 1):
        yield f"席位编号 {name} 重复", f"the seat id {name} is used twice"
    for chair in chairs:
        if not (chair.get("role") or task_role(node)):
            name = chair.get("label") or chair.get("id", "")
            yield f"席位“{name}”没有角色", f"the seat “{name}” has no role"
    if "conclusion" in said and said["rule"] != "consult":
        yield "结论席位（conclusion）只用于征求意见（consult）", "a conclusion without consult"
    yield from vote_complaints(said, node)


def vote_complaints(said: dict[str, Any], node: Node) -> Iterator[Complaint]:
    """Say what is wrong with a vote."""
    rule = said.get("voteRule", {})
    chairs = said["seats"]
    if said["rule"] == "vote" and not rule.get("threshold"):
        yield "票签没有通过比例（threshold）", "a vote without threshold"
    fixed = not said.get("members")
    if fixed and rule.get("quorum", 0) > len(chairs):
        yield "到会人数（quorum）多于席位数", "the quorum exceeds the seats"
    if rule.get("silence") == "noObjection" and not node.element.governed("clause"):
        yield "默示同意（noObjection）没有依据条款", "noObjection without a clause"


def task_role(node: Node) -> str:
    """Give the role of the task itself: of its assignment, else of its lane."""
    governed = node.element.governed("assignment")
    own = governed[0].attrs.get("role", "") if governed else ""
    return own or (node.lane.role if node.lane is not None else "")
