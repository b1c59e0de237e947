"""What one person writes never runs for another: pages, tables, downloads, logs."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest

from tests.security.surface import addresses
from tests.support.places import filled
from tests.support.site import API, Browser, Site, bundle_files

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
MARK = "zqx"
EVIL = f"\"'><img src=x onerror={MARK}1><script>{MARK}2</script></script>{{{{7*7}}}}"
# Unescaped markup of ours must never stand in a page.
RUNS = re.compile(rf"<img[^>]*{MARK}1|<script[^>]*>{MARK}2|</script>\{{\{{7|>49<")


def upload(browser: Browser, name: str, content: bytes) -> Any:
    browser.acts += 1
    return browser.client.post(
        f"{API}/attachments",
        data={"file": (io.BytesIO(content), name)},
        headers={"X-CSRF-Token": browser.csrf, "Idempotency-Key": f"up-{browser.acts:016}"},
    )


def evil_files() -> dict[str, bytes]:
    """Give the tiny application with markup in every name of its diagrams and forms."""
    escaped = EVIL.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    files = bundle_files()
    for path, old in (
        ("tiny_case.bpmn", "两部门审核"),
        ("tiny_work.bpmn", "实施整改"),
    ):
        named = f'"{old}"', f'"{old}{escaped}"'
        files[path] = files[path].decode().replace(*named).encode()
    inside = EVIL.replace('"', '\\"')
    form = files["forms/report.json"].decode()
    files["forms/report.json"] = form.replace('"问题报告"', f'"问题报告{inside}"').encode()
    return files


@pytest.fixture
def evil(site: Site) -> Site:
    """Give an installation whose diagram, case, opinion and file carry markup."""
    files = {path: data.decode() for path, data in evil_files().items()}
    body = {"application": "tiny", "files": files, "note": EVIL, "baseVersion": 1}
    answer = site.browser("owner").post("/deployments", body)
    assert answer.status_code == 201, answer.text
    photo = upload(site.browser("field1"), f"照片{MARK}<b>'.png", PNG).json["id"]
    photos = [{"attachmentId": photo, "name": "照片.png"}]
    case = site.start(EVIL[:100], photos=photos)["instanceId"]
    done = site.complete("field1", case, "check", "send", data={"what": EVIL[:100]})
    assert done.status_code == 200, done.text
    done = site.complete("wood1", case, "review", "pass", opinion=f"意见{EVIL}")
    assert done.status_code == 200, done.text
    return site


def test_no_page_runs_what_somebody_wrote(evil: Site) -> None:
    seen = 0
    evil.browser("owner").post("/definition-drafts/tiny")
    for method, path, may in addresses(evil):
        if method != "GET" or path.startswith(API):
            continue
        login = "owner" if may == "owner" else "scheduler"
        for who in (login, "water1"):
            answer = evil.browser(who).client.get(filled(path, task_id="2"))
            if answer.mimetype == "text/html":
                assert not RUNS.search(answer.text), f"{path}: {RUNS.search(answer.text)}"
                seen += MARK in answer.text
            answer.close()
    assert seen > 5, "the marked texts were not shown anywhere"


def test_errors_and_searches_echo_nothing_that_runs(evil: Site) -> None:
    client = evil.browser("scheduler").client
    for path in ("/case", "/todo", "/ledger/problem", "/done", "/login", "/ops/timers"):
        answer = client.get(path, query_string={"q": EVIL, "sort": EVIL, "county": EVIL})
        assert not RUNS.search(answer.text), path
    for path in (f"/case/{EVIL}", f"/lib/{EVIL}", f"/nowhere/{EVIL}", f"/ledger/{EVIL}"):
        answer = client.get(path)
        assert not RUNS.search(answer.text), path
    refused = client.post("/login", data={"login": EVIL, "password": "x"})
    assert not RUNS.search(refused.text)


def test_a_diagram_is_never_shown_as_a_page(evil: Site) -> None:
    for path in ("/api/v1/process-definitions/1/xml", "/case-diagram/1.bpmn"):
        answer = evil.browser("scheduler").client.get(path)
        assert answer.status_code == 200
        assert answer.mimetype in ("application/xml", "text/xml", "application/octet-stream")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy or policy == "sandbox"


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(\"http://x\")"]


def test_a_taken_out_table_holds_no_formula(site: Site) -> None:
    for text in FORMULAS:
        site.start(text)
    answer = site.browser("field1").client.get("/ledger/problem/export.csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    cells = [cell for row in rows[1:] for cell in row]
    assert any("1+1" in cell for cell in cells)
    assert not [cell for cell in cells if cell.strip().startswith(("=", "+", "-", "@"))]
    assert answer.headers["Content-Disposition"].startswith("attachment;")


NAMES = [
    "a\r\nSet-Cookie: sid=x.png",
    'a";filename="b.html.png',
    "a\x00.png",
    "中文\u202egnp.exe.png",
    "../../../etc/passwd.png",
    "x" * 400 + ".png",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_makes_no_header(site: Site, name: str) -> None:
    browser = site.browser("field1")
    made = upload(browser, name, PNG)
    assert made.status_code in (201, 400, 415, 422), made.text
    if made.status_code == 201:
        answer = browser.get(f"/attachments/{made.json['id']}/content")
        assert answer.status_code == 200
        given = answer.headers["Content-Disposition"]
        assert re.fullmatch(r"attachment; filename\*=UTF-8''[A-Za-z0-9%._~-]+", given), given
        assert "Set-Cookie" not in answer.headers
        assert ".." not in browser.get(f"/attachments/{made.json['id']}").json["name"][:3]


POLYGLOTS = {
    "a.png": b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>",
    "a.pdf": b"%PDF-1.4\n<script>alert(1)</script>",
    "a.csv": b"<html><script>alert(1)</script>",
    "a.gif": b"GIF89a/*<svg onload=alert(1)>*/=1;",
    "a.kml": b"<kml><script xmlns='http://www.w3.org/1999/xhtml'>alert(1)</script></kml>",
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_a_file_of_two_kinds_is_only_ever_a_download(site: Site, name: str) -> None:
    browser = site.browser("field1")
    made = upload(browser, name, POLYGLOTS[name])
    if made.status_code == 201:
        answer = browser.get(f"/attachments/{made.json['id']}/content")
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["Content-Security-Policy"] == "sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.mimetype != "text/html"


def test_the_log_holds_no_value_and_no_password(site: Site, capsys: Any, caplog: Any) -> None:
    person, secret = "身份证360102199001011234", "Secret-of-mine-77"
    case = site.start(person)["instanceId"]
    site.complete("field1", case, "check", "send", data={"what": person})
    site.complete("wood1", case, "review", "nowhere", opinion=person)
    stranger = site.anonymous()
    stranger.sign_in("field1", secret)
    stranger.sign_in(secret, "x")
    site.browser("field1").client.get("/case", query_string={"q": person})
    site.browser("field1").post("/process-instances", {"processDefinitionKey": person})
    site.browser("field1").post("/user-tasks/search", {"filter": {"id": person}})
    form = {"old": secret, "new": secret, "again": secret, "csrf_token": "x"}
    site.browser("field1").client.post("/me/password", data=form)
    told = "".join(capsys.readouterr()) + caplog.text
    assert person not in told
    assert secret not in told
    assert "request.refused" in told, "the log was not read"


def test_no_source_of_a_page_writes_markup_from_texts() -> None:
    web = Path(__file__).parents[2] / "web"
    scripts = [p for p in (web / "islands" / "src").rglob("*.js") if p.name != "htmx.js"]
    templates = list((web / "templates").rglob("*.html"))
    assert len(scripts) > 20
    assert len(templates) > 20
    bad = re.compile(r"\.(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(")
    assert [p.name for p in scripts if bad.search(p.read_text())] == []
    loud = re.compile(r"\|\s*safe\b|autoescape\s+false|\son[a-z]+=|javascript:")
    assert [p.name for p in templates if loud.search(p.read_text())] == []
