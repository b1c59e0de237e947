"""`shouhu bench`: which works in which sizes, the table for people, the JSON for machines."""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measure import SYSTEMS, Bench, Record, kernel
from bench.place import places
from bench.verdicts import verdicts
from bench.works import Items, Timers, Work
from bench.works import Sequence as Chain

WORKS = ("A", "B", "C", "kernel")
DATABASES = ("sqlite", "postgresql", "none")
SIZES = (10, 100, 1_000, 5_000)  # items of work B


@dataclass(frozen=True, slots=True)
class Part:
    """Works whose rounds are interleaved with each other."""

    works: tuple[Work, ...]
    rounds: int


def plan(names: Sequence[str], *, quick: bool) -> list[Part]:
    """Give the works called NAMES with their sizes; QUICK: fewer and shorter rounds.

    Only the long run goes through all items of the large cases of B, up to the join.
    """
    rounds = 3 if quick else 5
    made: list[Part] = []
    if "A" in names:
        made.append(Part((Chain("A", 60 if quick else 200),), rounds + 2))
    if "B" in names:
        slices = {n: 40 if quick else max(200, -(-n // (rounds + 1))) for n in SIZES}
        made.append(Part(tuple(Items("B", n, slices[n]) for n in SIZES), rounds))
    if "C" in names:
        made.append(Part((Timers("C", 50 if quick else 200),), rounds))
    return made


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="shouhu bench", description="测量：每次办理、每个定时的开销，与参照系统同场比较"
    )
    parser.add_argument("--quick", action="store_true", help="两分钟以内的短测")
    parser.add_argument("--json", metavar="FILE", type=Path, help="把记录写成 JSON")
    for name, known in (("works", WORKS), ("systems", SYSTEMS), ("databases", DATABASES)):
        text = f"只测其中几项，逗号分隔：{'、'.join(known)}"
        parser.add_argument(f"--{name}", metavar="…", help=text, default=",".join(known))
    parser.add_argument("--evidence", action="store_true", help="参考引擎的三项缺陷与内核对照")
    parser.add_argument("--scale", action="store_true", help="内核在 5,000 规模下每步的开销")
    args = parser.parse_args(words)
    for name, known in (("works", WORKS), ("systems", SYSTEMS), ("databases", DATABASES)):
        chosen = [word for word in getattr(args, name).split(",") if word]
        for word in chosen:
            if word not in known:
                parser.error(f"--{name} 不认识“{word}”，可选：{'、'.join(known)}")
        setattr(args, name, chosen)
    return args


def run(args: argparse.Namespace) -> list[Record]:
    """Measure what ARGS ask for."""
    records: list[Record] = []
    with places() as made:
        bench = Bench(made, args.systems, _progress)
        for database in (name for name in args.databases if name != "none"):
            for part in plan(args.works, quick=args.quick):
                records += bench.run(part.works, database, part.rounds)
    if "kernel" in args.works and "none" in args.databases:
        records += kernel(args.systems, 5, 10 if args.quick else 50)
    return records


def main(args: argparse.Namespace) -> int:
    """Measure, print, write."""
    records = run(args)
    print("\n".join(table(records)))
    found = verdicts(records)
    for one in found:
        print(one.line())
    if args.json:
        report = {
            "records": [one.as_dict() for one in records],
            "verdicts": [one.as_dict() for one in found],
        }
        args.json.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


def _progress(text: str) -> None:
    print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def table(records: Iterable[Record]) -> list[str]:
    """Give the lines of the table: milliseconds per completion or timer."""
    words = ("cpu", "client", "server", "min", "max", "wall", "rate/s")
    head = f"{'work':7}{'database':12}{'n':>6} {'system':20}"
    head += "".join(f"{word:>8}" for word in words)
    lines = ["每次办理或每个定时的毫秒数", f"{head}{'stmts':>7}{'commits':>8}"]
    for r in records:
        line = f"{r.work:7}{r.database:12}{r.n:>6} {r.system:20}"
        parts = (r.cpu_ms, r.cpu_client_ms, r.cpu_server_ms, r.cpu_min_ms, r.cpu_max_ms)
        line += "".join(f"{part:8.3f}" for part in (*parts, r.wall_ms))
        lines.append(f"{line}{r.rate:8.0f}{_count(r.statements):>7}{_count(r.commits):>8}")
    return lines


def _count(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
