"""One row of a table → what it would do: start a case at its anchor, merge, nothing."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.base.actor import Actor
from engine.base.errors import ExpressionFailed, InvalidForm, NotFound
from engine.base.values import Value
from engine.context import Context, Deployed, View
from engine.forms.cells import Cells
from engine.forms.fields import Coded, Field, FieldType
from engine.forms.schema import FormSchema
from engine.library.application import Application
from engine.rules.permissions import Facts, sees
from engine.rules.units import Directory, at_home
from engine.store import codec, definitions, ledger_rows
from engine.store.rows import Conn, Row

Problems = list[dict[str, str]]
_CODED: Mapping[str, Coded] = {
    "division": Coded(register="division"),
    "unit": Coded(register="unit"),
}


@dataclass
class Judged:
    """What is known of one row: VALUES for the case, PROBLEMS with their columns."""

    no: int
    values: dict[str, Value] = field(default_factory=dict)
    given: frozenset[str] = frozenset()  # keys of the columns that were filled in
    problems: Problems = field(default_factory=list)
    key: str = ""
    digest: str = ""
    number: str = ""  # of a case already here
    anchor: str | None = None
    state: str = ""
    root_id: int | None = None  # the case it belongs to, when there is one
    known: bool = False  # imported before under the same key

    def refuse(self, label: str, text: str) -> None:
        """Note what is wrong with column LABEL ("" = the whole row)."""
        self.problems.append({"label": label, "text": text})


@dataclass
class Import:
    """An import file with the version of the application it belongs to."""

    application: Application
    deployed: Deployed
    definition: Row
    data: Mapping[str, Any]
    form: FormSchema | None
    cells: Cells
    directory: Directory
    actor: Actor  # who asks, with the posts that count in the application
    columns: dict[str, Field] = field(default_factory=dict)

    @property
    def labels(self) -> tuple[str, ...]:
        """Give the labels of the columns."""
        return tuple(str(column["label"]) for column in self.data["columns"])

    @property
    def foot(self) -> tuple[str, ...]:
        """Give the lines below the table."""
        return tuple((self.data.get("sheet") or {}).get("foot") or ())

    @property
    def roles(self) -> frozenset[str]:
        """Give the roles that may bring in such tables; empty: every post."""
        if self.data.get("roles"):
            return frozenset(self.data["roles"])
        return frozenset(self.deployed.facts[str(self.data["process"])].starter_groups)

    def label_of(self, key: str) -> str:
        """Give the label of a column or field."""
        for column in self.data["columns"]:
            if column["key"] == key:
                return str(column["label"])
        found = self.form.get(key.split(".")[0]) if self.form else None
        return found.label if found else ""


def load(asked: Context | View, application: str, source: str) -> Import:
    """Give import file SOURCE of the newest version of APPLICATION; NotFound without it."""
    conn = asked.conn if isinstance(asked, Context) else asked.connection
    bundle = definitions.latest_bundle(conn, application)
    if bundle is None:
        raise NotFound
    runtime = asked.runtimes.of_new(bundle["runtime"]).name
    deployed = asked.runtimes.version(conn, bundle["id"], application, runtime)
    data = deployed.application.imports.get(source)
    if data is None:
        raise NotFound
    return _import(asked, conn, deployed, data)


def _import(
    asked: Context | View, conn: Conn, deployed: Deployed, data: Mapping[str, Any]
) -> Import:
    definition = definitions.latest_definition(conn, str(data["process"]))
    if definition is None:
        raise NotFound
    directory = asked.runtimes.directory(conn, deployed)
    form = deployed.forms.get(str(data.get("form")))

    def choices(register: str) -> Mapping[str, str]:
        if register == "unit":
            return {unit.code: unit.name for unit in directory.units.values()}
        return dict(deployed.choices(register, asked.now))

    made = Import(
        deployed.application,
        deployed,
        definition,
        data,
        form,
        Cells(choices),
        directory,
        at_home(asked.actor, directory),
    )
    for column in data["columns"]:
        if not column.get("role"):
            made.columns[column["key"]] = _field(column, form)
    return made


def _field(column: Mapping[str, Any], form: FormSchema | None) -> Field:
    found = form.get(column["key"]) if form else None
    if found is not None:
        return found
    kind: FieldType = column.get("type") or "string"
    return Field(
        column["key"],
        str(column["label"]),
        kind,
        required=bool(column.get("required")),
        coded=_CODED.get(kind, Coded(register=str(column.get("register") or ""))),
    )


def judge(ctx: Context, spec: Import, unit: str, no: int, cells: Mapping[str, Any]) -> Judged:
    """Read the CELLS of row NO (by label) for UNIT; write nothing, look at no other row."""
    row = Judged(no)
    sent = _sent(spec, row, cells)
    row.given = frozenset(key for key, value in sent.items() if value is not None)
    row.digest = _hash([row.state, row.number, *([k, _canon(sent[k])] for k in sorted(sent))])
    _clean(ctx, spec, row, sent, unit)
    if not row.problems:
        _begin_with(ctx, spec, row)
    missing = [key for key in spec.data["key"] if key not in row.given]
    if missing and not row.number and not row.problems:
        names = "、".join(spec.label_of(key) for key in missing)
        row.refuse("", f"判重需要的“{names}”没有填写。")
    row.key = _hash([_canon(sent.get(key)) for key in spec.data["key"]]) if not missing else ""
    return row


def _sent(spec: Import, row: Judged, cells: Mapping[str, Any]) -> dict[str, Value]:
    sent: dict[str, Value] = {}
    for column in spec.data["columns"]:
        label, cell = str(column["label"]), cells.get(column["label"])
        if column.get("role") == "number":
            row.number = str(cell or "").strip()
        elif column.get("role") == "state":
            _place(spec, row, label, str(cell or "").strip())
        else:
            value, problem = spec.cells.read(spec.columns[column["key"]], cell)
            if problem:
                row.refuse(label, problem)
            elif value is None and column.get("required"):
                row.refuse(label, f"请填写“{label}”。")
            elif value is not None and value not in (column.get("options") or (value,)):
                offered = "、".join(map(str, column["options"]))
                row.refuse(label, f"“{label}”没有选项“{str(value)[:40]}”，可填：{offered}。")
            sent[column["key"]] = value
    return sent


def _place(spec: Import, row: Judged, label: str, name: str) -> None:
    """Find the anchor the state NAME maps to."""
    states = spec.data.get("states") or {}
    wanted = name or str(spec.data.get("default") or "")
    found = states.get(wanted)
    if found is None:
        if wanted:
            offered = "、".join(states)
            row.refuse(label, f"状态“{wanted[:40]}”不认识，可填：{offered}。")
        return
    row.anchor = found.get("anchor") or None
    row.state = wanted


def _clean(
    ctx: Context, spec: Import, row: Judged, sent: Mapping[str, Value], unit: str
) -> None:
    """Let the form check its fields as it checks typed ones; others are taken as read."""
    moment = spec.deployed.moment(ctx.now)
    own = {key for key in sent if spec.form is not None and spec.form.get(key) is not None}
    row.values = {k: v for k, v in sent.items() if k not in own and v is not None}
    if spec.form is None:
        return
    data = {key: sent[key] for key in own if sent[key] is not None}
    bad = {problem["label"] for problem in row.problems}
    known = {"unit": unit, **row.values}
    try:
        cleaned = spec.form.clean(data, known=known, moment=moment, writable=frozenset(own))
        row.values |= cleaned
        named = spec.form.named(cleaned)
        wrong = ledger_rows.unknown(ctx.conn, ctx.actor, spec.application.ledgers, named)
        if wrong:
            raise InvalidForm([spec.form.not_on_ledger(key, cleaned[key]) for key in wrong])
    except InvalidForm as error:
        for one in error.errors:
            label = spec.label_of(str(one["field"]))
            if label not in bad:
                row.refuse(label, str(one["detail"]))


def _begin_with(ctx: Context, spec: Import, row: Judged) -> None:
    """Add what the state brings with it, and see whether the place is the actor's to serve."""
    state = (spec.data.get("states") or {}).get(row.state) or {}
    moment = spec.deployed.moment(ctx.now)
    try:
        for name, text in _added(spec, state).items():
            made = spec.deployed.phrase(str(text), "spec")
            row.values[name] = made(row.values, moment)
    except ExpressionFailed as error:
        row.refuse("", f"状态“{row.state}”需要的数据不能计算：{error.message}")
        return
    row.state = str(state.get("state") or "")
    where = {"region": "", "place": ""}
    for one in spec.deployed.search.get(str(spec.data["process"]), ()):
        if one.name in where:
            value, _ = one.value.with_warnings(row.values, moment)
            where[one.name] = "" if value is None else str(value)
    places = {
        code: spec.directory.units[code].place
        for code in ctx.actor.units
        if code in spec.directory.units
    }
    facts = Facts(region=where["region"], place=where["place"], places=places)
    if not sees(ctx.actor, facts):
        row.refuse("", "所在区域或保护地不在您单位的职责范围内，不能由您导入。")


def _added(spec: Import, state: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a case needs that did not pass the nodes before its anchor: name -> FEEL."""
    common = spec.data.get("set") or {} if state.get("anchor") else {}
    return {**common, **(state.get("set") or {})}


def changes(row: Judged, before: Mapping[str, Value]) -> dict[str, Value]:
    """Give the values of ROW that differ from those BEFORE; what is empty changes nothing."""
    return {
        key: value
        for key, value in row.values.items()
        if value is not None and _canon(value) != _canon(before.get(key))
    }


def _canon(value: Value) -> Any:
    """Give VALUE in one spelling: 0.50 and 0.5 are the same, so are 是 and true."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | Decimal):
        return format(Decimal(value).normalize(), "f")
    if isinstance(value, list):
        return [_canon(one) for one in value]
    return codec.plain(value)


def _hash(value: Any) -> str:
    return hashlib.sha256(codec.encode(value)).hexdigest()
