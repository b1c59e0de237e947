"""Reference registers: search by code, label and parent; never a whole table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.base.errors import NotFound
from engine.context import View
from engine.store.people import register_row


@dataclass(frozen=True, slots=True)
class Kind:
    """One register of one application."""

    application: str
    kind: str
    rows: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row; DATA holds its columns as deployed."""

    application: str
    kind: str
    code: str
    label: str
    parent: str
    data: Mapping[str, Any]


def kinds(view: View) -> tuple[Kind, ...]:
    """Give the registers of all applications."""
    columns = (register_row.c.application, register_row.c.kind)
    query = sa.select(*columns, sa.func.count()).group_by(*columns).order_by(*columns)
    return tuple(Kind(*row) for row in view.connection.execute(query))


def search(
    view: View,
    *,
    kind: str,
    text: str = "",
    parent: str | None = None,
    application: str | None = None,
    limit: int = 20,
) -> tuple[Row, ...]:
    """Give up to LIMIT rows of KIND whose code begins with or label holds TEXT."""
    query = sa.select(register_row).where(register_row.c.kind == kind)
    if application is not None:
        query = query.where(register_row.c.application == application)
    if parent is not None:
        query = query.where(register_row.c.parent == parent)
    if text:
        label = register_row.c.label.contains(text, autoescape=True)
        code = register_row.c.code.startswith(text, autoescape=True)
        query = query.where(sa.or_(label, code))
    query = query.order_by(register_row.c.application, register_row.c.no).limit(limit)
    return tuple(_row(row) for row in view.connection.execute(query))


def get(view: View, *, kind: str, code: str, application: str | None = None) -> Row:
    """Give one row."""
    query = sa.select(register_row).where(
        register_row.c.kind == kind, register_row.c.code == code
    )
    if application is not None:
        query = query.where(register_row.c.application == application)
    row = view.connection.execute(query.limit(1)).one_or_none()
    if row is None:
        raise NotFound
    return _row(row)


def _row(row: sa.Row[Any]) -> Row:
    return Row(row.application, row.kind, row.code, row.label, row.parent, row.data)
