"""A case that marks another: one of a level at a time, refused by name otherwise (2.21)."""

from collections.abc import Iterable, Mapping

from engine.base import marks
from engine.base.errors import Conflict
from engine.commands.case import Case
from engine.context import Context
from engine.rules import refusals
from engine.store import cases, marking, people_rows
from engine.store.rows import Row

Begun = tuple[Case, Mapping[str, Row]]  # a case with its first search fields, by name


def check(ctx: Context, begun: Iterable[Begun]) -> None:
    """Refuse the cases BEGUN by people that would mark a case a second time at one level.

    The marked case is locked first, so that of two that want it at once the second meets
    the first.
    """
    wanted = []
    for case, search in begun:
        for mark in marks.of(case.root.deployed.application.ledgers):
            number = _text(search, mark.subject)
            if case.root.key in mark.processes and number:
                wanted.append((number, _text(search, mark.level), mark))
    cases.lock_numbered(ctx.conn, sorted({number for number, _, _ in wanted}))
    seen: set[tuple[str, str, str]] = set()
    for number, level, mark in wanted:
        for row in marking.standing(ctx.conn, mark, [number]):
            if (row["level"] or "") == level:
                raise _refused(ctx, mark, row)
        if (number, level, mark.code) in seen:
            text = f"{number} 在本次提交中重复{mark.label}（{level}），请只保留一行。"
            raise Conflict(text, code=mark.code)
        seen.add((number, level, mark.code))


def _text(search: Mapping[str, Row], name: str) -> str:
    return str((search.get(name) or {}).get("text") or "")


def _refused(ctx: Context, mark: marks.Mark, row: Row) -> Conflict:
    unit = str(row["by"] or "")
    name = people_rows.unit_names(ctx.conn, [unit]).get(unit, unit)
    text = f"本案已由 {name} 于 {refusals.local(row['since'])} {mark.label}（{row['level']}）。"
    return Conflict(text, code=mark.code, actedBy=name, actedAt=row["since"].isoformat())
