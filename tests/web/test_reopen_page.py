"""重启 on the page of an ended case: who may sees it, confirms it, and does it once."""

from engine.base.actor import SYSTEM
from engine.commands.definitions import Deploy
from tests.support.site import Site, bundle_files
from tests.web.test_pages import open_page, press

WHY = "现场复核发现基础未清除，须重新整改"


def an_ended_case(site: Site) -> int:
    """Deploy the tiny process with one anchor; start a case and end it."""
    files = bundle_files()
    (name,) = (key for key in files if key.endswith("tiny_case.bpmn"))
    text = files[name].decode()
    text = text.replace('name="问题处理"', 'name="问题处理" gov:reopenAt="check"')
    site.engine.execute(Deploy("tiny", {**files, name: text.encode()}, base_version=1), SYSTEM)
    case_id = int(site.start("乱挖")["instanceId"])
    assert 'id="reopen"' not in open_page(site, "scheduler", f"/case/{case_id}").text
    version = site.browser("scheduler").get(f"/process-instances/{case_id}").json["version"]
    body = {"reason": "登记有误，不再办理本案", "expectedVersion": version}
    ended = site.browser("scheduler").post(f"/process-instances/{case_id}/cancellation", body)
    assert ended.status_code == 200, ended.text
    return case_id


def test_an_ended_case_is_reopened_from_its_page_once_and_only_with_the_right(
    site: Site,
) -> None:
    case_id = an_ended_case(site)
    path = f"/case/{case_id}"
    assert 'id="reopen"' not in open_page(site, "field1", path).text
    page = open_page(site, "scheduler", path).text
    shown = ('id="reopen"', '<option value="check">核对', "反弹", "data-confirm", 'name="sure"')
    for word in shown:
        assert word in page, word
    version = site.browser("scheduler").get(f"/process-instances/{case_id}").json["version"]
    form = {"node": "check", "cause": "复核", "reason": WHY, "version": str(version)}
    form |= {"sure": "1", "submission_id": "reopen-000000000001"}
    to = f"{path}/reopen"
    unsure = {key: value for key, value in form.items() if key != "sure"}
    assert press(site, "scheduler", to, **unsure).status_code == 422
    assert press(site, "field1", to, **form).status_code == 403
    assert press(site, "wood2", to, **form).status_code == 404
    short = {**form, "reason": "太短", "submission_id": "reopen-000000000002"}
    assert press(site, "scheduler", to, **short).status_code == 422
    stale = {**form, "version": str(version - 1), "submission_id": "reopen-000000000003"}
    assert press(site, "scheduler", to, **stale).status_code == 409
    for _ in range(2):  # the same press twice is one reopening
        answer = press(site, "scheduler", to, **form)
        assert answer.headers["Location"] == f"{path}?told=reopened"
    page = open_page(site, "scheduler", f"{path}?told=reopened").text
    assert "案件已重启" in page
    assert "案轮 <b>2</b>" in page
    assert 'id="reopen"' not in page
    assert site.open_task(case_id, "check")["round"] == 2
    again = {**form, "submission_id": "reopen-000000000004"}
    assert press(site, "scheduler", to, **again).status_code == 409
