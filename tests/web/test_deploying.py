"""A deployment asks for the password once more; for five minutes it is not asked again."""

from datetime import timedelta

from tests.support.site import PASSWORD, Browser, Site, bundle_files

DRAFT = "/definition-drafts/tiny"
NOTE = {"note": "改名", "acknowledged": True}
LEDGER = "ledgers/problem.yaml"


def signed_in(site: Site, login: str = "owner") -> Browser:
    """Give a session in which the password was told at the door only."""
    browser = site.anonymous()
    assert browser.sign_in(login).status_code == 200
    return browser


def begin(browser: Browser) -> None:
    """Give the application a draft with a change."""
    assert browser.post(DRAFT).status_code == 201 or browser.get(DRAFT).status_code == 200
    content = bundle_files()[LEDGER] + "# 注释\n".encode()
    headers = {"X-CSRF-Token": browser.csrf, "If-Match": '"1"'}
    path = f"/api/v1{DRAFT}/file?path={LEDGER}"
    assert browser.client.put(path, data=content, headers=headers).status_code == 200


def test_whoever_deploys_tells_the_password_again(site: Site) -> None:
    owner = signed_in(site)
    begin(owner)
    for path, body in (
        (f"{DRAFT}/publication", NOTE),
        ("/deployments", {"application": "tiny", "files": {}}),
        ("/deployments/archive", {}),
    ):
        refused = owner.post(path, body)
        assert (refused.status_code, refused.json["code"]) == (403, "password-again"), path
        assert "PUT /api/v1/session/confirmation，5 分钟内有效" in refused.json["detail"]
    wrong = owner.confirm("not my password")
    assert (wrong.status_code, wrong.json["code"]) == (422, "wrong-password")
    assert owner.post(f"{DRAFT}/publication", NOTE).status_code == 403
    told = owner.confirm()
    assert (told.status_code, told.json["until"]) == (200, "2026-01-05T08:05:00+08:00")
    assert owner.post(f"{DRAFT}/publication", NOTE).json["version"] == 2


def test_it_counts_for_five_minutes_in_this_session_only(site: Site) -> None:
    here, elsewhere = signed_in(site), signed_in(site)
    here.confirm()
    body = {"application": "tiny", "files": {}, "baseVersion": 1}
    site.machine.advance(timedelta(minutes=4, seconds=59))
    assert here.post("/deployments", body).status_code == 422  # let in: no files
    assert elsewhere.post("/deployments", body).json["code"] == "password-again"
    site.machine.advance(timedelta(seconds=1))
    assert here.post("/deployments", body).json["code"] == "password-again"
    assert signed_in(site, "field1").confirm().status_code == 200
    assert signed_in(site, "field1").post("/deployments", body).json["code"] == "not-entitled"


def test_the_page_asks_for_it_and_keeps_what_was_typed(site: Site) -> None:
    owner = signed_in(site)
    begin(owner)
    shown = owner.client.get("/lib/tiny/publish").text
    assert 'name="password"' in shown
    key = shown.split('name="submission_id" value="')[1].split('"')[0]
    ticked = [part.split('"')[0] for part in shown.split('name="read" id=')[1:]]
    form = {"csrf_token": owner.csrf, "submission_id": key, "note": "加注释", "read": ticked}
    for password, told in (("", "请再输一次本人密码"), ("wrong one", "密码不正确")):
        page = owner.client.post("/lib/tiny/publish", data={**form, "password": password})
        assert page.status_code == 422
        assert told in page.text
        assert ">加注释</textarea>" in page.text
    done = owner.client.post("/lib/tiny/publish", data={**form, "password": PASSWORD})
    assert done.status_code == 303, done.text[:3000]
    assert 'name="password"' not in owner.client.get("/lib/tiny/publish").text
