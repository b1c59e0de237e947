"""A process owner's round over HTTP: draft, lock, check, publish, export, compare."""

import io
import zipfile
from typing import Any

from tests.support.site import API, Browser, Site, bundle_files

DRAFT = "/definition-drafts/tiny"
CASE = "tiny_case.bpmn"


def put(browser: Browser, path: str, content: bytes, version: str | None) -> Any:
    headers = {"X-CSRF-Token": browser.csrf}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    return browser.client.put(
        f"{API}{DRAFT}/file", query_string={"path": path}, data=content, headers=headers
    )


def renamed(new: str) -> bytes:
    return bundle_files()[CASE].replace("两部门审核".encode(), new.encode())


def test_new_cases_take_the_published_version_and_old_ones_stay(site: Site) -> None:
    owner = site.browser("owner")
    old = site.start()["instanceId"]
    assert owner.post(DRAFT).json == {"version": 1}
    saved = put(owner, CASE, renamed("两部门联合审核"), "1")
    assert (saved.status_code, saved.headers["ETag"]) == (200, '"2"')
    changed = [f["path"] for f in owner.get(DRAFT).json["files"] if f["change"]]
    assert changed == [CASE]
    diff = owner.get(f"{DRAFT}/diff").json["changes"]
    assert [(c["path"], c["change"]) for c in diff] == [(CASE, "changed")]
    assert owner.get(f"{DRAFT}/check").json["publishable"] is True
    body = {"note": "改名", "acknowledged": True}
    published = owner.post(f"{DRAFT}/publication", body)
    assert (published.status_code, published.json["version"]) == (201, 2)
    assert owner.get(DRAFT).status_code == 404
    new = site.start()["instanceId"]
    for case_id, version, name in ((old, 1, "两部门审核"), (new, 2, "两部门联合审核")):
        site.complete("field1", case_id, "check", "send", data={})
        page = owner.get(f"/process-instances/{case_id}").json
        assert (page["processVersion"], page["tasks"][0]["name"]) == (version, name)
    rows = owner.post("/deployments/search", {"filter": {"application": "tiny"}}).json["items"]
    assert [(r["version"], r["latest"], r["running"], r["note"]) for r in rows] == [
        (2, True, 1, "改名"),
        (1, False, 1, ""),
    ]


def test_a_stale_save_is_refused_with_who_and_when(site: Site) -> None:
    owner = site.browser("owner")
    owner.post(DRAFT)
    assert put(owner, CASE, renamed("甲"), None).status_code == 428
    assert put(owner, CASE, renamed("甲"), "1").status_code == 200
    stale = put(owner, CASE, renamed("乙"), "1")
    assert (stale.status_code, stale.json["code"]) == (412, "stale-document")
    got = owner.client.get(f"{API}{DRAFT}/file", query_string={"path": CASE})
    assert (got.data, got.headers["ETag"]) == (renamed("甲"), '"2"')


def test_a_faulty_draft_cannot_be_published_and_says_where(site: Site) -> None:
    owner = site.browser("owner")
    owner.post(DRAFT)
    broken = bundle_files()[CASE].replace(b'formRef="remark"', b'formRef="nowhere"')
    put(owner, CASE, broken, "1")
    found = owner.get(f"{DRAFT}/check").json
    assert found["publishable"] is False
    errors = [f for f in found["findings"] if f["severity"] == "error"]
    assert {f["element"] for f in errors} == {"review"}
    assert all(f["zh"] and f["file"] == CASE for f in errors)
    refused = owner.post(f"{DRAFT}/publication", {"note": "x", "acknowledged": True})
    assert (refused.status_code, refused.json["code"]) == (422, "invalid-definition")
    assert refused.json["errors"][0]["element"] == "review"


def test_staff_read_diagrams_but_no_drafts(site: Site) -> None:
    staff = site.browser("field1")
    assert staff.get("/process-definitions/3/xml").data == bundle_files()[CASE]
    assert staff.get("/process-definitions/3/start-form").json["id"] == "report"
    assert staff.get("/process-definitions/2/start-form").status_code == 404
    facts = staff.get("/process-definitions/3/facts").json
    assert facts["nodes"]["review"]["due"]["key"] == "tiny.review"
    assert staff.get(DRAFT).status_code == 403
    assert staff.get("/process-definitions/999").status_code == 404


def test_a_folder_must_be_based_on_the_latest_version(site: Site) -> None:
    owner = site.browser("owner")
    files = {path: data.decode() for path, data in bundle_files().items()}
    same = owner.post("/deployments", {"application": "tiny", "files": files, "baseVersion": 1})
    assert (same.status_code, same.json["created"], same.json["version"]) == (201, False, 1)
    files[CASE] = renamed("甲").decode()
    base_missing = owner.post("/deployments", {"application": "tiny", "files": files})
    assert base_missing.status_code == 409
    made = owner.post("/deployments", {"application": "tiny", "files": files, "baseVersion": 1})
    assert (made.status_code, made.json["version"]) == (201, 2)
    files[CASE] = renamed("乙").decode()
    old = owner.post("/deployments", {"application": "tiny", "files": files, "baseVersion": 1})
    assert (old.status_code, old.json["code"]) == (409, "not-based-on-latest")
    assert [c["path"] for c in old.json["diff"]] == [CASE]


def test_an_exported_archive_comes_back_unchanged(site: Site) -> None:
    owner = site.browser("owner")
    archive = owner.get("/deployments/1/archive")
    assert archive.mimetype == "application/zip"
    assert archive.headers["Content-Security-Policy"] == "sandbox"
    names = zipfile.ZipFile(io.BytesIO(archive.data)).namelist()
    assert f"processes/tiny/{CASE}" in names
    headers = {"X-CSRF-Token": owner.csrf, "Idempotency-Key": "archive-round-trip"}
    back = owner.client.post(
        f"{API}/deployments/archive",
        data={"file": (io.BytesIO(archive.data), "tiny.zip"), "baseVersion": "1"},
        headers=headers,
    )
    assert (back.status_code, back.json["created"]) == (201, False), back.text
    bad = owner.client.post(
        f"{API}/deployments/archive",
        data={"file": (io.BytesIO(b"no zip"), "tiny.zip")},
        headers={**headers, "Idempotency-Key": "archive-not-a-zip"},
    )
    assert bad.status_code == 422


def test_versions_are_compared_file_by_file(site: Site) -> None:
    owner = site.browser("owner")
    files = {path: data.decode() for path, data in bundle_files().items()}
    files[CASE] = renamed("甲").decode()
    owner.post("/deployments", {"application": "tiny", "files": files, "baseVersion": 1})
    diff = owner.get("/deployments/1/diff", to=2).json
    assert (diff["before"], diff["after"]) == ("1", "2")
    assert any(line.startswith("+") and "甲" in line for line in diff["changes"][0]["lines"])
    assert owner.get("/process-definitions/3/diff", to=2).json["changes"] == diff["changes"]
    content = owner.get("/deployments/1/files/content", path="application.yaml")
    assert content.data == bundle_files()["application.yaml"]


def test_the_lock_of_a_draft_names_its_holder(site: Site) -> None:
    owner = site.browser("owner")
    owner.post(DRAFT)
    assert owner.call("PUT", f"{DRAFT}/lock").status_code == 200
    assert owner.get(DRAFT).json["lockedName"] == "流程"
    assert owner.call("DELETE", f"{DRAFT}/lock").status_code == 200
    assert owner.get(DRAFT).json["lockedName"] is None
    assert owner.call("DELETE", DRAFT, If_Match='"1"').status_code in (204, 412)


def test_applications_show_what_runs(site: Site) -> None:
    site.start()
    site.browser("owner").post(DRAFT)
    row = site.browser("owner").get("/applications").json[0]
    assert (row["key"], row["version"], row["running"], row["drafted"]) == ("tiny", 1, 1, True)
    assert {p["key"] for p in row["processes"]} >= {"tiny_case", "tiny_work", "tiny_year"}


def test_a_division_gets_its_own_version_of_a_diagram_in_the_studio(site: Site) -> None:
    owner = site.browser("owner")
    sent = {"csrf_token": owner.csrf, "submission_id": "override-00000001"}
    sent |= {"path": "tiny_work.bpmn", "division": "990101"}
    made = owner.client.post("/lib/tiny/override", data=sent)
    assert made.headers["Location"].startswith("/lib/tiny/bpmn/overrides/990101/tiny_work.bpmn")
    shown = owner.client.get("/lib/tiny", headers={"Accept": "text/html"}).text
    assert "替换：甲县 990101" in shown
    sent["submission_id"] = "override-00000002"
    again = owner.client.post("/lib/tiny/override", data=sent)
    assert again.status_code == 422


def test_a_division_gets_its_own_form_and_settings_and_its_cases_tell(site: Site) -> None:
    owner = site.browser("owner")
    for number, (path, kind) in enumerate(
        (("forms/remark.json", "form"), ("application.yaml", "text")), 1
    ):
        sent = {"csrf_token": owner.csrf, "submission_id": f"own-file-{number:08}"}
        sent |= {"path": path, "division": "990101"}
        made = owner.client.post("/lib/tiny/override", data=sent).headers["Location"]
        assert made.startswith(f"/lib/tiny/{kind}/overrides/990101/{path}")
        assert owner.client.get(made).status_code == 200
    begun = owner.client.get(made).text
    assert "# 面积上限" in begun
    assert "# limit:" in begun
    wrong = {"csrf_token": owner.csrf, "submission_id": "own-file-00000003"}
    wrong |= {"path": "organisation/units.csv", "division": "990101"}
    assert owner.client.post("/lib/tiny/override", data=wrong).status_code == 422
    done = owner.post(f"{DRAFT}/publication", {"note": "甲县方案", "acknowledged": True})
    assert done.status_code in (200, 201), done.text
    for login, station, told in (("field1", "S1", True), ("field2", "S2", False)):
        case = site.start(login=login, station=station)["instanceId"]
        shown = site.browser(login).client.get(f"/case/{case}").text
        assert ("甲县方案" in shown) is told
