"""已阅: the person has seen what was told to the person or the unit."""

from dataclasses import dataclass

from engine.commands.results import Nothing
from engine.context import Context
from engine.store import inbox


@dataclass(frozen=True, slots=True)
class ReadNotices:
    """Mark the notices IDS as read, () for all that were sent to the actor. Answers Nothing.

    A notice to a unit is read when one of its people marks it. Ids of other people's
    notices change nothing.
    """

    ids: tuple[int, ...] = ()

    def run(self, ctx: Context) -> Nothing:
        """Set the moment of reading; repeating it changes nothing."""
        inbox.mark_read(ctx.conn, ctx.actor, ctx.now, self.ids or None)
        return Nothing()
