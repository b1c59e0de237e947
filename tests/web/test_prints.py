"""打印: what stands in the printed form, for whom, and when it is a draft."""

import hashlib
import io
import json
import re
import zipfile

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from engine.queries import lists_on_paper
from engine.store.machine import history
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


def test_opinions_of_several_units_stand_in_one_table(site: Site) -> None:
    case = site.start(WHAT)
    site.complete("field1", case["instanceId"], "check", "send", opinion="请审核。")
    site.complete("wood1", case["instanceId"], "review", "pass", opinion="林业无意见。")
    address = f"/process-instances/{case['instanceId']}/print/opinions"
    browser = site.browser("wood1")
    assert f'href="/api/v1{address}?format=pdf"' in browser.client.get(
        f"/case/{case['number']}/opinions"
    ).text
    for kind in KINDS:
        open_round = text_of(browser.get(address, format=kind).data, kind)
        for part in ("会签意见汇总表", "两部门审核（第1轮", "林业无意见。", "林一", "未反馈"):
            assert part in open_round
    assert "草稿" in text_of(browser.get(address).data, "pdf")
    refusal = "用地手续不齐，须先补办后再报。"
    site.complete("water1", case["instanceId"], "review", "back", opinion=refusal)
    closed = text_of(browser.get(address).data, "pdf")
    assert "草稿" not in closed
    assert "水一" in closed
    assert refusal in closed
    assert site.browser("wood2").get(address).status_code == 404


def test_a_ledger_prints_the_rows_in_sight_of_the_filter(site: Site) -> None:
    for area in (12, 40):
        site.start(f"堆土{area}", area=area)
    body = {"filter": {"area": {"$gt": 20}}}
    browser = site.browser("field1")
    for kind in KINDS:
        answer = browser.post(f"/ledgers/problem/prints?format={kind}", body)
        assert answer.status_code == 200, answer.text
        text = text_of(answer.data, kind)
        assert "问题台账" in text
        assert "堆土40" in text
        assert "堆土12" not in text
    page = browser.client.get("/ledger/problem/print.pdf?area=12").data
    assert "堆土12" in text_of(page, "pdf")
    assert "堆土40" not in text_of(page, "pdf")
    stranger = text_of(site.browser("field2").post("/ledgers/problem/prints").data, "pdf")
    assert "堆土" not in stranger


def test_a_ledger_of_many_columns_prints_in_parts_that_share_the_first_two(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists_on_paper, "COLUMNS", 2)
    number = site.start("堆土", area=12)["number"]
    text = text_of(site.browser("field1").post("/ledgers/problem/prints").data, "pdf")
    parts = text.count("部分（共")
    assert parts >= 2
    assert text.count(number) == parts, "each part names the case"
    assert text.count("12") >= 1


def test_the_papers_of_a_case_offer_every_form_newest_state_first(site: Site) -> None:
    case = site.start(WHAT)
    page = site.browser("field1").client.get(f"/case/{case['number']}?tab=papers").text
    assert "/print/start?" in page
    assert "/user-tasks/" not in page, "nothing is signed yet"
    task = site.open_task(case["instanceId"], "check")
    site.complete("field1", case["instanceId"], "check", "send", opinion="情况属实。")
    page = site.browser("field1").client.get(f"/case/{case['number']}?tab=papers").text
    found = re.findall(r'href="/api/v1(/user-tasks/\d+/print)\?format=pdf"', page)
    assert found == [f"/user-tasks/{task['id']}/print"]
    assert site.browser("field1").get(found[0]).status_code == 200


def test_a_ledger_too_long_for_paper_is_refused_with_advice(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists_on_paper, "MOST", 1)
    site.start("一")
    site.start("二")
    answer = site.browser("field1").post("/ledgers/problem/prints")
    assert answer.status_code == 413
    assert "导出 Excel" in answer.text


def test_a_dossier_holds_forms_opinions_and_log_and_proves_itself(site: Site) -> None:
    case = site.start(WHAT)
    site.complete("field1", case["instanceId"], "check", "send", opinion="请审核。")
    site.complete("wood1", case["instanceId"], "review", "pass", opinion="林业无意见。")
    browser = site.browser("wood1")
    address = f"/process-instances/{case['instanceId']}/dossier"
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as found:
        members = {name: found.read(name) for name in found.namelist()}
    assert {"表单/000 登记.pdf", "表单/001 核对 第1轮.docx", "日志.json"} <= set(members)
    assert "林业无意见。" in text_of(members["意见/会签意见汇总表.pdf"], "pdf")
    lines = members["校验和.sha256"].decode().splitlines()
    sums = {line[66:]: line[:64] for line in lines}
    assert set(sums) == set(members) - {"校验和.sha256", "说明.txt"}
    assert all(hashlib.sha256(members[name]).hexdigest() == told for name, told in sums.items())
    log = json.loads(members["日志.json"])
    audit = browser.get(f"/process-instances/{case['instanceId']}/history", limit="200")
    assert [line["hash"] for line in log] == [row["hash"] for row in audit.json["items"]]
    told = f"无误。共 {len(log)} 行，末行 hash {log[-1]['hash']}"
    assert told in members["说明.txt"].decode()
    assert address in browser.client.get(f"/case/{case['number']}?tab=papers").text
    assert site.browser("wood2").get(address).status_code == 404


def test_a_dossier_names_the_line_of_the_log_that_was_changed(site: Site) -> None:
    case = site.start(WHAT)["instanceId"]
    with site.engine.database.write() as conn:
        line = (history.c.root_id == case) & (history.c.no == 2)
        conn.execute(sa.update(history).where(line).values(actor_name="别人"))
    answer = site.browser("field1").get(f"/process-instances/{case}/dossier")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as found:
        assert "第 2 行被改动" in found.read("说明.txt").decode()
