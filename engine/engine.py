"""THE FRONT DOOR: execute(command, actor) changes something, ask(query, actor) only looks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from engine.base.actor import Actor
from engine.base.clock import Clock
from engine.base.ids import Ids
from engine.commands.command import Command
from engine.commands.results import Result
from engine.context import Runtimes
from engine.store.database import Database
from engine.store.files import FileStore

T = TypeVar("T")


@dataclass(frozen=True)
class Engine:
    """A built engine; made by engine.bootstrap.build."""

    database: Database
    runtimes: Runtimes
    clock: Clock
    ids: Ids
    files: FileStore

    def execute(
        self,
        command: Command,
        actor: Actor,
        *,
        key: str | None = None,
        route: str = "",
        body_hash: str = "",
    ) -> Result:
        """Run COMMAND in one transaction and give its answer.

        With an idempotency KEY the answer is stored in the same transaction; a second call
        of the same principal, key, ROUTE and BODY_HASH answers Replayed, another body or
        route raises InvalidRequest (key-reused).
        """
        raise NotImplementedError

    def ask(self, query: Callable[..., T], actor: Actor, **kwargs: Any) -> T:
        """Run QUERY(view, **kwargs) in one read-only transaction."""
        raise NotImplementedError
