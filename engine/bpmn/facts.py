"""What pages and commands must know of a process besides how it runs; JSON both ways."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """One element: ID and NAME as drawn; attributes as written in the diagram.

    Dictionaries use the attribute names of frontend.md 5.3 as written (camelCase), lists
    keep document order: outcomes [{"value","label","action","reasonMin","requires",
    "primary"}], clauses [{"document","article","requirement","basis","text"}], seats
    {"rule","onDissent",…,"voteRule":{…},"seats":[{"id","label","role",…}]}, due
    {"key"|"amount","unit",…,"escalations":[…]}, evidence [{"code","min",…}],
    returns {"allowed","targets":[…],"after","seats","max"}, assignment {"role",…},
    transfer {"scope","maxChain"}.
    """

    id: str
    kind: str  # local name in BPMN: userTask, exclusiveGateway, boundaryEvent …
    name: str = ""
    parent: str = ""  # id of the enclosing sub-process or process
    lane: str = ""  # id of the innermost lane
    lane_name: str = ""
    role: str = ""  # role of that lane (its assignment or name)
    documentation: str = ""
    form: str | None = None
    state: str | None = None
    next_round: bool = False  # entering it begins the next case round
    phase: str | None = None
    sign_off: bool = False
    mobile: bool = False
    bulk: bool = False
    outcomes: tuple[Json, ...] = ()
    assignment: Json = field(default_factory=dict)
    seats: Json = field(default_factory=dict)
    due: Json = field(default_factory=dict)
    returns: Json = field(default_factory=dict)
    transfer: Json = field(default_factory=dict)
    revoke_until: str = "acted"  # how long 撤回 is possible: acted, opened
    evidence: tuple[Json, ...] = ()
    clauses: tuple[Json, ...] = ()
    shares: tuple[Json, ...] = ()
    metrics: tuple[Json, ...] = ()
    event: str = ""  # trigger of an event: timer, message, signal, error …
    detail: str = ""  # its text: timer spec, message or signal name, decision, process key
    attached_to: str = ""  # host of a boundary event
    properties: Json = field(default_factory=dict)  # camunda:properties


@dataclass(frozen=True, slots=True)
class FlowFacts:
    """One sequence flow."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str = ""
    action: str = ""
    default: bool = False


@dataclass(frozen=True, slots=True)
class StartFacts:
    """One way to start: KIND none, message, timer, signal or conditional."""

    node: str
    kind: str
    name: str = ""  # message or signal name
    spec: str = ""  # timer text
    form: str | None = None
    catch_up: str = "latest"
    initiator: str = ""


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """One executable process."""

    key: str
    name: str
    file: str
    documentation: str = ""
    version_tag: str = ""
    family: str = ""
    number_pattern: str = ""
    calendar: str = "cn"
    sensitivity: str = "internal"
    retention: str = ""
    reopen_at: str = ""
    no_cancel_after: tuple[str, ...] = ()
    cancel_to: str = "cancelled"
    starter_groups: tuple[str, ...] = ()
    nodes: Mapping[str, NodeFacts] = field(default_factory=dict)
    flows: Mapping[str, FlowFacts] = field(default_factory=dict)
    starts: tuple[StartFacts, ...] = ()
    lanes: tuple[Json, ...] = ()  # {"id","name","role","nodes":[…]}
    search_fields: tuple[Json, ...] = ()  # {"name","type","label","from"}
    clauses: tuple[Json, ...] = ()
    decisions: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    called: tuple[str, ...] = ()  # keys of called processes
    variables: tuple[str, ...] = ()  # declared data objects and properties

    @property
    def start_by_hand(self) -> StartFacts | None:
        """Give the start a person uses: the none start, else a message start with a form."""
        for start in self.starts:
            if start.kind == "none":
                return start
        return next((s for s in self.starts if s.kind == "message" and s.form), None)

    @property
    def roles(self) -> dict[str, list[str]]:
        """Give each role that may start it or act in it, with where: names of elements."""
        found: dict[str, list[str]] = {role: ["发起"] for role in self.starter_groups}
        for node in self.nodes.values():
            if node.kind in PERSONAL:
                for role in dict.fromkeys(_roles_of(node)):
                    found.setdefault(role, []).append(node.name or node.id)
        return found

    def as_dict(self) -> Json:
        """Give the JSON shape."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "ProcessFacts":
        """Read the JSON shape back."""
        plain = dict(data)
        plain["nodes"] = {key: _node(value) for key, value in data["nodes"].items()}
        plain["flows"] = {key: FlowFacts(**value) for key, value in data["flows"].items()}
        plain["starts"] = tuple(StartFacts(**value) for value in data["starts"])
        for key in _TUPLES:
            plain[key] = tuple(data.get(key, ()))
        return cls(**plain)


PERSONAL = ("userTask", "manualTask")


def _roles_of(node: NodeFacts) -> list[str]:
    """Give the roles a person's task names: seats first, else its own, else the lane's."""
    seats = [str(seat.get("role") or "") for seat in node.seats.get("seats") or ()]
    own = str(node.assignment.get("role") or "")
    named = seats or ([own] if own or node.assignment.get("org") else [node.role])
    return [role for role in (*named, str(node.assignment.get("fallbackRole") or "")) if role]


def drawn(processes: Mapping[str, ProcessFacts]) -> dict[str, list[str]]:
    """Give each role PROCESSES use, with the names of what uses it."""
    found: dict[str, list[str]] = {}
    for facts in processes.values():
        for role, names in facts.roles.items():
            found.setdefault(role, []).extend(names)
    return found


def places(names: Sequence[str]) -> str:
    """Write where a role is used: the first three places and how many there are."""
    told = "、".join(f"“{name}”" for name in list(dict.fromkeys(names))[:3])
    return f"{told}{'等' if len(set(names)) > 3 else ''} {len(names)} 处"


_TUPLES = (
    "no_cancel_after",
    "starter_groups",
    "lanes",
    "search_fields",
    "clauses",
    "decisions",
    "services",
    "called",
    "variables",
)
_NODE_TUPLES = ("outcomes", "evidence", "clauses", "shares", "metrics")


def _node(value: Mapping[str, Any]) -> NodeFacts:
    plain = dict(value)
    for key in _NODE_TUPLES:
        plain[key] = tuple(value.get(key, ()))
    return NodeFacts(**plain)
