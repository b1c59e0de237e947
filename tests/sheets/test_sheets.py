"""Written tables read back as written; hostile files are refused, each by name."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from engine.base.errors import InvalidRequest, ShouhuError, TooLarge
from engine.sheets.read import read_sheet, read_text
from engine.sheets.write import Column, Layout, write

LABELS = ("编号", "类型", "日期", "面积")
LAYOUT = Layout(
    "问题清单",
    "某市问题清单",
    (Column("编号", 12, required=True, note="不可重复"), Column("类型", 10, ("甲", "乙")),
     Column("日期"), Column("面积")),
    lines=("单位：公顷",),
    foot=("填报单位（签章）：",),
)  # fmt: skip
ROWS = [
    ("A-1", "甲", date(2025, 3, 18), Decimal("0.1234")),
    ("A-2", None, None, 3),
    ("=1+1", "+乙", None, None),
]


def test_rows_come_back_as_they_were_written() -> None:
    grid = read_sheet(write(LAYOUT, ROWS), LABELS, LAYOUT.foot)
    assert grid.labels == LABELS
    assert [number for number, _ in grid.rows] == [4, 5, 6]
    assert [tuple(cells.values()) for _, cells in grid.rows] == ROWS


def test_no_written_cell_is_a_formula() -> None:
    texts = ("=cmd|' /C calc'!A0", "+1", "-1", "@x", "\tx")
    rows = [(text, None, None, None) for text in texts]
    sheet = openpyxl.load_workbook(io.BytesIO(write(LAYOUT, rows))).worksheets[0]
    cells = [row[0] for row in sheet.iter_rows(min_row=4, max_row=8)]
    assert all(cell.data_type == "s" for cell in cells)
    assert all(str(cell.value).startswith("'") for cell in cells)


def test_the_layout_is_official() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(write(LAYOUT, ROWS))).worksheets[0]
    assert sheet["A1"].value == "某市问题清单"
    assert sheet["A3"].value == "编号*"
    assert sheet["A3"].comment.text == "不可重复"
    assert sheet.freeze_panes == "A4"
    assert sheet.column_dimensions["A"].width == 12
    assert sheet["A7"].value == "填报单位（签章）："
    assert [rule.sqref for rule in sheet.data_validations.dataValidation] != []


def test_characters_no_sheet_can_hold_are_left_out() -> None:
    written = write(LAYOUT, [("a\x00b\x0bc\ud800", None, None, None)])
    grid = read_sheet(written, LABELS, LAYOUT.foot)
    assert grid.rows[0][1]["编号"] == "abc"


def test_a_pasted_text_is_read_with_quoted_line_breaks() -> None:
    grid = read_text('编号\t类型\r\n1\t"甲\n乙"\r\n\r\n2\t丙\r\n', LABELS)
    assert [cells for _, cells in grid.rows] == [
        {"编号": "1", "类型": "甲\n乙"},
        {"编号": "2", "类型": "丙"},
    ]


@pytest.mark.parametrize("text", ["", "张三\t李四\n1\t2", "编号\t编号\t类型\n1\t2\t3"])
def test_without_its_header_nothing_is_read(text: str) -> None:
    with pytest.raises(InvalidRequest, match="表头"):
        read_text(text, LABELS)


def packed(changes: dict[str, bytes], base: bytes = b"") -> bytes:
    """Give a good sheet with parts of CHANGES put in."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(base or write(LAYOUT, ROWS))) as good,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            if name not in changes:
                bad.writestr(name, good.read(name))
        for name, content in changes.items():
            bad.writestr(name, content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
XXE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LINK = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="r1" TargetMode="External" Target="file:///etc/passwd" Type="x"/>'
    b"</Relationships>"
)
HOSTILE = {
    "entity": (packed({SHEET: b'<?xml version="1.0"?>' + XXE + b"<worksheet/>"}), "实体"),
    "far entity": (packed({SHEET: b"<a>" + b" " * (1 << 20) + XXE + b"</a>"}), "实体"),
    "cut entity": (packed({SHEET: b" " * ((1 << 20) - 4) + XXE}), "实体"),
    "utf-16": (packed({SHEET: (b"<a/>" + XXE).decode().encode("utf-16")}), "编码"),
    "utf-7": (packed({SHEET: b'<?xml version="1.0" encoding="UTF-7"?><a/>'}), "编码"),
    "macro": (packed({"xl/vbaProject.bin": b"x"}), "宏"),
    "outside": (packed({"xl/externalLinks/externalLink1.xml": b"<a/>"}), "外部链接"),
    "object": (packed({"xl/embeddings/oleObject1.bin": b"x"}), "嵌入"),
    "link": (packed({"xl/worksheets/_rels/sheet1.xml.rels": LINK}), "外部文件"),
    "bomb": (packed({SHEET: b"<a>" + b" " * 30_000_000 + b"</a>"}), "压缩比"),
    "crowd": (packed({f"xl/x{n}.bin": b"" for n in range(2_001)}), "文件过多"),
    "no zip": (b"PK\x03\x04 nothing", "不是有效的"),
    "empty": (b"", "不是有效的"),
    "no book": (packed({"xl/workbook.xml": b"<a/>"}), "不是有效的|表头"),
    "cut": (write(LAYOUT, ROWS)[:-40], "不是有效的"),
    "not xml": (packed({SHEET: b"<worksheet><sheetData><row>"}), "不是有效的"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_by_name(name: str) -> None:
    content, reason = HOSTILE[name]
    with pytest.raises(ShouhuError, match=reason):
        read_sheet(content, LABELS)


def test_a_row_far_below_is_refused_before_the_rows_between_are_made() -> None:
    far = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>编号</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>类型</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    with pytest.raises(TooLarge, match="拆分"):
        read_sheet(packed({SHEET: far.encode()}), LABELS)
