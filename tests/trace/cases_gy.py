"""What the cases of Guiyang's journeys know when they begin."""

from datetime import date
from typing import Any

from engine.base.clock import shanghai

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
    "clue_number": None,
    "pending": [],
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
    "ledger_on": DAY,
    "route_confirmed_on": None,
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
CLEARED: Json = {
    **ON_LEDGER,
    "evidence_on": DAY,
    "evidence_ok": True,
    "enforcement_open": False,
}
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
    "restore_until": DAY,
    "problem_no": "T-2026-0002",
}
SLIP: Json = {
    **POINT,
    "slip": {"kind": "移送", "role": "ECOLOGY", "unit": "GY-ST", "acts": ["非法筑坝"]},
    "role": "ECOLOGY",
    "receiver": "GY-ST",
    "four": True,
}
TWO_DOCUMENTS: Json = {
    **AREA,
    "incoming_document": "第一份来文",
    "document_level": "省级",
    "document_on": DAY,
    "named_units": ["FORESTRY", "ECOLOGY"],
    "document_states_lead": False,
    "stated_lead": None,
    "other_documents": [
        {"title": "第二份来文", "level": "国家级", "on": date(2026, 1, 5), "lead": "WATER",
         "stated": False}
    ],
}  # fmt: skip
ANSWERED: Json = {"asked": "ECOLOGY", "role": "ECOLOGY", "unit_name": "贵阳市生态环境局",
                  "sent_on": DAY, "disputed": False}  # fmt: skip
ANSWERS: Json = {
    **POINT,
    "supervise_lead": "WATER",
    "enforce_rows": [{"act": "非法筑坝", "lead": "ECOLOGY"}],
    "slips": [
        {"role": "WATER", "unit_name": "贵阳市水务管理局"},
        {"role": "ECOLOGY", "unit_name": "贵阳市生态环境局"},
    ],
    "accepted_slips": [],
    "accepted_slip": ANSWERED,
    "results_given": [],
}
CASE: Json = {
    **POINT,
    "finding_needed": False,
    "supervise_lead": "WATER",
    "filed_on": DAY,
    "slip_key": None,
    "act": ["非法筑坝"],
    "enforce_lead": "ECOLOGY",
    "eco_damage": None,
    "damage_key": "T-2026-0001",
    "handled": {"act": "非法筑坝", "enforce_lead": "ECOLOGY"},
}
LATE: Json = {
    "subject_no": "LS-2026-0001",
    "subject_title": "范围调整",
    "late_unit": "GY-ST",
    "late_unit_name": "贵阳市生态环境局",
    "late_outcome": "不同意",
    "late_opinion": "建议先完成环评再上报审批。",
    "lead_unit": "GY-LY",
}
CONCLUDED = {"decided_lead": "WATER", "meeting_opinion": "由水务部门办理"}
SATELLITE: Json = {
    "batch_no": "STB-2026-1",
    "issuer": "生态环境部",
    "issued_on": date(2026, 2, 2),
    "verify_due": date(2026, 3, 16),
    "rect_due": None,
    "batch_rect_due": None,
    "year": 2026,
    "point_no": "P-001",
    "reserve_id": "GY-06",
    "county_code": "520113",
    "lon": 106.672415,
    "lat": 26.668231,
    "rs_type": "旅游开发",
    "change": "新增",
}
