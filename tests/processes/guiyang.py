"""What the people of the Guiyang stories fill in: a point on the ledger and its papers."""

from dataclasses import dataclass
from typing import Any

from tests.support.scenario import Json, Scenario

ECOLOGY, FORESTRY, OFFICE = "GY-ST", "GY-LY", "GY-LGO"
TOURISM, RESOURCES, WATER, PROVINCE = "GY-WL", "GY-ZR", "GY-SW", "GZ-STT"
# S12 asks for the areas whose data nobody has verified to be switched on.
UNVERIFIED_ON = (("organisation/protected_areas.csv", ",0,unverified", ",1,unverified"),)
BASIC = ("E1", "E2", "E4", "E9")


@dataclass(frozen=True)
class Point:
    """A point in a protected area: the area, its counties, where it lies."""

    area: str
    counties: tuple[str, ...]
    name: str
    lon: float
    lat: float

    @property
    def body(self) -> str:
        """Give the management body."""
        return f"{self.area}-GL"


CHANGPOLING = Point("GY-06", ("520113",), "长坡岭露营点", 106.672415, 26.668231)
QUARRY = Point("GY-12", ("520121",), "花梨采石场", 106.966418, 27.057533)
AHA = Point("GY-03", ("520102",), "阿哈湖西岸", 106.658104, 26.541377)


def violation(point: Point = CHANGPOLING, **changes: Any) -> Json:
    """Give the registration of a point: illegal camping platforms on the 绿盾 ledger."""
    data: Json = {
        "source": "绿盾",
        "gs_no": "GS-5201-0187",
        "in_green_shield_ledger": True,
        "found_on": "2026-05-20",
        "pa_id": point.area,
        "county_codes": list(point.counties),
        "point_name": point.name,
        "lon": point.lon,
        "lat": point.lat,
        "area_ha": 0.31,
        "zone": ["一般控制区"],
        "problem_type": "C2",
        "subject": "林野营地管理有限公司",
        "facts": "林内未经批准搭建木质露营平台十二座，占用林地约0.31公顷，至今仍在营业，"
        "未办理任何手续。",
    }
    return {**data, **changes}


def quarry(**changes: Any) -> Json:
    """Give the registration of S12: an illegal quarry of 1.8 ha with damage."""
    data = violation(
        QUARRY,
        source="日常巡护",
        in_green_shield_ledger=False,
        found_on="2026-04-07",
        happened_on="2026-04-07",
        area_ha=1.8,
        problem_type="A2",
        acts=["非法开矿"],
        eco_damage=True,
        subject="开阳某采石场",
        facts="巡护发现采石场越界开采，破坏山体和林地约1.8公顷，现场机械仍在作业，"
        "已责令停止并看守。",
    )
    del data["gs_no"]
    return {**data, **changes}


def inspection(*, explicit: bool) -> Json:
    """Give an item of the central inspection: spoil at a reservoir, with or without rules."""
    data: Json = violation(
        AHA,
        source="中央生态环保督察",
        source_ref="2026-03-17",
        gs_no=None,
        in_green_shield_ledger=False,
        found_on="2026-08-20",
        problem_type="D4",
        subject="阿哈湖水利工程公司",
        facts="水库除险加固弃土堆放在湿地公园一般控制区内，占用约0.31公顷，未按批复清运，"
        "督察组指出后仍未整改。",
    )
    data = {key: value for key, value in data.items() if value is not None}
    if not explicit:
        return data
    steps = [
        {"name": "单位自验", "kind": "单位自验", "role": "MGMT_BODY"},
        {"name": "市级验收", "kind": "验收", "role": "LEADING_GROUP_OFFICE", "days": 10},
        {"name": "公示", "kind": "公示", "role": "LEADING_GROUP_OFFICE", "notice_days": 5},
        {"name": "省级销号", "kind": "销号", "role": "PROV_ECOLOGY"},
    ]
    document = "中央生态环境保护督察整改方案（验收销号办法）"
    rules: Json = {"explicit_closure_rule": True, "closure_document": document}
    return {**data, **rules, "closure_steps": steps, "due": "2026-10-31"}


def plan(due: str, **changes: Any) -> Json:
    """Give GY-F8 with the date of completion DUE."""
    measure = {
        "measure": "拆除露营平台，清运建筑垃圾",
        "unit": "林野营地管理有限公司",
        "from": "2026-06-30",
        "to": due,
    }
    data: Json = {
        "rect_subject": "林野营地管理有限公司",
        "plan_no": "筑文旅方案〔2026〕12号",
        "goal": "拆除全部露营平台，恢复林地0.31公顷。",
        "measures": [measure],
        "due": due,
        "accept_std": "平台全部拆除，场地清理完毕，植被恢复。",
    }
    return {**data, **changes}


def check() -> Json:
    """Give the record of the site check."""
    return {"check_people": "市文化和旅游局两人", "check_note": "平台已全部拆除，场地已清理。"}


def papers(story: Scenario, unit: str, *more: str, how: str = "拆除退出") -> Json:
    """Give GY-F10: E1, E2, E3 as a pair, E4, E9 and MORE, uploaded by UNIT."""
    data: Json = {"result_type": how, "E3": story.when_uploads(unit, "整改前", "整改后")}
    for code in (*BASIC, *more):
        data[code] = story.when_uploads(unit, code)
    return data


def on_the_ledger(story: Scenario, starter: str, lead: str, data: Json) -> Json:
    """Register DATA, let the lead guide and verify: the point is on the ledger."""
    case = story.when_started(starter, "gy_violation", data)
    guide = {"guide_note": "责令停止经营，限期整改并报送整改方案。"}
    story.when_completes(lead, "guide", "guided", case=case, data=guide)
    verify = {"verify_people": "行业处室两人", "verify_note": "情况属实，与登记一致。"}
    story.when_completes(lead, "verify", "confirmed", case=case, data=verify)
    if data["source"] == "绿盾":
        coordinated(story, case)
    return case


def coordinated(story: Scenario, case: Json) -> None:
    """Let ecology coordinate a point of 绿盾 before anybody rectifies it (G-30)."""
    nodes = {task["node"] for task in story.tasks(case)}
    assert "coordinate" in nodes
    assert "plan" not in nodes
    note = {"coordinate_note": "按绿盾文件要求限期整改，逐点核对平台编号。"}
    story.when_completes(ECOLOGY, "coordinate", "coordinated", case=case, data=note)


def restored(story: Scenario, problem: Json, body: str) -> Json:
    """Let BODY register the damage of PROBLEM and everybody do their part of P-07."""
    (case,) = story.cases("gy_restoration")
    form = story.form(body, "register_damage", case)
    assert form["problem_no"] == problem["number"]
    data = {"cause": "建设活动", "subject_known": "已查明且落实"}
    data |= {"subject_name": form["subject_name"] or "建设单位"}
    story.when_completes(body, "register_damage", "needed", case=case, data=data)
    for unit in (FORESTRY, ECOLOGY):
        urged = {"urge_note": "要求建设单位按方案限期修复。"}
        story.when_completes(unit, "urge", "urged", case=case, data=urged)
    plan = {
        "restoration_plan": "清除硬化地面，恢复乡土植被。",
        "restore_until": "2026-12-31",
        "funds": ["生态"],
        "plan_files": story.when_uploads(body, "方案"),
    }
    story.when_completes(body, "plan_restoration", "submit", case=case, data=plan)
    for unit in (FORESTRY, ECOLOGY):
        story.when_completes(unit, "review_plan", "agree", case=case)
    work = {"work_progress": "完成场地清理和种植。"}
    story.when_completes(body, "restore", "ready", case=case, data=work)
    found = {"check_result": "合格", "check_note": "现场核对种植面积和成活率。"}
    story.when_completes(FORESTRY, "work_check", "done", case=case, data=found)
    effect = {"effect_result": "趋好", "effect_note": "植被恢复良好。"}
    effect["effect_files"] = story.when_uploads(ECOLOGY, "评估报告")
    story.when_completes(ECOLOGY, "assess", "assessed", case=case, data=effect)
    managed = {"manage_note": "纳入日常管护，每月巡护两次。", "recovered": "不适用"}
    for unit in (FORESTRY, ECOLOGY):
        story.when_completes(unit, "manage", "managed", case=case, data=managed)
    story.then_state(case, "修复完成")
    return case
