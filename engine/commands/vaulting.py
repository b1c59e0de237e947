"""What goes into the vault and when it is erased (reliability.md 6.10)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.base import writable
from engine.base.sealed import MARKER
from engine.base.values import Value
from engine.base.vaulted import READ
from engine.commands import sending
from engine.commands.case import Case
from engine.commands.entitled import HeldTask
from engine.commands.results import Counted
from engine.context import Context
from engine.forms.schema import FormSchema
from engine.rules import consult
from engine.rules.permissions import may
from engine.store import definitions, jobs, records, vault

BATCH = 500  # records wrapped anew in one transaction


def split(
    schema: FormSchema | None, data: Mapping[str, Value]
) -> tuple[dict[str, Value], dict[str, str]]:
    """Give the clean DATA with markers in place of protected values, and these values."""
    found, secrets = dict(data), {}
    for name in schema.vaulted if schema else ():
        value = found.get(name)
        if value not in (None, "", MARKER):
            secrets[name] = str(value)
            found[name] = MARKER
    return found, secrets


def untouched(schema: FormSchema, data: Mapping[str, Value]) -> Mapping[str, Value]:
    """Give the submitted DATA without the markers the page showed: nothing was typed there."""
    same = [name for name in schema.vaulted if data.get(name) == MARKER]
    return {k: v for k, v in data.items() if k not in same} if same else data


def seal(case: Case, schema: FormSchema, data: dict[str, Value]) -> dict[str, Value]:
    """Put the protected values of the clean DATA into the vault, and give what may stay."""
    if not schema.vaulted:
        return data
    found, secrets = split(schema, data)
    keep(case, secrets)
    emptied = [n for n in schema.vaulted if n in data and data[n] in (None, "")]
    if emptied:
        vault.drop(case.ctx.conn, case.id, emptied)
    return found


def keep(case: Case, secrets: Mapping[str, str]) -> None:
    """Write SECRETS of a case into the vault; the row of the case is there already."""
    if secrets:
        vault.put(case.ctx.conn, case.root.row, secrets, case.ctx.now)


def drafted(held: HeldTask, data: Mapping[str, Value]) -> dict[str, Value]:
    """Give what of typed DATA a draft may keep: protected values are never half stored."""
    forms = {held.task["form"], *(consult.form_of(held.task, seat) for seat in held.seats)}
    known = held.live.deployed.forms
    names = {n for form in forms if form in known for n in known[form].vaulted}
    if not names:
        return dict(data)
    return {
        key: _without(value, names) if key == "data" else value
        for key, value in data.items()
        if key not in names
    }


def _without(value: Value, names: Iterable[str]) -> Value:
    if not isinstance(value, Mapping):
        return value
    return {key: one for key, one in value.items() if key not in names}


def readable(properties: Mapping[str, object]) -> frozenset[str]:
    """Give the protected fields a task with these PROPERTIES may look at."""
    return frozenset(writable.items(str(properties.get(READ) or "")))


@dataclass(frozen=True, slots=True)
class EraseVault:
    """Erase what its application no longer keeps: `vault.keep` after the case ended.

    SLOT makes one node do it, once for each. Answers Counted (fields erased).
    """

    slot: datetime

    def run(self, ctx: Context) -> Counted:
        """Look at the ended cases of every application that declares a schedule."""
        may(ctx.actor, "machine")
        if not jobs.take_slot(ctx.conn, "vault", self.slot):
            return Counted()
        return Counted(count=sum(_erase(ctx, *schedule) for schedule in _schedules(ctx)))


def hour(now: datetime) -> datetime:
    """Give the slot of NOW: the vault is looked through once an hour."""
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _erase(ctx: Context, application: str, period: str) -> int:
    due = [
        root_id
        for root_id, ended_at in vault.ended(ctx.conn, application)
        if sending.after(ended_at, period) <= ctx.now
    ]
    count = vault.erase(ctx.conn, due, ctx.now) if due else 0
    if count:
        detail = {"application": application, "roots": due, "fields": count}
        records.add_audit(ctx.conn, ctx.now, ctx.actor.person, "EraseVault", detail)
    return count


def _schedules(ctx: Context) -> list[tuple[str, str]]:
    rows = definitions.latest_bundles(ctx.conn)
    kept = [(row["application"], (row["facts"] or {}).get("vault") or {}) for row in rows]
    return [(application, str(own["keep"])) for application, own in kept if own.get("keep")]


@dataclass(frozen=True, slots=True)
class RewrapVault:
    """Wrap records under older keys by the current one; Counted, 0 when none is left.

    After that the older keys may be taken out of the key file and destroyed.
    """

    def run(self, ctx: Context) -> Counted:
        """Do one batch."""
        may(ctx.actor, "accounts")
        count = vault.wrap_again(ctx.conn, BATCH)
        if count:
            detail = {"records": count}
            records.add_audit(ctx.conn, ctx.now, ctx.actor.person, "RewrapVault", detail)
        return Counted(count=count)
