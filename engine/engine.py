"""THE FRONT DOOR: execute(command, actor) changes something, ask(query, actor) only looks."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from engine.base.actor import Actor
from engine.base.clock import Clock
from engine.base.errors import Busy, InvalidRequest, ShouhuError
from engine.base.ids import Ids
from engine.commands import halting
from engine.commands.command import Command, Prepared, is_following, is_prepared
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
        if is_prepared(command):
            self._prepare(command, actor)
        claim = _claim(actor, key, route, self._blinded(body_hash))
        result = self._committed(command, actor, claim)
        if is_following(command) and not isinstance(result, Replayed):
            with self.database.read() as conn:
                command.committed(self._context(conn, actor))
        self.wake.set()
        return result

    def _blinded(self, body_hash: str) -> str:
        """Give the fingerprint as it is stored: without the key it confirms no guess.

        A body may hold what belongs into the vault, and the hash of a guess would tell.
        """
        keys = self.database.keyring
        return keys.blinded(body_hash) if keys is not None and body_hash else body_hash

    def ask(self, query: Callable[..., T], actor: Actor, **kwargs: Any) -> T:
        """Run QUERY(view, **kwargs) in one read-only transaction."""
        with self.database.read() as conn:
            return query(View(conn, actor, self.clock, self.runtimes), **kwargs)

    @contextmanager
    def look(self, actor: Actor) -> Iterator[View]:
        """Open one read-only transaction for several questions, which share what they load.

        Each is asked as QUERY(view, **kwargs); what the view holds ends with it.
        """
        with self.database.read() as conn:
            yield View(conn, actor, self.clock, self.runtimes)

    def close(self) -> None:
        """Give the database connections back."""
        self.database.close()

    def _context(self, conn: Conn, actor: Actor) -> Context:
        return Context(conn, self.runtimes, actor, self.clock, self.ids)

    def _prepare(self, command: Prepared, actor: Actor) -> None:
        with self.database.read() as conn:
            command.prepare(View(conn, actor, self.clock, self.runtimes))

    def _committed(self, command: Command, actor: Actor, claim: Row | None) -> Result:
        """Run COMMAND; its answer is stored under the key of CLAIM in the same commit.

        Whether the key was used before is asked only when something stopped the command:
        the stored key stops a repeated request at the latest when it is written.
        """

        def unit(conn: Conn) -> Result:
            ctx = self._context(conn, actor)
            result = command.run(ctx)
            if claim is not None:
                kept = {"status": result.status, "response": result.as_dict()}
                records.keep_answer(conn, {**claim, **kept, "created_at": ctx.now})
            return result

        def again(conn: Conn) -> Result:
            return _answered(conn, claim) or unit(conn)

        try:
            return unit_of_work.run(self.database, unit, again=again)
        except ShouhuError as stopped:
            answer = self._repeated(claim, stopped)
            if answer is not None:
                return answer
            if isinstance(stopped, Halted):
                self._keep_incident(stopped, actor)
            raise

    def _repeated(self, claim: Row | None, stopped: ShouhuError) -> Replayed | None:
        """Give the stored answer if the request of CLAIM, now STOPPED, was committed before."""
        busy = isinstance(stopped, Busy) and not isinstance(stopped, OutcomeUnknown)
        if claim is None or busy:
            return None
        with self.database.read() as conn:
            return _answered(conn, claim)

    def _keep_incident(self, halted: Halted, actor: Actor) -> None:
        def unit(conn: Conn) -> None:
            halting.keep(self._context(conn, actor), halted)

        unit_of_work.run(self.database, unit)


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
    }


def _answered(conn: Conn, claim: Row | None) -> Replayed | None:
    """Give what was answered under the key of CLAIM before; refuse another request."""
    if claim is None:
        return None
    stored = records.stored_answer(conn, claim["principal"], claim["key"])
    if stored is None:
        return None
    if (stored["route"], stored["body_hash"]) != (claim["route"], claim["body_hash"]):
        raise InvalidRequest("同一请求号的内容不一致。", code="key-reused")
    return Replayed(stored_status=stored["status"], response=stored["response"])
