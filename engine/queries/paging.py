"""Keyset pages: sort keys, what comes after a cursor, and totals exact to ten thousand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from engine.base.errors import InvalidRequest

T = TypeVar("T")
EXACT_TOTAL = 10_000  # operations.md 4.1: exact up to here, then a lower bound
MAX_LIMIT = 200
FAR = datetime(9999, 1, 1, tzinfo=UTC)  # stands for "no moment" so that it sorts last

Cursor = tuple[Any, ...]  # JSON-like values of the sort keys of one row; web signs them


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page: ITEMS, the TOTAL of all pages, and the cursors around them."""

    items: tuple[T, ...]
    total: int
    total_is_exact: bool = True
    start_cursor: Cursor | None = None
    end_cursor: Cursor | None = None  # None: nothing follows


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column to sort by; COLUMN is never null (coalesce it)."""

    column: sa.ColumnElement[Any]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Paging:
    """What a caller asks of a page: LIMIT rows AFTER a cursor."""

    limit: int = 50
    after: Cursor | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise InvalidRequest(f"每页条数须在 1 至 {MAX_LIMIT} 之间。")


@dataclass(frozen=True, slots=True)
class Sort:
    """A field name of the list and a direction, as the caller asked."""

    field: str
    descending: bool = False


def choose(
    wanted: Sequence[Sort], allowed: Mapping[str, sa.ColumnElement[Any]], last: SortKey
) -> list[SortKey]:
    """Turn WANTED into sort keys; LAST makes the order total; unknown fields are refused."""
    keys = []
    for sort in wanted:
        if sort.field not in allowed:
            names = "、".join(sorted(allowed))
            text = f"不能按“{sort.field}”排序，可用：{names}。"
            raise InvalidRequest(text, code="unknown-field", known=sorted(allowed))
        keys.append(SortKey(allowed[sort.field], sort.descending))
    return [*keys, last]


def page(
    connection: sa.Connection,
    query: sa.Select[Any],
    keys: Sequence[SortKey],
    paging: Paging,
    build: Callable[[Sequence[sa.Row[Any]]], Sequence[T]],
) -> Page[T]:
    """Read one page of QUERY in the order of KEYS; BUILD makes the items of its rows.

    The last key must be unique: only keys are sorted, the rows of the page are read after.
    """
    total, exact = count(connection, query)
    places = _places(connection, query, keys, paging)
    shown = places[: paging.limit]
    return Page(
        items=tuple(build(_rows(connection, query, keys[-1], shown))),
        total=total,
        total_is_exact=exact,
        start_cursor=_cursor(shown[0]) if shown else None,
        end_cursor=_cursor(shown[-1]) if len(places) > len(shown) else None,
    )


def _places(
    connection: sa.Connection, query: sa.Select[Any], keys: Sequence[SortKey], paging: Paging
) -> Sequence[sa.Row[Any]]:
    """Give the sort values of the rows of the page, and of one more."""
    columns = [key.column.label(f"sort_{i}") for i, key in enumerate(keys)]
    order = [key.column.desc() if key.descending else key.column for key in keys]
    narrow = query.with_only_columns(*columns, maintain_column_froms=True).order_by(*order)
    if paging.after is not None:
        narrow = narrow.where(_after(keys, paging.after))
    return connection.execute(narrow.limit(paging.limit + 1)).all()


def _rows(
    connection: sa.Connection,
    query: sa.Select[Any],
    last: SortKey,
    shown: Sequence[sa.Row[Any]],
) -> list[sa.Row[Any]]:
    """Read the rows behind the places SHOWN, in their order."""
    wanted = [place[-1] for place in shown]
    if not wanted:
        return []
    full = query.add_columns(last.column.label("page_key")).where(last.column.in_(wanted))
    found = {row.page_key: row for row in connection.execute(full)}
    return [found[key] for key in wanted if key in found]


def count(connection: sa.Connection, query: sa.Select[Any]) -> tuple[int, bool]:
    """Count the rows of QUERY: (number, exact?), never looking beyond the limit."""
    few = query.order_by(None).limit(EXACT_TOTAL + 1).subquery()
    total = connection.execute(sa.select(sa.func.count()).select_from(few)).scalar_one()
    return min(total, EXACT_TOTAL), total <= EXACT_TOTAL


def moment_key(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Give COLUMN with "no moment" sorted last."""
    return sa.func.coalesce(column, sa.literal(FAR, column.type))


def text_key(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Give COLUMN with null as empty text."""
    return sa.func.coalesce(column, "")


def number_key(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Give COLUMN with null as zero."""
    return sa.func.coalesce(column, 0)


def _after(keys: Sequence[SortKey], after: Cursor) -> sa.ColumnElement[bool]:
    if len(after) != len(keys):
        raise InvalidRequest("翻页标记与排序不符，请从第一页开始。")
    ways: list[sa.ColumnElement[bool]] = []
    same: list[sa.ColumnElement[bool]] = []
    for key, raw in zip(keys, after, strict=True):
        value = sa.literal(_thaw(raw), key.column.type)
        beyond = key.column < value if key.descending else key.column > value
        ways.append(sa.and_(*same, beyond))
        same.append(key.column == value)
    return sa.or_(*ways)


def _cursor(place: sa.Row[Any]) -> Cursor:
    return tuple(map(_freeze, place))


def _freeze(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if value is None or isinstance(value, int | str | bool):
        return value
    return {"n": str(value)}


def _thaw(raw: Any) -> Any:
    if not isinstance(raw, dict):
        return raw
    if "t" in raw:
        return datetime.fromisoformat(raw["t"])
    if "d" in raw:
        return date.fromisoformat(raw["d"])
    return Decimal(raw["n"])
