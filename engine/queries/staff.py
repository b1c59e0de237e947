"""Persons and their posts for the administrator, and the seats nobody can take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from engine.base.errors import NotAllowed, NotFound
from engine.context import View
from engine.queries import deployed, organisation
from engine.queries.paging import Page, Paging, SortKey, page
from engine.rules.assignment import CaseFacts, Unfilled, staff
from engine.rules.units import LEVEL_WORDS
from engine.store import organisation as rows
from engine.store import people_rows
from engine.store.machine import incident
from engine.store.people import person, post, unit
from engine.store.tables import instance, task
from engine.store.visible import root

NO_HANDLER = "no-handler"  # code of the incident (engine.commands.staffing)
READERS = frozenset({"scheduler", "all_regions", "process_owner", "system"})
FIRST = 5  # cases named of a unit nobody acts for
SHOWN = 200  # stopped rounds on one page; a designed limit


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One account with the units of its posts today."""

    login: str
    name: str
    rights: tuple[str, ...]
    active: bool
    must_change: bool
    units: tuple[tuple[str, str, str], ...]  # (code, name, duty)


@dataclass(frozen=True, slots=True)
class Tenure:
    """A post a person held, holds or will hold."""

    id: int
    unit: str
    unit_name: str
    duty: str
    valid_from: date | None
    valid_to: date | None
    note: str
    standing: str  # now future ended


@dataclass(frozen=True, slots=True)
class PersonView:
    """One account with all its posts, and how many open claims it holds."""

    person: PersonRow
    tenures: tuple[Tenure, ...]
    claims: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """A round that waits because nobody can take a seat, and what would fill it."""

    incident_id: int
    case_id: int
    number: str
    title: str
    application: str
    node_name: str
    since: datetime
    reason: str
    unit: str
    unit_name: str
    role: str
    role_title: str
    level: str
    level_word: str
    region: str
    region_name: str
    place: str
    ready: bool  # somebody is there now: trying again is enough


def people(
    view: View,
    *,
    text: str = "",
    unit_code: str = "",
    active: bool | None = None,
    paging: Paging | None = None,
) -> Page[PersonRow]:
    """Search accounts by login or name, by the unit of a post, by being in use."""
    organisation.require(view)
    query = sa.select(person)
    if text:
        named = person.c.name.contains(text, autoescape=True)
        query = query.where(sa.or_(named, person.c.id.contains(text, autoescape=True)))
    if unit_code:
        held = sa.select(post.c.person).where(post.c.unit == unit_code)
        query = query.where(person.c.id.in_(held))
    if active is not None:
        query = query.where(person.c.active.is_(active))
    keys = [SortKey(person.c.id)]

    def build(found: Sequence[sa.Row[Any]]) -> list[PersonRow]:
        return _people(view, found)

    return page(view.connection, query, keys, paging or Paging(), build)


def _people(view: View, found: Sequence[sa.Row[Any]]) -> list[PersonRow]:
    query = (
        sa.select(post.c.person, unit.c.code, unit.c.name, post.c.duty)
        .join(unit, unit.c.code == post.c.unit)
        .where(post.c.person.in_([row.id for row in found]))
        .order_by(post.c.person, unit.c.code)
    )
    held: dict[str, list[tuple[str, str, str]]] = {}
    for row in view.connection.execute(query):
        held.setdefault(row.person, []).append((row.code, row.name, row.duty))
    return [
        PersonRow(
            row.id,
            row.name,
            tuple(row.rights),
            row.active,
            row.must_change,
            tuple(held.get(row.id, ())),
        )
        for row in found
    ]


def person_by_login(view: View, *, login: str) -> PersonView:
    """Give one account with its posts past, present and to come."""
    organisation.require(view)
    found = view.connection.execute(sa.select(person).where(person.c.id == login)).all()
    if not found:
        raise NotFound
    day = organisation.today(view)
    held = [
        Tenure(
            row["id"],
            row["unit"],
            row["unit_name"],
            row["duty"],
            row["valid_from"],
            row["valid_to"],
            row["note"],
            _standing(row, day),
        )
        for row in rows.tenures(view.connection, login)
    ]
    claims = len(rows.claims(view.connection, login))
    return PersonView(_people(view, found)[0], tuple(reversed(held)), claims)


def _standing(row: Mapping[str, Any], day: date) -> str:
    if row["valid_from"] is not None and row["valid_from"] > day:
        return "future"
    return "ended" if row["valid_to"] is not None and row["valid_to"] < day else "now"


def unfilled(view: View) -> tuple[Stopped, ...]:
    """Give the rounds that wait for a handler, oldest first."""
    if not {"admin", "scheduler", "system"} & view.actor.rights:
        raise NotAllowed
    query = (
        sa.select(incident, root.c.number, root.c.title, root.c.region, root.c.place)
        .join(root, root.c.id == incident.c.root_id)
        .where(incident.c.code == NO_HANDLER, incident.c.state == "open")
        .order_by(incident.c.id)
        .limit(SHOWN)
    )
    return tuple(_stopped(view, row) for row in view.connection.execute(query).all())


def _stopped(view: View, row: sa.Row[Any]) -> Stopped:
    number = int(row.ref.removeprefix("task:"))
    columns = (task.c.settings, task.c.name, instance.c.definition_id, instance.c.runtime)
    query = sa.select(*columns).join(instance, instance.c.id == task.c.instance_id)
    held = view.connection.execute(query.where(task.c.id == number)).one()
    version = deployed.of(view, held.definition_id, held.runtime)
    directory = view.runtimes.directory(view.connection, version)
    region, place = str(row.region or ""), str(row.place or "")
    facts = CaseFacts(region, place, region, place, place)
    answer = staff(held.settings.get("assignment") or {}, facts, directory)
    empty = answer if isinstance(answer, Unfilled) else Unfilled("")
    known = directory.units.get(empty.unit)
    return Stopped(
        incident_id=row.id,
        case_id=row.root_id,
        number=row.number or "",
        title=str(row.title or "") if READERS & view.actor.rights else "",
        application=version.application.key,
        node_name=held.name,
        since=row.first_at,
        reason=empty.reason or "现在已有办理人，可以重试",
        unit=empty.unit,
        unit_name=known.name if known else "",
        role=empty.role,
        role_title=directory.title(empty.role) if empty.role else "",
        level=empty.level,
        level_word=LEVEL_WORDS.get(empty.level, ""),
        region=empty.region,
        region_name=version.label("division", empty.region) if empty.region else "",
        place=empty.place,
        ready=not isinstance(answer, Unfilled),
    )


def units(view: View) -> tuple[tuple[str, str], ...]:
    """Give (code, name) of the units in use, to choose from."""
    columns = (unit.c.code, unit.c.name)
    query = sa.select(*columns).where(unit.c.active.is_(True)).order_by(unit.c.code)
    return tuple((row.code, row.name) for row in view.connection.execute(query))


def logins(view: View) -> tuple[tuple[str, str], ...]:
    """Give (login, name) of the accounts in use, to choose from; up to two thousand."""
    query = sa.select(person.c.id, person.c.name).where(person.c.active.is_(True))
    found = view.connection.execute(query.order_by(person.c.id).limit(2_000))
    return tuple((row.id, row.name) for row in found)


@dataclass(frozen=True, slots=True)
class Stranded:
    """A unit nobody can act for, with the open seats it still has."""

    unit: str
    unit_name: str
    application: str
    ended: bool  # the unit is no longer in use; else: nobody holds a post there
    seats: int
    cases: tuple[tuple[str, str], ...]  # (number or id, element) of the first ones
    since: datetime


def stranded(view: View) -> tuple[Stranded, ...]:
    """Give the units whose open work nobody can take any more: ended, or left by all."""
    if not {"admin", "scheduler", "system"} & view.actor.rights:
        raise NotAllowed
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows.unheld_seats(view.connection):
        found.setdefault(row["unit"], []).append(row)
    roots = {row["root_id"] for each in found.values() for row in each[:FIRST]}
    query = sa.select(root.c.id, root.c.number).where(root.c.id.in_(roots))
    numbers = {row.id: row.number or str(row.id) for row in view.connection.execute(query)}
    return tuple(
        Stranded(
            unit=code,
            unit_name=each[0]["unit_name"],
            application=each[0]["application"] or "",
            ended=not each[0]["unit_active"],
            seats=len(each),
            cases=tuple((numbers[row["root_id"]], row["name"]) for row in each[:FIRST]),
            since=min(row["created_at"] for row in each),
        )
        for code, each in sorted(found.items())
    )


def unit_names(view: View, *, codes: Sequence[str]) -> dict[str, str]:
    """Give code -> name of units."""
    return people_rows.unit_names(view.connection, codes)
