"""What the files do about a requirement, part by part, as text a test can compare."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.base import overrides
from engine.base.clock import shanghai
from engine.base.errors import InvalidForm
from engine.base.expressions import Moment
from engine.dmn import model, parse
from engine.reports.compile import Sources, compile_reports
from engine.rules.calendar import local_day
from engine.rules.deadlines import Place, due_moment
from tests.processes.decisions import CHECKS, ROWS
from tests.trace import journeys_gy, journeys_jx, journeys_reports
from tests.trace.journey import BEGIN, Journey, lines, travel
from tests.trace.reading import Reading

JOURNEYS: Mapping[str, tuple[Journey, ...]] = {
    "guiyang": (*journeys_gy.JOURNEYS, *journeys_reports.GUIYANG),
    "jiangxi": (*journeys_jx.JOURNEYS, *journeys_reports.JIANGXI),
}


class Observed:
    """The answers of one reading of an application, each worked out once."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._told: dict[str, list[tuple[str, list[tuple[str, str]]]]] = {}

    def of(self, reference: str) -> str:
        """Tell what the part REFERENCE does; raises or says otherwise when it is gone."""
        kind, _, rest = reference.partition(":")
        holder, _, part = rest.partition(".")
        if kind in ("deadline", "phase", "metric") and part:
            holder, part = rest, ""
        ask = getattr(self, f"_{kind}")
        return str(ask(holder, part))

    # --- diagrams ---------------------------------------------------------------------------
    def _process(self, key: str, _: str) -> str:
        first = self.journeys(key)[0]
        return " → ".join(told.split("〔")[0] for _, told in first[1][:6])

    def _element(self, key: str, element: str) -> str:
        for name, told in [*self.journeys(key), *self._begun_at(key, element)]:
            for place, (node, line) in enumerate(told):
                if node == element:
                    return _around(name, told, place, line)
        return self._drawn(key, element)

    def _drawn(self, key: str, element: str) -> str:
        """Tell what stands before and behind an element no journey reaches on paper."""
        facts = self.reading.process(key).facts[key]
        assert element in facts.nodes, f"no element {element}"
        before = [facts.nodes[f.source] for f in facts.flows.values() if f.target == element]
        after = [facts.nodes[f.target] for f in facts.flows.values() if f.source == element]
        names = ["、".join(n.name or n.id for n in nodes) for nodes in (before, after)]
        node = facts.nodes[element]
        return f"图上：{names[0]} → {node.name}（{node.state or node.kind}）→ {names[1]}"

    def journeys(self, key: str) -> list[tuple[str, list[tuple[str, str]]]]:
        """Give the journeys of a process: name, then (element, what is seen there)."""
        if key not in self._told:
            deployed = self.reading.process(key)
            declared = self._declared(key)
            self._told[key] = [(j.name, lines(travel(deployed, j))) for j in declared]
        return self._told[key]

    def _declared(self, key: str) -> list[Journey]:
        known = JOURNEYS[self.reading.bundle.application]
        return [j for j in known if j.process == key] or [Journey(key, "办理")]

    def _begun_at(self, key: str, element: str) -> list[tuple[str, list[tuple[str, str]]]]:
        """Begin at an element no journey reaches, with what the journeys know."""
        if any(element == node for _, told in self.journeys(key) for node, _ in told):
            return []
        known: dict[str, Any] = {}
        for journey in self._declared(key):
            known |= {**(journey.trigger or {}), **journey.vars}
        journey = Journey(key, "自此环节", start=element, vars=known, timers=False)
        return [("自此环节", lines(travel(self.reading.process(key), journey)))]

    # --- tables -----------------------------------------------------------------------------
    def _rule(self, decision: str, rule: str) -> str:
        """Tell the answer to the first known question that this row answers."""
        self._row_of(decision, rule)
        for name, inputs, rows, _ in (*CHECKS, *ROWS):
            if rule in rows:
                return f"{_shown(inputs)} → {self._decided(name, inputs)}"
        return self._row_of(decision, rule)

    def _decided(self, name: str, inputs: Mapping[str, Any]) -> str:
        deployed = self.reading.deciding(name)
        scope = {key: _value(value) for key, value in inputs.items()}
        value, tables = deployed.decide(name, scope, shanghai("2026-01-05 09:00"))
        rows = [str(row) for table in tables for row in table["rows"]]
        return f"{'、'.join(rows)}：{_shown(value)}"

    def _row_of(self, decision: str, rule: str) -> str:
        """Tell the texts of a row nobody asked about yet."""
        for path, data in self.reading.bundle.matching(".dmn").items():
            found = parse.parse(data, path).decisions.get(decision)
            if found is not None and isinstance(found.logic, model.TableBox):
                for row in found.logic.rules:
                    if row.id == rule:
                        place = f"{path}：" if "/" in path else ""
                        return f"{place}{' '.join(row.inputs)} → {' '.join(row.outputs)}"
        raise AssertionError(f"no row {rule}")

    # --- forms ------------------------------------------------------------------------------
    def _form(self, form: str, _: str) -> str:
        refused = self.refused(form, {})
        if refused:
            return f"空表不收：{'、'.join(refused)}"
        return f"空表可收，栏目 {'、'.join(one.label for one in self.reading.form(form).all)}"

    def _field(self, form: str, field: str) -> str:
        schema = self.reading.form(form)
        one = schema.get(field)
        assert one is not None, f"no field {field}"
        refused = self.refused(form, {})
        said = "空着不收" if field in refused else "可以空着"
        wrong = self.refused(form, {field: {"x": 1}})
        options = [label for _, label in (one.options.fixed if one.options else ())]
        listed = f"，选项 {'、'.join(options)}" if options else ""
        return f"{one.label}，{said}{listed}，{'错的不收' if field in wrong else '系统填写'}"

    @property
    def moment(self) -> Moment:
        """Give the moment of what is asked."""
        return self.reading.env.moment(BEGIN)

    def refused(
        self, form: str, data: Mapping[str, Any], more: Mapping[str, Any] | None = None
    ) -> list[str]:
        """Name the fields of FORM that refuse DATA; MORE is what the case knows."""
        schema = self.reading.form(form)
        known = {"case_number": "T-1", "case_year": 2026, **(more or {})}
        try:
            schema.clean(data, known=known, moment=self.moment)
        except InvalidForm as error:
            return list(dict.fromkeys(str(one["field"]) for one in error.errors))
        return []

    # --- application.yaml -------------------------------------------------------------------
    def _deadline(self, key: str, _: str) -> str:
        row = self.reading.application.deadlines[key]
        if "date" in row:
            later = f"，次{row['year']}年" if row.get("year") else ""
            return f"{row['title']}：{row['date']}{later}，{row.get('roll', '不移')}"
        calendar = self.reading.env.calendars[self.reading.application.calendar]
        place = Place(calendar)
        due = due_moment(int(row["amount"]), row["unit"], BEGIN, place)
        base = row.get("field") or row.get("from")
        day = local_day(due)
        return f"{row['title']}：2026-03-02 起 {row['amount']} {row['unit']}，{day}，自 {base}"

    def _phase(self, key: str, _: str) -> str:
        found = {str(one["key"]): one for one in self.reading.application.phases}[key]
        return f"{found['title']}：{found['from']} 至 {found['to']}"

    def _setting(self, key: str, _: str) -> str:
        return f"{key} = {_shown(self.reading.application.values[key])}"

    def _document(self, key: str, _: str) -> str:
        found = {str(one["id"]): one for one in self.reading.application.documents}[key]
        return f"《{found['title']}》{found['number']}"

    def _role(self, role: str, _: str) -> str:
        units = [
            unit["name"]
            for unit in self.reading.application.units
            if role in unit["roles"].split(";")
        ]
        assert units, f"nobody is {role}"
        return f"{self.reading.application.roles[role]}：{units[0]} 等 {len(units)} 个单位"

    # --- registers, ledgers, metrics --------------------------------------------------------
    def _register(self, kind: str, _: str) -> str:
        return f"{len(self.reading.application.registers[kind].rows)} 条"

    def _row(self, kind: str, code: str) -> str:
        row = self.reading.application.register(kind, code)
        assert row is not None, f"no row {code}"
        return _shown(row)

    def _ledger(self, key: str, _: str) -> str:
        found = self.reading.application.ledgers[key]
        return "、".join(str(column["label"]) for column in found["columns"])

    def _column(self, key: str, column: str) -> str:
        found = self.reading.application.ledgers[key]
        one = {str(c["key"]): c for c in found["columns"]}[column]
        filled = [p for p in found["processes"] if self._fills(p, str(one["from"]))]
        return f"{one['label']}：{one['type']}，由 {'、'.join(filled)} 填"

    def _fills(self, process: str, source: str) -> bool:
        facts = self.reading.process(process).facts[process]
        own = {"number", "title", "state", "region", "place", "year", "due"}
        return source in own | {str(f["name"]) for f in facts.search_fields}

    def _metric(self, key: str, _: str) -> str:
        application = self.reading.application
        sources = Sources(
            application.ledgers, self.reading.bundle.matching(".dmn"), application.values
        )
        made, wrong = compile_reports(application.reports, sources)
        assert not wrong, wrong
        row = application.reports[key]
        assert key in made
        return f"{row['title']}：{row.get('numerator')} ÷ {row.get('denominator')}"

    def _campaign(self, _key: str, _: str) -> str:
        found = self.reading.application.campaign
        years = "、".join(map(str, found["years"]))
        return f"{found['title']} {years}：{found.get('guidance')}"

    def _override(self, division: str, inner: str) -> str:
        assert f"{overrides.FOLDER}{division}/{inner}" in self.reading.bundle.files
        return f"{division} 自定 {inner}"

    def _import(self, key: str, _: str) -> str:
        found = self.reading.application.imports[key]
        labels = "、".join(str(column["label"]) for column in found["columns"])
        return f"{labels}；{'、'.join(found.get('states') or ())}"


def _around(name: str, told: list[tuple[str, str]], place: int, line: str) -> str:
    before = told[place - 1][1].split("〔")[0] if place else "（开始）"
    after = told[place + 1][1].split("〔")[0] if place + 1 < len(told) else "（止）"
    return f"{name}：{before} → {line} → {after}"


def _value(value: Any) -> Any:
    """Read the dates of a question as the API would."""
    if isinstance(value, str) and len(value) == 10 and value[4:5] == value[7:8] == "-":
        return date.fromisoformat(value)
    return value


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "，".join(f"{key}={_shown(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return "、".join(map(_shown, value))
    return str(value)
