"""What an editor in the browser asks: files, pick lists, findings of unsaved content."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.base import overrides
from engine.base.errors import InvalidDefinition, NotFound
from engine.context import View
from engine.library.application import Application, read_application
from engine.library.bundle import Bundle, from_files
from engine.library.sharing import SHARED
from engine.library.yaml_text import write_yaml
from engine.markup import parse_xml
from engine.queries import deployed, drafts
from engine.queries.drafts import CheckResult
from engine.queries.form_text import form_of
from engine.store import definitions as rows
from engine.store import visible

GOV = "{urn:shouhu:bpmn:gov:1}"
_UNITS = {
    "workingDay": "个工作日",
    "workingHour": "个工作小时",
    "calendarDay": "日",
    "hour": "小时",
    "month": "个月",
}

SERVICES = {  # what the services of this installation do, for the panel of the designer
    "notify": "发送通知",
    "freeze": "年终冻结统计和台账",
    "ledger": "读取台账各行",
    "echo": "原样返回（试验）",
}


@dataclass(frozen=True, slots=True)
class Pick:
    """One entry of a pick list."""

    value: str
    label: str


Picks = tuple[Pick, ...]


@dataclass(frozen=True, slots=True)
class Lists:
    """The pick lists of an application, as the designer's panel names them."""

    roles: Picks = ()
    forms: Picks = ()
    decisions: Picks = ()
    services: Picks = ()
    deadlines: Picks = ()
    documents: Picks = ()
    clauses: Picks = ()
    processes: Picks = ()
    calendars: Picks = ()
    orgs: Picks = ()
    phases: Picks = ()
    states: Picks = ()
    activities: Picks = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One file an editor can open: what it is called and which processes it holds."""

    path: str
    kind: str  # bpmn, dmn, form, other
    title: str
    keys: tuple[str, ...] = ()
    shared: str = ""  # the shared folder it comes from unchanged
    division: str = ""  # the division it counts in, where it replaces the application's


@dataclass
class _Found:
    """What the models of a bundle mention, in order of appearance."""

    processes: dict[str, str] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    clauses: dict[str, str] = field(default_factory=dict)
    activities: dict[str, str] = field(default_factory=dict)


def working_bundle(view: View, application: str) -> Bundle:
    """Give the draft of APPLICATION, its newest version when there is no draft."""
    visible.require_owner(view.actor)
    files = rows.draft_files(view.connection, application)
    if not files:
        latest = rows.latest_bundle(view.connection, application)
        if latest is None:
            raise NotFound
        files = rows.bundle_files(view.connection, latest["id"])
    return from_files(application, files)


def working_application(view: View, bundle: Bundle) -> Application:
    """Give application.yaml of BUNDLE; that of the newest version while it is broken.

    Reading takes a second, so what nobody changed is taken as it was deployed.
    """
    latest = rows.latest_bundle(view.connection, bundle.application)
    if latest and _same_data(bundle.files, rows.bundle_files(view.connection, latest["id"])):
        return deployed.latest(view, bundle.application).application
    found, _ = read_application(bundle)
    return found or deployed.latest(view, bundle.application).application


def _same_data(files: Mapping[str, bytes], others: Mapping[str, bytes]) -> bool:
    """Tell whether both have the same paths and differ in models and forms at most."""
    return files.keys() == others.keys() and all(
        data == others[path] or path.endswith((".bpmn", ".dmn", ".json"))
        for path, data in files.items()
    )


def sources(view: View, *, application: str) -> tuple[Source, ...]:
    """List the files of the working copy, titled as their content says."""
    bundle = working_bundle(view, application)
    shared = bundle.shared()
    names = _divisions(view, application)
    return tuple(
        replace(
            _source(path, data), shared=shared.get(path, ""), division=_division(path, names)
        )
        for path, data in sorted(bundle.files.items())
        if path != SHARED
    )


def settings_of_division(view: View, *, application: str) -> bytes:
    """Give what a division's application.yaml begins with: every setting, commented out."""
    app = working_application(view, working_bundle(view, application))
    lines = ["# 只写与应用不同的设置：去掉行首的 #，改 value 的值。", "settings:"]
    for name, entry in app.settings.items():
        plain = {name: {"value": entry.get("value")}}
        text = write_yaml(plain).rstrip().splitlines()
        lines.append(f"  # {entry.get('title') or name}")
        lines += [f"  # {line}" for line in text]
    return ("\n".join(lines) + "\n").encode()


def divisions(view: View, *, application: str) -> tuple[tuple[str, str], ...]:
    """Give (code, name) of the divisions a file can be replaced for."""
    return tuple(_divisions(view, application).items())


def _divisions(view: View, application: str) -> Mapping[str, str]:
    """Give the names of the divisions in the newest version."""
    version = deployed.latest(view, application).application
    return dict(version.choices("division"))


def _division(path: str, names: Mapping[str, str]) -> str:
    found = overrides.parts(path)
    return f"{names.get(found[0], '')} {found[0]}".strip() if found else ""


def _source(path: str, data: bytes) -> Source:
    if path.endswith(".bpmn"):
        found = _Found()
        _read_models({path: data}, found, path)
        title = "、".join(found.processes.values()) or path
        return Source(path, "bpmn", title, tuple(found.processes))
    if path.endswith(".dmn"):
        found = _Found()
        _read_models({path: data}, found, path)
        title = "、".join(found.decisions.values()) or path
        return Source(path, "dmn", title, tuple(found.decisions))
    inner = (overrides.parts(path) or ("", path))[1]
    if inner.startswith("forms/") and path.endswith(".json"):
        form = _form_head(data)
        return Source(path, "form", form.label or path, (form.value,) if form.value else ())
    return Source(path, "other", path)


def _form_head(data: bytes) -> Pick:
    form = form_of(data)
    return Pick(str(form.get("id") or ""), str(form.get("title") or form.get("id") or ""))


def lists(view: View, *, application: str, path: str = "") -> Lists:
    """Give the pick lists of the working copy; PATH is the diagram being edited."""
    bundle = working_bundle(view, application)
    app = working_application(view, bundle)
    found = _Found()
    _read_models(bundle.models(), found, path)
    for row in (*app.deadlines.values(), *app.phases):
        found.clauses.update(_requirements(row))
    heads = (_form_head(data) for data in bundle.forms().values())
    return Lists(
        roles=_picks(app.roles),
        forms=tuple(Pick(h.value, f"{h.label}（{h.value}）") for h in heads if h.value),
        decisions=_picks(found.decisions, coded=True),
        services=_picks({n: SERVICES.get(n, n) for n in sorted(view.runtimes.services)}),
        deadlines=tuple(Pick(key, _deadline(key, row)) for key, row in app.deadlines.items()),
        documents=tuple(Pick(str(d["id"]), str(d["title"])) for d in app.documents),
        clauses=_picks(dict(sorted(found.clauses.items()))),
        processes=_picks(found.processes, coded=True),
        calendars=_picks({name: name for name in (app.calendar, *app.calendars)}),
        orgs=tuple(Pick(row["code"], row["name"]) for row in app.units),
        phases=tuple(Pick(str(row["key"]), str(row["title"])) for row in app.phases),
        states=_picks(found.states),
        activities=_picks(found.activities, coded=True),
    )


def _picks(found: Mapping[str, str], *, coded: bool = False) -> Picks:
    return tuple(
        Pick(value, f"{label}（{value}）" if coded and label != value else label)
        for value, label in found.items()
    )


def _requirements(row: Mapping[str, Any]) -> dict[str, str]:
    parts = str(row.get("requirement") or "").split(",")
    return {part.strip(): part.strip() for part in parts if part.strip()}


def _deadline(key: str, row: Mapping[str, Any]) -> str:
    if row.get("date"):
        years = int(row.get("year") or 0)
        rule = f"{row['date']} 前" + (f"（案件年度{years:+d}年）" if years else "")
    else:
        rule = f"{row.get('amount', '')} {_UNITS.get(str(row.get('unit')), '')}"
    return f"{row.get('title') or key}：{rule}（{key}）"


def _read_models(models: Mapping[str, bytes], found: _Found, edited: str) -> None:
    """Note what the files mention; a file that cannot be read mentions nothing."""
    for path, data in models.items():
        try:
            elements = list(_elements(data, path))
        except InvalidDefinition:
            continue
        for element, name in elements:
            _note(found, element, name, path == edited)


def _elements(data: bytes, path: str) -> Iterator[tuple[Any, str]]:
    for element in parse_xml(data, path).iter():
        if isinstance(element.tag, str):
            yield element, element.tag.rsplit("}", 1)[-1]


def _note(found: _Found, element: Any, name: str, edited: bool) -> None:
    known, title = str(element.get("id") or ""), str(element.get("name") or "")
    if name == "process":
        found.processes[known] = title or known
    elif name in ("decision", "decisionService"):
        found.decisions[known] = title or known
    elif name == "clause" and element.get("requirement"):
        found.clauses[element.get("requirement")] = element.get("requirement")
    elif edited and name.endswith(("Task", "task")):
        found.activities[known] = title or known
    state = element.get(f"{GOV}state")
    if state:
        found.states[state] = state


def check_file(view: View, *, application: str, path: str, content: bytes) -> CheckResult:
    """Check the working copy as if PATH held CONTENT; nothing is saved."""
    bundle = working_bundle(view, application).replacing({path: content})
    others = frozenset(rows.latest_keys(view.connection, besides=application))
    made = view.runtimes.assemble(bundle, processes=others)
    return CheckResult(application, 0, made.deployed is not None, made.findings)


def draft_or_none(view: View, *, application: str) -> drafts.DraftView | None:
    """Give the draft of APPLICATION, None when nobody edits it."""
    try:
        return drafts.get(view, application=application)
    except NotFound:
        return None
