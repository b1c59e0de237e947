"""Statements worked out by hand from the text of a requirement, held against the files."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from engine.base import overrides
from engine.base.clock import shanghai
from engine.bpmn.facts import ProcessFacts
from engine.library.bundle import from_files
from engine.reports.compile import Sources, compile_reports
from engine.rules.calendar import local_day
from engine.rules.deadlines import Place, due_moment
from tests.trace.journey import BEGIN
from tests.trace.observed import Observed
from tests.trace.reading import Reading

HERE = Path(__file__).resolve().parent / "clauses"
Json = Mapping[str, Any]


@cache
def book() -> Mapping[str, tuple[Json, ...]]:
    """Give the statements of every requirement."""
    found: dict[str, tuple[Json, ...]] = {}
    for path in sorted(HERE.glob("*.yaml")):
        for key, told in yaml.safe_load(path.read_text("utf-8")).items():
            found[key] = tuple(told)
    return found


def holds(requirement: str, seen: Observed, first: str = "") -> None:
    """Hold every statement of REQUIREMENT against what the files SEEN do.

    Those that speak of FIRST come first.
    """
    for said in sorted(book()[requirement], key=lambda one: first not in str(one)):
        kind = next(iter(said))
        try:
            KINDS[kind](seen, said)
        except AssertionError as error:
            raise AssertionError(f"{requirement} {kind} {said[kind]}: {error}") from error


# --- diagrams -------------------------------------------------------------------------------
def _way(seen: Observed, said: Json) -> None:
    """A journey passes these elements in this order; the words stand at the element."""
    process, _, name = said["way"].partition("/")
    told = dict(seen.journeys(process))[name]
    place = 0
    for step in said["goes"]:
        node, *words = step.split(" ")
        before = place
        while place < len(told) and told[place][0] != node:
            place += 1
        assert place < len(told), f"{node} is not met after {told[before - 1][0]}"
        line = told[place][1]
        assert all(word in line for word in words), f"{node} says: {line}"
        place += 1
    met = {node for node, _ in told}
    assert not met & set(said.get("never") or ()), "it goes where it never may"


def _road(seen: Observed, said: Json) -> None:
    """Each of these elements leads on to the next over gateways only, or over any ("…")."""
    facts = seen.reading.process(said["road"]).facts[said["road"]]
    for one, two in pairwise(said["goes"]):
        any_road = two.startswith("…")
        end = two.removeprefix("…")
        start = one.removeprefix("…")
        assert {start, end} <= set(facts.nodes), f"no element {start} or {end}"
        assert end in _onward(facts, start, any_road), f"{start} does not lead to {end}"


def _onward(facts: ProcessFacts, start: str, any_road: bool) -> set[str]:
    """Give what START leads to: the next elements, or with ANY_ROAD all that may follow."""
    waiting, met = [start], set[str]()
    while waiting:
        here = waiting.pop()
        for flow in facts.flows.values():
            if flow.source == here and flow.target not in met:
                met.add(flow.target)
                gateway = "ateway" in facts.nodes[flow.target].kind
                waiting += [flow.target] if gateway or any_road else []
    return met


def _starters(seen: Observed, said: Json) -> None:
    """People of these roles may start the process."""
    facts = seen.reading.process(said["starters"]).facts[said["starters"]]
    missing = set(said["roles"]) - set(facts.starter_groups)
    assert not missing, missing


# --- tables ---------------------------------------------------------------------------------
def _answer(seen: Observed, said: Json) -> None:
    """A table asked this gives that; AT asks the table a division keeps of its own."""
    reading = seen.reading if "at" not in said else _division(seen.reading, said["at"])
    scope = {key: _value(value) for key, value in said["of"].items()}
    moment = shanghai("2026-01-05 09:00")
    value, tables = reading.deciding(said["answer"]).decide(said["answer"], scope, moment)
    if "value" in said:
        assert value == said["value"], value
    rows = {row for table in tables for row in table["rows"]}
    assert set(said.get("hits") or ()) <= rows, rows
    for key, wanted in (said.get("gives") or {}).items():
        found = [row[key] for row in value] if isinstance(value, list) else value[key]
        assert found == wanted, f"{key} is {found}"


def _division(reading: Reading, division: str) -> Reading:
    """Read the application as the division keeps it."""
    files = dict(reading.bundle.files)
    own = f"{overrides.FOLDER}{division}/"
    kept = {p.removeprefix(own): data for p, data in files.items() if p.startswith(own)}
    assert kept, f"{division} keeps nothing of its own"
    bundle = from_files(reading.bundle.application, {**files, **kept})
    return Reading(bundle, reading.application)


# --- forms ----------------------------------------------------------------------------------
def _form(seen: Observed, said: Json) -> None:
    """The form refuses these fields, accepts those, has these labels, bears this title."""
    schema = seen.reading.form(said["form"])
    given = {key: _plain(value) for key, value in (said.get("with") or {}).items()}
    known = said.get("known") or {}
    refused = {one.split(".")[0] for one in seen.refused(said["form"], given, known)}
    assert set(said.get("refuses") or ()) <= refused, f"it refuses only {sorted(refused)}"
    assert not refused & set(said.get("accepts") or ()), "it refuses what is right"
    labels = "、".join(one.label for one in schema.all)
    missing = [label for label in said.get("labels") or () if label not in labels]
    assert not missing, f"no field {missing}"
    assert said.get("title", "") in schema.title, schema.title


def _offers(seen: Observed, said: Json) -> None:
    """A field offers ALL these options and no other, or SOME of them among others."""
    form, _, key = said["offers"].partition(".")
    field = seen.reading.form(form).get(key)
    assert field is not None, "no such field"
    assert field.options is not None, "it offers nothing"
    offered = [label for _, label in field.options.fixed]
    if "all" in said:
        assert sorted(offered) == sorted(said["all"]), offered
    assert set(said.get("some") or ()) <= set(offered), offered


def _computes(seen: Observed, said: Json) -> None:
    """A field of the form is worked out from the others, whatever was sent for it."""
    form, _, key = said["computes"].partition(".")
    schema = seen.reading.form(form)
    for given, wanted in said["cases"]:
        known = {"zone_scheme": "三区", **given}
        values = schema.clean(known, known={}, moment=seen.moment, draft=True)
        derived = schema.get(key)
        assert derived is not None, "no such field"
        assert derived.derived is not None, "it is not worked out"
        found = derived.derived({**known, **values}, seen.moment)
        assert found is wanted, f"{given}: {found}"


# --- application.yaml -----------------------------------------------------------------------
def _due(seen: Observed, said: Json) -> None:
    """A limit of the due table, begun on Monday 2026-03-02, ends on that DAY."""
    row = seen.reading.application.deadlines[said["due"]]
    if "date" in said:
        later = 1 if said.get("later") else 0
        assert (row.get("date"), row.get("year") or 0) == (said["date"], later), row
        return
    if "from" in said:
        assert said["from"] in str(row.get("field")), row
    if "highest" in said:
        assert row.get("highest") == said["highest"], row
    if "hours" in said:
        assert (row["amount"], row["unit"]) == (said["hours"], "hour"), row
    if "calendar" in said:
        assert (row["amount"], row["unit"]) == (said["calendar"], "calendarDay"), row
    if "day" in said:
        calendar = seen.reading.env.calendars[seen.reading.application.calendar]
        due = due_moment(int(row["amount"]), row["unit"], BEGIN, Place(calendar))
        assert local_day(due) == said["day"], local_day(due)


def _phase(seen: Observed, said: Json) -> None:
    found = {str(one["key"]): one for one in seen.reading.application.phases}[said["phase"]]
    assert (found["from"], found["to"]) == (said["from"], said["to"]), found


def _setting(seen: Observed, said: Json) -> None:
    value = seen.reading.application.values[said["setting"]]
    if "is" in said:
        assert value == said["is"], value
    if "count" in said:
        assert len(value) == said["count"], len(value)
    assert set(said.get("holds") or ()) <= set(value if "holds" in said else ()), value
    missing = [word for word in said.get("says") or () if word not in str(value)]
    assert not missing, f"it does not speak of {missing}"


def _document(seen: Observed, said: Json) -> None:
    known = {str(one["id"]): one for one in seen.reading.application.documents}
    assert said["document"] in known, "no such document"
    found = known[said["document"]]
    assert said.get("title", "") in found["title"], found
    assert said.get("number", "") in found["number"], found


def _role(seen: Observed, said: Json) -> None:
    application = seen.reading.application
    assert said["role"] in application.roles, "no such role"
    units = [u["name"] for u in application.units if said["role"] in u["roles"].split(";")]
    assert any(said["unit"] in name for name in units), units


def _row(seen: Observed, said: Json) -> None:
    register, _, code = said["row"].partition(".")
    found = seen.reading.application.register(register, code)
    assert found is not None, "no such row"
    assert said.get("name", "") in found["name"], found
    for key, wanted in (said.get("has") or {}).items():
        assert found[key] is wanted, found


def _campaign(seen: Observed, said: Json) -> None:
    """The campaign runs in these years and says what it is for."""
    found = seen.reading.application.campaign
    assert [*found["years"]] == said["campaign"], found
    assert said.get("says", "") in str(found.get("guidance")), found


# --- ledgers and figures --------------------------------------------------------------------
def _ledger(seen: Observed, said: Json) -> None:
    _labelled(seen.reading.application.ledgers, said["ledger"], said)


def _column(seen: Observed, said: Json) -> None:
    ledger, _, key = said["column"].partition(".")
    columns = {str(c["key"]): c for c in seen.reading.application.ledgers[ledger]["columns"]}
    assert key in columns, "no such column"
    assert said["label"] in columns[key]["label"], columns[key]
    assert seen.of(f"column:{ledger}.{key}").endswith("填"), "nothing fills it"


def _import(seen: Observed, said: Json) -> None:
    _labelled(seen.reading.application.imports, said["import"], said)


def _labelled(known: Mapping[str, Any], key: str, said: Json) -> None:
    """KNOWN has KEY, and its columns bear the labels told."""
    assert key in known, "no such table"
    labels = "、".join(str(one["label"]) for one in known[key]["columns"])
    assert all(label in labels for label in said["labels"]), labels


def _figure(seen: Observed, said: Json) -> None:
    """A figure over these rows (N times each) counts this, sums that, is judged so."""
    application, bundle = seen.reading.application, seen.reading.bundle
    tables = overrides.own(bundle.matching(".dmn"))
    sources = Sources(application.ledgers, tables, application.values)
    made, wrong = compile_reports(application.reports, sources)
    assert not wrong, wrong
    assert said["figure"] in made, "no such figure"
    report, year = made[said["figure"]], said["year"]
    as_of = shanghai(f"{year + 1}-01-01 00:00")
    scope = {"year": year, "as_of": as_of, "year_end": bool(said.get("year_end"))}
    moment = seen.reading.env.moment(as_of)
    columns = re.findall(r"row\.(\w+)", str(application.reports[said["figure"]]))
    marked = []
    for row in said["rows"]:
        values = dict.fromkeys(columns) | {key: _value(value) for key, value in row.items()}
        marked += [report.mark(values, scope, moment)] * int(row.get("n", 1))
    figure = report.figure(marked, scope, moment)
    if "counts" in said:
        assert [figure.denominator, figure.numerator] == said["counts"], figure
    for key, wanted in (said.get("sums") or {}).items():
        assert figure.sums[key] == wanted, figure.sums
    assert said.get("shown", "") in figure.shown, figure.shown
    assert said.get("verdict", "") in figure.verdict, figure.verdict
    if "by" in said:
        assert said["by"] in report.breakdown, report.breakdown


def _value(value: Any) -> Any:
    """Read days, moments and numbers of a statement as the store gives them."""
    if isinstance(value, bool) or value is None or isinstance(value, date):
        return value
    if isinstance(value, str) and len(value) == 16 and value[10] == " ":
        return shanghai(value)
    if isinstance(value, str) and len(value) == 10 and value[4:5] == value[7:8] == "-":
        return date.fromisoformat(value)
    return Decimal(str(value)) if isinstance(value, float) else value


def _plain(value: Any) -> Any:
    """Write a day as a browser sends it."""
    return value.isoformat() if isinstance(value, date) else value


KINDS: Mapping[str, Callable[[Observed, Json], None]] = {
    "way": _way,
    "road": _road,
    "starters": _starters,
    "answer": _answer,
    "form": _form,
    "offers": _offers,
    "computes": _computes,
    "due": _due,
    "phase": _phase,
    "setting": _setting,
    "document": _document,
    "role": _role,
    "row": _row,
    "campaign": _campaign,
    "ledger": _ledger,
    "column": _column,
    "import": _import,
    "figure": _figure,
}
