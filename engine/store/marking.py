"""Which open cases mark others, found by the number they name (engine.base.marks)."""

from collections.abc import Sequence

import sqlalchemy as sa

from engine.base.actor import Actor
from engine.base.marks import Mark
from engine.store import visible
from engine.store.rows import Conn, Row, every
from engine.store.tables import definition, search_value
from engine.store.visible import root


def standing(
    conn: Conn, mark: Mark, numbers: Sequence[str] | None = None, actor: Actor | None = None
) -> list[Row]:
    """Give the open cases that put MARK on others, the oldest first; NUMBERS narrow to some.

    Each with subject (the number of the marked case), id, number, since, level, by and
    seen: whether ACTOR may see it. Without NUMBERS only those in sight.
    """
    subject, level, by = (search_value.alias(name) for name in ("subject", "level", "by"))
    seen = sa.false() if actor is None else visible.cases(actor)
    query = (
        sa.select(
            subject.c.text.label("subject"),
            root.c.id,
            root.c.number,
            root.c.started_at.label("since"),
            root.c.state_name,
            root.c.due_at,
            level.c.text.label("level"),
            by.c.text.label("by"),
            sa.case((seen, 1), else_=0).label("seen"),
        )
        .join(root, root.c.id == subject.c.root_id)
        .join(definition, definition.c.id == root.c.definition_id)
        .outerjoin(level, sa.and_(level.c.root_id == root.c.id, level.c.name == mark.level))
        .outerjoin(by, sa.and_(by.c.root_id == root.c.id, by.c.name == mark.by))
        .where(subject.c.name == mark.subject, definition.c.key.in_(mark.processes))
        .where(root.c.ended_at.is_(None))
        .order_by(root.c.started_at, root.c.id)
    )
    if numbers is None:
        return every(conn, query.where(seen))
    return every(conn, query.where(subject.c.text.in_(list(numbers))))
