"""application.yaml and the files it names → Application, with findings for what is wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.base.errors import InvalidRequest
from engine.base.findings import Finding, has_errors
from engine.base.values import Value
from engine.library import campaign
from engine.library.bundle import MAIN, Bundle
from engine.library.entries import (
    read_deadlines,
    read_documents,
    read_ledger,
    read_phases,
    read_report,
    read_roles,
    read_settings,
)
from engine.library.escalation import read_escalation
from engine.library.imports import read_import
from engine.library.openness import read_public, read_vault
from engine.library.overrides import check_overrides, kept
from engine.library.prints import read_print
from engine.library.reading import Reader
from engine.library.registers import present, read_registers
from engine.library.sharing import check_includes
from engine.library.tables import (
    ROLE,
    UNIT,
    CalendarDay,
    Register,
    Row,
    read_calendar,
    read_units,
    texts_register,
)
from engine.library.yaml_text import read_yaml

RUNTIMES = ("kernel", "spiffworkflow")
KEYS = frozenset(
    (
        "application",
        "title",
        "includes",
        "runtime",
        "calendar",
        "documents",
        "roles",
        "deadlines",
        "escalation",
        "phases",
        "campaign",
        "settings",
        "registers",
        "units",
        "vault",
        "public",
    )
)


@dataclass(frozen=True, slots=True)
class Application:
    """An application as its files declare it; everything but diagrams, tables and forms.

    ROLES code -> title; DEADLINES, SETTINGS, REGISTERS, LEDGERS, REPORTS by key; UNITS are
    rows {"code","name","level","region","roles","place","parent"}, roles joined by ";".
    CALENDAR is the id of the default calendar, CALENDARS the exceptions by calendar id.
    """

    key: str
    title: str
    runtime: str = "kernel"
    calendar: str = "cn"
    documents: tuple[Mapping[str, Any], ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    deadlines: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    escalation: Mapping[str, Any] = field(default_factory=dict)
    phases: tuple[Mapping[str, Any], ...] = ()
    campaign: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    registers: Mapping[str, Register] = field(default_factory=dict)
    units: tuple[Mapping[str, str], ...] = ()
    ledgers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    reports: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    imports: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    prints: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    calendars: Mapping[str, tuple[CalendarDay, ...]] = field(default_factory=dict)
    unit_rows: Mapping[str, Row] = field(default_factory=dict)  # the units by code
    vault: Mapping[str, Any] = field(default_factory=dict)
    public: Mapping[str, Any] = field(default_factory=dict)
    overrides: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # but tables

    @property
    def records(self) -> dict[str, Register]:
        """Give all data an administrator keeps: the registers, the units, the roles.

        A register under a second name is not kept a second time.
        """
        roles = ({"code": code, "name": name} for code, name in self.roles.items())
        return {
            UNIT: texts_register(UNIT, "单位", "parent", self.units),
            ROLE: texts_register(ROLE, "角色", "", roles),
            **{kind: one for kind, one in self.registers.items() if not one.same_as},
        }

    def base(self, kind: str) -> str:
        """Name the register KIND is another name of, else KIND itself."""
        found = self.registers.get(kind)
        return (found.same_as or kind) if found else kind

    def names(self, kind: str) -> tuple[str, ...]:
        """Give the name of register KIND and all its other names."""
        return (kind, *(name for name, one in self.registers.items() if one.same_as == kind))

    @property
    def values(self) -> dict[str, Value]:
        """Give the settings as FEEL sees them: name -> value."""
        return {name: entry.get("value") for name, entry in self.settings.items()}

    def register(self, kind: str, code: str) -> Row | None:
        """Give the row of register KIND with key CODE; for Moment.register.

        Units are one register more. Persons are accounts, not files: any code is taken.
        """
        found = self.registers.get(kind)
        if found is not None:
            return found.rows.get(code)
        if kind == campaign.REGISTER and self.campaign and code.isdecimal():
            one = campaign.declared(self.campaign, self.phases).get(int(code))
            return None if one is None else one.row()
        if kind == "unit":
            return next((dict(row) for row in self.units if row["code"] == code), None)
        return {} if kind == "person" else None

    def choices(self, kind: str) -> list[tuple[str, str]]:
        """Give the rows of register KIND as (code, label), in the order of the file."""
        found = self.registers.get(kind)
        if found is None:
            return []
        return [(code, str(row.get(found.label) or code)) for code, row in found.rows.items()]


def read_application(bundle: Bundle) -> tuple[Application | None, tuple[Finding, ...]]:
    """Read BUNDLE; the application is None when a finding is an error."""
    main = Reader(MAIN)
    data = _main(bundle, main)
    if data is None:
        return None, tuple(main.findings)
    main.known(data, KEYS)
    key = main.need(data, "application", str)
    if key is not None and key != bundle.application:
        text = f"“{key}”与目录名“{bundle.application}”不同"
        main.report("application", text, f"改为 {bundle.application}")
    title = main.need(data, "title", str) or ""
    check_includes(bundle.files, data, main)
    main.word(data, "runtime", RUNTIMES, "")
    registers = read_registers(bundle, data, main)
    units, units_findings = _units(bundle, data, main)
    ledgers, ledger_findings = _yaml_folder(bundle, "ledgers/", read_ledger)
    reports, report_findings = _yaml_folder(bundle, "reports/", read_report)
    imports, import_findings = _yaml_folder(bundle, "imports/", read_import)
    prints, print_findings = _yaml_folder(bundle, "prints/", read_print)
    calendars, calendar_findings = _calendars(bundle)
    roles = read_roles(data, main)
    phases = read_phases(data, main)
    settings = read_settings(data, main)
    application = Application(
        key=bundle.application,
        title=title,
        runtime=data.get("runtime") or "kernel",
        calendar=main.may(data, "calendar", str) or "cn",
        documents=read_documents(data, main),
        roles=roles,
        deadlines=read_deadlines(data, main),
        escalation=read_escalation(data, roles, main),
        phases=phases,
        campaign=campaign.read_campaign(data, phases, main),
        settings=settings,
        vault=read_vault(data, main),
        public=read_public(data, settings, main),
        registers=registers[0],
        units=units,
        ledgers=ledgers,
        reports=reports,
        imports=imports,
        prints=prints,
        calendars=calendars,
        unit_rows={row["code"]: dict(row) for row in units},
        overrides=kept(bundle),
    )
    check_overrides(bundle, registers[0], settings, main)
    _check_unit_roles(application, main, str(data.get("units") or MAIN))
    findings = (
        *main.findings,
        *registers[1],
        *units_findings,
        *ledger_findings,
        *report_findings,
        *import_findings,
        *print_findings,
        *calendar_findings,
    )
    return (None if has_errors(findings) else application), findings


def _main(bundle: Bundle, reader: Reader) -> Mapping[str, Any] | None:
    if MAIN not in bundle.files:
        reader.report("", f"应用缺少 {MAIN}", f"在应用目录中加入 {MAIN}", code="app.missing")
        return None
    return _mapping(bundle.files[MAIN], reader)


def _mapping(data: bytes, reader: Reader) -> Mapping[str, Any] | None:
    try:
        found = read_yaml(data)
    except InvalidRequest as error:
        reader.report("", error.message, "改正后再部署", code="yaml.syntax")
        return None
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        reader.report("", "文件应由“键: 值”组成", "参照其他应用的写法", code="yaml.syntax")
        return None
    return found


def _units(
    bundle: Bundle, data: Mapping[str, Any], reader: Reader
) -> tuple[tuple[Mapping[str, str], ...], list[Finding]]:
    path = reader.may(data, "units", str)
    if path is None or not present(bundle, path, "units", reader):
        return (), []
    rows_reader = Reader(path)
    return read_units(bundle.files[path], rows_reader), rows_reader.findings


def _yaml_folder(
    bundle: Bundle, folder: str, read: Callable[[Mapping[str, Any], Reader], None]
) -> tuple[dict[str, Mapping[str, Any]], list[Finding]]:
    found: dict[str, Mapping[str, Any]] = {}
    findings: list[Finding] = []
    for path, content in bundle.matching(".yaml", folder).items():
        reader = Reader(path)
        data = _mapping(content, reader)
        if data is not None:
            read(data, reader)
            name = str(data.get("id") or "")
            if name in found:
                reader.report("id", f"“{name}”已在另一文件中使用", "改为不同的 id")
            found[name] = data
        findings.extend(reader.findings)
    return found, findings


def _calendars(
    bundle: Bundle,
) -> tuple[dict[str, tuple[CalendarDay, ...]], list[Finding]]:
    found: dict[str, tuple[CalendarDay, ...]] = {}
    findings: list[Finding] = []
    for path, content in bundle.matching(".csv", "calendar/").items():
        reader = Reader(path)
        # calendar/cn.csv and calendar/cn_2027.csv both speak of the calendar "cn".
        name = path.removeprefix("calendar/").removesuffix(".csv").split("_")[0]
        found[name] = (*found.get(name, ()), *read_calendar(content, reader))
        findings.extend(reader.findings)
    return found, findings


def _check_unit_roles(application: Application, reader: Reader, file: str) -> None:
    known = application.roles
    used = {code.strip() for unit in application.units for code in unit["roles"].split(";")}
    for code in sorted(used - set(known) - {""}):
        reader.report(
            f"roles.{code}", f"{file} 用到角色“{code}”，但 roles 没有声明", "在 roles 中补上"
        )
