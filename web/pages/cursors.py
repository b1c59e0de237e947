"""Keyset cursors in the address line, signed for the session of the reader."""

from typing import Any

from engine.queries.paging import Cursor, Page
from web import calls


def read(text: str | None) -> Cursor | None:
    """Read a cursor of the address line; refuse one that was changed."""
    return calls.read_cursor(text)


def next_of(page: Page[Any], limit: int) -> str:
    """Give the cursor of the next page, "" on the last one."""
    if len(page.items) < limit:
        return ""
    return calls.write_cursor(page.end_cursor) or ""
