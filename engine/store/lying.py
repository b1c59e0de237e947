"""The further divisions a case lies in: one that spans counties is in the sight of each."""

from collections.abc import Iterable

import sqlalchemy as sa

from engine.store.reading import Doing
from engine.store.rows import Conn, add
from engine.store.tables import case_region

NAME = "regions"  # reserved search field: the list of divisions, besides `region`

_FORGET = Doing(sa.delete(case_region).where(case_region.c.root_id == sa.bindparam("the_root")))


def replace(conn: Conn, root_id: int, regions: Iterable[str]) -> None:
    """Say that the case ROOT_ID lies in REGIONS and in no others besides its own."""
    _FORGET.run(conn, the_root=root_id)
    rows = [{"root_id": root_id, "region": one} for one in sorted(set(regions))]
    if rows:
        add(conn, case_region, rows)
