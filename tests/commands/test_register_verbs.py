"""shouhu import and export: progress, receipt, nothing by half, nothing twice."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.base.errors import InvalidRequest, NotFound
from engine.cli import main
from engine.sheets.read import read_table
from engine.store.tables import instance
from engine.verbs import registers
from tests.support import tables
from tests.support.tiny import Tiny, deploy

ROWS = 300
BROKEN = 10  # every so many rows one names a station that does not exist
LEDGER = """
id: problems
title: 问题台账
processes: [tiny_case]
columns:
  - {key: case_no, label: 编号, from: number, type: string}
  - {key: title, label: 问题, from: title, type: string}
  - {key: state, label: 状态, from: state, type: string}
"""
SQLITE = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


@pytest.fixture
def filled(tiny: Tiny) -> Tiny:
    files = {"imports/problems.yaml": tables.IMPORT, "ledgers/problems.yaml": LEDGER}
    deploy(tiny.engine, {p: t.encode() for p, t in files.items()}, base_version=1)
    return tiny


def rows_of(count: int) -> list[Sequence[Any]]:
    return [
        (None, "S1" if n % BROKEN else "S-404", f"问题{n:05}", 1 + n % 7, None, None, None)
        for n in range(1, count + 1)
    ]


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "旧台账.xlsx"
    path.write_bytes(tables.table(rows_of(ROWS)))
    return path


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))


def cases(tiny: Tiny) -> list[str]:
    query = sa.select(instance.c.number).where(instance.c.number.startswith("TN-"))
    return [row["number"] for row in tiny.rows(query)]


def bring(tiny: Tiny, path: Path, say: Any = lambda text: None, **more: Any) -> Any:
    return registers.bring(
        tiny.engine, registers.Table("problems", path, "field1", **more), say
    )


def test_a_table_comes_in_with_progress_and_a_receipt_by_row_and_column(
    filled: Tiny, sheet: Path
) -> None:
    told: list[str] = []
    run = bring(filled, sheet, told.append)
    assert (run.state, run.counts["created"], run.counts["refused"]) == ("done", 270, 30)
    assert "检查 200/300" in told
    assert len([one for one in told if one.startswith("写入")]) > 5
    receipt = read(sheet.parent / "旧台账-回执.csv")
    assert len(receipt) == ROWS
    refused = [row for row in receipt if row["结果"] == "未导入"]
    assert {row["栏目"] for row in refused} == {"管护站"}
    assert all(row["原因"] for row in refused)
    made = {row["编号"] for row in receipt if row["结果"] == "新建"}
    assert made == set(cases(filled))
    again = bring(filled, sheet)
    assert (again.counts["created"], again.counts["unchanged"]) == (0, 270)
    assert len(cases(filled)) == 270


def test_a_broken_off_import_goes_on_where_it_was(filled: Tiny, sheet: Path) -> None:
    def stop(text: str) -> None:
        if text.startswith("写入") and not text.startswith("写入 30/"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(filled, sheet, stop)
    before = len(cases(filled))
    assert 0 < before < 270
    run = bring(filled, sheet)
    assert (run.state, run.counts["created"]) == ("done", 270)  # the same run went on
    assert len(set(cases(filled))) == len(cases(filled)) == 270


def test_checking_only_writes_nothing(filled: Tiny, sheet: Path) -> None:
    run = bring(filled, sheet, check_only=True)
    assert (run.state, run.counts["create"], cases(filled)) == ("ready", 270, [])
    assert "没有写入" in registers.summary(run)


def test_what_cannot_be_brought_in_is_refused_with_what_can(filled: Tiny, sheet: Path) -> None:
    unknown = registers.Table("plans", sheet, "field1")
    with pytest.raises(NotFound, match="problems"):
        registers.bring(filled.engine, unknown, print)
    nobody = registers.Table("problems", sheet, "")
    with pytest.raises(InvalidRequest, match="--as"):
        registers.bring(filled.engine, nobody, print)


def test_a_ledger_goes_out_as_a_table_and_as_text(filled: Tiny, tmp_path: Path) -> None:
    for n in range(3):
        filled.start(what=f"乱占{n}")
    ledger, title = "problems", "乱占1"
    text = tmp_path / "台账.csv"
    registers.ledger_out(filled.engine, ledger, text, None)
    rows = read(text)
    assert len(rows) == 3
    assert any(title in "".join(map(str, row.values())) for row in rows)
    book = tmp_path / "台账.xlsx"
    registers.ledger_out(filled.engine, ledger, book, "field1")
    grid = read_table(book.name, book.read_bytes(), tuple(rows[0]), ())
    assert len(grid.rows) == 3
    with pytest.raises(InvalidRequest, match=r"\.xlsx"):
        registers.ledger_out(filled.engine, ledger, tmp_path / "台账.doc", None)


@SQLITE
def test_the_words_of_the_command_line(
    filled: Tiny, store_url: str, sheet: Path, data_dir: Path, capsys: Any
) -> None:
    place = ["--url", store_url, "--data", str(data_dir)]
    receipt = sheet.parent / "r.csv"
    words = ["import", "problems", str(sheet), "--as", "field1", "--receipt", str(receipt)]
    assert main([*words, *place]) == 1  # some rows were refused
    shown = capsys.readouterr()
    assert "新建 270，未导入 30" in shown.out
    assert "写入" in shown.err
    assert receipt.is_file()
    target = str(sheet.parent / "out.csv")
    assert main(["export", "ledger", "problems", "--to", target, *place]) == 0
    assert main(["export", "dossier", cases(filled)[0], "--to", target + ".zip", *place]) == 0
    assert main(["export", "register", "x", *place]) == 2
    assert main(["import", "problems", "no.xlsx", "--as", "field1", *place]) == 1


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_ten_thousand_rows_survive_a_kill_while_others_work(
    filled: Tiny, store_url: str, tmp_path: Path, data_dir: Path
) -> None:
    path = tmp_path / "大表.xlsx"
    path.write_bytes(tables.table(rows_of(10_000)))
    words = [sys.executable, "-m", "engine.cli", "import", "problems", str(path)]
    words += ["--as", "field1", "--url", store_url, "--data", str(data_dir)]
    killed_at_a_thousand(filled, words)
    out, err, waits = working_beside(filled, words)
    assert "新建 9000，未导入 1000" in out, err
    assert err.count("写入") > 100
    numbers = cases(filled)
    assert len(numbers) == len(set(numbers)) == 9000 + len(waits)
    assert sorted(waits)[len(waits) // 2] < 2  # seconds: the default lane goes on
    third = subprocess.run(words, capture_output=True, check=False)
    assert "无变化 9000，未导入 1000" in third.stdout.decode()
    assert len(cases(filled)) == 9000 + len(waits)


def killed_at_a_thousand(tiny: Tiny, words: list[str]) -> None:
    first = subprocess.Popen(words, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        while (before := len(cases(tiny))) < 1000:
            assert first.poll() is None
            time.sleep(0.5)
    finally:
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    assert before < 9000


def working_beside(tiny: Tiny, words: list[str]) -> tuple[str, str, list[float]]:
    """Let the command run and somebody register a case every second; give the waits."""
    waits: list[float] = []
    with subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as second:
        while second.poll() is None:
            begun = time.perf_counter()
            tiny.start(what=f"日常{len(waits)}")
            waits.append(time.perf_counter() - begun)
            time.sleep(1)
        out, err = (stream.decode() for stream in second.communicate())
    return out, err, waits
