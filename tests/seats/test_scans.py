"""附签章页: the scanned page stands beside the signature it proves."""

from io import BytesIO
from typing import Any

from tests.seats.house import Round
from tests.seats.test_pages import SQLITE, page
from tests.support.site import Site
from tests.web.test_pages import open_page, press, pytestmark  # noqa: F401 -- need the assets
from tests.web.test_uploads import upload as send_file

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


def upload(one: Round, login: str, name: str = "page.png", content: bytes = PNG) -> str:
    answer = send_file(one.site.browser(login), name, content)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def test_pages_come_before_and_after_the_act_and_stay(site: Site) -> None:
    one = Round.of(site, "small")
    first = upload(one, "v0")
    # Given an open seat, its holder adds the page, then acts; a colleague adds the second.
    assert one.send("v0", "POST", "scans", files=[first]).status_code == 200
    assert one.say("v0", "yes").status_code == 200
    second = upload(one, "v0b", "page.pdf", b"%PDF-1.4 x")
    assert one.send("v0b", "POST", "scans", files=[second]).status_code == 200
    told = {uid for line in one.lines("AttachScans") for uid in line["files"]}
    assert told == {first, second}
    # Never: by who has no seat, the same page twice, another's upload, a text.
    third = upload(one, "v5")
    assert one.send("v5", "POST", "scans", files=[third]).status_code == 404
    seen = upload(one, "scheduler")
    assert one.send("scheduler", "POST", "scans", files=[seen]).status_code == 403
    refused = one.send("v0", "POST", "scans", files=[first])
    assert (refused.status_code, refused.json["code"]) == (422, "scan-files")
    assert one.send("v1", "POST", "scans", files=[third]).status_code == 422
    text = upload(one, "v1", "page.txt", b"text")
    refused = one.send("v1", "POST", "scans", files=[text])
    assert refused.status_code == 422
    assert "不是扫描件" in refused.json["detail"]
    many = [upload(one, "v0") for _ in range(9)]
    refused = one.send("v0", "POST", "scans", files=many)
    assert "已有 2 页" in refused.json["detail"]


def test_a_page_comes_after_the_case_has_ended(site: Site) -> None:
    one = Round.of(site, "small")
    for login in ("v0", "v1", "v2"):
        assert one.say(login, "yes").status_code == 200
    after = site.open_task(one.case, "after")
    body = {"expectedVersion": after["seats"][0]["version"]}
    done = site.browser("head").post(f"/user-tasks/{after['id']}/completion", body)
    assert done.status_code == 200
    assert site.browser("head").get(f"/process-instances/{one.case}").json["status"] != "active"
    sent = one.send("v2", "POST", "scans", files=[upload(one, "v2")])
    assert sent.status_code == 200, sent.text


@SQLITE
def test_the_page_offers_and_shows_it(site: Site) -> None:
    one = Round.of(site, "small")
    assert 'id="scans"' in page(one, "v0")
    assert 'id="scans"' not in page(one, "head")
    form: dict[str, Any] = {"submission_id": site.engine.ids.uid(), "unit": "U-V0"}
    form["file"] = (BytesIO(PNG), "盖章页.png")
    answer = press(site, "v0", f"/case/{one.case}/task/{one.task}/scans", **form)
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"].endswith("told=scans-attached")
    assert one.say("v0", "yes").status_code == 200
    for path in (f"/case/{one.case}", f"/case/{one.case}/task/{one.task}"):
        assert ">签章页</a>" in open_page(site, "v1", path).text, path
    log = open_page(site, "scheduler", f"/case/{one.case}?tab=log").text
    assert "附签章页" in log
    assert "U-V0局，1 页" in log
