"""The organisation by command: tables of units, roles and registers in and out as files."""

import argparse
import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from engine.base.actor import Actor
from engine.base.errors import InvalidRequest, NotFound
from engine.base.formula import unmarked
from engine.commands.organisation_tables import ImportTables, Table
from engine.commands.results import Receipt
from engine.engine import Engine
from engine.library.yaml_text import read_yaml, write_yaml
from engine.queries import organisation
from engine.verbs.registers import person, spreadsheet_safe

WHAT = "organisation"
STATES = {"added": "新增", "changed": "修改", "same": "相同", "refused": "拒绝"}
HEAD = ("登记册", "行", "编码", "结果", "栏目", "原因")
TABLES = (".csv", ".yaml", ".yml")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Move:
    """What goes in or out: FILE (or a folder) of APPLICATION ("" = the only one).

    KIND is unit, role or a register ("" = told by the name of the file); the rows count
    from SINCE on. LOGIN is the administrator in whose name it happens. SKIP_REFUSED writes
    the good rows although others are refused; CHECK_ONLY writes none.
    """

    file: Path
    application: str = ""
    kind: str = ""
    login: str = ""
    since: date | None = None
    receipt: Path | None = None
    check_only: bool = False
    skip_refused: bool = False


def wanted(args: argparse.Namespace, file: Path) -> Move:
    """Give the move the words of shouhu import or export name; FILE is where from or to."""
    since = getattr(args, "since", None)
    return Move(
        file,
        args.application,
        args.register,
        args.login or "",
        None if since is None else _day(since),
        getattr(args, "receipt", None),
        getattr(args, "check_only", False),
        getattr(args, "skip_refused", False),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidRequest(f"“{text}”不是日期，请写成 2026-01-01。") from error


def bring(engine: Engine, move: Move, say: Say) -> int:
    """Bring tables in: all of them are checked first, then written. Give the exit code.

    The same command and the same checks as on the page. Where a row is refused nothing is
    written, unless SKIP_REFUSED. The receipt has a line for each row.
    """
    if not move.login:
        raise InvalidRequest("请用 --as 给出以谁的名义导入（管理员账号）。")
    actor = person(engine, move.login)
    kinds = _kinds(engine, actor, move.application)
    wish = ImportTables(
        next(iter(kinds.values())).application,
        tuple(_tables(move, kinds)),
        move.since,
        not move.check_only,
        move.skip_refused,
    )
    receipt = engine.execute(wish, actor)
    if not isinstance(receipt, Receipt):
        raise InvalidRequest
    for kind in dict.fromkeys(table.kind for table in wish.tables):
        say(f"{kinds[kind].title}：{_counts(receipt, kind)}。")
    target = move.receipt or move.file.with_name(f"{move.file.stem}-回执.csv")
    _write_receipt(target, receipt, kinds)
    say(f"逐行回执：{target}")
    say(_told(move, receipt))
    return 1 if receipt.refused else 0


def out(engine: Engine, move: Move) -> str:
    """Write the records in force to FILE: one table (.csv), all (.yaml), or a folder."""
    actor = person(engine, move.login)
    kinds = _kinds(engine, actor, move.application)
    chosen = [_kind(move.kind, kinds)] if move.kind else list(kinds)
    tables = {k: _table(engine, actor, kinds[k].application, k) for k in chosen}
    if move.file.suffix in (".yaml", ".yml"):
        rows = {kind: _plain(text) for kind, text in tables.items()}
        move.file.write_text(write_yaml(rows), encoding="utf-8")
    elif move.file.suffix == ".csv":
        if len(tables) != 1:
            text = "一个 .csv 只能写一个登记册：请加 --register，或写到目录、.yaml。"
            raise InvalidRequest(text)
        move.file.write_text("\ufeff" + tables[chosen[0]], encoding="utf-8")
    else:
        move.file.mkdir(parents=True, exist_ok=True)
        for kind, text in tables.items():
            path = move.file / f"{kind}.csv"
            path.write_text("\ufeff" + text, encoding="utf-8")
    count = sum(len(text.splitlines()) - 1 for text in tables.values())
    return f"{len(tables)} 个登记册，{count} 条，已写到 {move.file}"


def _table(engine: Engine, actor: Actor, application: str, kind: str) -> str:
    text = engine.ask(organisation.table, actor, application=application, kind=kind)
    return text.removeprefix("\ufeff")


def _plain(table: str) -> list[dict[str, str]]:
    rows = csv.DictReader(io.StringIO(table, newline=""))
    return [{name: unmarked(cell) for name, cell in row.items()} for row in rows]


def _kinds(engine: Engine, actor: Actor, application: str) -> dict[str, organisation.Kind]:
    """Give the kinds of records of the application, by name."""
    found = engine.ask(organisation.kinds, actor)
    names = list(dict.fromkeys(one.application for one in found))
    if not application and len(names) == 1:
        application = names[0]
    if application not in names:
        known = "、".join(names) or "没有应用"
        text = f"没有应用“{application}”" if application else "请用 --application 选一个应用"
        raise NotFound(f"{text}；现有 {known}。")
    return {one.kind: one for one in found if one.application == application}


def _kind(name: str, kinds: Mapping[str, organisation.Kind]) -> str:
    """Give the kind NAME means: its own name, its title, or the name of its file (units)."""
    for kind, one in kinds.items():
        if name in (kind, f"{kind}s", one.title, *one.names):
            return kind
    known = "、".join(f"{kind}（{one.title}）" for kind, one in kinds.items())
    raise NotFound(f"没有名为“{name}”的登记册，请用 --register 选一个：{known}。")


def _tables(move: Move, kinds: Mapping[str, organisation.Kind]) -> list[Table]:
    """Give the tables of the file or folder, what is named before those who name it."""
    try:
        paths = sorted(move.file.iterdir()) if move.file.is_dir() else [move.file]
        fitting = [path for path in paths if path.suffix.lower() in TABLES]
        found = [one for path in fitting for one in _tables_of(path, move.kind, kinds)]
    except OSError as error:
        raise InvalidRequest(f"不能读取“{error.filename}”：{error.strerror}。") from error
    if not found:
        raise InvalidRequest(f"“{move.file}”不是 .csv 或 .yaml，里面也没有这样的表格。")
    order = ["role", "division", *kinds]
    return sorted(found, key=lambda one: (one.kind == "unit", order.index(one.kind)))


def _tables_of(path: Path, kind: str, kinds: Mapping[str, organisation.Kind]) -> list[Table]:
    data = path.read_bytes()
    rows = read_yaml(data) if path.suffix.lower() != ".csv" else None
    if isinstance(rows, dict) and not kind:  # several registers in one file, by name
        return [
            Table(_kind(str(name), kinds), f"{name}.yaml", write_yaml(each).encode())
            for name, each in rows.items()
        ]
    return [Table(_kind(kind or path.stem, kinds), path.name, data)]


def _counts(receipt: Receipt, kind: str) -> str:
    states = [row["state"] for row in receipt.rows if row["kind"] == kind]
    return "，".join(f"{word} {states.count(state)} 行" for state, word in STATES.items())


def _told(move: Move, receipt: Receipt) -> str:
    refused = receipt.refused
    if receipt.written:
        return f"已写入；被拒绝的 {refused} 行没有写入。" if refused else "已写入。"
    if move.check_only or not refused:
        return "只是检查，没有写入。"
    text = "改正后再导入，或加 --skip-refused 只写入其余各行"
    return f"有 {refused} 行被拒绝，全部没有写入：{text}。"


def _write_receipt(
    target: Path, receipt: Receipt, kinds: Mapping[str, organisation.Kind]
) -> None:
    with target.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEAD)
        for row in receipt.rows:
            one = kinds[row["kind"]]
            for fault in row["errors"] or ({"field": "", "detail": ""},):
                column = one.words.get(fault["field"], fault["field"])
                cells = (one.title, row["row"], row["code"], STATES[row["state"]])
                told = (*cells, column, fault["detail"])
                writer.writerow([spreadsheet_safe(cell) for cell in told])
