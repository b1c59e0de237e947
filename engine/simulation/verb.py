"""`shouhu simulate`: its words, its temporary database, its report file."""

import argparse
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path

from engine.base.clock import FakeClock, shanghai
from engine.base.errors import Conflict
from engine.base.ids import CountingIds
from engine.bootstrap import build
from engine.engine import Engine
from engine.library import bundle
from engine.simulation.simulate import Say, Wish, simulate, tell
from engine.store import schema
from engine.store.database import open_database


def add_words(parser: argparse.ArgumentParser) -> None:
    """Declare the words of the verb."""
    parser.add_argument("--application", required=True, help="应用，processes/ 下的目录名")
    parser.add_argument("--year", type=int, required=True, help="年度")
    parser.add_argument("--problems", type=int, default=100, help="登记多少件，默认 100")
    parser.add_argument("--seed", default="1", help="随机种子：同一种子得到同一报告")
    parser.add_argument("--json", metavar="FILE", help="报告写成 JSON；只有 timing 会变")
    parser.add_argument("--database", help="数据库地址（须为空库）；默认用临时 SQLite")
    parser.add_argument("--runtime", help="运行引擎：kernel 或 spiffworkflow")
    parser.add_argument("--quiet", action="store_true", help="不显示进度")


def run(args: argparse.Namespace, root: Path, say: Say, progress: Say) -> int:
    """Simulate the application below ROOT as ARGS say; SAY the report and write the file."""
    found = bundle.read_folder(root, args.application)
    wish = Wish(found, args.year, args.problems, args.seed)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shouhu-")))
        clock = FakeClock(shanghai(f"{args.year}-01-01 00:00"))
        engine = stack.enter_context(closing(_engine(args, folder, clock)))
        report = simulate(engine, clock, wish, _silent if args.quiet else progress)
        tell(report, say)
        if args.json:
            Path(args.json).write_bytes(report.as_json())
    return 1 if report.incidents or report.refused else 0


def _engine(args: argparse.Namespace, folder: Path, clock: FakeClock) -> Engine:
    """Build an engine on the empty database of ARGS, else on a file below FOLDER."""
    url = args.database or f"sqlite:///{folder / 'simulation.db'}"
    database = open_database(url)
    fresh = schema.is_empty(database)
    if fresh:
        schema.upgrade(database)
    database.close()
    if not fresh:
        raise Conflict("模拟只在空数据库中运行，以免与真实案件混在一起。")
    return build(url, folder, clock=clock, ids=CountingIds(), override=args.runtime)


def _silent(text: str) -> None:
    del text
