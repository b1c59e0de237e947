"""Build the engine: the only place that chooses implementations."""

import importlib
import importlib.util
import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import structlog
from structlog.typing import EventDict, Processor

from engine.base import bounds
from engine.base.actor import SYSTEM
from engine.base.clock import Clock, OffsetClock, SystemClock
from engine.base.errors import InvalidRequest
from engine.base.ids import Ids, RandomIds
from engine.base.traces import trace
from engine.commands.clock import SETTING as CLOCK
from engine.commands.limits import SetLimits
from engine.context import Runtimes
from engine.delivery.services import NAMES
from engine.engine import Engine
from engine.runtime import KernelRuntime, Runtime
from engine.store import records, schema
from engine.store.database import Database, open_database
from engine.store.files import FileStore
from engine.store.keyring import Keyring

RUNTIME = "SHOUHU_RUNTIME"  # setting: runtime of new instances of this installation
LOG = "SHOUHU_LOG"  # setting: the least level of log lines
# Their warnings are daily business here: ticks that coalesce, requests that queue.
_NORMAL = ("apscheduler", "waitress.queue")
_REFERENCE = ("engine.spiff.runtime", "SpiffRuntime")


def build(
    url: str,
    data_dir: Path,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    runtimes: Mapping[str, Runtime] | Runtimes | None = None,
    override: str | None = None,
) -> Engine:
    """Build an engine on database URL with attachments below DATA_DIR.

    Without CLOCK a demo installation gets its persisted clock, any other the machine's.
    OVERRIDE (else the setting SHOUHU_RUNTIME) names the runtime of all new instances;
    whoever builds several engines gives each RUNTIMES that share what is compiled
    (Runtimes.elsewhere) and have their override already. The setting SHOUHU_LIMITS
    names the limits this node is given, see `agree`.
    """
    database = replace(open_database(url), keyring=Keyring(data_dir))
    schema.require(database)
    engine = Engine(
        database=database,
        runtimes=_runtimes(runtimes, override),
        clock=clock or _stored_clock(database),
        ids=ids or RandomIds(),
        files=FileStore(data_dir / "attachments"),
    )
    try:
        agree(engine, bounds.parse(os.environ.get(bounds.ENVIRONMENT, "")))
    except InvalidRequest:
        engine.close()
        raise
    return engine


def agree(engine: Engine, wanted: Mapping[str, int]) -> None:
    """Take over the limits of the installation; WANTED are those this node was given.

    They stand in the database, so that no two nodes judge one case differently: the first
    node that names some lays them down, one that names others does not start.
    """
    asked = bounds.changed(bounds.limits_of(wanted))
    with engine.database.read() as conn:
        stored = records.read_setting(conn, bounds.SETTING)
    if stored is None and asked:
        engine.execute(SetLimits(asked), SYSTEM)
        return
    kept = bounds.limits_of(stored)
    if wanted and asked != bounds.changed(kept):
        raise InvalidRequest(
            f"本节点的运行上限（{_named(asked)}）与本安装已定的（{_named(stored or {})}）"
            f"不一致，没有启动：各节点须相同。请改正 {bounds.ENVIRONMENT} 或 --limit，"
            "或用 ./shouhu limits 名称=数值 为全部节点更改。",
            code="limits-differ",
        )
    engine.runtimes.adopt(kept)


def _named(limits: Mapping[str, int]) -> str:
    return "、".join(f"{name}={limits[name]}" for name in sorted(limits)) or "默认值"


def _runtimes(
    given: Mapping[str, Runtime] | Runtimes | None, override: str | None
) -> Runtimes:
    if isinstance(given, Runtimes):
        return given
    chosen = dict(given) if given is not None else available()
    wanted = override or os.environ.get(RUNTIME) or None
    if wanted is not None and wanted not in chosen:
        names = "、".join(sorted(chosen))
        raise InvalidRequest(f"没有运行引擎“{wanted}”，可选：{names}。", code="runtime-unknown")
    return Runtimes(chosen, services=NAMES, override=wanted)


def configure_logging(level: str | None = None) -> None:
    """Write one JSON line per event to standard error; kinds and lines, never values.

    LEVEL (else the setting SHOUHU_LOG, else warning) is the least that is told, so that a
    console with nothing to report stays quiet. Lines of libraries take the same form.
    """
    least = (level or os.environ.get(LOG) or "warning").upper()
    number = logging.getLevelNamesMapping().get(least)
    if number is None:
        raise InvalidRequest(f"日志级别“{least}”不正确，可用 debug、info、warning、error。")
    steps: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        _traced,
    ]
    line = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*steps, line],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=steps, processors=[strip, line])
    )
    logging.basicConfig(handlers=[handler], level=number, force=True)
    for name in _NORMAL:
        logging.getLogger(name).setLevel(logging.ERROR)


def _traced(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by the lines it passed; its message may quote values."""
    found = event.pop("exc_info", None)
    if isinstance(found, tuple):
        found = found[1]
    elif found is True:
        found = sys.exc_info()[1]
    if isinstance(found, BaseException):
        event["kind"], event["trace"] = type(found).__name__, trace(found)
    return event


def available() -> dict[str, Runtime]:
    """Give the runtimes installed here, by name."""
    found: dict[str, Runtime] = {KernelRuntime.name: KernelRuntime()}
    module, name = _REFERENCE
    if importlib.util.find_spec(module) is not None:
        reference = cast(Runtime, getattr(importlib.import_module(module), name)())
        found[reference.name] = reference
    return found


def _stored_clock(database: Database) -> Clock:
    with database.read() as conn:
        stored = records.read_setting(conn, CLOCK)
    if not stored:
        return SystemClock()
    return OffsetClock(timedelta(seconds=stored["offset"]))
