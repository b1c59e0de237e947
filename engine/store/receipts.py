"""Receipts of public pages: which case a query code speaks of."""

import sqlalchemy as sa

from engine.store.rows import Conn, Row, one
from engine.store.tables import definition, instance, public_receipt


def give(conn: Conn, code_hash: str, root_id: int) -> None:
    """Keep the fingerprint of a new code; two at once: the primary key lets one through."""
    conn.execute(sa.insert(public_receipt), {"code_hash": code_hash, "root_id": root_id})


def case_of(conn: Conn, code_hash: str) -> Row | None:
    """Give number, state and application of the case of a code, None for an unknown one."""
    query = (
        sa.select(
            instance.c.number,
            instance.c.state_name,
            instance.c.status,
            definition.c.application,
        )
        .join(public_receipt, public_receipt.c.root_id == instance.c.id)
        .join(definition, definition.c.id == instance.c.definition_id)
    )
    return one(conn, query.where(public_receipt.c.code_hash == code_hash))
