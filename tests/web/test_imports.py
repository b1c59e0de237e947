"""Tables come in by page and API: template, upload or paste, progress, receipt, correction."""

import io
from typing import Any

import openpyxl
import pytest

from engine.base.actor import SYSTEM
from engine.commands.definitions import Deploy
from engine.library.bundle import read_folder
from engine.worker import Worker
from tests.support.site import API, APPS, LEDGER, Browser, Site
from tests.support.tables import IMPORT, LABELS, table
from tests.web.test_pages import pytestmark  # noqa: F401 -- the pages need the assets

BROKEN = ((None, "S9", "甲", 1, None, None, None), (None, "S1", "好的", 1, None, None, None))


@pytest.fixture
def import_site(own_site: Site) -> Site:
    files = read_folder(APPS, "tiny").replacing(
        {"imports/problems.yaml": IMPORT.encode(), "ledgers/problem.yaml": LEDGER.encode()}
    )
    own_site.engine.execute(Deploy("tiny", files.files, base_version=1), SYSTEM)
    return own_site


def work(site: Site) -> None:
    Worker(site.engine).run_due()


def form(browser: Browser, path: str, **fields: Any) -> Any:
    browser.acts += 1
    sent = {"csrf_token": browser.csrf, "submission_id": f"page-form-{browser.acts:010}"}
    return browser.client.post(path, data={**sent, **fields})


def test_a_person_imports_a_table_page_by_page(import_site: Site) -> None:
    browser = import_site.browser("field1")
    get = browser.client.get
    assert "问题清单" in get("/import").text
    template = get("/import/tiny/problems/template.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(template.data)).worksheets[0]
    assert [cell.value for cell in sheet[2]] == [
        f"{label}*" if label in ("管护站", "问题") else label for label in LABELS
    ]
    sent = form(browser, "/import/tiny/problems", file=(io.BytesIO(table(BROKEN)), "a.xlsx"))
    assert sent.status_code == 303
    at = sent.headers["Location"]
    assert "hx-get" in get(at).text
    work(import_site)
    page = get(at).text
    assert "写入 1 行" in page
    assert "“管护站”中没有“S9”" in page
    assert get(f"{at}/progress").headers["HX-Refresh"] == "true"
    assert form(browser, f"{at}/confirm").status_code == 303
    work(import_site)
    page = get(at).text
    assert "已新增 1" in page
    assert "TN-2025-990101-001" in page
    assert form(browser, f"{at}/confirm").status_code == 409
    corrected = openpyxl.load_workbook(io.BytesIO(get(f"{at}/refused.xlsx").data)).worksheets[0]
    assert [corrected["B3"].value, corrected["C3"].value] == ["S9", "甲"]
    assert "S9" in corrected["H3"].value
    assert "已完成" in get("/import").text


def test_a_pasted_table_and_a_wrong_file(import_site: Site) -> None:
    browser = import_site.browser("field1")
    sent = form(browser, "/import/tiny/problems", rows="管护站\t问题\nS1\t粘贴\n")
    assert sent.status_code == 303
    work(import_site)
    assert "将新增 1" in browser.client.get(sent.headers["Location"]).text
    assert form(browser, "/import/tiny/problems").status_code == 422
    wrong = form(browser, "/import/tiny/problems", file=(io.BytesIO(b"a,b"), "a.csv"))
    assert wrong.status_code == 422
    assert ".xlsx" in wrong.text


def test_the_api_does_the_same(import_site: Site) -> None:
    browser = import_site.browser("field1")
    assert [one["id"] for one in browser.get("/imports").json] == ["problems"]
    browser.acts += 1
    head = {"X-CSRF-Token": browser.csrf, "Idempotency-Key": f"import-key-{browser.acts:010}"}
    answers = [
        browser.client.post(
            f"{API}/imports/tiny/problems",
            data={"file": (io.BytesIO(table(BROKEN)), "a.xlsx")},
            headers=head,
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    at = f"/import-runs/{answers[0].json['id']}"
    work(import_site)
    found = browser.get(at).json
    assert (found["state"], found["total"], found["done"]) == ("ready", 2, 1)
    assert browser.post(f"{at}/confirmation").status_code == 204
    work(import_site)
    rows = browser.get(f"{at}/rows").json
    assert [(row["no"], row["state"]) for row in rows] == [(3, "refused"), (4, "created")]
    assert rows[0]["problems"][0]["label"] == "管护站"
    assert browser.get(f"{at}/refused").status_code == 200
    assert browser.post(f"{at}/stop").status_code == 409


@pytest.mark.parametrize("login", ["wood1", "nobody", "field2"])
def test_others_see_neither_run_nor_rows(import_site: Site, login: str) -> None:
    browser = import_site.browser("field1")
    form(browser, "/import/tiny/problems", rows="管护站\t问题\nS1\t粘贴\n")
    work(import_site)
    other = import_site.browser(login)
    for path in ("", "/rows", "/refused"):
        assert other.get(f"/import-runs/1{path}").status_code == 404
    for path in ("confirmation", "stop"):
        assert other.post(f"/import-runs/1/{path}").status_code == 404
    assert other.client.get("/import/run/1").status_code == 404
    assert other.get("/import-runs").json == []
