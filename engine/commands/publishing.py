"""Make checked files the next version: rows, start triggers, units and registers."""

from collections.abc import Mapping
from typing import Any

from engine.base import overrides
from engine.base.errors import Conflict, InvalidDefinition
from engine.bpmn.facts import ProcessFacts
from engine.commands import organising, role_use, schedule
from engine.commands.results import Deployed as Answer
from engine.context import Assembled, Context, Deployed, View
from engine.library.bundle import Bundle, from_files
from engine.library.difference import diff
from engine.library.overrides import variant
from engine.rules import retries
from engine.store import cases, codec, definitions, jobs, records
from engine.store.rows import Row
from engine.variants import concerned


def assemble(view: View | Context, bundle: Bundle) -> Assembled:
    """Check and compile BUNDLE with what other applications have published; cached."""
    conn = view.connection if isinstance(view, View) else view.conn
    keys = frozenset(definitions.latest_keys(conn, besides=bundle.application))
    return view.runtimes.assemble(bundle, processes=keys)


def publish(
    ctx: Context, bundle: Bundle, note: str, base_version: int | None, acknowledged: bool
) -> Answer:
    """Publish BUNDLE unless it is the latest already; one publisher at a time."""
    # The lock of this act, for all applications: two must not take one process key at once.
    cases.take_numbers(ctx.conn, "deploy")
    latest = definitions.latest_bundle(ctx.conn, bundle.application)
    made = assemble(ctx, bundle)
    findings = tuple(finding.as_dict() for finding in made.findings)
    if made.deployed is None:
        raise InvalidDefinition(role_use.explained(ctx, bundle.application, made.findings))
    if latest is not None and latest["hash"] == bundle.hash:
        return _answer(latest, findings, created=False, processes=made.deployed.facts)
    _require_base(ctx, bundle, latest, base_version)
    if not acknowledged and any(f.severity == "warning" for f in made.findings):
        raise InvalidDefinition(
            made.findings, "检查有警告，请阅读并确认后再发布。", code="warnings-unread"
        )
    row = _bundle_row(ctx, bundle, made.deployed, note, latest)
    row["id"] = definitions.insert_bundle(ctx.conn, row, bundle.files)
    ids = _insert_definitions(ctx, row, made.deployed)
    _insert_divisions(ctx, row, bundle, made.deployed)
    _move_starts(ctx, bundle.application, made.deployed, ids)
    organising.alone(ctx)  # who changes a record now would write the units of the old files
    known = organising.settle(ctx, made.deployed)
    told = organising.conflicts(known, organising.today(ctx, made.deployed.zone))
    told.extend(role_use.unheld(ctx, made.deployed))
    findings += tuple(finding.as_dict() for finding in told)
    detail = {"application": bundle.application, "version": row["version"]}
    detail |= {"hash": bundle.hash, "note": note}
    records.add_audit(ctx.conn, ctx.now, ctx.actor.person, "Deploy", detail)
    return _answer(row, findings, created=True, processes=made.deployed.facts)


def _answer(
    row: Row, findings: tuple[Row, ...], *, created: bool, processes: Mapping[str, Any]
) -> Answer:
    return Answer(
        application=row["application"],
        version=row["version"],
        bundle_id=row["id"],
        hash=row["hash"],
        created=created,
        processes=tuple(sorted(processes)),
        findings=findings,
    )


def _require_base(
    ctx: Context, bundle: Bundle, latest: Row | None, base_version: int | None
) -> None:
    """Refuse files not made from the latest version, with the difference; no force."""
    if latest is None or base_version == latest["version"]:
        return
    stored = definitions.bundle_files(ctx.conn, latest["id"])
    changes = diff(from_files(bundle.application, stored), bundle)
    paths = "、".join(change.path for change in changes[:5])
    raise Conflict(
        f"文件不是基于最新版本（第 {latest['version']} 版）修改的，不能发布。"
        f"与最新版本不同的文件：{paths}。请先导出最新版本，合并后再发布。",
        code="not-based-on-latest",
        latest=latest["version"],
        diff=[change.as_dict() for change in changes],
    )


def _bundle_row(
    ctx: Context, bundle: Bundle, deployed: Deployed, note: str, latest: Row | None
) -> Row:
    return {
        "application": bundle.application,
        "version": (latest["version"] if latest else 0) + 1,
        "hash": bundle.hash,
        "title": deployed.application.title,
        "runtime": deployed.application.runtime,
        "note": note,
        "author": ctx.actor.person,
        "created_at": ctx.now,
        "facts": application_facts(deployed),
    }


def application_facts(deployed: Deployed) -> Row:
    """Give application.yaml as pages show it: JSON, without the rows of the registers."""
    app = deployed.application
    registers = {
        kind: {"title": r.title, "file": r.file, "label": r.label, "parent": r.parent}
        | ({"sameAs": r.same_as} if r.same_as else {})
        for kind, r in app.registers.items()
    }
    plain: Row = codec.plain(
        {
            "key": app.key,
            "title": app.title,
            "runtime": app.runtime,
            "calendar": app.calendar,
            "documents": [dict(row) for row in app.documents],
            "roles": dict(app.roles),
            "deadlines": {key: dict(row) for key, row in app.deadlines.items()},
            "vault": dict(app.vault),
            "public": dict(app.public),
            "phases": [dict(row) for row in app.phases],
            "settings": {key: dict(row) for key, row in app.settings.items()},
            "registers": registers,
            "ledgers": {key: dict(row) for key, row in app.ledgers.items()},
            "reports": {key: dict(row) for key, row in app.reports.items()},
            "forms": {key: form.title for key, form in deployed.forms.items()},
        }
    )
    return plain


def _insert_definitions(ctx: Context, row: Row, deployed: Deployed) -> dict[str, int]:
    taken = definitions.latest_keys(ctx.conn, besides=row["application"])
    for key in deployed.facts:
        if key in taken:
            raise Conflict(
                f"流程“{key}”已属于应用“{taken[key]}”，请改用别的标识。", code="process-taken"
            )
    rows = [
        {**_definition(row, row, key, facts), "latest": True}
        for key, facts in sorted(deployed.facts.items())
    ]
    ids = definitions.insert_definitions(ctx.conn, row["application"], rows)
    return {one["key"]: new for one, new in zip(rows, ids, strict=True)}


def _definition(bundle: Row, whole: Row, key: str, facts: ProcessFacts) -> Row:
    return {
        "bundle_id": bundle["id"],
        "application": whole["application"],
        "key": key,
        "version": whole["version"],
        "name": facts.name or key,
        "latest": False,
        "facts": codec.plain(facts.as_dict()),
    }


def _insert_divisions(ctx: Context, row: Row, bundle: Bundle, deployed: Deployed) -> None:
    """Store what single divisions replace by diagrams of their own, beside the version.

    The stored division's bundle holds its files as if they were the application's.
    """
    for division in deployed.application.overrides:
        own = variant(bundle, division)
        made = assemble(ctx, own).deployed
        if made is None:  # checked with the whole, so only by a defect
            raise InvalidDefinition(())
        name = f"{bundle.application}{definitions.AT}{division}"
        its = {**row, "application": name, "hash": own.hash}
        its.pop("id")
        its["id"] = definitions.insert_bundle(ctx.conn, its, own.files)
        replaced = overrides.replaced(bundle.files, division, overrides.OWN)
        kept = {k: f for k, f in made.facts.items() if concerned(bundle, f, replaced)}
        definitions.add_definitions(ctx.conn, [_definition(its, row, k, kept[k]) for k in kept])


def _move_starts(
    ctx: Context, application: str, deployed: Deployed, ids: Mapping[str, int]
) -> None:
    """Let message, signal and timer starts begin the new version from now on."""
    rows: list[Row] = []
    timers: list[Row] = []
    for key, facts in sorted(deployed.facts.items()):
        for start in facts.starts:
            if start.kind in ("message", "signal"):
                row = {"definition_id": ids[key], "key": key, "node": start.node}
                rows.append({**row, "kind": start.kind, "name": start.name})
            elif start.kind == "timer":
                timers.append({"key": key, "start": start, "definition": ids[key]})
    definitions.replace_starts(ctx.conn, application, rows)
    _move_timers(ctx, application, deployed, timers)


def _move_timers(ctx: Context, application: str, deployed: Deployed, timers: list[Row]) -> None:
    """Replace the schedule; an unchanged timer keeps its grid, count and next moment."""
    known = {row["dedup_key"]: row for row in jobs.start_timers(ctx.conn, application)}
    for row in known.values():
        jobs.delete_job(ctx.conn, row)
    rows = []
    for timer in timers:
        start, key = timer["start"], timer["key"]
        name = f"start:{key}:{start.node}"
        old = known.get(name)
        kept = old is not None and old["payload"]["spec"] == start.spec
        payload = {
            "key": key,
            "node": start.node,
            "spec": start.spec,
            "definition": timer["definition"],
            "runtime": deployed.runtime.name,
            "count": old["payload"]["count"] if old and kept else 0,
            "anchor": old["payload"]["anchor"]
            if old and kept
            else schedule.anchor_of(deployed, start.spec, ctx.now).isoformat(),
        }
        due = old["due_at"] if old and kept else schedule.first_due(deployed, start, ctx.now)
        if due is not None:
            rows.append(_timer_row(ctx, application, name, payload, due))
    jobs.insert_jobs(ctx.conn, rows)


def _timer_row(ctx: Context, application: str, name: str, payload: Row, due: Any) -> Row:
    return {
        "uid": ctx.ids.uid(),
        "root_id": None,
        "instance_id": None,
        "wait": None,
        "node": payload["node"],
        "kind": "start_timer",
        "lane": "bulk",
        "topic": application,
        "payload": payload,
        "due_at": due,
        "tries_left": retries.ENGINE.tries,
        "created_at": ctx.now,
        "dedup_key": name,
    }
