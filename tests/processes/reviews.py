"""What the people of the joint reviews fill in: GY-F1, F2, F3 and F5."""

from typing import Any

from tests.support.scenario import Json, Scenario

FORESTRY, WATER = "GY-LY", "GY-SW"
MINIMUM = (FORESTRY, "GY-ST", "GY-ZR")
DEPARTMENTS = (*MINIMUM, "GY-NY", WATER, "GY-JT", "GY-WL")
REASON = "与饮用水源二级保护区衔接不一致，须调整分区"
CONDITION = {
    "item": "功能分区",
    "demand": "按饮用水源二级保护区边界调整分区",
    "precondition": True,
}


def filing(**changes: Any) -> Json:
    """Give GY-F1: the general plan of 岩鹰湖国家湿地公园, filed by 修文县人民政府."""
    data: Json = {
        "received_on": "2026-03-09",
        "matter_type": "总体规划编制",
        "pa_id": "GY-05",
        "applicant_govs": ["520123-ZF"],
        "title": "岩鹰湖国家湿地公园总体规划（2026—2035年）",
        "summary": "编制岩鹰湖国家湿地公园总体规划，明确湿地保育、恢复重建、合理利用和管理服务"
        "等功能分区，提出保护恢复、科研监测、宣传教育和基础设施建设的任务与投资安排。",
        "involves": ["饮用水源", "林地"],
        "docs": [],
    }
    return {**data, **changes}


def notice(form: Json, meeting_on: str) -> Json:
    """Give GY-F2 with what FORM proposes, the meeting at MEETING_ON."""
    return {
        "participants": form["participants"],
        "opinion_due": form["opinion_due"],
        "meeting_on": meeting_on,
        "place": "市林业局三楼会议室",
    }


def opines(
    story: Scenario,
    case: Json,
    unit: str,
    outcome: str = "agree",
    reasons: str = "",
    mods: list[Json] | None = None,
    *,
    flags: Json | None = None,
    expect: int | None = None,
) -> Json:
    """Let UNIT give GY-F3."""
    data = {"mods": mods or [], "signer": f"clerk-{unit.lower()}", **(flags or {})}
    return story.when_completes(
        unit, "opinions", outcome, case=case, data=data, opinion=reasons, expect=expect
    )


def concludes(
    story: Scenario,
    case: Json,
    outcome: str,
    reasons: str = "",
    *,
    expect: int | None = None,
    **data: Any,
) -> Json:
    """Let the lead conclude on its last seat with GY-F5."""
    task = next(one for one in story.tasks(case) if one["node"] == "opinions")
    seat = next(one for one in task["seats"] if one["duty"] == "conclude")
    form = story.of(FORESTRY).get(f"/user-tasks/{task['id']}/form")["data"]
    sent = {
        "met_on": story.today(),
        "minutes": story.when_uploads(FORESTRY, "纪要"),
        "next": "退回",
        "adopted": form.get("adopted") or [],
        **data,
    }
    body = {"data": sent, "outcome": outcome, "opinion": reasons}
    body |= {"expectedVersion": seat["version"]}
    path = f"/user-tasks/{task['id']}/completion"
    answer = story.of(FORESTRY).send("POST", path, body, expect)
    story.worker.run_due()
    return answer
