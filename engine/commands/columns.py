"""列设置: which columns of a ledger a person keeps in sight."""

from dataclasses import dataclass

from engine.base.errors import InvalidRequest
from engine.commands.results import Nothing
from engine.context import Context
from engine.store import records

SETTING = "columns:"  # columns:<person>:<ledger>, read by queries.ledger_filters
MOST = 200  # columns of a ledger; a designed limit
LONGEST = 100  # characters of an id or a key


@dataclass(frozen=True, slots=True)
class KeepColumns:
    """Keep the columns KEYS of LEDGER in the actor's sight, () for all. Answers Nothing.

    It changes nothing anybody else sees, and no row; keys the ledger no longer has are
    left aside when it is shown.
    """

    ledger: str
    keys: tuple[str, ...] = ()

    def run(self, ctx: Context) -> Nothing:
        """Write the choice; the last one counts."""
        if len(self.keys) > MOST or any(len(k) > LONGEST for k in (self.ledger, *self.keys)):
            raise InvalidRequest("列设置的内容太长。", code="columns-long")
        name = f"{SETTING}{ctx.actor.person}:{self.ledger}"
        records.write_setting(ctx.conn, name, list(dict.fromkeys(self.keys)))
        return Nothing()
