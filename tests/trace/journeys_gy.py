"""The ways through Guiyang's processes that the tests of requirements tell."""

from datetime import date
from typing import Any

from engine.base.clock import shanghai
from tests.trace.journey import Journey

Json = dict[str, Any]
DAY = date(2026, 3, 2)
FOUND_AT = shanghai("2026-03-02 08:30")
AREA: Json = {
    "pa_id": "GY-06",
    "pa_name": "长坡岭国家森林公园",
    "county_codes": ["520113"],
    "county": "白云区",
    "region_code": "520113",
    "point_name": "长坡岭露营点",
    "expressway": False,
    "facility_industry": None,
    "drinking_water_zone": False,
    "eco_damage": False,
    "acts": [],
}
POINT: Json = {
    **AREA,
    "source": "绿盾",
    "in_green_shield_ledger": True,
    "gs_no": "GS-5201-0187",
    "found_on": DAY,
    "problem_type": "C2",
    "explicit_closure_rule": False,
    "named_units": [],
    "named_rows": [],
    "document_states_lead": False,
    "stated_lead": None,
    "happened_on": date(2025, 10, 1),
}
ON_LEDGER: Json = {
    **POINT,
    "problem_no": "T-2026-0001",
    "supervise_lead": "CULTURE_TOURISM",
    "lead_unit": "GY-WL",
    "found_by": "GY-06-GL",
    "due": date(2026, 6, 30),
    "enforcing": False,
    "counties": ["520113"],
}
LOCAL: Json = {**ON_LEDGER, "source": "群众举报", "in_green_shield_ledger": False}
STEPS = [
    {
        "name": "单位自验",
        "kind": "单位自验",
        "role": "MGMT_BODY",
        "days": 5,
        "notice_days": None,
    },
    {
        "name": "市级验收",
        "kind": "验收",
        "role": "LEADING_GROUP_OFFICE",
        "days": 10,
        "notice_days": None,
    },
]
CLEARED: Json = {**ON_LEDGER, "evidence_ok": True, "enforcement_open": False}
SUPERVISED: Json = {
    "evidence_ok": True,
    "steps_passed": True,
    **ON_LEDGER,
    "source": "中央生态环保督察",
    "in_green_shield_ledger": False,
    "explicit_closure_rule": True,
    "closure_steps": STEPS,
}
MATTER: Json = {
    "matter_type": "变更-范围调整",
    "pa_id": "GY-01",
    "area_name": "红枫湖风景名胜区",
    "title": "红枫湖范围调整",
    "county_codes": ["520181", "GA0001"],
    "applicant_govs": ["520181-ZF", "GA0001-GWH"],
    "applicant_unit": "520181-ZF",
    "involves": ["林地", "饮用水源"],
    "cross_region": True,
    "complex_eco": True,
    "received_on": DAY,
}
NOTICE = {
    "opinion_due": date(2026, 3, 16),
    "meeting_on": date(2026, 3, 18),
    "participants": ["GY-LY", "GY-ST", "GY-ZR"],
}
MEETING: Json = {
    "convener": "GY-LY",
    "subject_title": "跨区域问题",
    "subject_no": "T-2026-0009",
    "reason_text": "职责争议",
    "need_coordination": True,
    "member_request": True,
    "social_impact": "大",
    "case_complexity": "较为复杂",
    "limitation_passed": True,
    "other_complex": False,
    "importance": "特别重大",
    "county_count": 2,
    "duty_dispute": True,
    "meeting_key": "K-1",
}
HELD = {"decisions": [{"task": "复核", "unit": "GY-ST", "due": date(2026, 4, 1)}]}
RESTORE: Json = {
    **AREA,
    "subject_state": "无法查明",
    "subject_name": None,
    "site_name": "西岸",
    "damage_ha": 1,
    "cause": "采砂",
    "problem_no": "T-2026-0002",
}
SLIP: Json = {
    **POINT,
    "slip": {"kind": "移送", "role": "ECOLOGY", "unit": "GY-ST", "acts": ["非法筑坝"]},
    "role": "ECOLOGY",
    "receiver": "GY-ST",
    "four": True,
}
CASE: Json = {
    **POINT,
    "finding_needed": False,
    "supervise_lead": "WATER",
    "filed_on": DAY,
    "act": ["非法筑坝"],
    "enforce_lead": "ECOLOGY",
    "eco_damage": None,
    "handled": {"act": "非法筑坝", "enforce_lead": "ECOLOGY"},
}
CONCLUDED = {"decided_lead": "WATER", "meeting_opinion": "由水务部门办理"}

JOURNEYS = (
    Journey(
        "gy_patrol",
        "发现违法建设",
        vars={
            **AREA,
            "found": True,
            "illegal_construction": True,
            "patrol_on": DAY,
            "found_at": FOUND_AT,
        },
    ),
    Journey("gy_patrol", "无异常", vars={**AREA, "found": False, "patrol_on": DAY}),
    Journey("gy_cross_meetings", "半年", start="every_half_year"),
    Journey("gy_fund", "申报", vars={**AREA, "fund_type": "林业", "applied_on": DAY}),
    Journey(
        "gy_share",
        "移交共享",
        start="share_opened",
        trigger={
            "kind": "典型案例",
            "provider": "GY-LY",
            "receivers": ["GY-ST"],
            "title": "案例",
        },
    ),
    Journey("gy_share", "半年共享矢量", start="half_year"),
    Journey(
        "gy_meeting",
        "召集",
        vars=MEETING,
        answers={
            "convene": ("send", {"meeting_on": date(2026, 3, 10)}),
            "hold": ("minuted", HELD),
            "carry_out": "done",
        },
    ),
    Journey(
        "gy_meeting",
        "提请",
        start="meeting_asked",
        trigger=MEETING,
        answers={
            "convene": ("send", {"meeting_on": date(2026, 3, 10)}),
            "hold": ("minuted", HELD),
            "carry_out": "done",
        },
    ),
    Journey(
        "gy_meeting",
        "不召开",
        start="meeting_asked",
        trigger=MEETING,
        answers={"convene": "not_needed"},
    ),
    Journey(
        "gy_joint_review",
        "两轮后通过",
        vars=MATTER,
        answers={
            "accept": ["supplement", "accept"],
            "notice": ("send", NOTICE),
            "opinions": ["site", "return", "pass"],
        },
    ),
    Journey("gy_joint_review", "不受理", vars=MATTER, answers={"accept": "decline"}),
    Journey("gy_joint_review", "未共同申报", vars=MATTER, answers={"co_sign": "refuse"}),
    Journey(
        "gy_joint_review",
        "修改后通过",
        vars=MATTER,
        answers={
            "notice": ("send", NOTICE),
            "opinions": "pass_changed",
            "register_approval": "not_approved",
        },
    ),
    Journey(
        "gy_joint_review",
        "不予通过",
        vars=MATTER,
        answers={
            "notice": ("send", NOTICE),
            "opinions": ["office"],
            "office_meeting": "reject",
        },
    ),
    Journey(
        "gy_site_visit",
        "督导",
        vars=AREA,
        answers={
            "visit_record": (
                "record",
                {"visit_tasks": [{"task": "清运", "unit": "GY-ST", "due": date(2026, 4, 1)}]},
            )
        },
    ),
    Journey(
        "gy_clue",
        "登记",
        start="clue_filed",
        vars={
            **POINT,
            "source": "遥感监测",
            "acts": ["非法筑坝", "违反水法"],
            "eco_damage": True,
            "from_org": "GY-06-GL",
        },
    ),
    Journey(
        "gy_clue",
        "转来",
        start="clue_opened",
        trigger={
            **POINT,
            "source": "日常巡护",
            "acts": ["涉林"],
            "county_codes": ["520181", "GA0001"],
            "from_org": "GY-06-GL",
            "named_units": ["WATER", "FORESTRY"],
            "named_rows": [{"unit": "WATER"}, {"unit": "FORESTRY"}],
        },
    ),
    Journey("gy_transfer", "移送四类", vars=SLIP),
    Journey(
        "gy_transfer",
        "有异议",
        vars=SLIP,
        answers={"accept": ["dispute", "accept"], "meeting_concluded": CONCLUDED},
    ),
    Journey(
        "gy_violation",
        "挂账查处",
        start="registered",
        vars={**POINT, "acts": ["未批先建用地", "违法排污"]},
        answers={"more_cases": ["open", "none"]},
    ),
    Journey(
        "gy_violation",
        "按文件",
        start="from_clue",
        trigger={
            **POINT,
            "named_units": ["WATER", "FORESTRY"],
            "county_codes": ["520113"],
            "acts": ["涉林"],
        },
        answers={"verify": "exclude"},
    ),
    Journey("gy_violation_case", "处罚", vars={**CASE, "eco_damage": True}),
    Journey(
        "gy_violation_case",
        "认定",
        vars={**CASE, "finding_needed": True},
        answers={
            "damage_finding": "damaged",
            "transfer_four": {"receipt_row": {"role": "ECOLOGY"}},
        },
    ),
    Journey(
        "gy_violation_case",
        "会商移送公安",
        vars={**CASE, "eco_damage": True},
        answers={
            "decide": ("submit", {"decision": "移送公安", "limitation_passed": True}),
            "meeting_concluded": CONCLUDED,
        },
    ),
    Journey(
        "gy_violation_case",
        "会商处理",
        vars={**CASE, "eco_damage": True},
        answers={
            "decide": ("submit", {"decision": "会商处理", "limitation_passed": True}),
            "meeting_concluded": CONCLUDED,
        },
    ),
    Journey(
        "gy_violation_case",
        "不予立案",
        vars={**CASE, "eco_damage": True},
        answers={"file_case": "refuse"},
    ),
    Journey(
        "gy_closure",
        "绿盾销号",
        vars=CLEARED,
        answers={
            "consent": ["disagree", "agree"],
            "province_review": "agree",
            "enforcement_ended": {},
            "province_answered": "wait",
        },
    ),
    Journey(
        "gy_closure",
        "属地销号",
        vars={**LOCAL, "evidence_ok": True},
        answers={"enforcement_ended": {}},
    ),
    Journey(
        "gy_closure",
        "督察销号",
        vars=SUPERVISED,
        answers={"enforcement_ended": {}, "enforcement_ended_2": {}},
    ),
    Journey(
        "gy_closure",
        "平台退回",
        vars=CLEARED,
        answers={
            "province_review": "wait",
            "province_answered": {"result": "退回", "reason": "补证"},
        },
    ),
    Journey("gy_closure_steps", "逐步", vars=SUPERVISED, answers={"do_step": "pass"}),
    Journey("gy_closure_steps", "不通过", vars=SUPERVISED, answers={"do_step": "fail"}),
    Journey(
        "gy_project",
        "全过程",
        vars={
            **AREA,
            "checks_wanted": ["用地"],
            "project_no": "P1",
            "project_name": "道路",
            "admission_matters": ["用地", "环评"],
        },
        answers={
            "admission": ("submit", {"admission_conclusion": "同意"}),
            "approve": ("approved", {"approved_on": DAY, "start_on": DAY}),
            "check_works": [("checked", {"problem": True}), "completed"],
            "check_operation": [("checked", {"problem": True}), "left"],
        },
    ),
    Journey(
        "gy_restoration",
        "管理机构修复",
        vars=RESTORE,
        answers={"review_plan": ["return", "agree"], "work_check": ["go_on", "done"]},
    ),
    Journey(
        "gy_publication",
        "公开",
        start="publication_opened",
        vars={"period_from": DAY, "kind": "典型案例", "publisher": "GY-LY"},
        answers={"approve_publication": ["rework", "publish"]},
    ),
    Journey("gy_publication", "每季度", start="quarter_begins"),
    Journey("gy_report", "举报", start="report_registered"),
)
