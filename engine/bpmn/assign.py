"""Assignment and seats of a person's task: attributes → one rule giving plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.base.errors import ExpressionFailed
from engine.base.expressions import Expr, Moment
from engine.base.values import Value
from engine.bpmn.consult import ConclusionRule
from engine.bpmn.formulas import Constant, Formulas, Place
from engine.bpmn.gov import typed
from engine.bpmn.model import Element, Extension, Node
from engine.bpmn.report import near
from engine.kernel import plan

# Where each FEEL text of an assignment stands, for messages.
PLACES = {
    "assignee": Place("的办理人（assignee）", "assignee"),
    "candidateUsers": Place("的候选人（candidateUsers）", "candidate users"),
    "candidateGroups": Place("的候选角色（candidateGroups）", "candidate groups"),
    "region": Place("的区划（region）", "region"),
    "org": Place("的单位（org）", "unit"),
    "members": Place("的席位名单（members）", "list of seats"),
    "when": Place("的席位条件（when）", "condition of a seat"),
}
# gov:assignment attribute -> key of TaskOpened.assignment
WORDS = {
    "role": "role",
    "level": "level",
    "regionOf": "region_of",
    "onEmpty": "on_empty",
    "fallbackRole": "fallback_role",
    "selfReview": "self_review",
    "delegable": "delegable",
}
SEAT_WORDS = {
    "id": "id",
    "label": "label",
    "role": "role",
    "level": "level",
    "regionOf": "region_of",
    "duty": "duty",
    "order": "order",
    "required": "required",
    "veto": "veto",
    "weight": "weight",
}
VOTE_WORDS = ("base", "threshold", "compare", "quorum", "revote", "onDue", "silence")


@dataclass(frozen=True, slots=True)
class SeatRule:
    """One declared chair; WHEN None = always there."""

    values: Mapping[str, Value]
    when: Expr | None = None

    def present(self, scope: plan.Names, moment: Moment) -> bool:
        """Tell whether the chair is set; null counts as no."""
        if self.when is None:
            return True
        answer = self.when(scope, moment)
        if answer is not None and not isinstance(answer, bool):
            raise ExpressionFailed(f"席位条件“{self.when.text}”的结果不是真假值。")
        return bool(answer)


@dataclass(frozen=True, slots=True)
class SeatsRule:
    """The joint result of several chairs; MEMBERS adds data-driven ones."""

    values: Mapping[str, Value]
    seats: tuple[SeatRule, ...]
    members: Expr | None = None
    conclusion: ConclusionRule | None = None

    def __call__(self, scope: plan.Names, moment: Moment) -> dict[str, Value]:
        """Give the seats present now, numbered in order."""
        seats = [dict(seat.values) for seat in self.seats if seat.present(scope, moment)]
        if self.members is not None:
            seats.extend(members(self.members, scope, moment))
        for number, seat in enumerate(seats, start=1):
            if seat["order"] is None:
                seat["order"] = number
        found = {**self.values, "seats": seats}
        if self.conclusion is not None:
            found["conclusion"] = self.conclusion(scope, moment)
        return found


def members(expr: Expr, scope: plan.Names, moment: Moment) -> list[dict[str, Value]]:
    """Give the seats of a list: unit codes, or contexts with the attributes of gov:seat."""
    found = expr(scope, moment)
    entries = [] if found is None else found if isinstance(found, list) else [found]
    seats = []
    for number, entry in enumerate(entries, start=1):
        said = {"org": entry} if isinstance(entry, str) else entry
        if not isinstance(said, Mapping):
            raise ExpressionFailed(f"席位名单“{expr.text}”的第 {number} 项不是单位编码或席位。")
        base = seat_values({"id": f"m{number}"})
        words = {SEAT_WORDS.get(key, key): value for key, value in said.items()}
        seats.append({**base, **{key: words[key] for key in words if key in base}})
    return seats


def seat_values(said: Mapping[str, Any]) -> dict[str, Value]:
    """Give one seat with every key of TaskOpened.assignment."""
    seat: dict[str, Value] = {word: said.get(name) for name, word in SEAT_WORDS.items()}
    seat["region"] = said.get("region")
    seat["org"] = said.get("org")
    seat["duty"] = seat["duty"] or "handle"
    seat["region_of"] = seat["region_of"] or "case"
    seat["required"] = bool(seat["required"])
    seat["veto"] = bool(seat["veto"])
    seat["weight"] = 1 if seat["weight"] is None else seat["weight"]
    return seat


@dataclass(frozen=True, slots=True)
class Assignment:
    """The whole rule: fixed values, expressions by key, and the seats."""

    values: Mapping[str, Value]
    computed: Mapping[str, Expr]
    seats: SeatsRule | None

    def __call__(self, scope: plan.Names, moment: Moment) -> Mapping[str, Value]:
        """Evaluate for one task."""
        found = dict(self.values)
        for key, expr in self.computed.items():
            value = expr(scope, moment)
            found[key] = as_list(value) if key in ("users", "groups") else value
        if self.seats is not None:
            found["seats"] = self.seats(scope, moment)
        return found

    @property
    def reads(self) -> frozenset[str]:
        """Name the variables it reads."""
        exprs = list(self.computed.values())
        if self.seats is not None:
            exprs.extend(s.when for s in self.seats.seats if s.when is not None)
            exprs.extend([self.seats.members] if self.seats.members is not None else [])
        found = frozenset[str]().union(*(expr.reads for expr in exprs))
        last = self.seats.conclusion if self.seats is not None else None
        return found if last is None else found | last.reads


def as_list(value: Value) -> list[Value]:
    """Give a list of a list, a comma separated text or null."""
    if value is None:
        return []
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return list(value) if isinstance(value, (list, tuple)) else [value]


def assignment(
    node: Node, element: Element, roles: Mapping[str, str], formulas: Formulas
) -> Assignment:
    """Compile who does NODE; reports unknown roles and tasks nobody can do.

    ELEMENT says it: the node's own, or the global task the node calls.
    """
    lane = node.lane.role if node.lane is not None else ""
    governed = element.governed("assignment")
    said = typed(governed[0]) if governed else {}
    values: dict[str, Value] = {word: said.get(name) for name, word in WORDS.items()}
    values.update({"assignee": None, "users": [], "groups": [], "region": None, "org": None})
    values["lane"] = lane or None
    values["role"] = values["role"] or values["lane"]
    values["excluded"] = [one["performerOf"] for one in said.get("excludedOwners", ())]
    values["seats"] = None
    computed: dict[str, Expr] = {}
    texts = (
        ("assignee", "assignee", element.camunda.get("assignee", "")),
        ("candidateUsers", "users", element.camunda.get("candidateUsers", "")),
        ("candidateGroups", "groups", element.camunda.get("candidateGroups", "")),
        ("region", "region", said.get("region", "")),
        ("org", "org", said.get("org", "")),
    )
    for name, key, text in texts:
        put(values, computed, key, text, (element, name, formulas))
    rule = Assignment(values, computed, seats(element, formulas))
    check(node, rule, roles, formulas)
    return rule


def put(
    values: dict[str, Value],
    computed: dict[str, Expr],
    key: str,
    text: str,
    place: tuple[Element, str, Formulas],
) -> None:
    """Put a literal into VALUES, an expression into COMPUTED."""
    if not text.strip():
        return
    element, name, formulas = place
    expr = formulas.text_or_feel(text, element, PLACES[name])
    if isinstance(expr, Constant):
        values[key] = as_list(expr.value) if key in ("users", "groups") else expr.value
    elif expr is not None:
        computed[key] = expr


def seats(element: Element, formulas: Formulas) -> SeatsRule | None:
    """Compile gov:seats; None without."""
    governed = element.governed("seats")
    if not governed:
        return None
    said = typed(governed[0])
    vote = said.get("voteRule", {})
    values: dict[str, Value] = {
        "rule": said["rule"],
        "on_dissent": said["onDissent"],
        "decided_by": said["decidedBy"],
        "on_fail": said["onFail"],
        "add": said.get("add", []),
        "max_seats": said["maxSeats"],
        "results": said.get("results"),
        **{{"onDue": "on_due"}.get(word, word): vote.get(word) for word in VOTE_WORDS},
    }
    text = said.get("members", "")
    listed = formulas.compile(text, element, PLACES["members"]) if text else None
    return SeatsRule(values, tuple(chairs(governed[0], element, formulas)), listed)


def chairs(group: Extension, element: Element, formulas: Formulas) -> list[SeatRule]:
    """Compile the declared chairs."""
    found = []
    for seat in group.all("seat"):
        said = typed(seat)
        when = said.get("when", "")
        expr = formulas.compile(when, element, PLACES["when"]) if when else None
        found.append(SeatRule(seat_values(said), expr))
    return found


def check(
    node: Node, rule: Assignment, roles: Mapping[str, str], formulas: Formulas
) -> None:
    """Report roles nobody defined and a task nobody can do."""
    lane = node.lane.role if node.lane is not None else ""
    named_roles = [*rule.values["groups"], lane, rule.values["role"]]
    named_roles.append(rule.values["fallback_role"])
    if rule.seats is not None:
        named_roles += [seat.values["role"] for seat in rule.seats.seats]
    for role in dict.fromkeys(str(one) for one in named_roles if one):
        if role not in roles:
            formulas.report.add("ref.role", node.element, r=role, **near(role, roles))
    named = any(rule.values[key] for key in ("assignee", "users", "groups", "role", "org"))
    manned = rule.seats is not None and (rule.seats.seats or rule.seats.members is not None)
    if not (named or rule.computed or manned):
        formulas.report.add("task.no_role", node.element)
