"""Three years with work carried over, counted again from the history by a program apart."""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import cli
from engine.base.clock import FakeClock, shanghai
from engine.base.ids import CountingIds
from engine.bootstrap import build
from engine.engine import Engine
from engine.store import snapshots

ROOT = Path(__file__).parents[2]
PROBLEMS, MANY = 45, 3_000
YEARS = ("2023", "2024", "2025")


def lived(folder: Path, problems: int) -> Path:
    """Live through the three years; give the folder with year.db and report.json."""
    words = ["simulate", "--application", "jiangxi", "--years", "2023-2025", "--quiet"]
    words += ["--problems", str(problems), "--seed", "3", "--keep", str(folder / "year.db")]
    assert cli.main([*words, "--json", str(folder / "report.json")]) == 0
    return folder


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a small campaign of three years."""
    return lived(tmp_path_factory.mktemp("years"), PROBLEMS)


@pytest.fixture(scope="module")
def report(campaign: Path) -> dict[str, Any]:
    """Give its report."""
    found: dict[str, Any] = json.loads((campaign / "report.json").read_text())
    return found


def recounted(database: Path, folder: Path) -> tuple[int, dict[str, Any], str]:
    """Run the program apart, without anything of the engine in its reach."""
    script = shutil.copy(ROOT / "bench" / "recount.py", folder / "recount.py")
    file = folder / "recount.json"
    words = [sys.executable, "-I", str(script), str(database), "--json", str(file)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=folder, check=False)
    assert not done.stderr
    return done.returncode, json.loads(file.read_text()), done.stdout


def agrees(report: dict[str, Any], counted: dict[str, Any]) -> None:
    """Compare the report of the campaign, figure by figure and city by city."""
    for year in report["years"]:
        mine = counted["years"][str(year["year"])]
        for name, found in mine.items():
            figure = year["metrics"][name]
            held = [figure["numerator"] or 0, figure["denominator"]]
            assert found["recounted"] == found["frozen"] == held, (year["year"], name)
            told = year["breakdowns"][name]["city"]
            cities = {city: parts for city, parts in found["cities"].items() if parts[1]}
            assert cities == {city: [a or 0, b] for city, (a, b) in told.items()}


def test_three_years_reconcile_with_a_recount_from_the_history(
    campaign: Path, report: dict[str, Any], tmp_path: Path
) -> None:
    code, counted, said = recounted(campaign / "year.db", tmp_path)
    assert (code, counted["differences"]) == (0, [])
    assert "不一致 0 处" in said
    assert tuple(counted["years"]) == YEARS
    agrees(report, counted)


def test_the_campaign_has_everything_a_real_one_has(report: dict[str, Any]) -> None:
    assert (report["incidents"], report["refused"]) == (0, [])
    assert sum(report["states"].values()) == PROBLEMS
    by_year = {str(one["year"]): one["metrics"] for one in report["years"]}
    assert tuple(by_year) == YEARS
    assert all(by_year[year]["M-1"]["frozen"] for year in YEARS)
    for year in ("2023", "2024"):  # carried over the border, and met again in the next year
        following = by_year[str(int(year) + 1)]["N-4"]
        left = by_year[year]["N-1"]["denominator"]
        assert 0 < following["denominator"] <= left
    assert sum(by_year[year]["N-2"]["denominator"] for year in YEARS) > 0
    assert sum(by_year[year]["N-3"]["denominator"] for year in YEARS) > 0
    assert report["cases"]["jx_look_back"] > 0
    rebounds = [by_year[year]["M-4"]["numerator"] for year in YEARS]
    assert rebounds[0] == 0 < sum(rebounds)  # nothing is looked back at in the first year
    late = report["overdue"]["by_node"]
    assert late["compile_list"]["finished_late"] > 0
    assert report["cases"]["jx_rs_batch"] == 3 * len(YEARS)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("state = '已销号'", "冻结计入且完成"),
        ("state = '已列入清单'", "核算不计"),
    ],
)
def test_a_changed_event_is_found(
    campaign: Path, tmp_path: Path, broken: str, told: str
) -> None:
    shutil.copy(campaign / "year.db", tmp_path / "year.db")
    conn = sqlite3.connect(tmp_path / "year.db")
    query = """SELECT id, detail FROM history WHERE kind = 'NodeEntered'
        AND json_extract(detail, '$.state') = ? ORDER BY id LIMIT 1"""
    line, detail = conn.execute(query, (broken.split("'")[1],)).fetchone()
    changed = {**json.loads(detail), "state": "整改中"}
    conn.execute("UPDATE history SET detail = ? WHERE id = ?", (json.dumps(changed), line))
    conn.commit()
    conn.close()
    code, counted, said = recounted(tmp_path / "year.db", tmp_path)
    assert code == 1
    assert counted["differences"]
    assert told in said


def test_a_changed_frozen_row_is_found(campaign: Path, tmp_path: Path) -> None:
    shutil.copy(campaign / "year.db", tmp_path / "year.db")
    conn = sqlite3.connect(tmp_path / "year.db")
    number, rows = conn.execute("SELECT id, rows FROM snapshot WHERE year = 2024").fetchone()
    kept = json.loads(rows)
    row = next(one for one in kept["problem"] if one["marks"]["M-1"] == 1)
    row["marks"]["M-1"] = 2
    changed = json.dumps(kept).encode()
    conn.execute("UPDATE snapshot SET rows = ? WHERE id = ?", (changed, number))
    conn.commit()
    conn.close()
    code, counted, _ = recounted(tmp_path / "year.db", tmp_path)
    wanted = f"2024 M-1 {row['values']['problem_no']}：核算计入，冻结计入且完成"
    assert (code, counted["differences"]) == (1, [wanted])


@pytest.fixture
def engine(campaign: Path) -> Iterator[Engine]:
    """Open the database of the campaign once more."""
    clock = FakeClock(shanghai("2026-01-28 23:59"))
    made = build(f"sqlite:///{campaign / 'year.db'}", campaign, clock=clock, ids=CountingIds())
    yield made
    made.close()


def test_three_frozen_years_stand_the_check_of_their_digests(engine: Engine) -> None:
    with engine.database.read() as conn:
        assert snapshots.verify(conn) == []
        assert snapshots.years(conn, "jiangxi") == [2025, 2024, 2023]


@pytest.mark.parametrize("text", ["2023-", "2025-2023", "23-25", "x"])
def test_a_wrong_span_of_years_is_refused(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["simulate", "--application", "jiangxi", "--years", text]) == 1
    assert "请写成 2023-2025" in capsys.readouterr().err


@pytest.mark.long
def test_three_thousand_problems_reconcile(tmp_path: Path) -> None:
    lived(tmp_path, MANY)
    code, counted, _ = recounted(tmp_path / "year.db", tmp_path)
    assert (code, counted["differences"]) == (0, [])
    agrees(json.loads((tmp_path / "report.json").read_text()), counted)
