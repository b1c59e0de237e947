"""An import file for the tiny application, and tables to send with it."""

import hashlib
from collections.abc import Sequence
from typing import Any

from engine.commands.imports import BeginImport, ConfirmImport
from engine.queries import imports
from engine.sheets.write import Column, Layout, write
from tests.support.tiny import Tiny, deploy

IMPORT = """
id: problems
title: 问题清单
process: tiny_case
form: report
columns:
  - {key: number, label: 编号, role: number}
  - {key: station, label: 管护站}
  - {key: what, label: 问题}
  - {key: area, label: 面积, note: 单位公顷}
  - {key: found_on, label: 发现日期}
  - {key: status, label: 状态, role: state}
  - {key: old_no, label: 原编号, type: string}
key: [station, what]
merge: [area]
default: 已登记
states:
  已登记: {}
  审核中: {anchor: review, set: {reviewed_before: "area > 1"}}
  已销号: {anchor: closed, state: 已销号}
sheet: {title: 问题清单, foot: ["填报单位（章）："]}
"""
LABELS = ("编号", "管护站", "问题", "面积", "发现日期", "状态", "原编号")
FOOT = ("填报单位（章）：",)
ROWS: Sequence[Sequence[Any]] = (
    (None, "清水保护地", "乱占林地", 3, "2024-05-06", None, "L-1"),
    (None, "S1", "堆土", "1.5", None, "审核中", "L-2"),
    (None, "清水保护地（S1）", "挖沙", 2, None, "已销号", "L-3"),
)


def table(rows: Sequence[Sequence[Any]] = ROWS) -> bytes:
    columns = tuple(Column(label) for label in LABELS)
    return write(Layout("表", "问题清单", columns, foot=FOOT), rows)


def with_import(tiny: Tiny, **changes: str) -> None:
    text = IMPORT
    for old, new in changes.items():
        text = text.replace(old, new)
    deploy(tiny.engine, {"imports/problems.yaml": text.encode()}, base_version=1)


def send(tiny: Tiny, content: bytes, login: str = "field1", name: str = "a.xlsx") -> int:
    tiny.engine.files.put([content])
    digest = hashlib.sha256(content).hexdigest()
    made = tiny.do(login, BeginImport("tiny", "problems", digest, name))
    return int(made.id)


def checked(tiny: Tiny, content: bytes, login: str = "field1", name: str = "a.xlsx") -> Any:
    run_id = send(tiny, content, login, name)
    tiny.worker.run_due()
    return look(tiny, run_id, login)


def taken(tiny: Tiny, content: bytes, login: str = "field1", name: str = "a.xlsx") -> Any:
    found = checked(tiny, content, login, name)
    assert found.state == "ready", found.error
    tiny.do(login, ConfirmImport(found.id))
    tiny.worker.run_due()
    return look(tiny, found.id, login)


def look(tiny: Tiny, run_id: int, login: str = "field1") -> Any:
    return tiny.engine.ask(imports.run, tiny.actor(login), run_id=run_id)


def receipts(tiny: Tiny, run_id: int, login: str = "field1", **more: Any) -> Any:
    return tiny.engine.ask(imports.receipts, tiny.actor(login), run_id=run_id, **more)
