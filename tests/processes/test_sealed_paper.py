"""A unit without access is asked on paper; the office registers its reply: 代录 (2.6)."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
import pytest

from engine.base.actor import SYSTEM
from engine.commands.people import SetActive
from tests.processes import reviews
from tests.processes.reviews import FORESTRY, WATER
from tests.support.scenario import API, Json, Scenario

CROSSED = pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)
COUNTY, FARMING = "520123-ZF", "GY-NY"
SCAN = b"%PDF-1.4 scanned and sealed"
SIGNED: Json = {"signedBy": "周明", "signedOn": "2026-03-20"}
OPINION = "第三章农业面源污染管控内容较少，建议补充完善。"
MODS = [{"item": "第三章", "demand": "补充农业面源管控内容", "precondition": False}]


@CROSSED
def test_two_units_without_access_answer_on_paper(guiyang_story: Scenario) -> None:
    story = guiyang_story
    case, task = a_review_asks_seven_units(story)
    for unit in (WATER, FARMING):
        login = f"clerk-{unit.lower()}"
        story.worker.engine.execute(SetActive(login, False, story.clock.now()), SYSTEM)
    only_the_office_asks_on_paper(story, task)
    paper, content = a_sealed_paper_goes_out(story, case, task)
    what_does_not_match_is_refused(story, paper, content)
    the_reply_on_paper_counts_as_the_units(story, case, task, paper)
    a_filled_docx_needs_no_typing(story, case, task)
    the_trace_says_who_recorded(story, case)


def a_review_asks_seven_units(story: Scenario) -> tuple[Json, Json]:
    story.when_passes("2026-03-09 10:00")
    docs = story.when_uploads(COUNTY, "请示", "论证报告")
    case = story.when_started(COUNTY, "gy_joint_review", reviews.filing(docs=docs))
    story.when_completes(FORESTRY, "accept", "accept", case=case)
    form = story.form(FORESTRY, "notice", case)
    data = reviews.notice(form, "2026-04-01T09:30:00+08:00")
    story.when_completes(FORESTRY, "notice", "send", case=case, data=data)
    task = next(one for one in story.tasks(case) if one["node"] == "opinions")
    return case, task


def seat_of(task: Json, unit: str) -> Json:
    return next(s for s in task["seats"] if s["unit"] == unit and s["duty"] != "conclude")


def only_the_office_asks_on_paper(story: Scenario, task: Json) -> None:
    path = f"/user-tasks/{task['id']}/papers"
    body = {"seat": seat_of(task, WATER)["id"]}
    assert story.of("GY-ST").get(path) == {"allowed": False, "papers": [], "offered": []}
    refused = story.of("GY-ST").send("POST", path, body, 403)
    assert refused["code"] == "not-office"
    offered = {one["unitName"] for one in story.of(FORESTRY).get(path)["offered"]}
    assert offered == {seat_of(task, unit)["unitName"] for unit in (WATER, FARMING)}
    body = {"seat": seat_of(task, "GY-ST")["id"]}
    refused = story.of(FORESTRY).send("POST", path, body, 409)
    assert refused["code"] == "has-access"  # the lead never speaks for who can speak
    assert "请其在线办理" in refused["detail"]


def a_sealed_paper_goes_out(story: Scenario, case: Json, task: Json) -> tuple[Json, bytes]:
    path = f"/user-tasks/{task['id']}/papers"
    story.of(FORESTRY).send("POST", path, {"seat": seat_of(task, WATER)["id"]}, 201)
    found = story.of(FORESTRY).get(path)["papers"]
    assert [(one["unit"], one["state"]) for one in found] == [(WATER, "issued")]
    paper = found[0]
    content = download(story, FORESTRY, paper["attachmentId"])
    lines = list(text_of(content))
    told = "\n".join(lines)
    assert lines[0] == "征求意见与联审会议征求意见函"
    plan = "岩鹰湖国家湿地公园总体规划"
    for part in (case["number"], "贵阳市水务管理局", "2026-03-23", plan):
        assert part in told, part
    assert f"核验码：{paper['code']}（以上文字的 SHA-256：{paper['seal']}）" in told
    assert "□ 同意　□ 原则同意（附修改意见）　□ 不同意" in told
    assert "编制岩鹰湖国家湿地公园总体规划，明确湿地保育" in told  # what was filed
    assert told.index("核验码") > told.index("以下由被征求意见单位填写")
    named = [one["name"] for one in story.case(case["id"])["documents"]]
    assert any("征求意见函" in name and name.endswith(".docx") for name in named)
    return paper, content


def download(story: Scenario, unit: str, attachment: str) -> bytes:
    answer = story.of(unit).client.get(f"{API}/attachments/{attachment}/content")
    assert answer.status_code == 200
    return bytes(answer.data)


def text_of(content: bytes) -> Iterator[str]:
    """Give the text of each paragraph as python-docx reads it, tables row by row."""
    document = docx.Document(io.BytesIO(content))
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                yield from dict.fromkeys(cell.text for cell in row.cells)
        else:
            yield block.text


def received(story: Scenario, paper: Json, files: list[Json], expect: int, **more: Any) -> Json:
    ids = [one["attachmentId"] for one in files]
    body = {"files": ids, "code": "", **SIGNED, **more}
    path = f"/sealed-papers/{paper['id']}/reply"
    return story.of(FORESTRY).send("POST", path, body, expect)


def what_does_not_match_is_refused(story: Scenario, paper: Json, content: bytes) -> None:
    story.when_passes("2026-03-20 10:00")
    early = record(story, paper, "agree", expect=409)
    assert early["code"] == "no-reply"
    lead = story.of(FORESTRY)
    scan = lead.upload("回函.pdf", SCAN, "回函")
    wrong = received(story, paper, [scan], 422, code="AAAA-BBBB-CCCC-DDDD-EEEE")
    assert wrong["code"] == "paper-mismatch"
    assert "请核对纸面上的核验码" in wrong["detail"]
    assert received(story, paper, [scan], 422)["code"] == "paper-mismatch"  # none told
    assert received(story, paper, [], 422, code=paper["code"])["code"] == "paper-files"
    other = replaced(content, "岩鹰湖国家湿地公园", "岩鹰湖省级湿地公园")
    changed = lead.upload("改动.docx", other, "回函")
    refused = received(story, paper, [changed], 422, code=paper["code"])
    assert refused["code"] == "paper-changed"
    assert "不改动前面的内容" in refused["detail"]
    unmarked = replaced(content, "以下由被征求意见单位填写", "附")
    foreign = lead.upload("别的.docx", unmarked, "回函")
    assert received(story, paper, [foreign], 422)["code"] == "paper-foreign"
    late = {"code": paper["code"], "signedOn": "2026-03-21"}
    assert received(story, paper, [scan], 422, **late)["code"] == "signed-on"
    own = story.of("GY-ST").upload("回函.pdf", SCAN, "回函")
    body = {"files": [own["attachmentId"]], "code": paper["code"], **SIGNED}
    path = f"/sealed-papers/{paper['id']}/reply"
    assert story.of("GY-ST").send("POST", path, body, 403)["code"] == "not-office"


def replaced(content: bytes, old: str, new: str) -> bytes:
    """Give a docx with OLD written NEW in its text."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as had, zipfile.ZipFile(out, "w") as made:
        for name in had.namelist():
            part = had.read(name)
            if name == "word/document.xml":
                assert old.encode() in part
                part = part.replace(old.encode(), new.encode())
            made.writestr(name, part)
    return out.getvalue()


def record(
    story: Scenario, paper: Json, outcome: str, *, expect: int = 200, **more: Any
) -> Json:
    body = {"outcome": outcome, "expectedVersion": 1, **more}
    path = f"/sealed-papers/{paper['id']}/completion"
    return story.of(FORESTRY).send("POST", path, body, expect)


def the_reply_on_paper_counts_as_the_units(
    story: Scenario, case: Json, task: Json, paper: Json
) -> None:
    scan = story.of(FORESTRY).upload("回函.pdf", SCAN, "回函")
    typed = paper["code"].lower().replace("-", " ")  # as people type
    received(story, paper, [scan], 201, code=typed)
    again = received(story, paper, [scan], 409, code=paper["code"])
    assert again["code"] == "paper-received"
    path = f"/case/{case['number']}/task/{task['id']}/paper/{paper['id']}"
    page = story.of(FORESTRY).client.get(path)
    assert page.status_code == 200
    assert "照回函录入（代录）" in page.text
    offered = story.of(FORESTRY).client.get(f"{path}/signers").json["items"]
    assert [one["name"] for one in offered] == ["周明"]  # who signed has no account
    data = {"mods": [], "signer": offered[0]["code"]}
    short = record(story, paper, "disagree", data=data, opinion="理由太短", expect=422)
    assert short["code"] == "reason-too-short"  # what binds the unit binds its paper
    acted = record(story, paper, "disagree", data=data, opinion=reviews.REASON)
    assert acted["closed"] is False
    now = story.of(FORESTRY).get(f"/user-tasks/{task['id']}")
    seat = seat_of(now, WATER)
    said = (seat["state"], seat["outcome"], seat["opinion"])
    assert said == ("done", "disagree", reviews.REASON)
    assert seat["personName"].startswith("周明（")
    assert seat["personName"].endswith(" 代录）")
    only_the_lead_reads_the_scan(story, case, scan["attachmentId"])
    twice = record(story, paper, "agree", data=data, expect=409)
    assert twice["code"] == "paper-received"


def only_the_lead_reads_the_scan(story: Scenario, case: Json, scan: str) -> None:
    for unit, sees in ((FORESTRY, True), ("GY-ST", False)):
        page = story.of(unit).get(f"/process-instances/{case['id']}")
        assert (scan in {one["id"] for one in page["documents"]}) is sees
        answer = story.of(unit).client.get(f"{API}/attachments/{scan}/content")
        assert answer.status_code == (200 if sees else 404)


def a_filled_docx_needs_no_typing(story: Scenario, case: Json, task: Json) -> None:
    path = f"/user-tasks/{task['id']}/papers"
    seat = {"seat": seat_of(task, FARMING)["id"]}
    for _ in range(2):  # sent once more: the first no longer counts
        story.of(FORESTRY).send("POST", path, seat, 201)
        story.when_passes(f"2026-03-20 1{_ + 1}:00")
    first, second = (p for p in story.of(FORESTRY).get(path)["papers"] if p["unit"] == FARMING)
    assert (first["state"], second["state"]) == ("replaced", "issued")
    content = download(story, FORESTRY, second["attachmentId"])
    document = docx.Document(io.BytesIO(content))
    document.add_paragraph(f"原则同意。{OPINION}")  # below the mark, as the unit fills it in
    filled = io.BytesIO()
    document.save(filled)
    file = story.of(FORESTRY).upload("回函.docx", filled.getvalue(), "回函")
    assert received(story, first, [file], 409)["code"] == "paper-replaced"
    received(story, second, [file], 201)
    data = {"mods": MODS, "signer": "clerk-gy-ny"}
    record(story, second, "agree_changes", data=data, opinion=OPINION)
    seat = seat_of(story.of(FORESTRY).get(f"/user-tasks/{task['id']}"), FARMING)
    assert (seat["state"], seat["outcome"]) == ("done", "agree_changes")


def the_trace_says_who_recorded(story: Scenario, case: Json) -> None:
    lines = story.history(case)
    kinds = [line["kind"] for line in lines]
    assert kinds.count("IssuePaper") == 3
    assert kinds.count("ReceivePaper") == kinds.count("RecordReply") == 2
    acts = [line for line in lines if line["kind"] == "CompleteTask"]
    assert [line["unit"] for line in acts if "代录" in line["actorName"]] == [WATER, FARMING]
    page = story.of(FORESTRY).client.get(f"/case/{case['number']}?tab=course").text
    assert "代录）" in page
    story.then_no_incidents()
