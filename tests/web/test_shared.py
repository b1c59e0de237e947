"""Shared files in the owner's room: named as such, and an application's own once changed."""

import io
import zipfile
from typing import Any

import pytest

from engine.base.actor import SYSTEM
from engine.commands.definitions import Deploy
from engine.library.sharing import SHARED, merge
from tests.support.site import API, Browser, Site, bundle_files

DRAFT = "/definition-drafts/tiny"
DAYS = "calendar/cn.csv"
FIRST, OWN = b"date,is_workday,name\n", b"date,is_workday,name\n2025-12-30,0,x\n"


@pytest.fixture
def owner(site: Site) -> Browser:
    """Give the process owner of an application that takes its calendar from elsewhere."""
    own = bundle_files()
    own["application.yaml"] += b"includes: [common]\n"
    files = merge(own, {"common": {DAYS: FIRST}})
    site.engine.execute(Deploy("tiny", files, base_version=1), SYSTEM)
    return site.browser("owner")


def put(owner: Browser, path: str, content: bytes, version: int) -> Any:
    headers = {"X-CSRF-Token": owner.csrf, "If-Match": f'"{version}"'}
    return owner.client.put(
        f"{API}{DRAFT}/file", query_string={"path": path}, data=content, headers=headers
    )


def page(owner: Browser) -> str:
    return owner.client.get("/lib/tiny", headers={"Accept": "text/html"}).text


def names(owner: Browser, version: int) -> list[str]:
    body = {"filter": {"application": "tiny", "version": version}}
    items = owner.post("/deployments/search", body).json["items"]
    row = next(one for one in items if one["version"] == version)
    data = owner.get(f"/deployments/{row['id']}/archive").data
    return zipfile.ZipFile(io.BytesIO(data)).namelist()


def test_the_library_names_what_is_shared_and_hides_the_list(owner: Browser) -> None:
    text = page(owner)
    assert text.count(">共用 common<") == 1
    assert SHARED not in text
    assert "processes/common/calendar/cn.csv" in names(owner, 2)


def test_a_changed_shared_file_is_published_as_the_applications_own(owner: Browser) -> None:
    owner.post(DRAFT)
    assert put(owner, DAYS, OWN, 1).status_code == 200
    assert ">共用 common<" not in page(owner)
    check = owner.get(f"{DRAFT}/check").json
    assert check["publishable"] is True
    assert [f["severity"] for f in check["findings"] if f["code"] == "app.own"] == ["note"]
    assert owner.post(f"{DRAFT}/publication", {"note": "本省"}).status_code == 201
    assert "processes/tiny/calendar/cn.csv" in names(owner, 3)
    assert "processes/common/calendar/cn.csv" not in names(owner, 3)


def test_the_list_itself_is_not_for_editing(owner: Browser) -> None:
    owner.post(DRAFT)
    refused = put(owner, SHARED, b"common: {}", 1)
    assert (refused.status_code, refused.json["code"]) == (422, "bundle.shared")


def test_a_draft_without_a_shared_file_cannot_be_published(owner: Browser) -> None:
    owner.post(DRAFT)
    headers = {"X-CSRF-Token": owner.csrf, "If-Match": '"1"'}
    path = f"{API}{DRAFT}/file"
    gone = owner.client.delete(path, query_string={"path": DAYS}, headers=headers)
    assert gone.status_code == 204
    check = owner.get(f"{DRAFT}/check").json
    assert check["publishable"] is False
    assert "app.include" in {f["code"] for f in check["findings"]}
