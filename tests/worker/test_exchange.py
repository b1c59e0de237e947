"""Verbs that bring files in and out: deploy, export, days of the working calendar."""

from pathlib import Path

import pytest

from engine.cli import main
from engine.library.bundle import read_folder, write_folder
from tests.support.tiny import APPS

YEAR = "date,is_workday,name\n2027-01-01,0,元旦\n2027-02-06,1,调休\n"


@pytest.fixture
def place(sqlite_url: str, data_dir: Path) -> list[str]:
    """Give the words that name a database of its own."""
    return ["--url", sqlite_url, "--data", str(data_dir)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a folder with the tiny application, which takes a table from a shared one."""
    write_folder(read_folder(APPS, "tiny"), tmp_path)
    main_file = tmp_path / "processes/tiny/application.yaml"
    main_file.write_text(main_file.read_text("utf-8") + "includes: [common]\n", "utf-8")
    shared = tmp_path / "processes/common/calendar/cn.csv"
    shared.parent.mkdir(parents=True)
    shared.write_text("date,is_workday,name\n2025-12-31,0,试\n", "utf-8")
    return tmp_path


def test_what_is_deployed_comes_back_to_its_folders(
    place: list[str], project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project / "processes/tiny"
    assert main(["deploy", str(folder), *place]) == 0
    assert main(["deploy", str(folder), *place]) == 0
    assert "tiny：已发布第 1 版\ntiny：内容没有变化，仍是第 1 版" in capsys.readouterr().out
    target = tmp_path / "elsewhere"
    assert main(["export", "tiny", "--to", str(target), *place]) == 0
    assert read_folder(target, "tiny") == read_folder(project, "tiny")
    assert (target / "processes/common/calendar/cn.csv").is_file()
    assert not (target / "processes/tiny/calendar").exists()
    # the exported folder remembers its version: what is made from it may be published
    note = target / "processes/tiny/note.md"
    note.write_text("新", "utf-8")
    assert main(["deploy", str(target / "processes/tiny"), *place]) == 0
    assert "已发布第 2 版" in capsys.readouterr().out


def test_days_are_imported_from_a_file(
    place: list[str], project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["deploy", str(project / "processes/tiny"), *place])
    file = tmp_path / "days.csv"
    file.write_text(YEAR, "utf-8")
    assert main(["import", "calendar", str(file), *place]) == 0
    assert "工作日历 cn：改动 2 天，整年录入 2027 年" in capsys.readouterr().out
    file.write_text("date,is_workday,name\n2026-10-10,0,停\n", "utf-8")
    assert main(["import", "calendar", str(file), *place]) == 0
    assert "工作日历 cn：改动 1 天\n" in capsys.readouterr().out


def test_a_wrong_file_is_named_row_by_row_and_nothing_is_imported(
    place: list[str], project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["deploy", str(project / "processes/tiny"), *place])
    file = tmp_path / "days.csv"
    file.write_text("date,is_workday,name\n2027-01-01,yes,元旦\n2027-02-30,0,无\n", "utf-8")
    assert main(["import", "calendar", str(file), *place]) == 1
    said = capsys.readouterr().err
    assert "第 2 行 is_workday" in said
    assert "第 3 行 date" in said
    assert main(["import", "calendar", str(tmp_path / "none.csv"), *place]) == 1
    assert main(["import", "calendar", str(file), "--calendar", "moon", *place]) == 1
    assert "没有应用使用工作日历“moon”" in capsys.readouterr().err
