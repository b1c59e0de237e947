"""Attachments: size, kind and owner checked; served as downloads only."""

import hashlib
import io
from typing import Any

import pytest

from tests.support.site import API, Browser, Site
from web.app import create_app
from web.settings import WebSettings

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def upload(browser: Browser, name: str, content: bytes, **fields: str) -> Any:
    browser.acts += 1
    return browser.client.post(
        f"{API}/attachments",
        data={"file": (io.BytesIO(content), name), **fields},
        headers={
            "X-CSRF-Token": browser.csrf,
            "Idempotency-Key": f"upload-{browser.acts:010}",
        },
    )


def test_a_picture_is_kept_and_given_back_as_a_download(site: Site) -> None:
    browser = site.browser("field1")
    made = upload(browser, "现场 照片.png", PNG, code="E1", lon="116.1", other="x")
    assert made.status_code == 201, made.text
    found = browser.get(f"/attachments/{made.json['id']}").json
    assert found["sha256"] == hashlib.sha256(PNG).hexdigest()
    assert (found["name"], found["media"], found["size"]) == ("现场 照片.png", "image/png", 72)
    assert found["meta"] == {"code": "E1", "lon": "116.1"}
    content = browser.get(f"/attachments/{made.json['id']}/content")
    assert content.data == PNG
    assert content.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert content.headers["Content-Security-Policy"] == "sandbox"
    assert content.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"),
        ("noending", b"x"),
        ("a.svg", b"<svg/>"),
        ("a.html", b"<script>"),
        ("a.png", b"<html>"),
        ("a.pdf", PNG),
        ("a.txt", b"a\x00b"),
        ("a.mp4", b"\x00\x00\x00\x18nope"),
    ],
)
def test_other_kinds_and_disguises_are_refused(site: Site, name: str, content: bytes) -> None:
    answer = upload(site.browser("field1"), name, content)
    assert (answer.status_code, answer.json["code"]) == (415, "wrong-media-type")


def test_a_path_in_the_name_is_cut_off(site: Site) -> None:
    made = upload(site.browser("field1"), "..\\..\\etc/x\u202e.png", PNG)
    name = site.browser("field1").get(f"/attachments/{made.json['id']}").json["name"]
    assert name == "x.png"


def test_a_file_over_the_limit_is_refused(site: Site) -> None:
    settings = WebSettings(upload_limit=1000, machine_clock=site.machine)
    browser = Browser(create_app(site.engine, testing=True, settings=settings).test_client())
    browser.sign_in("field1")
    answer = upload(browser, "a.png", PNG + bytes(1000))
    assert (answer.status_code, answer.json["code"]) == (413, "too-large")


def test_a_fresh_upload_is_seen_by_its_owner_alone(site: Site) -> None:
    made = upload(site.browser("field1"), "a.png", PNG)
    for login in ("wood1", "owner", "scheduler", "nobody"):
        assert site.browser(login).get(f"/attachments/{made.json['id']}").status_code == 404
        path = f"/attachments/{made.json['id']}/content"
        assert site.browser(login).get(path).status_code == 404


def test_a_file_of_a_case_is_seen_by_those_who_see_the_case(site: Site) -> None:
    made = upload(site.browser("field1"), "a.png", PNG, code="E1")
    photo = {"attachmentId": made.json["id"], "code": "E1", "name": "a.png"}
    case_id = site.start(photos=[photo])["instanceId"]
    for login, status in (("wood1", 200), ("head", 200), ("wood2", 404), ("nobody", 404)):
        answer = site.browser(login).get(f"/attachments/{made.json['id']}/content")
        assert answer.status_code == status, login
    documents = site.browser("wood1").get(f"/process-instances/{case_id}").json["documents"]
    assert [d["name"] for d in documents] == ["a.png"]


def test_a_foreign_file_cannot_be_named_in_a_form(site: Site) -> None:
    made = upload(site.browser("wood1"), "a.png", PNG)
    photo = {"attachmentId": made.json["id"], "code": "E1", "name": "a.png"}
    data = {"station": "S1", "what": "x", "photos": [photo]}
    body = {"processDefinitionKey": "tiny_case", "variables": data}
    assert site.browser("field1").post("/process-instances", body).status_code == 422


def test_the_same_upload_key_answers_the_same_file(site: Site) -> None:
    browser = site.browser("field1")
    first = upload(browser, "a.png", PNG)
    browser.acts -= 1
    again = upload(browser, "a.png", PNG)
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    browser.acts -= 1
    assert upload(browser, "a.png", PNG + b"x").json["code"] == "key-reused"
