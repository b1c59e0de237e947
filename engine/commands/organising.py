"""What follows a change of the organisation: the units and registers in force today."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

from engine.base.errors import Conflict
from engine.base.findings import Finding
from engine.commands import finishing
from engine.commands.case import Case, open_case
from engine.context import Context, Deployed
from engine.library.tables import ROLE, UNIT, Register
from engine.organisation import Organisation, load
from engine.store import (
    cases,
    codec,
    definitions,
    holding,
    organisation,
    people_rows,
    work,
)
from engine.store.rows import Row

CONFLICT = "organisation.conflict"
LEFT = "任职结束，认领退回单位"  # why a claim goes back


def newest(ctx: Context, application: str) -> Deployed | None:
    """Give the newest version of APPLICATION, None before the first."""
    row = definitions.latest_bundle(ctx.conn, application)
    return None if row is None else ctx.runtimes.version(ctx.conn, row["id"], application)


def today(ctx: Context, zone: str = "Asia/Shanghai") -> date:
    """Give the local date."""
    return ctx.now.astimezone(ZoneInfo(zone)).date()


def alone(ctx: Context) -> None:
    """Wait until nobody else changes posts or records: held until the end of the act."""
    cases.take_numbers(ctx.conn, "organisation")


def settle(ctx: Context, deployed: Deployed) -> Organisation:
    """Write the units and registers of the application as they stand today; give them."""
    app, day = deployed.application, today(ctx, deployed.zone)
    people_rows.organisation_changed(ctx.conn)
    known = load(ctx.conn, app)  # never from the cache: this transaction may be undone
    units = [_unit(app.key, row) for row in known.rows(UNIT, day).values()]
    require_own_units(ctx, app.key, [row["code"] for row in units])
    people_rows.replace_units(ctx.conn, app.key, units)
    people_rows.replace_registers(ctx.conn, app.key, _register_rows(app.key, known, day))
    return known


def conflicts(known: Organisation, day: date) -> list[Finding]:
    """Tell where the files and people say different things; people's words are in force."""
    found = []
    for kind, code in known.changes:
        for column, (file, own) in known.conflict(kind, code, day).items():
            text = f"{known.records[kind].title}“{known.label(kind, code)}”（{code}）"
            if column:
                register = known.records[kind]
                said = register.values.get(column, {})
                was, now = said.get(file, file), said.get(own, own)
                text += f"的{register.word(column)}：文件为“{was}”，管理员改为“{now}”，现用后者"
            else:
                text += "文件中已删去，管理员改过，现仍保留"
            repair = "在组织机构页面确认：保留，或恢复为文件中的内容"
            name = f"{kind}/{code}"
            found.append(Finding(CONFLICT, "note", "", name, name, text, text, repair))
    return found


def _unit(application: str, row: Row) -> Row:
    return {
        "code": row["code"],
        "application": application,
        "name": row["name"],
        "level": row["level"],
        "region": row["region"] or "",
        "roles": [part.strip() for part in str(row["roles"]).split(";") if part.strip()],
        "place": row.get("place") or "",
        "parent": row.get("parent") or None,
        "active": True,
    }


def _register_rows(application: str, known: Organisation, day: date) -> list[Row]:
    return [
        _register_row(application, register, code, row, number)
        for kind, register in sorted(known.application.registers.items())
        if kind not in (UNIT, ROLE)
        for number, (code, row) in enumerate(known.rows(kind, day).items(), 1)
    ]


def _register_row(
    application: str, register: Register, code: str, row: Row, number: int
) -> Row:
    return {
        "application": application,
        "kind": register.kind,
        "code": code,
        "label": str(row.get(register.label) or code),
        "parent": str(row.get(register.parent) or "") if register.parent else "",
        "data": codec.plain(dict(row)),
        "no": number,
    }


def require_own_units(ctx: Context, application: str, codes: list[str]) -> None:
    """Refuse codes of units that belong to another application."""
    foreign = people_rows.units_elsewhere(ctx.conn, application, codes)
    if foreign:
        words = "、".join(f"{code}（{app}）" for code, app in sorted(foreign.items())[:5])
        raise Conflict(f"单位编码已被其他应用使用：{words}。", code="unit-taken")


def give_back(ctx: Context, claims: Iterable[Row], reason: str) -> int:
    """Give claimed seats back to their units; cases are locked in ascending order."""
    count = 0
    for root_id, found in groupby(claims, key=lambda row: int(row["root_id"])):
        root = cases.lock_root(ctx.conn, root_id)
        if root is None:
            continue
        case = open_case(ctx, root)
        count += sum(_give_back(case, row, reason) for row in list(found))
        finishing.finish(case)
    return count


def _give_back(case: Case, claim: Row, reason: str) -> bool:
    task = holding.load_task(case.ctx.conn, claim["task_id"])
    if task is None or task["state"] != "open":
        return False
    for seat in holding.seats_of(case.ctx.conn, claim["task_id"]):
        if seat["id"] != claim["id"] or seat["person"] != claim["person"]:
            continue
        values = {"person": None, "person_name": None, "on_behalf_of": None}
        work.write_seat(case.ctx.conn, seat["id"], seat["version"], values)
        detail = {"task": task["id"], "seat": seat["id"], "name": task["name"]}
        detail |= {"person": claim["person"], "reason": reason}
        live = case.live(task["instance_id"])
        case.root.touched = True
        case.note(live, "ReleaseTask", detail, node=task["node"], unit=seat["unit"])
        return True
    return False


def settle_day(ctx: Context) -> int:
    """Bring posts, units and registers to today, and give back what leavers claimed."""
    day = today(ctx)
    moved = organisation.set_posts(ctx.conn, day)
    for row in definitions.latest_bundles(ctx.conn):
        deployed = ctx.runtimes.version(ctx.conn, row["id"], row["application"])
        settle(ctx, deployed)
    people_rows.organisation_changed(ctx.conn)
    return moved + give_back(ctx, organisation.claims(ctx.conn), LEFT)
