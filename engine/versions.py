"""One version of an application: its files checked, compiled, ready to run and to ask."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from engine.base import overrides
from engine.base.errors import InvalidExpression, NotFound
from engine.base.events import Env, Limits
from engine.base.expressions import Calendar, Dated, Moment
from engine.base.findings import Finding, has_errors
from engine.base.marks import ANY
from engine.base.values import Value
from engine.bpmn.decisions import Decisions
from engine.bpmn.deploy import Compiled, DeployEnv, Limit
from engine.bpmn.facts import ProcessFacts
from engine.bpmn.regional import Regional
from engine.case_limits import CaseLimit
from engine.case_limits import read as read_case_limits
from engine.dmn.evaluate import Decisions as Tables
from engine.feel.compile import Expression, compile_expression
from engine.feel.run import Mode
from engine.forms.compile import compile_form
from engine.forms.schema import FormSchema
from engine.library import imports, openness
from engine.library.application import Application
from engine.library.bundle import MAIN, Bundle
from engine.library.campaign import REGISTER as CAMPAIGN
from engine.organisation import LiveRegister
from engine.prints import expressions
from engine.reports.compile import Report, Sources, compile_reports
from engine.rules.calendar import build_calendar
from engine.rules.escalation import Ladder, ladders_of
from engine.runtime import Runtime

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
class Deployed(Dated):
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
    regional_ladders: Mapping[str, Mapping[str, Ladder]] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, Limit]] = field(default_factory=dict)
    years: Callable[[str], Mapping[str, Value] | None] | None = None  # of its campaign
    live: LiveRegister | None = None  # registers with what people changed of them
    case_limits: Mapping[str, tuple[CaseLimit, ...]] = field(default_factory=dict)
    bounds: Limits = field(default_factory=Limits)  # of the installation
    _phrases: dict[tuple[str, Mode], Expression] = field(default_factory=dict)

    def decide(
        self, decision: str, scope: Mapping[str, Value], at: datetime, region: str = ""
    ) -> tuple[Value, tuple[Mapping[str, Value], ...]]:
        """Evaluate a decision of this version outside a task: its value and its records.

        REGION is the division of the case, whose own tables come first.
        """
        if self.decisions is None:
            raise NotFound
        found = self.decisions.evaluate(
            decision, {"settings": self.application.values, **scope}, self.moment(at, region)
        )
        return found.value, found.tables

    def moment(self, at: datetime, region: str = "") -> Moment:
        """Give what an expression may know at AT, registers included."""
        return self.env(region).moment(at)

    def env(self, region: str = "") -> Env:
        """Give what a step of a case in REGION may use besides its event."""
        return Env(
            zone=self.zone,
            calendars=self.calendars,
            limits=self.bounds,
            register=self,
            region=region,
        )

    def register(self, kind: str, code: str) -> Mapping[str, Value] | None:
        """Give the row of register KIND with key CODE; the years as people laid them down."""
        if kind == CAMPAIGN and self.years is not None:
            return self.years(code)
        return self.application.register(kind, code)

    def at(self, kind: str, code: str, day: date) -> Mapping[str, Value] | None:
        """Give the row CODE of register KIND in force on DAY."""
        if self.live is None or kind == CAMPAIGN:
            return self.register(kind, code)
        return self.live.at(kind, code, day)

    def codes(self, kind: str, day: date) -> list[str] | None:
        """Name the rows of register KIND in force on DAY, as people keep them."""
        if kind not in self.application.registers:
            return None
        if self.live is None:
            return [code for code, _ in self.application.choices(kind)]
        return self.live.codes(kind, day)

    def choices(self, kind: str, at: datetime) -> list[tuple[str, str]]:
        """Give the rows of register KIND in force at AT as (code, label)."""
        if self.live is None:
            return self.application.choices(kind)
        return self.live.choices(kind, self.moment(at).day)

    def label(self, kind: str, code: str) -> str:
        """Name the row CODE of register KIND, ended ones too."""
        if self.live is not None:
            return self.live.organisation.label(kind, code)
        return dict(self.application.choices(kind)).get(code, code)

    def phrase(self, text: str, mode: Mode = "strict") -> Expression:
        """Compile TEXT, one of this version's own, once; `settings` is constant in it."""
        known = self._phrases.get((text, mode))
        if known is None:
            constants = {"settings": self.application.values}
            known = compile_expression(text, mode=mode, constants=constants)
            self._phrases[text, mode] = known
        return known

    def ladder(self, kind: str, region: str = "") -> Ladder:
        """Give the rungs of the limits of KIND in REGION."""
        for division in overrides.chain(region):
            if division in self.regional_ladders:
                return self.regional_ladders[division].get(kind, ())
        return self.ladders.get(kind, ())


@dataclass(frozen=True, slots=True)
class Assembled:
    """What checking a bundle gave: all findings, and the version unless one is an error."""

    findings: tuple[Finding, ...]
    deployed: Deployed | None = None


def compile_version(
    bundle: Bundle, application: Application, runtime: Runtime, env: DeployEnv
) -> Assembled:
    """Check and compile BUNDLE, read as APPLICATION, for RUNTIME."""
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
    tables = overrides.own(bundle.matching(".dmn"))
    sources = Sources(
        application.ledgers, tables, application.values, _tables_alone(compiled.decisions)
    )
    reports, wrong = compile_reports(application.reports, sources)
    wrong += [*_imports(application, compiled, forms), *_prints(application, forms)]
    wrong += _ledgers_named(application, forms)
    case_limits, unfit = read_case_limits(
        application.deadlines, compiled.facts, application.values
    )
    wrong += unfit
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
        case_limits=case_limits,
    )
    ladders, wrong = _ladders(made, compiled)
    findings.extend(wrong)
    if has_errors(wrong):
        return Assembled(tuple(findings))
    made = replace(made, ladders=ladders)
    regional, wrong = _regional_ladders(made, compiled)
    findings.extend(wrong)
    if has_errors(wrong):
        return Assembled(tuple(findings))
    return Assembled(tuple(findings), replace(made, regional_ladders=regional))


def _tables_alone(found: Decisions | None) -> Tables | None:
    """Give the tables of the application without those of single divisions."""
    base = found.base if isinstance(found, Regional) else found
    return base if isinstance(base, Tables) else None


def _imports(
    application: Application, compiled: Compiled, forms: Mapping[str, FormSchema]
) -> list[Finding]:
    nodes = {key: facts.nodes.keys() for key, facts in compiled.facts.items()}
    fields = {name: form.fields.keys() for name, form in forms.items()}
    protected = {name: form.vaulted for name, form in forms.items() if form.vaulted}
    starts = {key: _start_forms(facts) for key, facts in compiled.facts.items()}
    return [
        *imports.findings(application.imports, nodes, fields),
        *openness.sealed_columns(application.imports, protected),
        *openness.findings(
            application.vault,
            application.public,
            protected,
            starts,
            {name: form.fields for name, form in forms.items()},
        ),
    ]


def _prints(application: Application, forms: Mapping[str, FormSchema]) -> list[Finding]:
    """Give what is wrong with the expressions of print files; fields may have long names."""
    names = {one.key for form in forms.values() for one in form.all}
    columns = {c.key for form in forms.values() for one in form.all for c in one.rows.columns}
    return expressions.findings(application.prints, application.values, names | columns)


def _ledgers_named(
    application: Application, forms: Mapping[str, FormSchema]
) -> list[Finding]:
    """Report fields that name a case of a ledger the application does not have."""
    found = []
    for form in forms.values():
        for one in form.all:
            known = one.ledger in application.ledgers or one.ledger == ANY
            if one.ledger and not known:
                text = f"字段“{one.key}”引用的台账“{one.ledger}”不存在"
                repair = f"改为 {'、'.join(application.ledgers) or '已有的台账'} 之一"
                file = f"forms/{form.id}.json"
                code = "form.ledger"
                found.append(
                    Finding(code, "error", file, one.key, one.label, text, code, repair)
                )
    return found


def _start_forms(facts: ProcessFacts) -> dict[str, str | None]:
    return {start.node: start.form for start in facts.starts}


def _regional_ladders(
    made: Deployed, compiled: Compiled
) -> tuple[Mapping[str, Mapping[str, Ladder]], list[Finding]]:
    """Read the ladders anew for the divisions that keep tables of their own."""
    found: dict[str, Mapping[str, Ladder]] = {}
    findings: list[Finding] = []
    decisions = compiled.decisions
    for division in decisions.variants if isinstance(decisions, Regional) else ():
        ladders, wrong = _ladders(made, compiled, division)
        findings.extend(wrong)
        if ladders != made.ladders:
            found[division] = ladders
    return found, findings


def _ladders(
    made: Deployed, compiled: Compiled, region: str = ""
) -> tuple[Mapping[str, Ladder], list[Finding]]:
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
    return ladders_of(
        section, sorted(kinds), lambda scope: made.decide(decision, scope, EPOCH, region)
    )


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
