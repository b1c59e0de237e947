"""Cases of a campaign's yearly process, by their year."""

from collections.abc import Sequence

import sqlalchemy as sa

from engine.store.connection import Conn
from engine.store.rows import Row
from engine.store.tables import definition, instance

ENDED = ("cancelled", "terminated")  # such a case does not count as the year's


def of_years(conn: Conn, process: str, years: Sequence[int]) -> dict[int, Row]:
    """Give the case of PROCESS of each of YEARS that was not cancelled, the newest of each."""
    query = (
        sa.select(instance.c.id, instance.c.year, instance.c.status, instance.c.started_at)
        .join(definition, definition.c.id == instance.c.definition_id)
        .where(definition.c.key == process, instance.c.id == instance.c.root_id)
        .where(instance.c.year.in_(years), instance.c.status.not_in(ENDED))
        .order_by(instance.c.id)
    )
    return {row["year"]: dict(row) for row in conn.execute(query).mappings()}
