"""Names for codes: divisions, places, people; one query for a whole page of rows."""

from collections.abc import Iterable

import sqlalchemy as sa

from engine.base.actor import PUBLIC, SYSTEM
from engine.context import View
from engine.store.people import person, register_row, unit

DIVISION = "division"  # the register every application uses for 行政区划


def regions(view: View, codes: Iterable[str]) -> dict[str, str]:
    """Give the names of division CODES; a unit's region without a row keeps its code."""
    return _labels(view, codes, register_row.c.kind == DIVISION)


def places(view: View, codes: Iterable[str]) -> dict[str, str]:
    """Give the names of place CODES as the reference registers hold them."""
    return _labels(view, codes, register_row.c.kind != DIVISION)


def _labels(
    view: View, codes: Iterable[str], which: sa.ColumnElement[bool]
) -> dict[str, str]:
    wanted = {code for code in codes if code}
    if not wanted:
        return {}
    query = sa.select(register_row.c.code, register_row.c.label).where(
        register_row.c.code.in_(wanted), which
    )
    names = dict.fromkeys(wanted, "")
    names.update({row.code: row.label for row in view.connection.execute(query)})
    return {code: name or code for code, name in names.items()}


def people(view: View, logins: Iterable[str]) -> dict[str, str]:
    """Give the names of the persons with LOGINS; SYSTEM and PUBLIC have none of their own."""
    wanted = {login for login in logins if login}
    if not wanted:
        return {}
    query = sa.select(person.c.id, person.c.name).where(person.c.id.in_(wanted))
    found = {row.id: row.name for row in view.connection.execute(query)}
    found.setdefault(SYSTEM.person, SYSTEM.name)
    found.setdefault(PUBLIC.person, PUBLIC.name)
    return {login: found.get(login, login) for login in wanted}


def units(view: View, codes: Iterable[str]) -> dict[str, str]:
    """Give the names of the units with CODES."""
    wanted = {code for code in codes if code}
    if not wanted:
        return {}
    query = sa.select(unit.c.code, unit.c.name).where(unit.c.code.in_(wanted))
    found = {row.code: row.name for row in view.connection.execute(query)}
    return {code: found.get(code, code) for code in wanted}
