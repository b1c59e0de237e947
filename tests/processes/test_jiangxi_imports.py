"""附件1 and 附件2 come in as tables: old ledgers go on where they stand."""

import io
from typing import Any

import pytest

from engine.sheets.write import Column, Layout, write
from tests.processes.jiangxi import ANOTHER, YANGJIFENG
from tests.support.scenario import API, Json, Scenario

KERNEL = pytest.mark.parametrize(
    ("jiangxi_runtime", "store_url"),
    [("kernel", "sqlite"), ("kernel", "postgresql")],
    indirect=True,
)
REFERENCE = pytest.mark.parametrize(
    ("jiangxi_runtime", "store_url"), [("spiffworkflow", "sqlite")], indirect=True
)
BODY = YANGJIFENG.body
ROW: Json = {
    "年度": 2024,
    "保护区名称": YANGJIFENG.reserve,
    "所在县（市、区）": "贵溪市",
    "乡镇、村（小地名）": "双圳林场西坑",
    "经度（CGCS2000）": "117.218412",
    "纬度（CGCS2000）": "28.006723",
    "分区体系": "三区",
    "所处功能区": "缓冲区、实验区",
    "涉及面积（公顷）": "0.12",
    "问题来源": "自行排查",
    "问题类型": "C1",
    "新增/存量": "新增",
    "违法主体/建设主体": "西坑旅游开发有限公司",
    "行政许可情况": "未办理",
    "问题基本情况": "缓冲区山脊新建木结构观景平台一处，占地约0.12公顷，"
    "未办理任何许可手续，现场已停工。",
    "以往整改及销号情况": "首次发现",
    "处理意见（整改建议）": "责令停止使用，限期拆除平台并恢复植被。",
    "整改责任单位": BODY,
    "督导单位": "360681-LY",
    "排查日期": "2024年3月18日",
}
STATES = (None, "审核中-县", "审核中-市", "已列入清单", "整改中", "已销号", "剔除")


def table(rows: list[Json]) -> bytes:
    labels = list(dict.fromkeys(label for row in rows for label in row))
    layout = Layout("表", "表", tuple(Column(label) for label in labels))
    return write(layout, [[row.get(label) for label in labels] for row in rows])


def sent(
    story: Scenario, unit: str, source: str, rows: list[Json], application: str = "jiangxi"
) -> Any:
    """Send a table for UNIT, take over what is good; give the receipt by row."""
    browser = story.of(unit)
    answer = browser.client.post(
        f"{API}/imports/{application}/{source}",
        data={"file": (io.BytesIO(table(rows)), "旧台账.xlsx")},
        headers=browser._head(),
    )
    assert answer.status_code == 201, answer.text
    at = f"/import-runs/{answer.json['id']}"
    story.worker.run_due()
    assert browser.get(at)["state"] == "ready", browser.get(at)["error"]
    done = browser.client.post(f"{API}{at}/confirmation", json={}, headers=browser._head())
    assert done.status_code == 204, done.text
    story.worker.run_due()
    return browser.get(f"{at}/rows")


def numbered() -> list[Json]:
    """Give a row of each state, each at its own point."""
    return [
        {**ROW, "经度（CGCS2000）": f"117.2184{n}", "当前状态": state, "销号日期": closed}
        for n, state in enumerate(STATES)
        for closed in ["2024-12-05" if state == "已销号" else None]
    ]


@KERNEL
def test_an_old_ledger_goes_on_where_each_problem_stands(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    story.when_passes("2025-02-10 09:00")
    receipt = sent(story, BODY, "problem", numbered())
    assert [row["problems"] for row in receipt if row["problems"]] == []
    cases = [story.case(int(row["caseId"])) for row in receipt]
    waits = [{node for node, _ in story.open(case)} for case in cases]
    assert waits == [
        {"submit"}, {"county_review"}, {"city_review"}, set(), {"plan"}, set(),
        set(),
    ]  # fmt: skip
    assert [case["status"] for case in cases][5:] == ["completed", "completed"]
    ledger = {row["number"]: row["values"] for row in rows_of(story)}
    running, closed = ledger[cases[4]["number"]], ledger[cases[5]["number"]]
    assert (running["status"], running["stage"], running["due_on"]) == (
        "整改中", "整改", "2024-11-30",
    )  # fmt: skip
    assert (closed["status"], closed["closed_on"]) == ("已销号", "2024-12-05")
    assert cases[4]["number"].startswith("JX-2024-3606-")
    first = story.history(cases[4])[0]
    assert (first["kind"], first["detail"]["row"]) == ("ImportRow", 7)
    again = sent(story, BODY, "problem", numbered())
    assert {row["state"] for row in again} == {"unchanged"}


def rows_of(story: Scenario) -> Any:
    return story.overseer().send("POST", "/ledgers/problem/rows/search", {})["items"]


@KERNEL
def test_a_city_sends_its_list_and_nothing_of_another_city(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    names = {"所在县（市、区）": "县", "乡镇、村（小地名）": "小地名", "所处功能区": "功能区",
             "问题来源": "来源", "新增/存量": "新增/存量/反弹", "涉及面积（公顷）": "面积",
             "违法主体/建设主体": "主体", "问题基本情况": "问题描述",
             "整改责任单位": "责任单位", "处理意见（整改建议）": "整改措施"}  # fmt: skip
    kept = ("年度", "保护区名称", "分区体系", "问题类型", "督导单位", *names)
    row = {names.get(label, label): ROW[label] for label in kept}
    row |= {"整改时限": "2024-11-30", "当前状态": "整改中"}
    foreign = {**row, "保护区名称": ANOTHER.reserve, "县": ANOTHER.county}
    receipt = sent(story, "360600-LY", "city_list", [row, foreign, {**row, "整改时限": None}])
    assert [one["state"] for one in receipt] == ["created", "refused", "refused"]
    assert "职责范围" in receipt[1]["problems"][0]["text"]
    assert receipt[2]["problems"][0]["label"] == "整改时限"
    case = story.case(int(receipt[0]["caseId"]))
    assert {node for node, _ in story.open(case)} == {"plan"}


@REFERENCE
def test_the_reference_runtime_refuses_anchors_by_name(jiangxi_story: Scenario) -> None:
    receipt = sent(jiangxi_story, BODY, "problem", numbered()[:2])
    assert [row["state"] for row in receipt] == ["created", "refused"]
    assert "county_review" in receipt[1]["problems"][0]["text"]


@KERNEL
def test_a_batch_of_remote_sensing_points_is_verified_where_it_lies(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    story.when_passes("2025-03-10 09:00")
    row: Json = {
        "批次": "2025-1", "下发单位": "生态环境部", "下发日期": "2025-03-01",
        "整改时限": "2025-10-31", "点位编号": "P-001", "保护区名称": YANGJIFENG.reserve,
        "所在县（市、区）": YANGJIFENG.county, "遥感判读类型": "旅游开发", "变化类型": "新增",
    }  # fmt: skip
    rows = [row, {**row, "点位编号": "P-002", "变化类型": "变大"}, {**row, "变化类型": "减少"}]
    receipt = sent(story, "360600-LY", "rs_points", rows)
    assert [one["state"] for one in receipt] == ["created", "refused", "refused"]
    assert receipt[1]["problems"][0]["label"] == "变化类型"
    assert "重复" in receipt[2]["problems"][0]["text"]
    case = story.case(int(receipt[0]["caseId"]))
    assert {node for node, _ in story.open(case)} == {"verify_point"}
    story.then_due(case, "verify_point", "2025-03-31")
