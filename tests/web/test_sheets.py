"""A ledger goes out as an official table: its rows, its filter, its reader's sight."""

import io
from typing import Any

import openpyxl

from tests.support.site import Site

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def rows_of(content: bytes) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_a_ledger_is_exported_with_title_header_and_typed_cells(site: Site) -> None:
    site.start("=cmd()", area=1)
    site.start("乱占林地", area=12)
    answer = site.browser("head").client.get("/ledger/problem/export.xlsx?sort=number")
    assert answer.mimetype == MEDIA
    rows = rows_of(answer.data)
    assert rows[0][0] == "问题台账"
    assert rows[1][:4] == ["编号", "问题", "县", "面积"]
    assert [row[6] for row in rows[2:]] == ["'=cmd()", "乱占林地"]
    assert [row[2] for row in rows[2:]] == ["甲县", "甲县"]
    assert [row[3] for row in rows[2:]] == [1, 12]
    assert rows[2][4].isoformat()[:10] == "2025-07-01"


def test_the_export_keeps_the_filter_of_the_page(site: Site) -> None:
    site.start("小", area=1)
    site.start("大", area=12)
    page = site.browser("head").client.get("/ledger/problem/export.xlsx?area=12")
    assert [row[6] for row in rows_of(page.data)[2:]] == ["大"]
    body = {"filter": {"area": 12}, "sort": [{"field": "number", "order": "desc"}]}
    answer = site.browser("head").post("/ledgers/problem/exports", body)
    assert answer.status_code == 200
    assert rows_of(answer.data) == rows_of(page.data)


def test_nobody_exports_rows_beyond_their_sight(site: Site) -> None:
    site.start("甲县的")
    answer = site.browser("wood2").client.get("/ledger/problem/export.xlsx")
    assert len(rows_of(answer.data)) == 2
    assert site.browser("wood2").post("/ledgers/none/exports", {}).status_code == 404
