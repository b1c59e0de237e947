"""What a command (Context) and a query (View) may touch, and nothing else."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from engine.base.actor import Actor
from engine.base.clock import Clock
from engine.base.errors import InvalidDefinition, InvalidExpression, NotFound, NotSupported
from engine.base.events import Env
from engine.base.expressions import Calendar, Moment
from engine.base.findings import Finding, has_errors
from engine.base.ids import Ids
from engine.base.values import Value
from engine.bpmn.decisions import Decisions
from engine.bpmn.deploy import Compiled, DeployEnv, Limit
from engine.bpmn.facts import ProcessFacts
from engine.calendars import Calendars
from engine.feel.compile import Expression, compile_expression
from engine.forms.compile import compile_form
from engine.forms.schema import FormSchema
from engine.library import imports
from engine.library.application import Application, read_application
from engine.library.bundle import MAIN, Bundle, from_files
from engine.reports.compile import Report, Sources, compile_reports
from engine.rules.calendar import build_calendar
from engine.rules.escalation import Ladder, ladders_of
from engine.rules.units import Directory, build_directory, unit_of
from engine.runtime import Runtime
from engine.store import definitions, people_rows
from engine.store.rows import Conn, Row

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # ladders do not depend on the day they are read
CALENDAR_YEARS = (1990, 2100)  # the span in which published years are looked for


@dataclass(frozen=True, slots=True)
class SearchField:
    """A declared search field of a process: NAME, TYPE and the FEEL that gives it."""

    name: str
    type: str
    label: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Deployed:
    """One version of an application, compiled for one runtime."""

    application: Application
    runtime: Runtime
    hash: str
    plans: Mapping[str, Any] = field(default_factory=dict)  # by process key
    facts: Mapping[str, ProcessFacts] = field(default_factory=dict)
    forms: Mapping[str, FormSchema] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    search: Mapping[str, tuple[SearchField, ...]] = field(default_factory=dict)
    reports: Mapping[str, Report] = field(default_factory=dict)
    zone: str = "Asia/Shanghai"
    decisions: Decisions | None = None
    ladders: Mapping[str, Ladder] = field(default_factory=dict)  # by kind of limit
    limits: Mapping[str, Mapping[str, Limit]] = field(default_factory=dict)

    def decide(
        self, decision: str, scope: Mapping[str, Value], at: datetime
    ) -> tuple[Value, tuple[Mapping[str, Value], ...]]:
        """Evaluate a decision of this version outside a task: its value and its records."""
        if self.decisions is None:
            raise NotFound
        found = self.decisions.evaluate(
            decision, {"settings": self.application.values, **scope}, self.moment(at)
        )
        return found.value, found.tables

    def moment(self, at: datetime) -> Moment:
        """Give what an expression may know at AT, registers included."""
        return self.env().moment(at)

    def env(self) -> Env:
        """Give what a step of this version may use besides its event."""
        return Env(
            zone=self.zone, calendars=self.calendars, register=self.application.register
        )


@dataclass(frozen=True, slots=True)
class Assembled:
    """What checking a bundle gave: all findings, and the version unless one is an error."""

    findings: tuple[Finding, ...]
    deployed: Deployed | None = None


class Runtimes:
    """The runtimes of this installation and the versions they compiled, least used first out.

    OVERRIDE (the setting SHOUHU_RUNTIME) chooses the runtime of all new instances.
    """

    def __init__(
        self,
        runtimes: Mapping[str, Runtime],
        *,
        services: frozenset[str] = frozenset(),
        override: str | None = None,
        size: int = 64,
    ) -> None:
        self._runtimes = dict(runtimes)
        self._services = services
        self._size = size
        self._override = override
        self._versions: OrderedDict[tuple[str, str], Assembled] = OrderedDict()
        self._rows: OrderedDict[int, Row] = OrderedDict()
        self._directories: OrderedDict[tuple[str, str, int], Directory] = OrderedDict()
        self._lock = threading.Lock()  # of the caches, held for moments
        self._calendars = Calendars()
        self._compiling = threading.Lock()  # one compilation at a time: CPU is scarce

    def named(self, name: str) -> Runtime:
        """Give the runtime NAME."""
        if name not in self._runtimes:
            raise NotSupported(f"本系统没有安装运行引擎“{name}”。", runtime=name)
        return self._runtimes[name]

    @property
    def services(self) -> frozenset[str]:
        """Name the services a diagram may call."""
        return self._services

    def of_new(self, declared: str) -> Runtime:
        """Give the runtime of new instances of an application that DECLARED one."""
        return self.named(self._override or declared)

    def assemble(
        self, bundle: Bundle, *, runtime: str | None = None, processes: frozenset[str]
    ) -> Assembled:
        """Check and compile BUNDLE; PROCESSES are the keys other applications deployed."""
        application, findings = read_application(bundle)
        if application is None:
            return Assembled(findings)
        chosen = self.named(runtime) if runtime else self.of_new(application.runtime)
        key = (bundle.hash, chosen.name)
        known = self._cached(key)
        if known is not None:
            return known
        with self._compiling:
            known = self._cached(key)
            if known is not None:
                return known
            made = _compile(bundle, application, chosen, self._env(processes))
            made = Assembled((*findings, *made.findings), made.deployed)
            if made.deployed is not None:
                self._keep(key, made)
        return made

    def _cached(self, key: tuple[str, str]) -> Assembled | None:
        with self._lock:
            if key in self._versions:
                self._versions.move_to_end(key)
            return self._versions.get(key)

    def _keep(self, key: tuple[str, str], made: Assembled) -> None:
        with self._lock:
            self._versions[key] = made
            while len(self._versions) > self._size:
                self._versions.popitem(last=False)

    def _env(self, processes: frozenset[str]) -> DeployEnv:
        return DeployEnv(services=self._services, processes=processes)

    def definition(self, conn: Conn, definition_id: int) -> Row:
        """Give a definition row (see engine.store.definitions.definition_by_id), cached."""
        with self._lock:
            if definition_id in self._rows:
                return self._rows[definition_id]
        row = definitions.definition_by_id(conn, definition_id)
        if row is None:
            raise NotFound
        with self._lock:
            self._rows[definition_id] = row
            while len(self._rows) > self._size * 16:
                self._rows.popitem(last=False)
        return row

    def deployed(self, conn: Conn, definition_id: int, runtime: str) -> Deployed:
        """Give the compiled version DEFINITION_ID belongs to, for RUNTIME."""
        row = self.definition(conn, definition_id)
        known = self._cached((row["hash"], runtime))
        if known is not None and known.deployed is not None:
            return self._with_calendars(conn, known.deployed)
        return self.version(conn, row["bundle_id"], row["application"], runtime)

    def version(
        self, conn: Conn, bundle_id: int, application: str, runtime: str | None = None
    ) -> Deployed:
        """Give a stored bundle compiled; RUNTIME None: the one of new instances."""
        bundle = from_files(application, definitions.bundle_files(conn, bundle_id))
        keys = frozenset(definitions.latest_keys(conn, besides=application))
        made = self.assemble(bundle, runtime=runtime, processes=keys)
        if made.deployed is None:
            raise InvalidDefinition(made.findings)
        return self._with_calendars(conn, made.deployed)

    def _with_calendars(self, conn: Conn, deployed: Deployed) -> Deployed:
        """Give the version as it counts days now: with what people entered."""
        return replace(deployed, calendars=self._calendars.now(conn, deployed.calendars))

    def directory(
        self, conn: Conn, deployed: Deployed, version: int | None = None
    ) -> Directory:
        """Give the units of the application as they are now, cached by their VERSION."""
        application = deployed.application
        if version is None:
            version = people_rows.organisation_version(conn)
        key = (application.key, deployed.hash, version)
        with self._lock:
            known = self._directories.get(key)
        if known is None:
            rows = people_rows.units_of(conn, application.key)
            vacant = people_rows.vacant_units(conn, application.key)
            known = build_directory(map(unit_of, rows), application.roles, vacant)
            with self._lock:
                self._directories[key] = known
                while len(self._directories) > self._size:
                    self._directories.popitem(last=False)
        return known


def _compile(
    bundle: Bundle, application: Application, runtime: Runtime, env: DeployEnv
) -> Assembled:
    forms: dict[str, FormSchema] = {}
    findings: list[Finding] = []
    for path, data in bundle.forms().items():
        schema, found = compile_form(data, path, application.values)
        findings.extend(found)
        if schema is not None:
            forms[schema.id] = schema
    calendars = _calendars(application)
    compiled = runtime.compile(
        bundle.models(),
        DeployEnv(
            forms={name: dict(form.fields) for name, form in forms.items()},
            derived={name: form.derived for name, form in forms.items()},
            roles=application.roles,
            services=env.services,
            deadlines=application.deadlines,
            calendars={
                name: calendar.published_years(*CALENDAR_YEARS)
                for name, calendar in calendars.items()
            },
            settings=application.values,
            processes=env.processes,
        ),
    )
    findings.extend(compiled.findings)
    search = _search(compiled.facts, application.values, findings)
    findings.extend(_missing(runtime, compiled.plans))
    if has_errors(findings):
        return Assembled(tuple(findings))
    sources = Sources(application.ledgers, bundle.matching(".dmn"), application.values)
    reports, wrong = compile_reports(application.reports, sources)
    wrong = [*wrong, *_imports(application, compiled, forms)]
    findings.extend(wrong)
    if has_errors(wrong):
        return Assembled(tuple(findings))
    made = Deployed(
        application,
        runtime,
        bundle.hash,
        compiled.plans,
        compiled.facts,
        forms,
        calendars,
        search,
        reports,
        decisions=compiled.decisions,
        limits=compiled.limits,
    )
    ladders, wrong = _ladders(made, compiled)
    findings.extend(wrong)
    if has_errors(wrong):
        return Assembled(tuple(findings))
    return Assembled(tuple(findings), replace(made, ladders=ladders))


def _imports(
    application: Application, compiled: Compiled, forms: Mapping[str, FormSchema]
) -> list[Finding]:
    nodes = {key: facts.nodes.keys() for key, facts in compiled.facts.items()}
    fields = {name: form.fields.keys() for name, form in forms.items()}
    return imports.findings(application.imports, nodes, fields)


def _ladders(made: Deployed, compiled: Compiled) -> tuple[Mapping[str, Ladder], list[Finding]]:
    """Read the ladders of the kinds of limit the due table names off their decision."""
    section = made.application.escalation
    if not section:
        return {}, []
    decision = str(section["decision"])
    if decision not in compiled.tables:
        text = f"升级决策“{decision}”不存在"
        repair = "改正 application.yaml 的 escalation.decision，或加入决策文件"
        return {}, [Finding("ref.decision", "error", MAIN, "", "", text, text, repair)]
    kinds = {str(row["kind"]) for row in made.application.deadlines.values() if row.get("kind")}
    return ladders_of(section, sorted(kinds), lambda scope: made.decide(decision, scope, EPOCH))


def _calendars(application: Application) -> dict[str, Any]:
    names = {application.calendar, *application.calendars}
    return {
        name: build_calendar(
            name, [(row.day, row.working) for row in application.calendars.get(name, ())]
        )
        for name in sorted(names)
    }


def _search(
    facts: Mapping[str, ProcessFacts],
    settings: Mapping[str, Value],
    findings: list[Finding],
) -> dict[str, tuple[SearchField, ...]]:
    made: dict[str, tuple[SearchField, ...]] = {}
    for key, process in facts.items():
        fields: list[SearchField] = []
        for row in process.search_fields:
            try:
                value = compile_expression(
                    str(row.get("from") or row["name"]),
                    mode="spec",
                    constants={"settings": settings},
                )
            except InvalidExpression as error:
                findings.append(_bad_field(process, row, error))
                continue
            label = str(row.get("label") or row["name"])
            fields.append(SearchField(row["name"], row.get("type", "string"), label, value))
        made[key] = tuple(fields)
    return made


def _bad_field(process: ProcessFacts, row: Mapping[str, Any], error: Any) -> Finding:
    text = f"检索字段“{row.get('name')}”的表达式有错误：{error.message}"
    repair = "改正 gov:searchField 的 from 表达式"
    return Finding("search.field", "error", process.file, process.key, "", text, text, repair)


def _missing(runtime: Runtime, plans: Mapping[str, Any]) -> list[Finding]:
    found = []
    for key, plan in plans.items():
        for word in sorted(runtime.missing(plan)):
            text = f"运行引擎“{runtime.name}”不能执行“{word}”"
            repair = "改用其他画法，或改用运行引擎 kernel"
            found.append(Finding("runtime.missing", "error", "", key, word, text, text, repair))
    return found


@dataclass(frozen=True, slots=True)
class Context:
    """One transaction of one wish: five fields, no more."""

    conn: Conn  # the open write transaction
    runtimes: Runtimes
    actor: Actor
    clock: Clock
    ids: Ids

    @property
    def now(self) -> datetime:
        """Give the present moment of the business clock, UTC."""
        return self.clock.now()


@dataclass(frozen=True, slots=True)
class View:
    """One read-only transaction of one question."""

    connection: Conn
    actor: Actor
    clock: Clock
    runtimes: Runtimes

    @property
    def now(self) -> datetime:
        """Give the present moment of the business clock, UTC."""
        return self.clock.now()
