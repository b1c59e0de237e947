"""shouhu trace: every requirement with what carries it and what tests it."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.context import Runtimes
from engine.library.bundle import Bundle
from engine.queries.carriers import KINDS
from engine.queries.marks import Test, marked_tests
from engine.queries.trace import Carrier, Status, Trace, Traced, of_bundle, trace

WORDS: Mapping[Status, str] = {"carried": "已落实", "explained": "已说明", "missing": "未落实"}
Print = Callable[[str], None]


def run(bundles: Sequence[Bundle], wanted: str, runtimes: Runtimes, tests: Path) -> Trace:
    """Trace the requirements of BUNDLES; WANTED ("" = all) names one application."""
    found = trace([of_bundle(bundle, runtimes) for bundle in bundles], marked_tests(tests))
    if not wanted:
        return found
    rows = tuple(row for row in found.rows if row.application == wanted)
    return Trace(rows, found.wrong)


def report(found: Trace, say: Print) -> None:
    """Say it line by line, then the sum."""
    for row in found.rows:
        one = row.requirement
        say(f"{one.id}　{one.title}：{WORDS[row.status]}")
        if one.explained:
            say(f"  说明　{one.explained}")
        for kind, names in _grouped(row.carriers).items():
            say(f"  {KINDS[kind]}　{'、'.join(names)}")
        if row.tests:
            say("  测试　" + "、".join(map(_named, row.tests)))
    for text in found.wrong:
        say(f"错误　{text}")
    if found.thin:
        say(f"没有测试的要求：{'、'.join(found.thin)}")
    counts = "，".join(f"{WORDS[key]} {found.count(key)}" for key in WORDS)
    say(f"共 {len(found.rows)} 条要求：{counts}。")


def _named(test: Test) -> str:
    return f"{test.file}::{test.name}"


def _grouped(carriers: Sequence[Carrier]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in carriers:
        part = one.part
        place = f"{part.holder}.{part.part}" if part.part else part.holder
        name = f"{part.name}（{place}）" if part.name != place else part.name
        found.setdefault(part.kind, []).append(name)
    return {kind: found[kind] for kind in KINDS if kind in found}


def as_json(found: Trace) -> dict[str, Any]:
    """Give the machine-readable form: counts, requirements, references that name nothing."""
    return {
        "requirements": len(found.rows),
        "carried": found.count("carried"),
        "explained": found.count("explained"),
        "missing": [r.requirement.id for r in found.rows if r.status == "missing"],
        "thin": list(found.thin),
        "wrong": list(found.wrong),
        "rows": [_row(row) for row in found.rows],
    }


def _row(row: Traced) -> dict[str, Any]:
    one = row.requirement
    return {
        "id": one.id,
        "application": row.application,
        "title": one.title,
        "summary": one.summary,
        "status": row.status,
        "explained": one.explained,
        "carriers": [_carrier(carrier) for carrier in row.carriers],
        "tests": list(map(_named, row.tests)),
    }


def _carrier(carrier: Carrier) -> dict[str, str]:
    part = carrier.part
    return {
        "application": carrier.application,
        "kind": part.kind,
        "file": part.file,
        "reference": part.reference,
        "name": part.name,
        "basis": part.basis,
    }


def write_json(found: Trace, path: Path) -> None:
    """Write the machine-readable form to PATH."""
    text = json.dumps(as_json(found), ensure_ascii=False, indent=1)
    path.write_text(text, encoding="utf-8")
