"""抄送我: what was told to the person or to a unit of the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.context import View
from engine.queries.paging import Page, Paging, SortKey, count, page
from engine.store import visible
from engine.store.machine import notice
from engine.store.visible import root


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One line of 抄送我: what was told to me or my unit."""

    notice_id: int
    case_id: int | None
    number: str
    title: str
    text: str
    at: datetime
    read: bool


def copied(view: View, *, paging: Paging | None = None) -> Page[NoticeRow]:
    """Give what was told to the person or a unit of the person, newest first."""
    query = (
        sa.select(notice, root.c.number)
        .outerjoin(root, root.c.id == notice.c.root_id)
        .where(visible.notices(view.actor))
    )
    keys = [SortKey(notice.c.id, True)]
    return page(view.connection, query, keys, paging or Paging(), _notices)


def unread(view: View) -> int:
    """Count the notices nobody marked as read."""
    query = sa.select(notice.c.id).where(
        visible.notices(view.actor), notice.c.read_at.is_(None)
    )
    return count(view.connection, query)[0]


def _notices(rows: Sequence[sa.Row[Any]]) -> list[NoticeRow]:
    return [
        NoticeRow(
            notice_id=row.id,
            case_id=row.root_id,
            number=row.number or "",
            title=row.title,
            text=row.text,
            at=row.at,
            read=row.read_at is not None,
        )
        for row in rows
    ]
