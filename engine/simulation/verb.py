"""`shouhu simulate`: its words, its temporary database, its report file."""

import argparse
import gc
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path

from engine.base.clock import FakeClock, shanghai
from engine.base.errors import Conflict, InvalidRequest
from engine.base.ids import CountingIds
from engine.bootstrap import build
from engine.engine import Engine
from engine.library import bundle
from engine.simulation.simulate import Say, Wish, simulate, tell
from engine.store import schema
from engine.store.database import open_database, throw_away

_DIGITS = 4  # of a year


def add_words(parser: argparse.ArgumentParser) -> None:
    """Declare the words of the verb."""
    parser.add_argument("--application", required=True, help="应用，processes/ 下的目录名")
    span = parser.add_mutually_exclusive_group(required=True)
    span.add_argument("--year", type=int, help="年度")
    span.add_argument("--years", metavar="2023-2025", help="连续几年，跨年结转")
    parser.add_argument("--problems", type=int, default=100, help="共登记多少件，默认 100")
    parser.add_argument("--seed", default="1", help="随机种子：同一种子得到同一报告")
    parser.add_argument("--json", metavar="FILE", help="报告写成 JSON；只有 timing 会变")
    parser.add_argument("--database", help="数据库地址（须为空库）；默认用临时 SQLite")
    parser.add_argument("--keep", metavar="FILE", help="留下 SQLite 数据库文件，供独立核算")
    parser.add_argument("--runtime", help="运行引擎：kernel 或 spiffworkflow")
    parser.add_argument("--quiet", action="store_true", help="不显示进度")


def run(args: argparse.Namespace, root: Path, say: Say, progress: Say) -> int:
    """Simulate the application below ROOT as ARGS say; SAY the report and write the file."""
    found = bundle.read_folder(root, args.application)
    first, last = years(args)
    wish = Wish(found, first, args.problems, args.seed, last)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shouhu-")))
        clock = FakeClock(shanghai(f"{first}-01-01 00:00"))
        engine = stack.enter_context(closing(_engine(args, folder, clock)))
        gc.set_threshold(100_000, 20, 100)  # few cycles; looking for them costs 3 %
        report = simulate(engine, clock, wish, _silent if args.quiet else progress)
        tell(report, say)
        if args.json:
            Path(args.json).write_bytes(report.as_json())
    return 1 if report.incidents or report.refused else 0


def years(args: argparse.Namespace) -> tuple[int, int]:
    """Read --year or --years FIRST-LAST."""
    first, dash, last = (args.years or str(args.year)).partition("-")
    span = (first, last if dash else first)
    if not all(one.isdecimal() and len(one) == _DIGITS for one in span) or span[1] < span[0]:
        raise InvalidRequest(f"“{args.years}”不是年度，请写成 2023-2025。")
    return int(span[0]), int(span[1])


def _engine(args: argparse.Namespace, folder: Path, clock: FakeClock) -> Engine:
    """Build an engine on the empty database of ARGS, else on a file below FOLDER."""
    kept = Path(args.keep).absolute() if args.keep else folder / "simulation.db"
    if args.keep and args.database:
        raise InvalidRequest("--keep 只用于临时 SQLite 数据库，不能与 --database 同用。")
    url = args.database or f"sqlite:///{kept}"
    database = open_database(url)
    fresh = schema.is_empty(database)
    if fresh:
        schema.upgrade(database)
    database.close()
    if not fresh:
        raise Conflict("模拟只在空数据库中运行，以免与真实案件混在一起。")
    engine = build(url, folder, clock=clock, ids=CountingIds(), override=args.runtime)
    if not args.database and not args.keep:
        throw_away(engine.database)
    return engine


def _silent(text: str) -> None:
    del text
