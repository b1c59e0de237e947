"""Cases begin, wait, go on and stop."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.base import events
from engine.base.actor import Actor
from engine.base.errors import Conflict, InvalidForm, InvalidRequest
from engine.base.values import Value
from engine.bpmn.facts import ProcessFacts, StartFacts
from engine.commands import (
    entitled,
    finishing,
    forms,
    referring,
    starting,
    stepping,
    vaulting,
)
from engine.commands.case import Case, open_case
from engine.commands.results import CaseChanged, Started, StartedMany
from engine.commands.starting import Beginning
from engine.context import Context, Deployed
from engine.rules import refusals
from engine.rules.permissions import Facts, may
from engine.rules.units import at_home
from engine.store import cases, jobs
from engine.store.rows import Row

MOST_ROWS = 200
REASON = 10  # characters of a reason for 终止, 挂起; operations.md 2.0


@dataclass(frozen=True, slots=True)
class StartInstance:
    """Start a case of process KEY (latest version) with the start form's DATA.

    UNIT: for which of the actor's units; needed only when several would do. OUTCOME is
    refused: buttons belong to tasks (gov:outcome), a start form has one way on. Started.
    """

    key: str
    data: Mapping[str, Value] = field(default_factory=dict)
    unit: str | None = None
    outcome: str | None = None

    def run(self, ctx: Context) -> Started:
        """Check the form and begin."""
        if self.outcome is not None:
            raise InvalidRequest("发起表单没有可选的办理结果。", code="outcome-unknown")
        gate = _Gate.of(ctx, self.key, self.unit)
        return starting.start_cases(ctx, gate.definition, [gate.begin(ctx, self.data)])[0]


@dataclass(frozen=True, slots=True)
class StartMany:
    """Start one case per row of ROWS (at most 200), all or none; answers StartedMany.

    A faulty row raises InvalidForm whose errors carry "row" (1-based).
    """

    key: str
    rows: tuple[Mapping[str, Value], ...] = ()
    unit: str | None = None

    def run(self, ctx: Context) -> StartedMany:
        """Check every row, then begin them all."""
        if not 0 < len(self.rows) <= MOST_ROWS:
            raise InvalidRequest(f"一次发起 1 至 {MOST_ROWS} 件。", code="too-many-rows")
        gate = _Gate.of(ctx, self.key, self.unit)
        begins: list[Beginning] = []
        errors: list[dict[str, Value]] = []
        for number, row in enumerate(self.rows, 1):
            try:
                begins.append(gate.begin(ctx, row))
            except InvalidForm as error:
                errors.extend({**one, "row": number} for one in error.errors)
        if errors:
            raise InvalidForm(errors)
        return StartedMany(items=tuple(starting.start_cases(ctx, gate.definition, begins)))


@dataclass(frozen=True, slots=True)
class _Gate:
    """The way into a process for one actor: version, start event, acting unit."""

    definition: Row
    deployed: Deployed
    start: StartFacts | None
    unit: str

    @classmethod
    def of(cls, ctx: Context, key: str, unit: str | None) -> "_Gate":
        definition = starting.latest(ctx, key)
        runtime = ctx.runtimes.of_new(definition["runtime"]).name
        deployed = ctx.runtimes.deployed(ctx.conn, definition["id"], runtime)
        process = deployed.facts[key]
        actor = at_home(ctx.actor, ctx.runtimes.directory(ctx.conn, deployed))
        may(actor, "start", Facts(starters=frozenset(process.starter_groups)))
        return cls(definition, deployed, _by_hand(process), _unit(actor, process, unit))

    def begin(self, ctx: Context, data: Mapping[str, Value]) -> Beginning:
        """Clean DATA with the start form and make the beginning of a case."""
        form = self.start.form if self.start else None
        schema = self.deployed.forms[form] if form else None
        values, secrets = vaulting.split(schema, self._clean(ctx, form, data))
        if self.start and self.start.initiator:
            values[self.start.initiator] = ctx.actor.person
        node = self.start.node if self.start else None
        if self.start and self.start.kind != "none":  # as if the message had brought it
            begun = Beginning({}, node=node, trigger=values, unit=self.unit, form=form or "")
        else:
            begun = Beginning(values, node=node, unit=self.unit, form=form or "")
        return begun.with_secrets(secrets)

    def _clean(
        self, ctx: Context, form: str | None, data: Mapping[str, Value]
    ) -> dict[str, Value]:
        if form:
            moment = self.deployed.moment(ctx.now)
            schema = self.deployed.forms[form]
            known = {"unit": self.unit}
            files = forms.files_of(ctx, data, None)
            cleaned = schema.clean(data, known=known, moment=moment, attachments=files)
            referring.check_named(ctx, self.deployed, schema, cleaned)
            return cleaned
        if {"process_owner", "scheduler", "system"} & ctx.actor.rights:
            return dict(data)  # a process without a start form is fed by programs
        return forms.no_form(data)


def _by_hand(process: ProcessFacts) -> StartFacts | None:
    """Give the start a person uses: the none start, else a message start with a form."""
    start = process.start_by_hand
    if start is not None or not process.starts:
        return start  # None: an implicit start
    raise Conflict(
        f"流程“{process.name}”由消息、信号或定时器启动，不能手工发起。", code="no-manual-start"
    )


def _unit(actor: Actor, process: ProcessFacts, wanted: str | None) -> str:
    groups = set(process.starter_groups)
    units = [p.unit for p in actor.posts if not groups or p.role in groups]
    units = list(dict.fromkeys(units))
    if wanted is not None:
        if wanted not in units:
            raise refusals.not_entitled("发起")
        return wanted
    if len(units) > 1:
        raise InvalidRequest(
            "您可以代表多个单位发起，请选择单位。", code="unit-needed", units=units
        )
    return units[0] if units else ""


@dataclass(frozen=True, slots=True)
class SuspendInstance:
    """挂起: nothing moves until resumed; due timers stay queued. Answers CaseChanged.

    EXPECTED_VERSION is the version of the root instance, required.
    """

    instance_id: int
    reason: str
    expected_version: int | None = None

    def run(self, ctx: Context) -> CaseChanged:
        """Suspend every live instance of the case and keep its jobs waiting."""
        case = _held(ctx, self.instance_id, "suspend", self.expected_version)
        reason = refusals.check_reason(self.reason, REASON)
        entitled.require_open_case(case)
        case.note(case.root, "SuspendInstance", {"reason": reason})
        for instance_id in cases.case_instances(ctx.conn, case.id):
            live = case.live(instance_id)
            event = events.Suspend(**case.stamp(live), reason=reason)
            stepping.must_step(case, live, event)
        finishing.finish(case)
        jobs.pause_case(ctx.conn, case.id)
        return _changed(case)


@dataclass(frozen=True, slots=True)
class ResumeInstance:
    """恢复 a suspended case. Answers CaseChanged."""

    instance_id: int
    reason: str = ""
    expected_version: int | None = None

    def run(self, ctx: Context) -> CaseChanged:
        """Resume every suspended instance of the case; waiting jobs run again."""
        case = _held(ctx, self.instance_id, "resume", self.expected_version)
        if case.root.row["status"] != "suspended":
            raise Conflict("案件没有暂停，不需要恢复。", code="not-suspended")
        case.note(case.root, "ResumeInstance", {"reason": self.reason})
        for instance_id in cases.case_instances(ctx.conn, case.id):
            live = case.live(instance_id)
            stepping.must_step(case, live, events.Resume(**case.stamp(live)))
        finishing.finish(case)
        jobs.resume_case(ctx.conn, case.id)
        return _changed(case)


@dataclass(frozen=True, slots=True)
class CancelInstance:
    """终止: the case stops, all open work is closed; REASON ≥ 10 characters.

    EXPECTED_VERSION is the version of the root instance, required. Answers CaseChanged.
    """

    instance_id: int
    reason: str
    expected_version: int | None = None

    def run(self, ctx: Context) -> CaseChanged:
        """Cancel the root; its effects close everything below."""
        case = _held(ctx, self.instance_id, "terminate", self.expected_version)
        reason = refusals.check_reason(self.reason, REASON)
        if case.root.row["status"] != "suspended":
            entitled.require_open_case(case)
        case.note(case.root, "CancelInstance", {"reason": reason})
        event = events.Cancel(**case.stamp(case.root), reason=reason)
        stepping.must_step(case, case.root, event)
        finishing.finish(case)
        return _changed(case)


def _held(ctx: Context, instance_id: int, verb: str, expected: int | None) -> Case:
    row = cases.lock_root_of_instance(ctx.conn, instance_id)
    case = open_case(ctx, row)
    entitled.require(ctx, verb, case.root.row)
    entitled.check_version(case.root.row["version"], expected)
    return case


def _changed(case: Case) -> CaseChanged:
    row = case.root.row
    return CaseChanged(
        instance_id=case.id, state=row["status"], instance_version=row["version"]
    )
