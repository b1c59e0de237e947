"""Forms as pages show them: locked fields locked, registers as lists, values readable."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from engine.base.actor import Post
from engine.base.errors import InvalidForm, NotFound
from engine.base.values import Value
from engine.bpmn.facts import ProcessFacts
from engine.context import Deployed, View
from engine.forms.page import Page, facts_of_conditions, page_form, page_values
from engine.queries import definitions, form_facts, homes, processes, task_page
from engine.queries.paging import MAX_LIMIT, Paging
from engine.queries.task_data import load
from engine.store import ledger_rows

MOST_LISTED = 500  # cases offered as a list; above it the number is typed (designed)


@dataclass(frozen=True, slots=True)
class PageForm:
    """A form for the browser: form-js SCHEMA and DATA; the server checks all again.

    FACTS are the names in DATA that are no fields; conditions read them.
    """

    schema: Mapping[str, Any] | None
    data: Mapping[str, Value]
    facts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Startable:
    """A process the actor may start, for UNITS (code, name)."""

    key: str
    name: str
    documentation: str
    application: str
    application_title: str
    form: str | None
    units: tuple[tuple[str, str], ...]


def of_task(view: View, *, task_id: int) -> PageForm:
    """Give the form of a task with what it holds now; no schema for a task without form."""
    held = load(view, task_id)
    page = task_page.form(view, task_id=task_id)
    if held.form is None or page.schema is None:
        return PageForm(None, {})
    moment = held.moment(view)
    writable = held.writable if page.my_seats else frozenset[str]()
    numbers = _numbers(view, held.version)
    shown = Page(held.known(), moment, writable, _choices(view, held.version), numbers)
    schema = page_form(page.schema, held.form, shown)
    around = facts_of_conditions(held.form, shown.known)
    values = page_values(held.form, dict(page.data), moment)
    values |= form_facts.signed(view, held, page.schema)
    return PageForm(schema, around | values, frozenset(around))


def computed(view: View, *, task_id: int, data: Mapping[str, Any]) -> dict[str, Value]:
    """Give what follows from DATA as typed so far: computed fields; {} while it is wrong."""
    held = load(view, task_id)
    if held.form is None:
        return {}
    moment, known = held.moment(view), held.known()
    try:
        clean = held.form.clean(
            data, known=known, moment=moment, writable=held.writable, draft=True
        )
    except InvalidForm:
        return {}
    keys = {one.key for one in held.form.all if one.derived is not None}
    found = {key: value for key, value in clean.items() if key in keys}
    return {k: v for k, v in page_values(held.form, found, moment).items() if k in found}


def _choices(view: View, version: Deployed) -> Callable[[str], list[tuple[str, str]]]:
    """Give the rows of a register in force today; units are one register more."""

    def listed(kind: str) -> list[tuple[str, str]]:
        if kind != "unit":
            return version.choices(kind, view.now)
        directory = view.runtimes.directory(view.connection, version)
        return [(unit.code, unit.name) for unit in directory.units.values()]

    return listed


def _numbers(view: View, version: Deployed) -> Callable[[str], list[tuple[str, str]]]:
    """Give the cases of a ledger the actor sees; [] when there are more than a list takes."""

    def listed(ledger: str) -> list[tuple[str, str]]:
        file = ledger_rows.ledger_of(version.application.ledgers, ledger)
        found = ledger_rows.numbers(view.connection, view.actor, file, MOST_LISTED + 1)
        return found if len(found) <= MOST_LISTED else []

    return listed


def labels(view: View, *, task_id: int) -> dict[str, str]:
    """Give the labels of the fields of a task's form, by key."""
    form = load(view, task_id).form
    return {one.key: one.label for one in form.all} if form else {}


def of_start(view: View, *, key: str, unit: str = "") -> PageForm:
    """Give the start form of process KEY (newest version) filled for UNIT."""
    definition_id = processes.latest_id(view, key=key)
    row = processes.get(view, definition_id=definition_id)
    runtimes = view.runtimes
    stored = runtimes.definition(view.connection, definition_id)
    runtime = runtimes.of_new(stored["runtime"]).name
    version = runtimes.deployed(view.connection, definition_id, runtime)
    start = version.facts[key].start_by_hand
    if start is None or not start.form:
        return PageForm(None, {})
    schema = version.forms[start.form]
    path = f"forms/{start.form}.json"
    content = definitions.file(
        view, application=row.application, path=path, version=row.version
    )
    moment = version.moment(view.now)
    known: dict[str, Value] = {"unit": unit}
    shown = Page(known, moment, None, _choices(view, version), _numbers(view, version))
    form = page_form(orjson.loads(content), schema, shown)
    around = facts_of_conditions(schema, known)
    values = page_values(schema, schema.prefill(known, moment), moment)
    return PageForm(form, around | values, frozenset(around))


def startable(view: View) -> tuple[Startable, ...]:
    """Give the processes the actor may start by hand, by application and name."""
    found = []
    titles = {row.key: row.title for row in definitions.applications(view)}
    posts = homes.posts(view)
    everything = Paging(MAX_LIMIT)
    for row in processes.search(view, wanted={"latest": True}, paging=everything).items:
        facts = processes.facts(view, definition_id=row.id)
        units = _units(posts.get(row.application, view.actor.posts), facts)
        start = facts.start_by_hand
        if start is None or not facts.starter_groups or not units:
            continue
        title = titles.get(row.application, row.application)
        text = facts.documentation
        found.append(
            Startable(row.key, row.name, text, row.application, title, start.form, units)
        )
    return tuple(sorted(found, key=lambda item: (item.application, item.name)))


def startable_one(view: View, *, key: str) -> Startable:
    """Give one process the actor may start; NotFound for all others."""
    for item in startable(view):
        if item.key == key:
            return item
    raise NotFound


def _units(posts: tuple[Post, ...], facts: ProcessFacts) -> tuple[tuple[str, str], ...]:
    groups = set(facts.starter_groups)
    held = [post for post in posts if not groups or post.role in groups]
    return tuple(dict.fromkeys((post.unit, post.unit_name) for post in held))
