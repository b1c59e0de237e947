"""Who edits a draft: oneself, another person, nobody."""

from dataclasses import dataclass

from engine.commands.drafts import LOCK_AGE
from engine.queries import operations
from engine.queries.drafts import DraftView
from web import session


@dataclass(frozen=True, slots=True)
class Holding:
    """MINE: the signed-in person edits; OTHER: the name of who keeps others from editing."""

    mine: bool
    other: str


def of(draft: DraftView | None) -> Holding:
    """Tell who holds DRAFT now; a lock that lay idle for long holds nobody off."""
    if draft is None or draft.locked_by is None or draft.locked_at is None:
        return Holding(False, "")
    if draft.locked_by == session.require_actor().person:
        return Holding(True, "")
    now = session.ask(operations.clock).now
    fresh = max(draft.locked_at, draft.updated_at) > now - LOCK_AGE
    return Holding(False, (draft.locked_name or draft.locked_by) if fresh else "")
