"""Values that may stand once only, and who holds each: 案号 of a department and their like."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from engine.store.rows import Conn, is_postgres
from engine.store.taken_tables import taken


def take(conn: Conn, name: str, value: str, instance_id: int) -> bool:
    """Let an instance hold VALUE under NAME; False when another one does.

    What it held there before is free again. Two transactions that want the same value wait
    for each other at the key of the table: exactly one gets it.
    """
    own = sa.and_(taken.c.name == name, taken.c.instance_id == instance_id)
    conn.execute(sa.delete(taken).where(own, taken.c.value != value))
    row = {"name": name, "value": value, "instance_id": instance_id}
    dialect = postgresql if is_postgres(conn) else sqlite
    insert = dialect.insert(taken).values(row)
    # Who holds it is asked in the same statement: it could be set free between two.
    asked = insert.on_conflict_do_update(
        index_elements=[taken.c.name, taken.c.value],
        set_={"instance_id": taken.c.instance_id},
    )
    return bool(conn.execute(asked.returning(taken.c.instance_id)).scalar_one() == instance_id)
