"""Tables come in: begin, read, check, confirm, take over row by row, stop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine import importing
from engine.base import events
from engine.base.errors import Conflict, InvalidRequest, NotAllowed, NotFound
from engine.commands import finishing, starting, stepping
from engine.commands.case import open_case
from engine.commands.results import Counted, Created, Nothing
from engine.context import Context
from engine.importing import Import, Judged
from engine.rules.permissions import Facts, may
from engine.store import cases, codec, import_rows, records
from engine.store.rows import Row

CHECKED = 200  # rows of one transaction that only looks
APPLIED = 25  # cases of one transaction: others wait for it no longer than a second
MOST_NAME = 200
Cells = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BeginImport:
    """Take a table (bytes SHA256 in the file store, called NAME) to be read.

    SOURCE names an import file of APPLICATION; UNIT one of the actor's units. Answers
    Created with the id of the run; nothing is started before ConfirmImport.
    """

    application: str
    source: str
    sha256: str
    name: str
    unit: str | None = None

    def run(self, ctx: Context) -> Created:
        """Check the right and note the run; the worker reads it."""
        spec = importing.load(ctx, self.application, self.source)
        may(spec.actor, "start", Facts(starters=spec.roles))
        unit = _unit(spec, self.unit)
        row: Row = {"uid": ctx.ids.uid(), "application": self.application}
        row |= {"source": self.source, "title": str(spec.data["title"]), "unit": unit}
        row |= {"sha256": self.sha256, "name": self.name[-MOST_NAME:], "state": "reading"}
        row |= {"person": ctx.actor.person, "person_name": ctx.actor.name, "error": ""}
        row |= {"created_at": ctx.now, "ended_at": None}
        return Created(id=str(import_rows.add_run(ctx.conn, row)))


def _unit(spec: Import, wanted: str | None) -> str:
    fitting = [p.unit for p in spec.actor.posts if not spec.roles or p.role in spec.roles]
    units = list(dict.fromkeys(fitting))
    if wanted is not None and wanted not in units:
        raise NotAllowed("您不能代表该单位导入。")
    if len(units) > 1 and wanted is None:
        text = "您可以代表多个单位导入，请选择单位。"
        raise InvalidRequest(text, code="unit-needed", units=units)
    return wanted or (units[0] if units else "")


@dataclass(frozen=True, slots=True)
class KeepRows:
    """Keep the cells of a table that was read: ROWS are (row number, cell by label)."""

    run_id: int
    rows: tuple[tuple[int, Cells], ...]

    def run(self, ctx: Context) -> Counted:
        """Write all rows in one transaction; a second reading changes nothing."""
        run = import_rows.hold_run(ctx.conn, self.run_id)
        if run is None or run["state"] != "reading":
            return Counted()
        import_rows.add_rows(ctx.conn, self.run_id, self.rows)
        import_rows.set_run(ctx.conn, self.run_id, state="checking")
        return Counted(count=max(1, len(self.rows)))


@dataclass(frozen=True, slots=True)
class FailImport:
    """Note that a table cannot be read at all, in words its sender understands."""

    run_id: int
    text: str

    def run(self, ctx: Context) -> Counted:
        """End the run."""
        run = import_rows.hold_run(ctx.conn, self.run_id)
        if run is None or run["state"] not in import_rows.WORKING:
            return Counted()
        values = {"state": "failed", "error": self.text[:500], "ended_at": ctx.now}
        import_rows.set_run(ctx.conn, self.run_id, **values)
        return Counted(count=1)


@dataclass(frozen=True, slots=True)
class CheckRows:
    """Say of the next rows what they would do; given by the worker for the run's person."""

    run_id: int

    def run(self, ctx: Context) -> Counted:
        """Judge a batch; the last one makes the run ready to be confirmed."""
        run = import_rows.hold_run(ctx.conn, self.run_id)
        if run is None or run["state"] != "checking":
            return Counted()
        found = import_rows.next_rows(ctx.conn, self.run_id, ["read"], CHECKED)
        if not found:
            import_rows.set_run(ctx.conn, self.run_id, state="ready")
            return Counted(count=1)
        judged = _judged(ctx, run, found)
        import_rows.settle_rows(ctx.conn, self.run_id, [_settled(one) for one in judged])
        return Counted(count=len(found))


def _judged(ctx: Context, run: Row, found: Sequence[Row]) -> list[tuple[Judged, str]]:
    """Give each row with what it would do: create, merge, unchanged, refused."""
    spec = importing.load(ctx, run["application"], run["source"])
    rows = [
        importing.judge(ctx, spec, run["unit"], row["no"], codec.decode(bytes(row["cells"])))
        for row in found
    ]
    keys = [row.key for row in rows if row.key]
    known = import_rows.known_keys(ctx.conn, run["application"], run["source"], keys)
    first = import_rows.first_with_key(ctx.conn, run["id"], keys)
    numbers = import_rows.cases_of_numbers(ctx.conn, [r.number for r in rows if r.number])
    made = []
    for row in rows:
        before = first.setdefault(row.key, row.no) if row.key and not row.problems else row.no
        if before < row.no:
            row.refuse("", f"与第 {before} 行重复。")
        row.known = row.key in known
        row.root_id, digest = known.get(row.key, (None, ""))
        _by_number(row, numbers)
        made.append((row, _plan(ctx, spec, row, digest)))
    return made


def _by_number(row: Judged, numbers: Mapping[str, int]) -> None:
    if not row.number:
        return
    case = numbers.get(row.number)
    if case is None and row.root_id is None:
        row.refuse("", f"没有编号为“{row.number[:40]}”的案件；新登记的行请把编号留空。")
    elif case is not None and row.root_id not in (None, case):
        row.refuse("", f"编号“{row.number[:40]}”与判重的内容属于两个不同的案件。")
    row.root_id = case or row.root_id


def _plan(ctx: Context, spec: Import, row: Judged, digest: str) -> str:
    if row.problems:
        return "refused"
    if row.root_id is None:
        return "create"
    if digest == row.digest:
        return "unchanged"
    if not cases.is_visible(ctx.conn, ctx.actor, row.root_id):
        row.refuse("", "该事项已由其他单位登记。")
        return "refused"
    root = cases.root_row(ctx.conn, row.root_id)
    differing = importing.changes(row, _variables(ctx, root)) if root else {}
    if not differing:
        return "unchanged"
    fixed = sorted((differing.keys() & row.given) - set(spec.data.get("merge") or ()))
    if fixed:
        names = "、".join(spec.label_of(key) for key in fixed)
        row.refuse("", f"与在册内容不同的“{names}”不能用导入改写，请在案件中更正。")
    elif root is not None and root["status"] != "active":
        row.refuse("", "案件已办结或暂停，不能用导入改写。")
    return "refused" if row.problems else "merge"


def _variables(ctx: Context, root: Row) -> Mapping[str, Any]:
    deployed = ctx.runtimes.deployed(ctx.conn, root["definition_id"], root["runtime"])
    return deployed.runtime.variables(codec.decode(bytes(root["state"])))


def _settled(judged: tuple[Judged, str]) -> Row:
    row, state = judged
    root = row.root_id if state != "refused" else None
    key = row.key if state != "refused" else ""
    told: Row = {"no": row.no, "state": state, "key": key, "problems": row.problems}
    return {**told, "root_id": root}


@dataclass(frozen=True, slots=True)
class ConfirmImport:
    """Take over the good rows of a checked table; the worker does it batch by batch."""

    run_id: int

    def run(self, ctx: Context) -> Nothing:
        """Let the run go on."""
        run = own_run(ctx, self.run_id)
        if run["state"] != "ready":
            raise Conflict("这批数据不在待确认状态，请刷新。", code="import-state")
        import_rows.set_run(ctx.conn, self.run_id, state="applying")
        detail = {"run": run["uid"], "source": run["source"], "file": run["sha256"]}
        records.add_audit(ctx.conn, ctx.now, ctx.actor.person, "ConfirmImport", detail)
        return Nothing()


@dataclass(frozen=True, slots=True)
class StopImport:
    """Stop a run; rows taken over stay, the others are left out."""

    run_id: int

    def run(self, ctx: Context) -> Nothing:
        """End the run where it is."""
        run = own_run(ctx, self.run_id)
        if run["state"] not in (*import_rows.WORKING, "ready"):
            raise Conflict("这批数据已经结束。", code="import-state")
        import_rows.set_run(ctx.conn, self.run_id, state="stopped", ended_at=ctx.now)
        return Nothing()


def own_run(ctx: Context, run_id: int) -> Row:
    """Lock and give a run of the actor; others do not exist."""
    known = import_rows.run_by_id(ctx.conn, run_id)
    if known is None or known["person"] != ctx.actor.person:
        raise NotFound
    run = import_rows.hold_run(ctx.conn, run_id)
    if run is None:
        raise Conflict("正在写入，请稍候再试。", code="import-busy")
    return run


@dataclass(frozen=True, slots=True)
class ApplyRows:
    """Take over the next good rows (or row NO alone), all of them or none.

    Given by the worker for the run's person, whose rights are looked at again.
    """

    run_id: int
    no: int | None = None

    def run(self, ctx: Context) -> Counted:
        """Start and merge a batch in one transaction with its receipt."""
        run = import_rows.hold_run(ctx.conn, self.run_id)
        if run is None or run["state"] != "applying":
            return Counted()
        states = ["create", "merge"]
        found = import_rows.next_rows(ctx.conn, self.run_id, states, APPLIED, self.no)
        if not found:
            return _ended(ctx, self.run_id) if self.no is None else Counted()
        spec = importing.load(ctx, run["application"], run["source"])
        may(spec.actor, "start", Facts(starters=spec.roles))
        import_rows.settle_rows(ctx.conn, self.run_id, _taken(ctx, spec, run, found))
        return Counted(count=len(found))


def _ended(ctx: Context, run_id: int) -> Counted:
    import_rows.set_run(ctx.conn, run_id, state="done", ended_at=ctx.now)
    return Counted(count=1)


def _taken(ctx: Context, spec: Import, run: Row, found: Sequence[Row]) -> list[Row]:
    judged = _judged(ctx, run, found)
    fresh = [row for row, plan in judged if plan == "create"]
    begins = [_beginning(spec, row, run) for row in fresh]
    for row, case in zip(
        fresh, starting.start_cases(ctx, spec.definition, begins), strict=True
    ):
        row.root_id = case.instance_id
    done = []
    for row, plan in judged:
        if plan == "merge":
            _merge(ctx, run, row)
        if plan != "refused" and row.key and row.root_id is not None:
            kept = {"application": run["application"], "source": run["source"]}
            kept |= {"key": row.key, "root_id": row.root_id, "digest": row.digest}
            import_rows.keep_key(ctx.conn, kept, known=row.known)
        done.append(_settled((row, {"create": "created", "merge": "merged"}.get(plan, plan))))
    return done


def _beginning(spec: Import, row: Judged, run: Row) -> starting.Beginning:
    """Make the beginning of the case a good row asks for."""
    source = {"import": run["source"], "file": run["sha256"], "name": run["name"]}
    return starting.Beginning(
        row.values,
        unit=run["unit"],
        form=str(spec.data.get("form") or ""),
        how="ImportRow",
        anchor=row.anchor,
        state=row.state,
        source={**source, "row": row.no, "run": run["uid"]},
    )


def _merge(ctx: Context, run: Row, row: Judged) -> None:
    """Write what differs into the running case, with both sides on record."""
    case = open_case(ctx, cases.lock_root(ctx.conn, row.root_id or 0))
    before = case.root.variables()
    patch = importing.changes(row, before)
    detail: Row = {"import": run["source"], "file": run["sha256"], "row": row.no}
    detail |= {"before": {key: before.get(key) for key in patch}, "after": patch}
    case.note(case.root, "MergeRow", detail, unit=run["unit"])
    event = events.UpdateVariables(**case.stamp(case.root), patch=patch, reason="导入")
    stepping.must_step(case, case.root, event)
    finishing.finish(case)


@dataclass(frozen=True, slots=True)
class RefuseRow:
    """Note that a row could not be taken over, and why; nothing of it is kept."""

    run_id: int
    no: int
    text: str

    def run(self, ctx: Context) -> Counted:
        """Write the receipt of the row."""
        states = ["create", "merge"]
        for row in import_rows.next_rows(ctx.conn, self.run_id, states, 1, self.no):
            told = [{"label": "", "text": self.text[:500]}]
            settled = {"no": row["no"], "state": "refused", "key": "", "problems": told}
            import_rows.settle_rows(ctx.conn, self.run_id, [settled])
        return Counted(count=1)
