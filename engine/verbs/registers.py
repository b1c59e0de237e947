"""Registers by command: a table in with progress and receipt, a ledger or a dossier out."""

import argparse
import csv
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.base.actor import SYSTEM, Actor
from engine.base.errors import Conflict, InvalidRequest, NotFound
from engine.commands.imports import BeginImport, ConfirmImport
from engine.commands.results import Created
from engine.engine import Engine
from engine.queries import dossier, imports, ledger_sheet, ledgers
from engine.queries.paging import Paging
from engine.store import people_rows
from engine.worker import Worker

PAGE = 200
PAUSE = 0.2  # seconds between looks while another process works on the table
WORKING = ("reading", "checking", "applying")
STAGES = {"reading": "读取", "checking": "检查", "applying": "写入"}
STATES = {
    "read": "未检查",
    "create": "可新建",
    "merge": "可合并",
    "created": "新建",
    "merged": "合并",
    "unchanged": "无变化",
    "refused": "未导入",
}
HEAD = ("行", "结果", "编号", "栏目", "原因")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Table:
    """A table to bring in: FILE for the import WHAT of APPLICATION ("" = the only one).

    LOGIN is the person in whose name it comes, UNIT the unit when that person has several.
    RECEIPT is where the row-level receipt goes; CHECK_ONLY writes nothing but that.
    """

    what: str
    file: Path
    login: str
    application: str = ""
    unit: str | None = None
    receipt: Path | None = None
    check_only: bool = False


def add_export(verb: argparse.ArgumentParser, root: Path) -> None:
    """Add the words of shouhu export to VERB."""
    text = "应用标识，或 ledger 台账标识、dossier 案件编号、organisation（组织机构）"
    verb.add_argument("words", nargs="+", metavar="WHAT", help=text)
    verb.add_argument("--to", default=str(root), help="目录或 .zip；台账为 .xlsx、.csv")
    verb.add_argument("--version", type=int, help="应用的版本，默认最新")
    verb.add_argument("--as", dest="login", help="以谁的权限看台账（账号），默认全部")
    verb.add_argument("--application", default="", help="organisation：哪个应用")
    verb.add_argument("--register", default="", help="organisation：只写一个登记册，如 unit")


def add_import(verb: argparse.ArgumentParser) -> None:
    """Add the words of shouhu import to VERB."""
    text = "calendar、organisation（组织机构），或应用声明的导入表，如 problem"
    verb.add_argument("what", metavar="WHAT", help=text)
    verb.add_argument("file", type=Path, metavar="FILE")
    verb.add_argument("--calendar", default="cn", help="日历标识，默认 cn")
    verb.add_argument("--as", dest="login", default="", help="以谁的名义导入（账号）")
    verb.add_argument("--application", default="", help="几个应用有同名导入表时选一个")
    verb.add_argument("--unit", help="账号代表几个单位时选一个（单位编码）")
    verb.add_argument("--receipt", type=Path, metavar="CSV", help="逐行回执写到哪里")
    verb.add_argument("--check-only", action="store_true", help="只检查，不写入")
    text = "organisation：哪个登记册（unit、role……），默认按文件名"
    verb.add_argument("--register", default="", help=text)
    verb.add_argument("--since", metavar="DATE", help="organisation：自何日起生效")
    text = "organisation：有行被拒绝时仍写入其余各行"
    verb.add_argument("--skip-refused", action="store_true", help=text)


def wanted(args: argparse.Namespace) -> Table:
    """Give the table the words of shouhu import name."""
    return Table(
        args.what,
        args.file,
        args.login,
        args.application,
        args.unit,
        args.receipt,
        args.check_only,
    )


def person(engine: Engine, login: str | None) -> Actor:
    """Give the person LOGIN as an actor; without a login the system itself."""
    if not login:
        return SYSTEM
    with engine.database.read() as conn:
        found = people_rows.load_actor(conn, login)
    if found is None:
        raise NotFound(f"没有账号“{login}”，或已停用。")
    return found


def bring(engine: Engine, table: Table, say: Say) -> imports.Run:
    """Bring TABLE in, or go on where an earlier try of the same file was broken off.

    Every batch is one transaction, so that a stop at any moment leaves no half a row. SAY
    hears the progress. The receipt is written last.
    """
    if not table.login:
        raise InvalidRequest("请用 --as 给出以谁的名义导入（账号）。")
    actor = person(engine, table.login)
    run_id = _begun(engine, table, actor)
    run = _work(engine, actor, run_id, say)
    if run.state == "ready" and not table.check_only:
        engine.execute(ConfirmImport(run_id), actor)
        run = _work(engine, actor, run_id, say)
    if run.state == "failed":
        raise InvalidRequest(f"整份没有导入：{run.error}")
    target = table.receipt or table.file.with_name(f"{table.file.stem}-回执.csv")
    _write_receipt(engine, actor, run_id, target)
    say(f"逐行回执：{target}")
    return run


def _begun(engine: Engine, table: Table, actor: Actor) -> int:
    """Give the run of this very file that is not finished yet, else begin one."""
    source = _source(engine, table, actor)
    try:
        content = table.file.read_bytes()
    except OSError as error:
        raise InvalidRequest(f"不能读取文件“{table.file}”：{error.strerror}。") from error
    stored = engine.files.put([content])
    for run in engine.ask(imports.runs, actor):
        same = (run.application, run.source, run.sha256)
        wanted = (source.application, source.id, stored.sha256)
        if same == wanted and run.state in (*WORKING, "ready"):
            return run.id
    command = BeginImport(
        source.application, source.id, stored.sha256, table.file.name, table.unit
    )
    made = engine.execute(command, actor)
    if not isinstance(made, Created):
        raise Conflict
    return int(made.id)


def _source(engine: Engine, table: Table, actor: Actor) -> imports.Source:
    offered = engine.ask(imports.sources, actor)
    fitting = [
        one
        for one in offered
        if one.id == table.what and table.application in ("", one.application)
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = "、".join(one.application for one in fitting)
        text = f"几个应用都有“{table.what}”，请用 --application 选一个：{names}。"
        raise InvalidRequest(text)
    names = "、".join(f"{one.id}（{one.title}）" for one in offered) or "没有"
    raise NotFound(f"该账号不能导入“{table.what}”。可以导入：{names}；工作日历用 calendar。")


def _work(engine: Engine, actor: Actor, run_id: int, say: Say) -> imports.Run:
    """Do batch after batch until the run waits for somebody or is over."""
    worker = Worker(engine)
    told = ""
    while True:
        run = engine.ask(imports.run, actor, run_id=run_id)
        if run.state not in WORKING:
            return run
        line = f"{STAGES[run.state]} {run.done}/{run.total}"
        if line != told:
            say(line)
            told = line
        if not worker.import_batch(run_id, run.state):
            threading.Event().wait(PAUSE)  # another process has the table in hand


def summary(run: imports.Run) -> str:
    """Say what became of the rows of a run."""
    counts = [f"{STATES[state]} {count}" for state, count in run.counts.items() if count]
    done = {"done": "完成", "ready": "只检查，没有写入", "stopped": "已停止"}
    state = done.get(run.state, run.state)
    return f"{run.title}：{state}。共 {run.total} 行，{'，'.join(counts)}。"


def _write_receipt(engine: Engine, actor: Actor, run_id: int, target: Path) -> None:
    with target.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEAD)
        for row in _receipts(engine, actor, run_id):
            for told in row.problems or ({"label": "", "text": ""},):
                state = STATES.get(row.state, row.state)
                cells = (row.no, state, row.number, told["label"], told["text"])
                writer.writerow([spreadsheet_safe(cell) for cell in cells])


def _receipts(engine: Engine, actor: Actor, run_id: int) -> Iterator[imports.Receipt]:
    after = 0
    while page := engine.ask(imports.receipts, actor, run_id=run_id, after=after):
        yield from page
        after = page[-1].no


def spreadsheet_safe(cell: object) -> str:
    """Let no cell begin a formula in a spreadsheet."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def ledger_out(engine: Engine, ledger: str, target: Path, login: str | None) -> str:
    """Write all rows of LEDGER that the person may see to TARGET, .xlsx or .csv."""
    actor = person(engine, login)
    if target.suffix == ".xlsx":
        _, content = engine.ask(ledger_sheet.sheet, actor, ledger_id=ledger)
        target.write_bytes(content)
        return f"已写到 {target}"
    if target.suffix != ".csv":
        raise InvalidRequest("台账写成 .xlsx 或 .csv：请用 --to 给出这样的文件名。")
    found = engine.ask(ledgers.ledger, actor, ledger_id=ledger)
    count = 0
    with target.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([column.label for column in found.columns])
        for row in _ledger_rows(engine, actor, ledger):
            cells = [row.texts.get(column.key) for column in found.columns]
            writer.writerow([spreadsheet_safe(cell) for cell in cells])
            count += 1
    return f"{found.title}：{count} 行已写到 {target}"


def _ledger_rows(engine: Engine, actor: Actor, ledger: str) -> Iterator[ledgers.LedgerRow]:
    after = None
    while True:
        page = engine.ask(ledgers.rows, actor, ledger_id=ledger, paging=Paging(PAGE, after))
        yield from page.items
        after = page.end_cursor
        if len(page.items) < PAGE:
            return


def dossier_out(engine: Engine, number: str, target: Path, login: str | None) -> str:
    """Write the dossier of the case NUMBER to the zip TARGET."""
    if target.suffix != ".zip":
        raise InvalidRequest("案卷写成 .zip：请用 --to 给出这样的文件名。")
    actor = person(engine, login)
    found = engine.ask(dossier.of_case, actor, case=number)
    with target.open("wb") as out:
        found.write(out, engine.files.read)
    return f"案卷 {number} 已写到 {target}"


OUT: Mapping[str, Callable[[Engine, str, Path, str | None], str]] = {
    "ledger": ledger_out,
    "dossier": dossier_out,
}
