"""Periodic work of the house: deliver notices, sweep leases and messages, seal history."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.base.bounds import SETTING, limits_of
from engine.commands import finishing
from engine.commands.case import open_case
from engine.commands.results import Counted
from engine.context import Context
from engine.rules.permissions import may
from engine.store import cases, chain, jobs, matching, nodes, notices, records

KEEP_KEYS = timedelta(days=30)  # reliability.md 4: offline queues


@dataclass(frozen=True, slots=True)
class DeliverNotices:
    """Write outbox rows of the inbox channel as notices; WORDS gives title and text."""

    words: Callable[[Mapping[str, Any]], tuple[str, str]]
    batch: int = 200

    def run(self, ctx: Context) -> Counted:
        """Claim and deliver in one transaction: the inbox lies in the same database."""
        may(ctx.actor, "machine")
        rows = notices.ready(ctx.conn, self.batch)
        made = []
        for row in rows:
            title, text = self.words(row)
            notice = {"outbox_uid": row["uid"], "recipient": row["recipient"]}
            notice |= {"root_id": row["root_id"], "title": title, "text": text}
            made.append({**notice, "at": ctx.now})
        if made:
            notices.deliver(ctx.conn, made, ctx.now)
        return Counted(count=len(made))


@dataclass(frozen=True, slots=True)
class Beat:
    """Say that the process NODE of RELEASE lives, or that it STOPPED in order. Counted 0."""

    node: str
    release: str = ""
    stopped: bool = False

    def run(self, ctx: Context) -> Counted:
        """Write the row of this process, forget those long gone, take over the limits."""
        may(ctx.actor, "machine")
        if self.stopped:
            nodes.stop(ctx.conn, self.node, ctx.now)
        else:
            nodes.beat(ctx.conn, self.node, ctx.now, self.release)
            nodes.forget(ctx.conn, ctx.now - nodes.KEEP)
            ctx.runtimes.adopt(limits_of(records.read_setting(ctx.conn, SETTING)))
        return Counted()


@dataclass(frozen=True, slots=True)
class Sweep:
    """Return expired leases, expire messages, forget old answers. Counted."""

    def run(self, ctx: Context) -> Counted:
        """Change states only."""
        may(ctx.actor, "machine")
        done = jobs.sweep(ctx.conn, jobs.present(ctx.conn, ctx.clock))
        done += matching.expire_messages(ctx.conn, ctx.now)
        done += records.forget_keys(ctx.conn, ctx.now - KEEP_KEYS)
        return Counted(count=done)


@dataclass(frozen=True, slots=True)
class DeliverMissed:
    """Hand a waiting message to a case that subscribed at the same instant. Counted."""

    message_id: int
    root_id: int

    def run(self, ctx: Context) -> Counted:
        """Lock the case, then the message, and look again."""
        may(ctx.actor, "machine")
        root = cases.try_lock_root(ctx.conn, self.root_id)
        row = matching.hold_message(ctx.conn, self.message_id) if root else None
        if root is None or row is None or root["status"] == "suspended":
            return Counted()
        case = open_case(ctx, root)
        if not finishing.deliver(case, row):
            return Counted()
        finishing.finish(case)
        return Counted(count=1)


@dataclass(frozen=True, slots=True)
class Seal:
    """Seal the heads of the cases that moved; SLOT makes one node do it. Counted."""

    slot: datetime

    def run(self, ctx: Context) -> Counted:
        """Take the slot and append the seal."""
        may(ctx.actor, "machine")
        if not jobs.take_slot(ctx.conn, "seal", self.slot):
            return Counted()
        return Counted(count=int(chain.append_seal(ctx.conn, ctx.now)))
