"""Hostile diagrams, tables, forms, settings and archives at every door that takes them."""

import base64
import io
import stat
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.support.site import API, Browser, Site, bundle_files

CASE, FORM, SETTINGS = "tiny_case.bpmn", "forms/report.json", "application.yaml"
SECRET = "the-secret-of-the-host"  # a canary, no password


def bomb(inner: str) -> bytes:
    lines = ['<!ENTITY a0 "ha">']
    lines += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    return f"<!DOCTYPE x [{''.join(lines)}]><x>{inner}</x>".encode()


def external(path: Path) -> bytes:
    return f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{path}">]><x>&e;</x>'.encode()


def hostile_models(path: Path) -> dict[str, bytes]:
    case = bundle_files()[CASE].decode()
    xi = 'xmlns:xi="http://www.w3.org/2001/XInclude"'
    return {
        "entity bomb": bomb("&a9;"),
        "external entity": external(path),
        "external dtd": f'<!DOCTYPE x SYSTEM "file://{path}"><x/>'.encode(),
        "xinclude": f'<x {xi}><xi:include href="file://{path}" parse="text"/></x>'.encode(),
        "depth": b"<a>" * 100_000,
        "attributes": b"<a " + b" ".join(b'a%d="1"' % n for n in range(5000)) + b"/>",
        "long text": b"<a>" + b"x" * 3_000_000 + b"</a>",
        "nothing": b"",
        "zeros": bytes(5000),
        "no xml": b"\xff\xfe\x00\x01<",
        "wrong encoding": b'<?xml version="1.0" encoding="utf-7"?><a/>',
        "python condition": case.replace('=outcome = "pass"', "__import__('os')").encode(),
        "jinja condition": case.replace('=outcome = "pass"', "={{7*7}}").encode(),
        "deep condition": case.replace('=outcome = "pass"', "=" + "(" * 50_000).encode(),
        "long script": case.replace("P3D", "P" + "9" * 5000 + "D").encode(),
        "endless timer": case.replace("P3D", "R/PT0S").encode(),
    }


FORMS = {
    "deep": b"[" * 100_000,
    "deep object": b'{"components":' * 50_000,
    "a list": b"[]",
    "a number": b"1",
    "nan": b'{"id":"report","components":[{"type":"number","key":"a",'
    b'"validate":{"min":NaN}}]}',
    "half characters": b'{"id":"report","title":"\\ud800","components":[]}',
    "bytes": b"\xff\xfe",
    "pattern bomb": b'{"id":"report","components":[{"type":"textfield","key":"station",'
    b'"validate":{"pattern":"(a+)+$"}}]}',
    "lookbehind": b'{"id":"report","components":[{"type":"textfield","key":"station",'
    b'"validate":{"pattern":"(?<=a)b"}}]}',
    "a self-reading field": b'{"id":"report","components":[{"type":"textfield","key":"a",'
    b'"properties":{"computed":"b"}},{"type":"textfield","key":"b","properties":'
    b'{"computed":"a"}}]}',
}
YAMLS = {
    "python object": b"!!python/object/apply:os.system ['true']",
    "alias bomb": b"a: &a [x,x,x,x,x,x,x,x,x]\n"
    + b"".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n".encode()
        for n in range(9)
    ),
    "deep": b"[" * 20_000,
    "a list": b"- 1",
    "bytes": b"\xff\xfe\x00",
    "merge": b"<<: 1",
    "huge number": b"title: 1" + b"0" * 20_000,
}


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    target = tmp_path / "secret.txt"
    target.write_text(SECRET)
    return target


def put(browser: Browser, path: str, content: bytes, version: str) -> int:
    headers = {"X-CSRF-Token": browser.csrf, "If-Match": f'"{version}"'}
    answer = browser.client.put(
        f"{API}/definition-drafts/tiny/file",
        query_string={"path": path},
        data=content,
        headers=headers,
    )
    return answer.status_code


def refused_everywhere(site: Site, path: str, content: bytes) -> None:
    """Try CONTENT as PATH at the deployment, the unsaved check and the saved draft."""
    owner = site.browser("owner")
    files = {name: {"base64": _b64(data)} for name, data in bundle_files().items()}
    files[path] = {"base64": _b64(content)}
    body: Any = {"application": "tiny", "files": files, "baseVersion": 1}
    answer = owner.post("/deployments", body)
    assert answer.status_code in (413, 422), f"deploy: {answer.status_code} {answer.text[:200]}"
    assert SECRET not in answer.text
    headers = {"X-CSRF-Token": owner.csrf, "Content-Type": "application/octet-stream"}
    answer = owner.client.post(f"/lib/tiny/checking/{path}", data=content, headers=headers)
    assert answer.status_code in (200, 413, 422), f"checking: {answer.status_code}"
    if answer.status_code == 200:
        assert [f for f in answer.json["findings"] if f["severity"] == "error"]
    assert SECRET not in answer.text
    owner.post("/definition-drafts/tiny")
    assert put(owner, path, content, "1") in (200, 413, 422)
    for page in ("", "/check", "/compare?after=draft", "/bpmn/tiny_case.bpmn", "/publish"):
        answer = owner.client.get(f"/lib/tiny{page}")
        assert answer.status_code < 500, f"{page}: {answer.status_code}"
        assert SECRET not in answer.text
    kind = "form" if path.startswith("forms/") else "bpmn" if "bpmn" in path else "text"
    for room in (kind, "preview") if kind == "form" else (kind,):
        answer = owner.client.get(f"/lib/tiny/{room}/{path}")
        assert answer.status_code < 500, f"{room}: {answer.status_code}"
    body = {"note": "x", "acknowledged": True}
    answer = owner.post("/definition-drafts/tiny/publication", body)
    assert answer.status_code in (413, 422), f"publish: {answer.status_code}"


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize("name", hostile_models(Path("/x")))
def test_a_hostile_diagram_is_refused_at_every_door(
    site: Site, secret: Path, name: str
) -> None:
    refused_everywhere(site, CASE, hostile_models(secret)[name])


@pytest.mark.parametrize("name", FORMS)
def test_a_hostile_form_is_refused_at_every_door(site: Site, name: str) -> None:
    refused_everywhere(site, FORM, FORMS[name])


@pytest.mark.parametrize("name", YAMLS)
def test_hostile_settings_are_refused_at_every_door(site: Site, name: str) -> None:
    refused_everywhere(site, SETTINGS, YAMLS[name])


def archive(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries:
            made.writestr(name, data)
    return target.getvalue()


def link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("processes/tiny/link.csv")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


ZIPS = {
    "up": archive(("processes/tiny/../../../etc/cron.yaml", b"x")),
    "absolute": archive(("/etc/passwd.yaml", b"x")),
    "backslash": archive(("processes\\tiny\\a.yaml", b"x")),
    "drive": archive(("processes/tiny/C:a.yaml", b"x")),
    "link": archive((link(), b"/etc/passwd")),
    "bomb": archive(("processes/tiny/a.csv", bytes(9_000_000))),
    "many": archive(*((f"processes/tiny/{n}.csv", b"") for n in range(5000))),
    "two applications": archive(("processes/a/a.csv", b"x"), ("processes/b/a.csv", b"x")),
    "hidden": archive(("processes/tiny/.git/config.yaml", b"x")),
    "program": archive(("processes/tiny/run.py", b"x")),
    "no zip": b"PK\x03\x04 nothing",
    "cut": archive(("processes/tiny/a.csv", b"x" * 1000))[:-30],
    "empty": archive(),
}


@pytest.mark.parametrize("name", ZIPS)
def test_a_hostile_archive_is_refused(site: Site, name: str) -> None:
    owner = site.browser("owner")
    answer = owner.client.post(
        f"{API}/deployments/archive",
        data={"file": (io.BytesIO(ZIPS[name]), "a.zip")},
        headers={"X-CSRF-Token": owner.csrf, "Idempotency-Key": f"zip-{name:>20}"},
    )
    assert answer.status_code in (413, 422), f"{answer.status_code} {answer.text[:200]}"


PATHS = ["../a.csv", "/etc/a.csv", "a/../../b.csv", ".git/a.csv", "a\\b.csv", "C:a.csv", "a.py",
         "a\nb.csv", "forms/../../x.json", "a" * 300 + ".csv"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_path_never_leaves_the_application(site: Site, path: str) -> None:
    owner = site.browser("owner")
    owner.post("/definition-drafts/tiny")
    assert put(owner, path, b"x", "0") in (400, 422)
    files = {path: "x"}
    body: Any = {"application": "tiny", "files": files, "baseVersion": 1}
    answer = owner.post("/deployments", body)
    assert answer.status_code == 422
    for room in ("/api/v1/deployments/1/files/content", "/api/v1/definition-drafts/tiny/file"):
        found = owner.client.get(room, query_string={"path": path})
        assert found.status_code in (404, 422), f"{room}: {found.status_code}"


@pytest.mark.parametrize("up", ["..", "..%2f", "%2e%2e", "..%5c"])
def test_static_files_are_all_there_is(site: Site, up: str) -> None:
    answer = site.anonymous().client.get(f"/static/{up}/app.py")
    assert answer.status_code in (302, 404)
    assert b"create_app" not in answer.data


BOMBS = {
    "a product of loops": "=count(for i in 1..100000, j in 1..100000 return i*j) &gt; 0",
    "a growing power": "=9**9**9 &gt; 0",
    "a doubled text": "=count(for i in 1..10000000 return &quot;xx&quot;) &gt; 0",
    "a long range": "=count(for i in 1..999999999 return i) &gt; 0",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_in_a_condition_stops_one_case_alone(site: Site, name: str) -> None:
    files = {path: data.decode() for path, data in bundle_files().items()}
    files[CASE] = files[CASE].replace('=outcome = "pass"', BOMBS[name])
    body: Any = {"application": "tiny", "files": files, "baseVersion": 1}
    answer = site.browser("owner").post("/deployments", body)
    if answer.status_code == 422:
        return
    assert answer.status_code == 201, answer.text
    case = site.start()["instanceId"]
    site.complete("field1", case, "check", "send", data={})
    begun = time.monotonic()
    for login in ("wood1", "water1"):
        done = site.complete(login, case, "review", "pass")
        assert done.status_code in (200, 409), done.text
    assert time.monotonic() - begun < 20
    found = site.browser("scheduler").post("/incidents/search", {}).json["items"]
    assert found or site.browser("field1").get(f"/process-instances/{case}").status_code == 200
