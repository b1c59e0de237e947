"""A small campaign through the real engine: complete, sound, repeatable, and well counted."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine import cli
from engine.base.actor import SYSTEM
from engine.base.clock import FakeClock, shanghai
from engine.base.ids import CountingIds
from engine.base.sieve import Sieve
from engine.commands.accounts import CreatePerson
from engine.engine import Engine
from engine.library.bundle import read_folder
from engine.library.yaml_text import read_yaml
from engine.simulation.simulate import Report, Wish, simulate
from engine.store import ledger_rows, schema, snapshots
from engine.store.database import open_database
from engine.store.machine import incident
from engine.store.tables import instance
from tests.support.engines import build
from tests.support.invariants import check_invariants
from tests.support.scenario import PASSWORD, Browser
from web.app import create_app
from web.session import Passwords

ROOT = Path(__file__).parents[2]
PROBLEMS = 20
FINAL = {"已备案", "剔除", "结转"}


@dataclass
class Year:
    """A campaign that is over: its engine, its report and what was told on the way."""

    engine: Engine
    report: Report
    told: list[str]


def play(folder: Path, seed: str, problems: int) -> Year:
    """Play 2025 of Jiangxi on a fresh SQLite file."""
    url = f"sqlite:///{folder / 'year.db'}"
    database = open_database(url)
    schema.upgrade(database)
    database.close()
    clock, told = FakeClock(shanghai("2025-01-01 00:00")), []
    engine = build(url, folder, clock=clock, ids=CountingIds())
    wish = Wish(read_folder(ROOT, "jiangxi"), 2025, problems, seed)
    return Year(engine, simulate(engine, clock, wish, told.append), told)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """Give the campaign of seed 1."""
    made = play(tmp_path_factory.mktemp("year"), "1", PROBLEMS)
    yield made
    made.engine.close()


def rows(engine: Engine, query: Any) -> list[dict[str, Any]]:
    with engine.database.read() as conn:
        return [dict(row) for row in conn.execute(query).mappings()]


def test_every_problem_ends_final_or_carried_over(year: Year) -> None:
    assert sum(year.report.states.values()) == PROBLEMS
    assert set(year.report.states) <= FINAL, year.report.states
    assert "结转" in year.report.states  # the seed is chosen so that something is left


def test_nothing_was_refused_and_nothing_stands_still(year: Year) -> None:
    assert year.report.refused == []
    assert rows(year.engine, sa.select(incident)) == []
    check_invariants(year.engine)
    with year.engine.database.read() as conn:
        assert snapshots.verify(conn) == []


def test_carrying_over_does_not_move_the_frozen_figures(year: Year) -> None:
    """Their year is 2026 by now; in the frozen figures of 2025 they still stand."""
    carried = year.report.states["结转"]
    left = rows(year.engine, sa.select(instance).where(instance.c.state_name == "结转"))
    assert {row["year"] for row in left} == {2026}
    frozen = year.report.metrics["M-2"]
    assert frozen["denominator"] - frozen["numerator"] == carried
    assert year.report.metrics["M-2"]["now"] == frozen["shown"]  # as of 31 December, recomputed


def test_phases_and_progress_are_told(year: Year) -> None:
    titles = [phase["title"] for phase in year.report.phases]
    assert titles == ["全面排查", "集中审核", "推进整改", "销号核准"]
    assert all(phase["states"] for phase in year.report.phases)
    assert sum("已登记" in line for line in year.told) >= 12


def test_one_seed_gives_one_report(
    year: Year, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "report.json"
    words = ["simulate", "--application", "jiangxi", "--year", "2025", "--quiet"]
    words += ["--problems", str(PROBLEMS), "--json", str(file)]
    assert cli.main([*words, "--seed", "1"]) == 0
    again = json.loads(file.read_text())
    assert "整改完成率" in capsys.readouterr().out
    timing = again.pop("timing")
    assert set(timing) == {"cpu_s", "wall_s", "steps_per_second"}
    first = json.loads(year.report.as_json())
    del first["timing"]
    assert again == first


@pytest.mark.long
def test_another_seed_gives_another_report(year: Year, tmp_path: Path) -> None:
    other = play(tmp_path, "2", PROBLEMS)
    other.engine.close()
    assert sum(other.report.states.values()) == PROBLEMS
    assert other.report.phases != year.report.phases


def test_a_database_with_cases_is_not_simulated_into(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'used.db'}"
    database = open_database(url)
    schema.upgrade(database)
    database.close()
    words = ["simulate", "--application", "jiangxi", "--year", "2025", "--database", url]
    assert cli.main(words) == 1
    assert "只在空数据库中运行" in capsys.readouterr().err


@pytest.fixture(scope="module")
def people(year: Year) -> dict[str, Browser]:
    """Give an overseer of everything and the person of one city, signed in."""
    app = create_app(year.engine, testing=True)
    secret = Passwords(memory_kib=64, rounds=1).hash(PASSWORD)
    posts = {"overseer": (), "city": (("360400-LY", "clerk"),)}
    found = {}
    for login, held in posts.items():
        rights = ("all_regions", "scheduler") if login == "overseer" else ()
        command = CreatePerson(login, login, secret, rights, held)
        year.engine.execute(command, SYSTEM)
        found[login] = Browser(app.test_client(), login)
        found[login].sign_in()
    return found


def test_every_figure_opens_exactly_its_rows(year: Year, people: dict[str, Browser]) -> None:
    overseer = people["overseer"]
    board = overseer.get("/metrics", year="2025")
    figures, lists = ([one["id"] for one in board if one["id"][0] == x] for x in "MN")
    assert figures == [f"M-{number}" for number in range(1, 8)]
    assert lists == [f"N-{number}" for number in range(1, 5)]
    for one in board:
        at = f"/metrics/jiangxi/{one['id']}"
        for frozen in ("false", "true") if one["frozen"] else ("false",):
            told = overseer.get(at, year="2025", frozen=frozen)
            figure = told["figure"]
            rows = overseer.get(f"{at}/rows", year="2025", frozen=frozen)
            assert len(rows) == figure["denominator"]
            hits = overseer.get(f"{at}/rows", year="2025", frozen=frozen, part="hit")
            assert len(hits) == (figure["numerator"] or 0)
            for breakdown in told["breakdowns"]:
                groups = breakdown["groups"]
                assert sum(g["figure"]["denominator"] for g in groups) == len(rows)
                for first in groups[:1]:
                    narrow = {"column": breakdown["key"], "value": first["value"]}
                    opened = overseer.get(f"{at}/rows", year="2025", frozen=frozen, **narrow)
                    assert len(opened) == first["figure"]["denominator"]


def test_a_city_sees_its_own_rows_of_the_frozen_figures(
    year: Year, people: dict[str, Browser]
) -> None:
    whole = people["overseer"].get("/metrics/jiangxi/M-1/rows", year="2025", frozen="true")
    mine = people["city"].get("/metrics/jiangxi/M-1/rows", year="2025", frozen="true")
    wanted = {row["caseId"] for row in whole if row["values"]["city"] == "360400"}
    assert {row["caseId"] for row in mine} == wanted
    assert 0 < len(wanted) < len(whole)


def test_a_form_is_offered_rows_from_the_whole_ledger_however_long_it_is(
    year: Year, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = read_folder(ROOT, "jiangxi").files["ledgers/problem.yaml"]
    ledger = read_yaml(told)
    monkeypatch.setattr(ledger_rows, "MOST", 4)  # rows judged at a time, and kept at most
    keys = frozenset(("problem_no", "status"))
    with year.engine.database.read() as conn:
        for state in ("结转", "剔除"):
            wanted = year.report.states.get(state, 0)
            sieve = Sieve(keys, keys, lambda row, state=state: row["status"] == state)
            found = ledger_rows.all_rows(conn, SYSTEM, ledger, lambda _: {}, sieve)
            assert len(found) == min(wanted, 4)
            assert found == sorted(found, key=lambda row: row["problem_no"])
        assert wanted < 4 < PROBLEMS


def test_the_service_ledger_looks_at_every_case_not_only_at_the_first_of_them(
    year: Year, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = read_yaml(read_folder(ROOT, "jiangxi").files["ledgers/problem.yaml"])
    keys = ("problem_no", "problem_type", "key4")
    with year.engine.database.read() as conn:
        whole = ledger_rows.chosen(conn, ledger, {}, keys, lambda _: {})
        last = whole[-1]
        monkeypatch.setattr(ledger_rows, "MOST", 3)  # read at a time; one more tells of more
        for key in keys:  # of the case, a text kept for search, what only Python can judge
            wanted = [row for row in whole if row[key] == last[key]]
            found = ledger_rows.chosen(conn, ledger, {key: [last[key]]}, keys, lambda _: {})
            assert len(found) == min(len(wanted), 4)
            assert all(row in wanted for row in found)
        both = {"key4": [last["key4"]], "problem_type": [last["problem_type"]]}
        both["problem_no"] = [last["problem_no"], whole[0]["problem_no"]]
        assert last in ledger_rows.chosen(conn, ledger, both, keys, lambda _: {})
        assert len(ledger_rows.chosen(conn, ledger, {}, keys, lambda _: {})) == 4


def test_the_pages_show_the_figures_and_link_to_their_rows(people: dict[str, Browser]) -> None:
    client = people["overseer"].client
    board = client.get("/report?year=2025").text
    assert "整改完成率" in board
    assert "/report/jiangxi/M-1?year=2025&amp;part=hit" in board
    assert "冻结时刻" in board
    page = client.get("/report/jiangxi/M-1?year=2025&frozen=1&city=360400").text
    assert "看现值" in page
    assert page.count("JX-2025-3604-") > 0
    assert "JX-2025-3601-" not in page.split('id="rows"')[1]
    for kind, head in (("pdf", b"%PDF-"), ("docx", b"PK")):
        paper = client.get(f"/report/jiangxi/M-1/print.{kind}?year=2025&frozen=1")
        assert (paper.status_code, paper.data[: len(head)]) == (200, head)
    assert client.get("/report/jiangxi/M-99").status_code == 404
    assert client.get("/report/jiangxi/M-1?year=2031&frozen=1").status_code == 404
    assert client.get("/report?year=2031").status_code == 200
