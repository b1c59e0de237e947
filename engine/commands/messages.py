"""Messages from outside a case: one receiver, kept for a while when nobody waits yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.base.errors import InvalidRequest
from engine.base.values import Value
from engine.commands import finishing, reopening, sending, starting, stepping
from engine.commands.case import open_case
from engine.commands.results import MessageTaken
from engine.commands.starting import Beginning
from engine.context import Context
from engine.rules.permissions import may
from engine.store import cases, definitions, matching
from engine.store.rows import Row

NOW_OR_NEVER = "PT0S"


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Publish message NAME with correlation KEYS; UID makes repeats harmless ("" = new).

    TIME_TO_LIVE (ISO duration) says how long it waits for a receiver; PT0S: now or never
    (correlation). INSTANCE_ID addresses one case. Answers MessageTaken.
    """

    name: str
    keys: Mapping[str, Value] = field(default_factory=dict)
    payload: Mapping[str, Value] = field(default_factory=dict)
    uid: str = ""
    time_to_live: str = "P1D"
    instance_id: int | None = None

    def run(self, ctx: Context) -> MessageTaken:
        """Find the one receiver, else keep the message."""
        may(ctx.actor, "schedule")
        if not self.name.strip():
            raise InvalidRequest("消息没有名称。", code="message-name")
        known = matching.message_by_uid(ctx.conn, self.uid) if self.uid else None
        if known is not None:
            return MessageTaken(uid=self.uid, state=known["state"], reason=known["reason"])
        row = sending.message_row(
            ctx.now,
            self.uid or ctx.ids.uid(),
            self.name,
            self.keys,
            self.payload,
            self.time_to_live,
        )
        found = sending.receivers(ctx.conn, self.name, self.keys, self.instance_id)
        if len(found) > 1:
            return self._kept(ctx, row, "dead", "ambiguous")
        if found:
            return self._deliver(ctx, row, found[0])
        starts = definitions.starts_for(ctx.conn, "message", self.name)
        if starts and self.instance_id is None:
            again = sending.is_anchor(ctx, starts[0])
            return (self._reopen if again else self._start)(ctx, row, starts[0])
        if self.time_to_live == NOW_OR_NEVER:
            return self._kept(ctx, row, "dead", "no-receiver")
        return self._kept(ctx, row, "waiting", "")

    def _kept(
        self, ctx: Context, row: Row, state: str, reason: str, case_id: int | None = None
    ) -> MessageTaken:
        matching.keep_message(ctx.conn, {**row, "state": state, "reason": reason})
        return MessageTaken(uid=row["uid"], state=state, instance_id=case_id, reason=reason)

    def _deliver(self, ctx: Context, row: Row, receiver: Row) -> MessageTaken:
        case = open_case(ctx, cases.lock_root(ctx.conn, receiver["root_id"]))
        wait = receiver["wait"]
        if matching.subscription_at(ctx.conn, receiver["instance_id"], wait) is None:
            return self._kept(ctx, row, "waiting", "")  # it left before the lock was ours
        if case.root.row["status"] == "suspended":
            return self._kept(ctx, row, "waiting", "case-suspended")
        live = case.live(receiver["instance_id"])
        case.note(live, "SendMessage", {"name": self.name, "keys": dict(self.keys)})
        event = sending.correlate(case, live, wait, self.name, self.keys, self.payload)
        stepping.must_step(case, live, event)
        finishing.finish(case)
        return self._kept(ctx, row, "delivered", "", case.id)

    def _start(self, ctx: Context, row: Row, start: Row) -> MessageTaken:
        definition = starting.latest(ctx, start["key"])
        begin = Beginning(node=start["node"], trigger=dict(self.payload), how="SendMessage")
        made = starting.start_cases(ctx, definition, [begin])[0]
        return self._kept(ctx, row, "delivered", "started", made.instance_id)

    def _reopen(self, ctx: Context, row: Row, start: Row) -> MessageTaken:
        """Begin the next round of the ended case whose number is the message's key."""
        numbers = [str(value) for value in self.keys.values()]
        found = cases.numbered(ctx.conn, start["key"], numbers)
        if len(found) != 1:
            return self._kept(ctx, row, "dead", "ambiguous" if found else "no-receiver")
        case = open_case(ctx, cases.lock_root(ctx.conn, found[0]))
        reopening.hear(case, self.name, start["node"], self.payload)
        finishing.finish(case)
        return self._kept(ctx, row, "delivered", "reopened", case.id)
