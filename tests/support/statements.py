"""What a database is told: the statements sent while something runs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa


@contextmanager
def heard(engine: sa.Engine) -> Iterator[list[str]]:
    """Collect the SQL sent to ENGINE, white space made even, until the block ends."""
    said: list[str] = []

    def hear(_conn: Any, _cursor: Any, text: str, *_more: Any) -> None:
        said.append(re.sub(r"\s+", " ", text).strip())

    sa.event.listen(engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        sa.event.remove(engine, "before_cursor_execute", hear)
