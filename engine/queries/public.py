"""What everybody may see: published texts, whom to call, the forms one may send in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import orjson
import sqlalchemy as sa

from engine.base.errors import NotFound
from engine.base.receipt import fingerprint
from engine.base.recent import Recent
from engine.base.values import Value
from engine.context import View
from engine.forms.page import Page, page_form
from engine.queries import definitions, labels
from engine.queries.ledgers import variables_of
from engine.store import definitions as stored
from engine.store import receipts
from engine.store.rows import Row, every
from engine.store.tables import definition, instance

MOST = 200  # publications on one page


@dataclass(frozen=True, slots=True)
class Contact:
    """A phone number and a mailbox for tip-offs; "" where the application has none yet."""

    name: str
    phone: str
    mailbox: str


@dataclass(frozen=True, slots=True)
class Intake:
    """A form anybody may fill in."""

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Publication:
    """One published text; PERIOD is (from, to), BY the unit that answers for it."""

    number: str
    kind: str
    title: str
    body: str
    on: date | None
    period: tuple[date | None, date | None]
    by: str


@dataclass(frozen=True, slots=True)
class Site:
    """The public page of one application."""

    application: str
    title: str
    text: str
    contacts: tuple[Contact, ...]
    intakes: tuple[Intake, ...]
    publications: tuple[Publication, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a public form; OPTIONS are (value, label)."""

    key: str
    label: str
    type: str
    help: str
    required: bool
    most: int  # characters, or files; 0 = no limit named
    options: tuple[tuple[str, str], ...]
    demanded: bool = False  # a condition requires it, as the form stands now


@dataclass(frozen=True, slots=True)
class Sheet:
    """A public form: its groups, (title, questions), in the order of the page."""

    application: str
    name: str
    title: str
    text: str
    groups: tuple[tuple[str, tuple[Question, ...]], ...]


def sites(view: View) -> tuple[tuple[str, str], ...]:
    """Give (application, title) of the applications that show something to everybody."""
    rows = stored.latest_bundles(view.connection)
    shown = ((row["application"], _public(row)) for row in rows)
    return tuple((name, str(own["title"])) for name, own in shown if own)


# Published texts read before: by case, its version, the version of the application, the
# place of the list. A case that moved on has another version and is read again.
Known = Recent[tuple[int, int, int, int], Publication]


def site(view: View, *, application: str, known: Known | None = None) -> Site:
    """Give the public page of APPLICATION, or NotFound; KNOWN texts are not read again."""
    row = _bundle(view, application)
    own = _public(row)
    intakes = (own.get("intake") or {}).items()
    return Site(
        application=application,
        title=str(own["title"]),
        text=str(own.get("text") or ""),
        contacts=tuple(_contacts(row, own)),
        intakes=tuple(
            Intake(name, str(one["title"]), str(one.get("text") or "")) for name, one in intakes
        ),
        publications=tuple(_publications(view, row, own, known or Recent(MOST))),
    )


def publication(view: View, *, application: str, number: str) -> Publication:
    """Give one published text by its number, or NotFound."""
    row = _bundle(view, application)
    for found in _publications(view, row, _public(row), Recent(1), number):
        return found
    raise NotFound


def sheet(
    view: View, *, application: str, name: str, values: Mapping[str, Value] | None = None
) -> Sheet:
    """Give the public form NAME of APPLICATION as it stands with VALUES, or NotFound."""
    row = _bundle(view, application)
    entry = (_public(row).get("intake") or {}).get(name)
    if entry is None or entry.get("public") is not True:
        raise NotFound
    version = view.runtimes.version(view.connection, row["id"], application)
    starts = {one.node: one for one in version.facts[str(entry["process"])].starts}
    schema = version.forms[str(starts[str(entry["start"])].form)]
    path = f"forms/{schema.id}.json"
    content = definitions.file(view, application=application, path=path, version=row["version"])
    moment = version.moment(view.now)
    shown = Page({}, moment, None, version.application.choices)
    form = page_form(orjson.loads(content), schema, shown)
    demanded = schema.demanded(values or {}, moment)
    title, text = str(entry["title"]), str(entry.get("text") or "")
    groups = tuple(
        (label, tuple(replace(one, demanded=one.key in demanded) for one in found))
        for label, found in _groups(form)
        if found
    )
    return Sheet(application, name, title, text, groups)


def state(view: View, *, application: str, number: str, code: str) -> str:
    """Give the state of the case of a receipt, and nothing else; NotFound for a wrong one."""
    found = receipts.case_of(view.connection, fingerprint(code))
    if found is None or (found["number"], found["application"]) != (number, application):
        raise NotFound("没有找到，请核对编号和查询码。")
    return str(found["state_name"] or "收到")


def _bundle(view: View, application: str) -> Row:
    row = stored.latest_bundle(view.connection, application)
    if row is None or not _public(row):
        raise NotFound
    return row


def _public(row: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (row["facts"] or {}).get("public") or {}
    return found


def _contacts(row: Row, own: Mapping[str, Any]) -> Iterator[Contact]:
    setting = row["facts"]["settings"].get(own.get("contacts")) or {}
    for one in setting.get("value") or ():
        words = (str(one.get(key) or "") for key in ("name", "phone", "mailbox"))
        yield Contact(*words)


def _publications(
    view: View, bundle: Row, own: Mapping[str, Any], known: Known, number: str | None = None
) -> Sequence[Publication]:
    """Give the published cases newest first: the declared fields in the declared states.

    The number of statements does not grow with the number of texts.
    """
    found: list[Publication] = []
    for place, entry in enumerate(own.get("publications") or ()):
        query = _published(bundle["application"], entry, number)
        columns = (instance.c.id, instance.c.version)
        keys = [
            (int(row.id), int(row.version), int(bundle["id"]), place)
            for row in view.connection.execute(query.with_only_columns(*columns))
        ]
        held = {key: text for key in keys if (text := known.get(key)) is not None}
        new = {key[0]: key for key in keys if key not in held}
        rows = sa.select(instance).where(instance.c.id.in_(sorted(new)))
        for row in every(view.connection, rows) if new else ():
            made = held[new[row["id"]]] = _publication(view, row, entry)
            known.keep(new[row["id"]], made)
        found += [held[key] for key in keys if key in held]
    names = labels.units(view, {one.by for one in found})
    return [replace(one, by=names.get(one.by, "")) for one in found]


def _published(
    application: str, entry: Mapping[str, Any], number: str | None
) -> sa.Select[Any]:
    query = (
        sa.select(instance)
        .join(definition, definition.c.id == instance.c.definition_id)
        .where(
            definition.c.application == application,
            definition.c.key == str(entry["process"]),
            instance.c.id == instance.c.root_id,
            instance.c.state_name.in_([str(one) for one in entry["states"]]),
        )
        .order_by(instance.c.id.desc())
        .limit(MOST)
    )
    return query if number is None else query.where(instance.c.number == number)


def _publication(view: View, row: Row, entry: Mapping[str, Any]) -> Publication:
    """Read one text from its case; BY is still the code of the unit."""
    known = variables_of(view, row)

    def told(name: str) -> Value:
        return known.get(str(entry[name])) if entry.get(name) else None

    def day(name: str) -> date | None:
        value = told(name)
        return value if isinstance(value, date) else None

    return Publication(
        number=row["number"] or "",
        kind=str(told("kind") or ""),
        title=str(told("title") or ""),
        body=str(told("body") or ""),
        on=day("date"),
        period=(day("from"), day("to")),
        by=str(told("by") or ""),
    )


def _groups(form: Mapping[str, Any]) -> Iterator[tuple[str, list[Question]]]:
    loose: list[Question] = []
    yield "", loose
    for component in form.get("components") or ():
        if component.get("type") == "group":
            inside = [c for c in component.get("components") or () if "key" in c]
            yield str(component.get("label") or ""), [_question(c) for c in inside]
        elif "key" in component:
            loose.append(_question(component))


def _told(extra: Mapping[str, Any]) -> str:
    """Say how to do without a field that only a condition requires."""
    return str(extra.get("message") or "") if extra.get("requiredIf") else ""


def _question(component: Mapping[str, Any]) -> Question:
    rules = component.get("validate") or {}
    extra = component.get("properties") or {}
    options = component.get("values") or ()
    return Question(
        key=str(component["key"]),
        label=str(component.get("label") or component["key"]),
        type=str(component["type"]),
        help=str(component.get("description") or _told(extra)),
        required=rules.get("required") is True,
        most=int(rules.get("maxLength") or extra.get("max") or 0),
        options=tuple((str(one["value"]), str(one["label"])) for one in options),
    )
