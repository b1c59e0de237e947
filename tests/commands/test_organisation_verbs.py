"""shouhu import and export organisation: the page's checks, all or nothing, a line a row."""

import csv
import shutil
from pathlib import Path

import pytest

from engine.base.errors import InvalidRequest, NotAllowed, NotFound
from engine.cli import main
from engine.queries import organisation as asking
from engine.verbs.organisation import Move, bring, out
from tests.support.tiny import Tiny

SQLITE = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
UNITS = """编码,名称,级别,行政区划,角色,保护地,上级
U-NEW,丙县林草局,县级,990103,GRASS,,U-HEAD
U-BAD,丁县林草局,乡级,990109,GRASS,,
"""
BUNDLE = """
unit:
  - {code: U-NEW, name: 丙县林草局, level: 县级, region: "990103", roles: GRASS, parent: U-HEAD}
division:
  - {code: "990103", name: 丙县, parent_code: "990100"}
role:
  - {code: GRASS, name: 草原部门}
"""


def code_names(tiny: Tiny, kind: str) -> dict[str, str]:
    found = tiny.engine.ask(
        asking.records, tiny.actor("root"), application="tiny", kind=kind, number=1
    )
    return {one.code: one.label for one in found.items}


def receipt(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))


def test_tables_that_name_each_other_come_in_together_or_not_at_all(
    tiny: Tiny, tmp_path: Path
) -> None:
    file, told = tmp_path / "机构.yaml", []
    file.write_text(BUNDLE, encoding="utf-8")
    tried = Move(file, "tiny", login="root", check_only=True)
    assert bring(tiny.engine, tried, told.append) == 0
    assert told[-1] == "只是检查，没有写入。"
    assert "GRASS" not in code_names(tiny, "role")
    assert bring(tiny.engine, Move(file, "tiny", login="root"), told.append) == 0
    assert told[-1] == "已写入。"
    assert "单位：新增 1 行，修改 0 行，相同 0 行，拒绝 0 行。" in told
    assert code_names(tiny, "unit")["U-NEW"] == "丙县林草局"
    lines = receipt(tmp_path / "机构-回执.csv")
    assert [line["登记册"] for line in lines] == ["角色", "行政区划", "单位"]
    # The same again changes nothing; somebody without the right brings nothing.
    bring(tiny.engine, Move(file, "tiny", login="root"), told.append)
    assert "单位：新增 0 行，修改 0 行，相同 1 行，拒绝 0 行。" in told
    with pytest.raises(NotAllowed):
        bring(tiny.engine, Move(file, "tiny", login="wood1"), told.append)


def test_a_refused_row_stops_the_file_unless_it_may_be_left_out(
    tiny: Tiny, tmp_path: Path
) -> None:
    bundle, file, told = tmp_path / "a.yaml", tmp_path / "units.csv", []
    bundle.write_text(BUNDLE.partition("division:")[2].join(["division:", ""]), "utf-8")
    assert bring(tiny.engine, Move(bundle, "tiny", login="root"), told.append) == 0
    file.write_text(UNITS, encoding="utf-8")
    assert bring(tiny.engine, Move(file, "tiny", login="root"), told.append) == 1
    assert told[-1].startswith("有 1 行被拒绝，全部没有写入")
    assert "U-NEW" not in code_names(tiny, "unit")
    lines = [tuple(row.values())[1:] for row in receipt(tmp_path / "units-回执.csv")]
    assert lines == [
        ("2", "U-NEW", "新增", "", ""),
        ("3", "U-BAD", "拒绝", "级别", lines[1][4]),
        ("3", "U-BAD", "拒绝", "行政区划", "没有行政区划“990109”"),
    ]
    assert lines[1][4].startswith("应为 province（省级）")
    partly = Move(file, "tiny", login="root", skip_refused=True)
    assert bring(tiny.engine, partly, told.append) == 1
    assert told[-1] == "已写入；被拒绝的 1 行没有写入。"
    assert "U-NEW" in code_names(tiny, "unit")


def test_what_goes_out_comes_in_again_as_it_was(tiny: Tiny, tmp_path: Path) -> None:
    told: list[str] = []
    for name in ("all", "all.yaml"):
        target = tmp_path / name
        assert "4 个登记册，" in out(tiny.engine, Move(target, "tiny", login="root"))
        again = Move(target, "tiny", login="root")
        assert bring(tiny.engine, again, told.append) == 0
        rows = receipt(tmp_path / "all-回执.csv")
        assert len(rows) > 10
        assert {row["结果"] for row in rows} == {"相同"}, name
        shutil.rmtree(target) if target.is_dir() else target.unlink()


@SQLITE
def test_what_cannot_be_meant_is_told(tiny: Tiny, tmp_path: Path) -> None:
    file = tmp_path / "things.csv"
    file.write_text("code,name\nX,x\n", encoding="utf-8")
    for move, error, text in (
        (Move(file, "tiny"), InvalidRequest, "--as"),
        (Move(file, "tiny", login="root"), NotFound, "没有名为“things”的登记册"),
        (Move(file, "other", login="root"), NotFound, "没有应用“other”"),
        (Move(tmp_path / "no.csv", "tiny", "role", "root"), InvalidRequest, "不能读取"),
        (Move(tmp_path / "x.xlsx", "tiny", "role", "root"), InvalidRequest, "不是 .csv"),
    ):
        with pytest.raises(error, match=text):
            bring(tiny.engine, move, print)
    with pytest.raises(InvalidRequest, match=r"一个 \.csv 只能写一个登记册"):
        out(tiny.engine, Move(file, "tiny", login="root"))


@SQLITE
def test_the_verbs_are_typed(
    tiny: Tiny,
    store_url: str,
    data_dir: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert tiny.actor("root").rights  # the database is there, with its people
    place = ["--url", store_url, "--data", str(data_dir), "--as", "root"]
    target = tmp_path / "units.csv"
    words = ["organisation", "--application", "tiny", "--register", "单位"]
    assert main(["export", *words, "--to", str(target), *place]) == 0
    text = target.read_text(encoding="utf-8-sig").replace("甲县水务局", "甲县水利局")
    target.write_text(text, encoding="utf-8")
    again = ["import", "organisation", str(target), "--since", "2025-06-01"]
    assert main([*again, *place]) == 0
    shown = capsys.readouterr().out
    assert "单位：新增 0 行，修改 1 行，相同 5 行，拒绝 0 行。" in shown
    assert main([*again[:-1], "1 June", *place]) == 1
