"""The form of a task: what may be written, what it holds, what follows from a choice."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.base import writable
from engine.base.errors import InvalidForm
from engine.base.values import Value
from engine.commands import consulting, referring, vaulting
from engine.commands.case import load
from engine.commands.entitled import HeldTask
from engine.commands.starting import attachment_ids
from engine.context import Context
from engine.feel.demands import needed
from engine.forms.checks import empty as is_empty
from engine.forms.schema import FormSchema
from engine.rules import consult
from engine.rules.seats import CONCLUDE
from engine.store import cases, codec, prefill, work
from engine.store.rows import Row


def known(held: HeldTask) -> dict[str, Value]:
    """Give the variables a form of the task may read: the case's, the item's, the answers."""
    own = codec.decode(bytes(held.task["locals"])) if held.task["locals"] else {}
    return {**held.live.variables(), **own, **consulting.results(held)}


def with_rows(
    held: HeldTask, schema: FormSchema, before: Mapping[str, Value]
) -> dict[str, Value]:
    """Add the ledger rows that the page offered for empty tables (rowsFrom).

    Their read-only columns come back with the form and must be what was offered.
    """
    ctx, deployed = held.case.ctx, held.live.deployed
    found = dict(before)
    for key, source in schema.row_sources().items():
        if found.get(key):
            continue
        application = deployed.application
        moment = deployed.moment(ctx.now)
        values = {**found, **schema.prefill(found, moment)}
        sieve = schema.sieve(key, values, moment)
        asks = prefill.Table(
            application.key, application.ledgers, held.case.id, found, sieve
        )
        rows = prefill.rows(
            ctx.conn, ctx.actor, source, asks, lambda row: load(ctx, row).variables()
        )
        found[key] = schema.cut_rows(key, rows)
    return found


def clean(held: HeldTask, data: Mapping[str, Value], seat: Row) -> dict[str, Value]:
    """Give the clean data of SEAT's form; protected values are in the vault by then."""
    form = consult.form_of(held.task, seat)
    if not form:
        return no_form(data)
    schema = held.live.deployed.forms[form]
    moment = held.live.deployed.moment(held.case.ctx.now)
    allowed = writable.named(held.live.node(held.task["node"]).properties)
    if form != held.task["form"]:
        allowed = None  # form.writable speaks of the form of the task
    before = {**known(held), consult.ACTING: seat["unit"]}
    data = vaulting.untouched(schema, data)
    held_before = with_rows(held, schema, before)
    for key in schema.row_sources().keys() - data.keys() - before.keys():
        table = schema.get(key)
        if table is not None and not table.readonly:
            held_before.pop(key, None)  # rows offered and not sent back are not the answer
    fields = {name: held_before[name] for name in schema.fields if name in held_before}
    files = files_of(held.case.ctx, {**fields, **data}, held.case.id)
    cleaned = schema.clean(
        data, known=held_before, writable=allowed, moment=moment, attachments=files
    )
    changed = {key: value for key, value in cleaned.items() if before.get(key) != value}
    referring.check_named(held.case.ctx, held.live.deployed, schema, changed)
    return vaulting.seal(held.case, schema, cleaned)


def no_form(data: Mapping[str, Value]) -> dict[str, Value]:
    """Refuse fields where no form declares any."""
    if data:
        raise InvalidForm(
            [
                {"field": name, "code": "unknown", "detail": f"没有字段“{name}”。"}
                for name in sorted(data)
            ]
        )
    return {}


def files_of(
    ctx: Context, data: Mapping[str, Value], root_id: int | None
) -> Callable[[str], Mapping[str, Value] | None]:
    """Answer the attachments DATA may name: the actor's own uploads, files of this case."""
    rows = cases.attachments_by_id(ctx.conn, attachment_ids(data))

    def find(uid: str) -> Mapping[str, Value] | None:
        row = rows.get(uid)
        if row is None:
            return None
        fresh = row["root_id"] is None and row["uploaded_by"] == ctx.actor.person
        ours = root_id is not None and row["root_id"] == root_id
        return row if fresh or ours else None

    return find


def check_requires(
    held: HeldTask, seat: Row, outcome: Mapping[str, Any] | None, data: Mapping[str, Value]
) -> None:
    """Refuse an outcome whose condition (gov:outcome requires) does not hold."""
    text = (outcome or {}).get("requires")
    if not text or outcome is None:
        return
    deployed = held.live.deployed
    condition = deployed.phrase(str(text))
    moment = deployed.moment(held.case.ctx.now)
    schema = deployed.forms.get(consult.form_of(held.task, seat) or "")
    empty = dict.fromkeys(schema.fields) if schema else {}  # a field left empty is null
    if condition({**empty, **known(held), **data}, moment) is not True:
        told = str(outcome.get("message") or f"不满足“{outcome.get('label')}”的条件：{text}。")
        values = {**known(held), **data}
        missing = [one for one in needed(condition.tree) if is_empty(values.get(one))]
        fields = [schema.get(key) for key in missing] if schema else []
        detail = f"“{outcome.get('label')}”须填写。"
        raise InvalidForm(
            [{"field": f.key, "code": "required", "detail": detail} for f in fields if f],
            told,
            code="outcome-requires",
        )


def keep(held: HeldTask, seat: Row, data: Mapping[str, Value]) -> None:
    """Keep what the form held; never changed afterwards."""
    form = consult.form_of(held.task, seat)
    if not form:
        return
    ctx = held.case.ctx
    row = {
        "root_id": held.case.id,
        "task_id": held.task["id"],
        "seat_id": seat["id"],
        "form": form,
        "data": codec.encode(dict(data)),
        "person": ctx.actor.person,
        "at": ctx.now,
    }
    work.add_form_entry(ctx.conn, row)
    cases.use_attachments(ctx.conn, held.case.id, attachment_ids(data))
    deployed, holder = held.live.deployed, held.live.row["id"]
    referring.take(ctx, deployed, deployed.forms[form], holder, data, known(held))


def of_round(held: HeldTask, seat: Row | None, data: Mapping[str, Value]) -> dict[str, Value]:
    """Give the data a decided round leaves with: all seats' entries, the last act last.

    Opinions asked for never become variables one over the other: a consultation leaves
    with its conclusion, and the answers as the list that gov:seats results names.
    """
    results = consulting.results(held)
    if held.task["rule"] == consulting.RULE:
        last = seat is not None and seat["duty"] == CONCLUDE
        return {**(data if last else {}), **results}
    return {**_merged(held, seat, data), **results}


def _merged(held: HeldTask, seat: Row | None, data: Mapping[str, Value]) -> dict[str, Value]:
    if not held.task["form"] or (seat is not None and len(held.seats) == 1):
        return dict(data)
    merged: dict[str, Value] = {}
    for row in work.form_entries(held.case.ctx.conn, held.task["id"]):
        if seat is None or row["seat_id"] != seat["id"]:
            merged.update(codec.decode(bytes(row["data"])))
    return {**merged, **data}
