"""What visitors without an account do: send something in; counted, so that floods end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.base.errors import InvalidRequest, NotFound
from engine.base.receipt import fingerprint, strong
from engine.base.values import Value
from engine.commands import forms, starting, vaulting
from engine.commands.results import Received, Visit
from engine.commands.starting import Beginning
from engine.context import Context
from engine.store import definitions, people_rows, receipts, vault

WINDOW = timedelta(minutes=10)
# Purpose -> (most per address, most of all together) in one window; designed.
MOST: Mapping[str, tuple[int, int]] = {"intake": (5, 200), "status": (20, 2_000)}


@dataclass(frozen=True, slots=True)
class CountVisit:
    """Count a visit from ADDRESS for a PURPOSE of MOST, AT the machine's moment.

    The address is never stored: a fingerprint of the day under the vault's key is, and says
    nothing to who has the database alone. Answers Visit.
    """

    purpose: str
    address: str = field(repr=False)
    at: datetime

    def run(self, ctx: Context) -> Visit:
        """Count in the database, so that all nodes hold the sum."""
        moment = self.at.astimezone(UTC)
        window = moment.replace(minute=moment.minute // 10 * 10, second=0, microsecond=0)
        per_address, together = MOST[self.purpose]
        keys = vault.ready(ctx.conn)
        mark = keys.blind(f"{self.purpose}:{moment.date()}:{self.address}")
        own = people_rows.count_bucket(ctx.conn, f"visit:{mark}", window)
        # A refused visit counts for its address alone: nobody uses up the others' share.
        if own > per_address or self._together(ctx, window) > together:
            return Visit(retry_after=int((window + WINDOW - moment).total_seconds()) + 1)
        return Visit()

    def _together(self, ctx: Context, window: datetime) -> int:
        return people_rows.count_bucket(ctx.conn, f"visit:{self.purpose}", window)


@dataclass(frozen=True, slots=True)
class ReceivePublic:
    """Start a case by a start form an application declares public, as nobody in particular.

    CODE is the secret by which the visitor may ask the state later; the same CODE again
    answers the same case, so a double click sends once. Answers Received.
    """

    application: str
    intake: str
    data: Mapping[str, Value] = field(default_factory=dict, repr=False)
    code: str = field(default="", repr=False)

    def run(self, ctx: Context) -> Received:
        """Check the form as any other, and begin."""
        if not strong(self.code):
            raise InvalidRequest("页面已过期，请刷新后重新填写。", code="public-code")
        digest = fingerprint(self.code)
        known = receipts.case_of(ctx.conn, digest)
        if known is not None:
            return Received(number=known["number"] or "")
        entry = intake_of(ctx, self.application, self.intake)
        definition = starting.latest(ctx, str(entry["process"]))
        if definition["application"] != self.application:
            raise NotFound
        runtime = ctx.runtimes.of_new(definition["runtime"]).name
        deployed = ctx.runtimes.deployed(ctx.conn, definition["id"], runtime)
        starts = {one.node: one for one in deployed.facts[definition["key"]].starts}
        start = starts[str(entry["start"])]
        schema = deployed.forms[str(start.form)]
        moment = deployed.moment(ctx.now)
        sent = {k: v for k, v in self.data.items() if v not in (None, "", [])}
        hidden = schema.hidden(sent, moment)
        sent = {k: v for k, v in sent.items() if k not in hidden}
        files = forms.files_of(ctx, sent, None)
        clean = schema.clean(sent, known={}, moment=moment, attachments=files)
        values, secrets = vaulting.split(schema, clean)
        begin = Beginning(
            {}, node=start.node, trigger=values, form=schema.id, how="ReceivePublic"
        ).with_secrets(secrets)
        made = starting.start_cases(ctx, definition, [begin])[0]
        receipts.give(ctx.conn, digest, made.instance_id)
        return Received(number=made.number or "")


def intake_of(ctx: Context, application: str, name: str) -> Mapping[str, Any]:
    """Give what the newest version of APPLICATION declares of the public form NAME."""
    row = definitions.latest_bundle(ctx.conn, application)
    public = (row["facts"] or {}).get("public") or {} if row else {}
    entry: Mapping[str, Any] | None = (public.get("intake") or {}).get(name)
    if entry is None or entry.get("public") is not True:
        raise NotFound
    return entry
