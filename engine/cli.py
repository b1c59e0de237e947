"""The verbs of ./shouhu: words in, one clear sentence out when something is wrong."""

import argparse
import functools
import importlib
import json
import os
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from engine import exchange
from engine.base.clock import Clock
from engine.base.errors import (
    InvalidDefinition,
    InvalidForm,
    InvalidRequest,
    NotFound,
    ShouhuError,
)
from engine.base.findings import Finding, has_errors
from engine.base.sarif import as_sarif
from engine.bootstrap import available, build, configure_logging
from engine.context import Runtimes
from engine.delivery.services import NAMES
from engine.engine import Engine
from engine.library import archive, bundle
from engine.library.bundle import Bundle
from engine.queries import demands
from engine.simulation import verb as simulation
from engine.simulation.demo import PASSWORD, make, print_logins
from engine.store import chain, schema, snapshots
from engine.store.database import open_database, serving_lock
from engine.verbs import bounds as bounding
from engine.verbs import organisation, registers, serving
from engine.verbs import trace as tracing
from engine.worker import Worker

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("SHOUHU_HOME") or ROOT / ".shouhu")
LEVELS = {"error": "错误", "warning": "警告", "note": "提示"}


def main(words: Sequence[str] | None = None) -> int:
    """Run one verb; give the exit code: 0 done, 1 findings or failures, 2 wrong use."""
    args = _parser().parse_args(words)
    try:
        return int(args.run(args))
    except InvalidDefinition as error:
        _print_findings(error.findings)
        _complain(error.message)
        return 1
    except ShouhuError as error:
        _complain(error.message)
        _print_details(error)
        return 1
    except PermissionError as error:
        _complain(
            f"没有写权限：{error.filename}。请换一个可写的目录，例如 --data ~/shouhu-data。"
        )
        return 2
    except KeyboardInterrupt:
        return 0


def _complain(text: str) -> None:
    print(text, file=sys.stderr)


def _print_details(error: ShouhuError) -> None:
    for one in error.errors if isinstance(error, InvalidForm) else ():
        print(f"  {one['field']}：{one['detail']}", file=sys.stderr)
    for change in error.details.get("diff", ())[:20]:
        print(f"  {change['change']}: {change['path']}", file=sys.stderr)
        for line in change["lines"][:30]:
            print(f"    {line}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="shouhu", description="守护：自然保护地监管流程平台")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(
        name: str, run: Callable[[argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    demo = verb("demo", _demo, "建立演示环境并启动（示例单位、账号和进行到一半的专项行动）")
    demo.add_argument("--no-browser", action="store_true", help="不自动打开浏览器")
    demo.add_argument("--runtime", help="新案件的运行引擎：kernel 或 spiffworkflow")
    serve = verb("serve", _serve, "启动网页和接口；SQLite 时同时执行到期任务")
    for one in (demo, serve):
        one.add_argument("--port", type=int, default=8000, help="端口，默认 8000")
        one.add_argument("--host", default="127.0.0.1", help="地址，默认 127.0.0.1")
    work = verb("work", _work, "再启动一个执行到期任务的节点（PostgreSQL）")
    for one in (demo, serve, work):
        told = "运行上限，如 table_bytes=8000000；可多次；见 shouhu limits"
        one.add_argument("--limit", action="append", metavar="NAME=N", help=told)
    verify = verb("verify", _verify, "核对历史记录链和封存")
    migrate = verb("migrate-db", _migrate, "把数据库升级到本版本需要的结构")
    test = verb("test", _test, "运行全部检查和测试")
    test.add_argument("words", nargs=argparse.REMAINDER)
    simulate = verb("simulate", _simulate, "在仿真时钟上模拟一年的业务，报告结果和速度")
    simulation.add_words(simulate)
    bound = verb("limits", _limits, "查看或更改运行上限（名称=数值），对全部节点生效")
    bound.add_argument("words", nargs="*", metavar="NAME=N")
    placed = [bound, demo, serve, work, verify, migrate, *_application_verbs(verb)]
    for one in placed:
        folder = HOME / ("demo" if one is demo else "data")
        one.add_argument("--data", type=Path, default=folder, help=f"数据目录，默认 {folder}")
        one.add_argument("--url", default=os.environ.get("SHOUHU_DATABASE"), help="数据库地址")
    return parser


def _application_verbs(
    verb: Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser],
) -> list[argparse.ArgumentParser]:
    deploy = verb("deploy", _deploy, "检查并发布应用目录或 zip")
    deploy.add_argument("paths", nargs="+", metavar="PATH")
    deploy.add_argument("--base", type=int, help="文件所基于的版本")
    deploy.add_argument("--note", default="", help="发布说明")
    check = verb("check", _check, "检查应用目录或 zip，列出全部问题")
    check.add_argument("paths", nargs="+", metavar="PATH")
    check.add_argument("--runtime", help="按此运行引擎检查")
    check.add_argument("--json", metavar="FILE", help="把结果写成 JSON")
    check.add_argument("--sarif", metavar="FILE", help="把结果写成 SARIF 2.1.0")
    follow = verb("trace", _trace, "每条要求由什么落实、由什么测试；有一条没有落实即失败")
    follow.add_argument("--application", default="", help="只列该应用的要求，默认全部")
    follow.add_argument("--json", type=Path, metavar="FILE", help="把结果写成 JSON")
    export = verb("export", _export, "写出应用、一份台账（ledger）或一个案卷（dossier）")
    registers.add_export(export, ROOT)
    bring = verb("import", _import, "导入登记表格（xlsx，带逐行回执）或工作日历（CSV，整份）")
    registers.add_import(bring)
    return [deploy, export, bring]


# --- places ------------------------------------------------------------------------------


def _url(args: argparse.Namespace) -> str:
    folder: Path = args.data
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PermissionError(error.errno, error.strerror, str(folder)) from error
    if not os.access(folder, os.W_OK):
        raise PermissionError(13, "not writable", str(folder))
    return args.url or f"sqlite:///{folder.resolve() / 'shouhu.db'}"


def _open(args: argparse.Namespace, clock: Clock | None = None) -> Engine:
    """Build the engine; a new database gets its tables first."""
    url = _url(args)
    database = open_database(url)
    if schema.is_empty(database):
        schema.upgrade(database)
    database.close()
    override = getattr(args, "runtime", None)
    bounding.ask(args)
    return build(url, args.data, clock=clock, override=override)


def _read(path: str) -> Bundle:
    """Read an application: a folder processes/<name>, a bare name, or a zip."""
    place = Path(path)
    if place.suffix == ".zip" and place.is_file():
        return archive.from_zip(place.read_bytes())
    if not place.exists() and (ROOT / "processes" / path).is_dir():
        place = ROOT / "processes" / path
    if not (place / "application.yaml").is_file():
        raise NotFound(f"没有找到应用“{path}”：请给出 processes/ 下的目录或导出的 zip 文件。")
    place = place.resolve()
    return bundle.read_folder(place.parent.parent, place.name)


# --- demo, serve, work -------------------------------------------------------------------


def _demo(args: argparse.Namespace) -> int:
    serving.require_port(args.host, args.port)
    url = _url(args)
    database = open_database(url)
    fresh = schema.is_empty(database)
    database.close()
    with ExitStack() as stack:
        if fresh:
            _complain("正在建立演示数据，约需一分钟……")
            passwords = importlib.import_module("web.session").Passwords()
            _make_demo(args, passwords.hash(PASSWORD))
        bounding.ask(args)
        engine = stack.enter_context(closing(build(url, args.data, override=args.runtime)))
        _take_place(args, engine, stack)
        print_logins(engine, print)
        return _run_site(args, engine, stack, browser=not args.no_browser)


def _make_demo(args: argparse.Namespace, password: str) -> None:
    """Make the demo data; what was begun and not finished is taken away again."""
    finished = False
    try:
        make(lambda clock: _open(args, clock), ROOT, password, _complain).close()
        finished = True
    finally:
        if not finished and not args.url:
            for path in args.data.glob("shouhu.db*"):
                path.unlink()


def _simulate(args: argparse.Namespace) -> int:
    return simulation.run(args, ROOT, print, _complain)


def _serve(args: argparse.Namespace) -> int:
    serving.require_port(args.host, args.port)
    with ExitStack() as stack:
        engine = stack.enter_context(closing(_open(args)))
        _take_place(args, engine, stack)
        return _run_site(args, engine, stack, browser=False)


def _take_place(args: argparse.Namespace, engine: Engine, stack: ExitStack) -> None:
    """Be the one serving process of a SQLite file."""
    if not engine.database.is_postgres:
        stack.enter_context(serving_lock(args.data))


def _run_site(
    args: argparse.Namespace, engine: Engine, stack: ExitStack, *, browser: bool
) -> int:
    configure_logging()
    web = importlib.import_module("web.app")
    app = web.create_app(engine)
    worker = Worker(engine)
    worker.start()
    stack.callback(worker.stop)
    serving.warm_up(engine, functools.partial(web.read_templates, app))
    address = f"http://{args.host}:{args.port}/"
    print(f"守护已启动：{address}（按 Ctrl+C 停止）", flush=True)
    if browser:
        threading.Timer(1.0, webbrowser.open, [address]).start()
    waitress = importlib.import_module("waitress")
    limits = {"threads": 8, "connection_limit": 200, "channel_timeout": 30}
    waitress.serve(app, host=args.host, port=args.port, ident=None, **limits)
    return 0


def _work(args: argparse.Namespace) -> int:
    engine = _open(args)
    with closing(engine):
        if not engine.database.is_postgres:
            raise InvalidRequest(
                "单独的执行节点需要 PostgreSQL；SQLite 的到期任务由 serve 执行。"
            )
        configure_logging()
        worker = Worker(engine)
        worker.start()
        print("执行节点已启动（按 Ctrl+C 停止）", flush=True)
        try:
            threading.Event().wait()
        finally:
            worker.stop()
    return 0


# --- applications ------------------------------------------------------------------------


def _deploy(args: argparse.Namespace) -> int:
    with closing(_open(args)) as engine:
        for path in args.paths:
            print(exchange.deploy(engine, _read(path), Path(path), args.base, args.note))
    return 0


def _check(args: argparse.Namespace) -> int:
    runtimes = Runtimes(available(), services=NAMES, override=args.runtime)
    findings: list[Finding] = []
    bundles = [_read(path) for path in args.paths]
    for found in bundles:
        made = runtimes.assemble(found, processes=frozenset())
        told = (*made.findings, *demands.findings(found, made))
        findings.extend(told)
        print(f"{found.application}：{_summary(told)}")
        _print_findings(told)
    if args.json:
        _write_json(args.json, [finding.as_dict() for finding in findings])
    if args.sarif:
        _write_json(args.sarif, as_sarif(findings))
    return 1 if has_errors(findings) else 0


def _trace(args: argparse.Namespace) -> int:
    names = bundle.applications(ROOT)
    if args.application and args.application not in names:
        raise NotFound(f"没有应用“{args.application}”；现有 {'、'.join(names)}。")
    runtimes = Runtimes(available(), services=NAMES)
    bundles = [bundle.read_folder(ROOT, name) for name in names]
    found = tracing.run(bundles, args.application, runtimes, ROOT / "tests")
    tracing.report(found, print)
    if args.json:
        tracing.write_json(found, args.json)
    return 0 if found.whole else 1


def _summary(findings: Sequence[Finding]) -> str:
    counts = {level: sum(f.severity == level for f in findings) for level in LEVELS}
    words = [f"{LEVELS[level]} {count}" for level, count in counts.items() if count]
    return "、".join(words) or "没有问题"


def _print_findings(findings: Sequence[Finding]) -> None:
    for f in findings:
        where = f"{f.file}{'#' + f.element if f.element else ''}"
        print(f"  {LEVELS[f.severity]} {f.code} {where}：{f.zh} {f.repair}".rstrip())


def _write_json(path: str, content: Any) -> None:
    Path(path).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _export(args: argparse.Namespace) -> int:
    target, words = Path(args.to), list(args.words)
    with closing(_open(args)) as engine:
        if words == [organisation.WHAT]:
            print(organisation.out(engine, organisation.wanted(args, target)))
        elif len(words) == 1:
            print(exchange.export(engine, words[0], args.version, target))
        elif len(words) == 2 and words[0] in registers.OUT:
            print(registers.OUT[words[0]](engine, words[1], target, args.login))
        else:
            _complain("请写 export 应用、export ledger 台账标识 或 export dossier 编号。")
            return 2
    return 0


def _import(args: argparse.Namespace) -> int:
    with closing(_open(args)) as engine:
        if args.what == "calendar":
            print(exchange.import_calendar(engine, args.calendar, args.file))
            return 0
        if args.what == organisation.WHAT:
            return organisation.bring(engine, organisation.wanted(args, args.file), print)
        found = registers.bring(engine, registers.wanted(args), _complain)
    print(registers.summary(found))
    return 1 if found.counts.get("refused") else 0


# --- data --------------------------------------------------------------------------------


def _verify(args: argparse.Namespace) -> int:
    database = open_database(_url(args))
    with database.read() as conn:
        damages = [*chain.verify(conn), *snapshots.verify(conn)]
    database.close()
    for damage in damages:
        print(f"案件 {damage.root_id} 第 {damage.no} 行：{damage.kind}")
    print("历史记录完整。" if not damages else f"发现 {len(damages)} 处损坏。")
    return 1 if damages else 0


def _migrate(args: argparse.Namespace) -> int:
    database = open_database(_url(args))
    before, after = schema.upgrade(database)
    database.close()
    print(f"数据库结构：{before or '空'} → {after}")
    return 0


def _limits(args: argparse.Namespace) -> int:
    bounding.ask_nothing()
    with closing(_open(args)) as engine:
        bounding.run(engine, args.words, print)
    return 0


def _test(args: argparse.Namespace) -> int:
    command = [sys.executable, "-m", "pytest", *args.words]
    return subprocess.call(command, cwd=ROOT)  # noqa: S603 -- our own interpreter and tests


if __name__ == "__main__":
    sys.exit(main())
