"""The demo clock: persisted, moved by the scheduler, audited."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.base.clock import FakeClock, OffsetClock
from engine.base.errors import Conflict, InvalidRequest
from engine.commands.results import ClockMoved
from engine.context import Context
from engine.rules.permissions import may
from engine.store import records

SETTING = "clock"  # {"offset": seconds}: present on demo installations only


@dataclass(frozen=True, slots=True)
class MoveDemoClock:
    """Move the demo clock forward to TO (aware); refused on an ordinary installation.

    Due work runs afterwards in due order. Answers ClockMoved.
    """

    to: datetime
    reason: str = ""

    def run(self, ctx: Context) -> ClockMoved:
        """Persist the offset, note who moved it; the front door moves the clock itself."""
        may(ctx.actor, "schedule")
        clock = ctx.clock
        if not isinstance(clock, OffsetClock | FakeClock):
            raise Conflict("只有演示环境的时钟可以调整。", code="clock-fixed")
        if self.to.tzinfo is None:
            raise InvalidRequest("时间缺少时区。", code="clock-zone")
        if self.to < ctx.now:
            raise Conflict("演示时钟只能向后调整。", code="clock-back")
        seconds = 0.0
        if isinstance(clock, OffsetClock):
            seconds = (clock.offset + (self.to - ctx.now)).total_seconds()
        records.write_setting(ctx.conn, SETTING, {"offset": seconds})
        detail = {"from": ctx.now.isoformat(), "to": self.to.isoformat()}
        detail["reason"] = self.reason
        records.add_audit(ctx.conn, ctx.now, ctx.actor.person, "MoveDemoClock", detail)
        return ClockMoved(now=self.to.astimezone(ZoneInfo("Asia/Shanghai")).isoformat())

    def committed(self, ctx: Context) -> None:
        """Set the clock once the move is on record."""
        if isinstance(ctx.clock, OffsetClock | FakeClock):
            ctx.clock.set(self.to)
