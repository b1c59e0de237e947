"""What a command (Context) and a query (View) may touch, and nothing else."""

from dataclasses import dataclass
from datetime import datetime

from engine.base.actor import Actor
from engine.base.clock import Clock
from engine.base.ids import Ids
from engine.store.rows import Conn


@dataclass(frozen=True, slots=True)
class Context:
    """One transaction of one wish: five fields, no more."""

    conn: Conn  # the open write transaction
    runtimes: "Runtimes"  # runtimes and deployed definitions, cached
    actor: Actor
    clock: Clock
    ids: Ids

    @property
    def now(self) -> datetime:
        """Give the present moment of the business clock, UTC."""
        return self.clock.now()


@dataclass(frozen=True, slots=True)
class View:
    """One read-only transaction of one question."""

    connection: Conn
    actor: Actor
    clock: Clock
    runtimes: "Runtimes"

    @property
    def now(self) -> datetime:
        """Give the present moment of the business clock, UTC."""
        return self.clock.now()


class Runtimes:
    """The runtimes of this installation and the deployed versions they compiled."""
