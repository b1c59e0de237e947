"""The limits of the installation: one truth in the database, the same for every node."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.base.bounds import SETTING, limits_of
from engine.commands.results import Nothing
from engine.context import Context
from engine.rules.permissions import may
from engine.store import records


@dataclass(frozen=True, slots=True)
class SetLimits:
    """Set the limits that differ from the defaults to CHANGES; others are the defaults.

    Every node takes them over with its next beat. What is stored already is never refused
    for a lower limit: it only grows no more.
    """

    changes: Mapping[str, int]

    def run(self, ctx: Context) -> Nothing:
        """Check, store, note who."""
        may(ctx.actor, "organisation")
        limits_of(self.changes)
        detail = {
            "from": records.read_setting(ctx.conn, SETTING) or {},
            "to": dict(self.changes),
        }
        records.write_setting(ctx.conn, SETTING, dict(self.changes))
        records.add_audit(ctx.conn, ctx.now, ctx.actor.person, "SetLimits", detail)
        return Nothing()

    def committed(self, ctx: Context) -> None:
        """Take them over here at once."""
        ctx.runtimes.adopt(limits_of(self.changes))
