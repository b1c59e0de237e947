"""Build the engine: the only place that chooses implementations."""

import importlib
import importlib.util
import os
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import cast

import structlog

from engine.base.clock import Clock, OffsetClock, SystemClock
from engine.base.errors import InvalidRequest
from engine.base.ids import Ids, RandomIds
from engine.commands.clock import SETTING as CLOCK
from engine.context import Runtimes
from engine.delivery.services import NAMES
from engine.engine import Engine
from engine.runtime import KernelRuntime, Runtime
from engine.store import records, schema
from engine.store.database import Database, open_database
from engine.store.files import FileStore

RUNTIME = "SHOUHU_RUNTIME"  # setting: runtime of new instances of this installation
_REFERENCE = ("engine.spiff.runtime", "SpiffRuntime")


def build(
    url: str,
    data_dir: Path,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    runtimes: Mapping[str, Runtime] | None = None,
    override: str | None = None,
) -> Engine:
    """Build an engine on database URL with attachments below DATA_DIR.

    Without CLOCK a demo installation gets its persisted clock, any other the machine's.
    OVERRIDE (else the setting SHOUHU_RUNTIME) names the runtime of all new instances.
    """
    database = open_database(url)
    schema.require(database)
    chosen = dict(runtimes) if runtimes is not None else available()
    wanted = override or os.environ.get(RUNTIME) or None
    if wanted is not None and wanted not in chosen:
        names = "、".join(sorted(chosen))
        raise InvalidRequest(f"没有运行引擎“{wanted}”，可选：{names}。", code="runtime-unknown")
    return Engine(
        database=database,
        runtimes=Runtimes(chosen, services=NAMES, override=wanted),
        clock=clock or _stored_clock(database),
        ids=ids or RandomIds(),
        files=FileStore(data_dir / "attachments"),
    )


def configure_logging() -> None:
    """Write one JSON line per event to standard error; no values of variables."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


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
