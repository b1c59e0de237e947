"""打印: what stands in the printed form, for whom, and when it is a draft."""

import io

import pytest
from pypdf import PdfReader

from tests.prints.test_files import KINDS, text_of
from tests.support.site import Site

WHAT = "堆土<b>一处</b>&amp;=1+1"


@pytest.mark.parametrize("kind", KINDS)
def test_a_case_prints_the_form_it_was_started_with(site: Site, kind: str) -> None:
    case = site.start(WHAT)
    answer = site.browser("field1").get(
        f"/process-instances/{case['instanceId']}/print/start", format=kind
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    text = text_of(answer.data, kind)
    for part in (WHAT, f"编号：{case['number']}", "2025-07-01", "12"):
        assert part in text
    assert "草稿" not in text


def test_an_open_task_prints_a_draft_and_a_signed_one_its_opinion(site: Site) -> None:
    case = site.start(WHAT)["instanceId"]
    task = site.open_task(case, "check")
    path = f"/user-tasks/{task['id']}/print"
    assert "草稿" in text_of(site.browser("wood1").get(path).data, "pdf")
    done = site.complete("field1", case, "check", "send", opinion="情况属实，同意上报。")
    assert done.status_code == 200, done.text
    text = text_of(site.browser("wood1").get(path).data, "pdf")
    assert "草稿" not in text
    for part in ("办理意见", "情况属实，同意上报。", "报送", "王一", "2025年7月18日"):
        assert part in text


def test_what_was_signed_prints_the_same_whatever_happens_later(site: Site) -> None:
    case = site.start(WHAT)["instanceId"]
    task = site.open_task(case, "check")
    changed = {"what": "改为砂石堆", "area": 13}
    site.complete("field1", case, "check", "send", data=changed, opinion="情况属实。")
    path = f"/user-tasks/{task['id']}/print"
    first = site.browser("wood1").get(path).data
    assert "改为砂石堆" in text_of(first, "pdf")
    site.pass_until("2025-07-21 09:00")
    assert site.browser("wood1").get(path).data == first


def test_a_stranger_learns_nothing_and_odd_wishes_are_refused(site: Site) -> None:
    case = site.start(WHAT)["instanceId"]
    task = site.open_task(case, "check")["id"]
    start = f"/process-instances/{case}/print/start"
    for path in (start, f"/user-tasks/{task}/print"):
        assert site.browser("wood2").get(path).status_code == 404
        assert site.anonymous().get(path).status_code == 401
        assert site.browser("field1").get(path, format="exe").status_code == 422
    assert site.browser("wood1").get(f"/user-tasks/{task}/print", seat=999).status_code == 404


def test_the_pages_of_case_and_task_offer_both_files(site: Site) -> None:
    case = site.start(WHAT)
    task = site.open_task(case["instanceId"], "check")["id"]
    client = site.browser("wood1").client
    for page, address in (
        (f"/case/{case['number']}", f"process-instances/{case['instanceId']}/print/start"),
        (f"/case/{case['number']}/task/{task}", f"user-tasks/{task}/print"),
    ):
        text = client.get(page).text
        for kind in KINDS:
            assert f'href="/api/v1/{address}?format={kind}"' in text
    pdf = client.get(f"/api/v1/user-tasks/{task}/print?format=pdf").data
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
