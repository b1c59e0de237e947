"""THE FRONT DOOR: execute(command, actor) changes something, ask(query, actor) only looks."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from engine.base.actor import Actor
from engine.base.clock import Clock
from engine.base.errors import Busy, InvalidRequest
from engine.base.ids import Ids
from engine.commands import halting
from engine.commands.command import Command, Following, Prepared
from engine.commands.results import Replayed, Result
from engine.commands.stepping import Halted
from engine.context import Context, Runtimes, View
from engine.store import records, unit_of_work
from engine.store.database import Database
from engine.store.files import FileStore
from engine.store.rows import Conn, Row
from engine.store.unit_of_work import OutcomeUnknown

T = TypeVar("T")


@dataclass(frozen=True)
class Engine:
    """A built engine; made by engine.bootstrap.build. WAKE is set after each commit."""

    database: Database
    runtimes: Runtimes
    clock: Clock
    ids: Ids
    files: FileStore
    wake: threading.Event = field(default_factory=threading.Event)

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
        if isinstance(command, Prepared):
            self._prepare(command, actor)
        claim = _claim(actor, key, route, body_hash)
        result = self._committed(command, actor, claim)
        if isinstance(command, Following) and not isinstance(result, Replayed):
            with self.database.read() as conn:
                command.committed(self._context(conn, actor))
        self.wake.set()
        return result

    def ask(self, query: Callable[..., T], actor: Actor, **kwargs: Any) -> T:
        """Run QUERY(view, **kwargs) in one read-only transaction."""
        with self.database.read() as conn:
            return query(View(conn, actor, self.clock, self.runtimes), **kwargs)

    def close(self) -> None:
        """Give the database connections back."""
        self.database.close()

    def _context(self, conn: Conn, actor: Actor) -> Context:
        return Context(conn, self.runtimes, actor, self.clock, self.ids)

    def _prepare(self, command: Prepared, actor: Actor) -> None:
        with self.database.read() as conn:
            command.prepare(View(conn, actor, self.clock, self.runtimes))

    def _committed(self, command: Command, actor: Actor, claim: Row | None) -> Result:
        def unit(conn: Conn) -> Result:
            ctx = self._context(conn, actor)
            replay = _replay(ctx, claim)
            if replay is not None:
                return replay
            result = command.run(ctx)
            if claim is not None:
                answer = result.as_dict()
                records.answer_key(
                    conn, claim["principal"], claim["key"], result.status, answer
                )
            return result

        try:
            return unit_of_work.run(self.database, unit)
        except OutcomeUnknown:
            return self._look_up(claim)
        except Halted as halted:
            self._keep_incident(halted, actor)
            raise

    def _keep_incident(self, halted: Halted, actor: Actor) -> None:
        def unit(conn: Conn) -> None:
            halting.keep(self._context(conn, actor), halted)

        unit_of_work.run(self.database, unit)

    def _look_up(self, claim: Row | None) -> Result:
        """Find out whether a commit whose answer was lost had happened."""
        if claim is not None:
            with self.database.read() as conn:
                stored = records.stored_answer(conn, claim["principal"], claim["key"])
            if stored is not None:
                return Replayed(stored_status=stored["status"], response=stored["response"])
        raise Busy("结果未知，请刷新核对。", code="outcome-unknown")


def _claim(actor: Actor, key: str | None, route: str, body_hash: str) -> Row | None:
    if key is None:
        return None
    if not 16 <= len(key) <= 64:
        raise InvalidRequest("请求号应为 16 至 64 个字符。", code="key-length")
    return {
        "principal": actor.person,
        "key": key,
        "route": route,
        "body_hash": body_hash,
        "status": 0,
        "response": {},
    }


def _replay(ctx: Context, claim: Row | None) -> Replayed | None:
    """Reserve the key, or give what was answered under it before."""
    if claim is None:
        return None
    stored = records.take_key(ctx.conn, {**claim, "created_at": ctx.now})
    if stored is None:
        return None
    if (stored["route"], stored["body_hash"]) != (claim["route"], claim["body_hash"]):
        raise InvalidRequest("同一请求号的内容不一致。", code="key-reused")
    return Replayed(stored_status=stored["status"], response=stored["response"])
