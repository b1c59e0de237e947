"""What the cases of Jiangxi's journeys know when they begin."""

from datetime import date
from typing import Any

from engine.base.clock import shanghai

Json = dict[str, Any]
BEGIN = shanghai("2025-03-18 09:00")
YEAR = shanghai("2025-01-01 00:00")
DAY = date(2025, 3, 18)
FOUND: Json = {
    "year": 2025,
    "case_year": 2025,
    "reserve_id": "JX-N11",
    "reserve_name": "阳际峰",
    "reserve_level": "国家级",
    "ownership": "LOCAL",
    "county_code": "360681",
    "border_counties": None,
    "source": ["自行排查"],
    "problem_type": "C1",
    "checked_on": DAY,
    "rs_due": None,
    "request_supplement": False,
    "is_new": "新增",
    "prior_problem_no": None,
}
OWN: Json = {**FOUND, "reserve_id": "JX-N01", "ownership": "PROVINCIAL"}
LISTED: Json = {
    **FOUND,
    "closing_form_set": None,
    "work_from": date(2025, 9, 1),
    "surveys": None,
    "list_due": date(2025, 11, 30),
    "due": date(2025, 11, 15),
    "timing": {"handling": "正常", "list_year": 2025},
    "carried_over": False,
    "remote_sensing": False,
    "first_year": 2025,
    "follow_up": False,
    "listed_on": date(2025, 9, 10),
    "rate_year": 2025,
}
PLAN = ("submit", {"due": date(2025, 11, 15)})
AUTUMN = shanghai("2025-09-22 09:00")
SURVEY: Json = {"batch": 1, "on": DAY, "note": None, "advice": "加快拆除进度（贵溪市林业局）"}
# Of the year's problems one was due on 30 August and stands still: more than ten days late.
YEARS: Json = {
    "rows": [
        {
            "problem_no": f"JX-2025-3606-000{number}",
            "reserve_name": "阳际峰",
            "city": "360600",
            "county": "360681",
            "status": "整改中",
            "listed_on": date(2025, 8, 1),
            "fed_back_on": date(2025, 8, 4),
            "excluded": False,
            "due_on": date(2025, 11, 30),
            "rect_due": due,
            "due": None,
            "completed_on": None,
            "closed_on": None,
            "self_approving": False,
        }
        for number, due in ((1, date(2025, 8, 30)), (2, date(2025, 11, 20)))
    ]
}
FROZEN: Json = {
    "figures": [
        {"id": "M-1", "denominator": 10, "numerator": 8, "shown": "80.0%"},
        {"id": "M-2", "denominator": 10, "numerator": 7, "shown": "70.0%"},
    ]
}
POINT: Json = {
    **FOUND,
    "point_no": "P-001",
    "verify_due": date(2025, 3, 31),
    "rect_due": date(2025, 10, 31),
    "batch_no": "2025-1",
    "issued_on": date(2025, 3, 1),
    "issuer": "生态环境部",
}

PROPOSED = {"kind": "典型案例", "title": "问题反弹", "source_no": "T-1"}
DEMAND = {
    "subject_no": "T-2026-0001",
    "level": "L1",
    "demand": "请说明整改进展和完成时间。",
    "reply_due": date(2026, 4, 1),
}
