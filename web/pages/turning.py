"""Long tables of a filled form, turned page by page: no page carries 2,000 rows."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import request

from engine.queries.form_facts import Fact
from web.pages.frame import with_query

ROWS = 50  # of one table on one page
QUERY = "page-"  # page-<key>=2 in the address line turns the table with that key


@dataclass(frozen=True, slots=True)
class Turn:
    """The rows of a table that are shown: FIRST to LAST of TOTAL, counted from 1."""

    rows: tuple[tuple[Any, ...], ...]
    first: int
    last: int
    total: int
    anchor: str
    before: str  # address of the page before, "" on the first
    after: str

    @property
    def turns(self) -> bool:
        """Tell whether there is more than this page."""
        return self.total > len(self.rows)


def turned(fact: Fact) -> Turn:
    """Cut the rows of FACT to the page the address line asks for."""
    name, total = f"{QUERY}{fact.key}", len(fact.rows)
    pages = max(1, -(-total // ROWS))
    asked = request.args.get(name, "1")
    page = min(max(int(asked), 1), pages) if asked.isdecimal() and len(asked) < 6 else 1
    first = (page - 1) * ROWS
    rows = fact.rows[first : first + ROWS]
    anchor = f"t-{fact.key}"

    def at(number: int) -> str:
        if not 1 <= number <= pages:
            return ""
        return f"{with_query(**{name: number})}#{quote(anchor)}"

    return Turn(rows, first + 1, first + len(rows), total, anchor, at(page - 1), at(page + 1))


FILTERS = {"turned": turned}
