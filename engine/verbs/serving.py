"""What a serving process does before it takes requests: port, compiled versions, pages."""

import socket
import threading
from collections.abc import Callable, Iterable

import structlog

from engine.base.actor import SYSTEM
from engine.base.errors import InvalidRequest, ShouhuError
from engine.engine import Engine
from engine.queries import in_use
from engine.queries.in_use import Needed

_log = structlog.get_logger()


def require_port(host: str, port: int) -> None:
    """Refuse a PORT somebody else uses, before anything is opened."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InvalidRequest(
                f"端口 {port} 不能使用（{error.strerror}），请换一个，例如 --port {port + 1}。"
            ) from error


def warm_up(engine: Engine, *more: Callable[[], object]) -> threading.Thread:
    """Compile the newest version of each application, then the rest beside the first pages.

    Without it the first person after a start waits for all of them. Open cases may have
    older versions; these and MORE are made ready by the thread this gives, begun already.
    A request that needs one of them meanwhile waits for it or compiles it first.
    """
    found = engine.ask(in_use.versions, SYSTEM)
    _make_ready(engine, (one for one in found if one.definition_id is None))
    older = [one for one in found if one.definition_id is not None]

    def rest() -> None:
        for make in more:
            make()
        _make_ready(engine, older)

    thread = threading.Thread(target=rest, name="warm-up", daemon=True)
    thread.start()
    return thread


def _make_ready(engine: Engine, wanted: Iterable[Needed]) -> None:
    """Compile each in a transaction of its own; what cannot be is told when it is needed."""
    for needed in wanted:
        try:
            engine.ask(in_use.make_ready, SYSTEM, needed=needed)
        except ShouhuError as error:
            told = {"application": needed.application, "code": error.problem_code}
            _log.warning("version not ready", **told)
