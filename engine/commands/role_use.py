"""Roles of diagrams against roles of the organisation: what one has and the other lacks."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.base.findings import Finding
from engine.bpmn.facts import drawn, places
from engine.commands import organising
from engine.context import Context
from engine.library.tables import ROLE
from engine.store import definitions, people_rows
from engine.versions import Deployed

UNKNOWN = "ref.role"  # code of the finding: a diagram names a role nobody declared
WARNING = "role.unheld"


def unheld(ctx: Context, deployed: Deployed) -> Iterable[Finding]:
    """Warn of roles the diagrams use and no unit holds: there the case would stop."""
    app = deployed.application
    rows = people_rows.units_of(ctx.conn, app.key)
    held = {str(role) for row in rows for role in row["roles"]}
    for role, names in sorted(drawn(deployed.facts).items()):
        if rows and role not in held:
            title = app.roles.get(role, role)
            zh = f"角色“{role}”（{title}）没有单位担任，流程图有{places(names)}要用"
            en = f"no unit holds role {role}, which diagrams use"
            repair = "请在“组织机构”中给办理单位加上这个角色，否则到该环节会停下报事件。"
            yield Finding(WARNING, "warning", "application.yaml", role, "", zh, en, repair)


def explained(
    ctx: Context, application: str, findings: Sequence[Finding]
) -> tuple[Finding, ...]:
    """Say of an unknown role that it was entered in the organisation only, and what to do."""
    if not any(one.code == UNKNOWN for one in findings):
        return tuple(findings)
    row = definitions.latest_bundle(ctx.conn, application)
    if row is None:
        return tuple(findings)
    deployed = ctx.runtimes.version(ctx.conn, row["id"], application)
    known = ctx.runtimes.organisation(ctx.conn, deployed)
    live = {
        code: known.label(ROLE, code)
        for code in known.rows(ROLE, organising.today(ctx))
        if code not in deployed.application.roles
    }
    return tuple(_explained(one, live) for one in findings)


def _explained(one: Finding, live: dict[str, str]) -> Finding:
    for code, title in live.items():
        if one.code == UNKNOWN and f"“{code}”" in one.zh:
            repair = (
                f"“{code}”只在“组织机构”中登记过，流程图还不认识："
                f"请在 application.yaml 的 roles 中加一行“{code}: {title}”后再发布。"
            )
            return replace(one, repair=repair)
    return one
