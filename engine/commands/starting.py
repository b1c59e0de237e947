"""A new case: its row, its first search fields, its number, its first event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from engine.base.errors import Conflict, NotFound
from engine.base.events import Start
from engine.base.values import Value
from engine.commands import finishing, marking, numbers, referring, regions, stepping
from engine.commands.case import Case, Live
from engine.commands.results import Started
from engine.context import Context
from engine.store import cases, codec, definitions, vault, work
from engine.store.rows import Row


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a new case begins with; NODE and TRIGGER for message, signal and timer starts.

    FORM is the id of the start form whose clean data VARS hold, "" for none. An imported
    case has an ANCHOR, the STATE it was in, and as SOURCE {"file": sha256, "row": number …}.
    """

    vars: Mapping[str, Value] = field(default_factory=dict)
    node: str | None = None
    trigger: Mapping[str, Value] | None = None
    unit: str = ""
    form: str = ""
    how: str = "StartInstance"  # kind of the history line
    anchor: str | None = None  # where work begun elsewhere goes on, instead of a start
    state: str = ""  # the case state it comes with
    source: Mapping[str, Value] = field(default_factory=dict)  # where it comes from
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)  # for the vault

    def with_secrets(self, secrets: Mapping[str, str]) -> "Beginning":
        """Give the same beginning with SECRETS that go into the vault."""
        return replace(self, secrets=secrets)

    @property
    def known(self) -> dict[str, Value]:
        """Give everything the case is told at its start."""
        return {**(self.trigger or {}), **self.vars}


def latest(ctx: Context, key: str) -> Row:
    """Give the newest definition of process KEY."""
    row = definitions.latest_definition(ctx.conn, key)
    if row is None:
        raise NotFound(f"没有名为“{key}”的流程，或尚未发布。", key=key)
    return row


def start_cases(ctx: Context, definition: Row, begins: Sequence[Beginning]) -> list[Started]:
    """Start one case of DEFINITION per beginning, in this transaction."""
    runtime = ctx.runtimes.of_new(definition["runtime"]).name
    made = [_open(ctx, definition, runtime, one) for one in begins]
    by_hand = zip(made, begins, strict=True)
    marking.check(ctx, [begun for begun, begin in by_hand if begin.form])
    scopes = {n: scope for n, (case, _) in enumerate(made) if (scope := _scope(case))}
    given = numbers.take(ctx.conn, scopes)
    return [
        _begin(case, begins[n], search, given.get(n)) for n, (case, search) in enumerate(made)
    ]


def _open(
    ctx: Context, definition: Row, runtime: str, begin: Beginning
) -> tuple[Case, dict[str, Row]]:
    """Insert the row of a case; one of a division that keeps its own diagram runs on that."""
    case = _draw(ctx, definition, runtime, begin)
    search = _early_search(case, begin)
    own = regions.for_region(ctx, definition, str(case.root.row["region"]), runtime)
    if own is not definition:
        case = _draw(ctx, own, runtime, begin)
        search = _early_search(case, begin)
    row = case.root.row
    row["id"] = cases.insert_instance(ctx.conn, row)
    row |= {"root_id": row["id"], "parent_id": None, "number": None, "ended_at": None}
    row["due_at"] = None
    case.lives[case.id] = case.root
    return case, search


def _draw(ctx: Context, definition: Row, runtime: str, begin: Beginning) -> Case:
    deployed = ctx.runtimes.deployed(ctx.conn, definition["id"], runtime)
    row: Row = {
        "uid": ctx.ids.uid(),
        "definition_id": definition["id"],
        "runtime": runtime,
        "status": "active",
        "state": codec.encode(None),
        "version": 1,
        "title": definition["name"],
        "state_name": "",
        "region": "",
        "place": "",
        "year": ctx.now.astimezone(ZoneInfo(deployed.zone)).year,
        "category": "",
        "case_round": 1,
        "starter": ctx.actor.person,
        "starter_unit": begin.unit,
        "started_at": ctx.now,
        "history_no": 0,
        "history_hash": "",
    }
    return Case(ctx, Live(row, deployed, definition["key"], None, touched=True))


def _early_search(case: Case, begin: Beginning) -> dict[str, Row]:
    """Evaluate the search fields that read nothing but what the case begins with."""
    known, live = begin.known, case.root
    declared = live.deployed.search.get(live.key, ())
    fields = [f for f in declared if not f.value.reads or f.value.reads & known.keys()]
    return finishing.compute_search(case, live, fields, known)


def _scope(case: Case) -> str | None:
    pattern = case.root.facts.number_pattern
    row = case.root.row
    return numbers.counter_name(pattern, row["year"], row["region"]) if pattern else None


def _begin(case: Case, begin: Beginning, search: dict[str, Row], number: str | None) -> Started:
    row = case.root.row
    row["number"] = number
    values = dict(begin.vars)
    if number:
        values |= {"case_number": number, "case_year": row["year"]}
    definition = case.ctx.runtimes.definition(case.ctx.conn, row["definition_id"])
    detail: Row = {"key": case.root.key, "version": definition["version"], "number": number}
    detail |= {"runtime": row["runtime"], "node": begin.node, "vars": {**begin.known, **values}}
    detail |= {"anchor": begin.anchor, **begin.source} if begin.source else {}
    division = regions.division(definition)
    detail |= {"override": division} if division else {}
    case.note(case.root, begin.how, detail, unit=begin.unit)
    _keep_form(case, begin)
    event = Start(
        **case.stamp(case.root),
        node=begin.node,
        vars=values,
        trigger=begin.trigger,
        anchor=begin.anchor,
    )
    row["state_name"] = begin.state
    answer = stepping.step(case, case.root, event)
    if answer.status != "accepted":
        raise Conflict(answer.reason or None, code="refused")
    cases.replace_search(case.ctx.conn, case.id, list(search.values()))
    finishing.finish(case)
    return Started(
        instance_id=case.id,
        uid=row["uid"],
        number=number,
        state=row["status"],
        next=finishing.next_steps(case),
    )


def _keep_form(case: Case, begin: Beginning) -> None:
    if not begin.form:
        return
    work.add_form_entry(
        case.ctx.conn,
        {
            "root_id": case.id,
            "task_id": None,
            "seat_id": None,
            "form": begin.form,
            "data": codec.encode(begin.known),
            "person": case.ctx.actor.person,
            "at": case.ctx.now,
        },
    )
    cases.use_attachments(case.ctx.conn, case.id, attachment_ids(begin.known))
    deployed = case.root.deployed
    referring.take(case.ctx, deployed, deployed.forms[begin.form], case.id, begin.known, {})
    if begin.secrets:
        vault.put(case.ctx.conn, case.root.row, begin.secrets, case.ctx.now)


def attachment_ids(data: Any) -> list[str]:
    """Give the ids of the files named anywhere in form DATA."""
    found: list[str] = []
    stack = [data]
    while stack:
        value = stack.pop()
        if isinstance(value, Mapping):
            uid = value.get("attachmentId")
            if isinstance(uid, str):
                found.append(uid)
            stack.extend(value.values())
        elif isinstance(value, list | tuple):
            stack.extend(value)
    return sorted(set(found))
