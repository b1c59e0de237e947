"""What an operator sees: the clock, the worker, its backlog, the nodes (reliability.md 8.5)."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from engine.base.bounds import BOUNDS
from engine.base.clock import FakeClock, OffsetClock
from engine.base.events import Limits
from engine.context import View
from engine.queries.due import Lane, backlog
from engine.store import visible
from engine.store.machine import incident, node, setting

ALIVE = timedelta(seconds=60)  # a node without a heartbeat for longer counts as gone


@dataclass(frozen=True, slots=True)
class ClockState:
    """The business clock; DEMO: it can be moved."""

    now: datetime
    demo: bool


@dataclass(frozen=True, slots=True)
class NodeRow:
    """One server process."""

    id: str
    started_at: datetime
    heartbeat_at: datetime
    stopped_at: datetime | None
    release: str
    alive: bool


@dataclass(frozen=True, slots=True)
class WorkerState:
    """One line for the operator and the figures behind it: 正常, 有延迟 or 需处理."""

    word: str
    reason: str
    paused: bool
    pause_reason: str
    lanes: tuple[Lane, ...]
    failed: int
    incidents: int
    nodes: tuple[NodeRow, ...]


def clock(view: View) -> ClockState:
    """Give the moment of the business clock and whether it is a demo clock."""
    return ClockState(view.now, isinstance(view.clock, OffsetClock | FakeClock))


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One limit of the installation; CHANGED: other than the default."""

    name: str
    title: str
    unit: str
    value: int
    usual: int
    changed: bool


def limits(view: View) -> tuple[LimitRow, ...]:
    """Give the limits of steps and cases as this node applies them."""
    visible.require_operations(view.actor)
    usual, now = asdict(Limits()), asdict(view.runtimes.bounds)
    return tuple(
        LimitRow(name, one.title, one.unit, now[name], usual[name], now[name] != usual[name])
        for name, one in BOUNDS.items()
    )


def _setting(view: View, name: str) -> Any:
    query = sa.select(setting.c.value).where(setting.c.name == name)
    return view.connection.execute(query).scalar_one_or_none()


def worker(view: View) -> WorkerState:
    """Give the state of the machine's work."""
    visible.require_operations(view.actor)
    lanes = backlog(view)
    told = _setting(view, "worker") or {}
    paused = bool(told.get("paused"))
    failed = sum(lane.failed for lane in lanes)
    query = sa.select(sa.func.count()).select_from(incident).where(incident.c.state == "open")
    incidents = int(view.connection.execute(query).scalar_one())
    word, reason = _word(lanes, paused, failed, incidents)
    return WorkerState(
        word=word,
        reason=reason,
        paused=paused,
        pause_reason=str(told.get("reason") or "") if paused else "",
        lanes=lanes,
        failed=failed,
        incidents=incidents,
        nodes=_nodes(view),
    )


def _word(
    lanes: tuple[Lane, ...], paused: bool, failed: int, incidents: int
) -> tuple[str, str]:
    if paused:
        return "需处理", "工作进程已暂停，到期的工作不会执行。"
    if incidents or failed:
        return "需处理", f"{incidents} 个异常、{failed} 个失败作业等待处理。"
    late = max((lane.lateness_seconds for lane in lanes), default=0)
    if late > ALIVE.total_seconds():
        return "有延迟", f"最早到期的工作已等待 {late // 60} 分钟。"
    return "正常", "没有积压。"


def _nodes(view: View) -> tuple[NodeRow, ...]:
    query = sa.select(node).order_by(node.c.started_at.desc()).limit(50)
    found = view.connection.execute(query).all()
    newest = max((row.heartbeat_at for row in found), default=view.now)
    return tuple(
        NodeRow(
            id=row.id,
            started_at=row.started_at,
            heartbeat_at=row.heartbeat_at,
            stopped_at=row.stopped_at,
            release=row.release,
            alive=row.stopped_at is None and newest - row.heartbeat_at <= ALIVE,
        )
        for row in found
    )
