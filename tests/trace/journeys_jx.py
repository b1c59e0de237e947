"""The ways through Jiangxi's processes that the tests of requirements tell."""

from datetime import date
from typing import Any

from engine.base.clock import shanghai
from tests.trace.journey import Journey

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
JOURNEYS = (
    Journey(
        "jx_audit",
        "列入清单",
        start="registered",
        vars=FOUND,
        begin=BEGIN,
        answers={
            "county_review": ["disagree", "agree"],
            "city_review": ["disagree", "agree"],
            "list_sent": {},
            "list_fed_back": {},
        },
    ),
    Journey(
        "jx_audit",
        "转来",
        start="drafted",
        trigger={**FOUND, "draft_from": "YG-2025-0001"},
        begin=BEGIN,
        answers={
            "complete_draft": ("register", {"checked_on": DAY}),
            "list_sent": {},
            "joint_forestry": "return",
            "joint_ecology": "return",
            "list_fed_back": {},
        },
    ),
    Journey(
        "jx_audit",
        "两厅局意见不一",
        start="registered",
        vars=FOUND,
        begin=BEGIN,
        answers={
            "list_sent": {},
            "joint_forestry": "list",
            "joint_ecology": "exclude",
            "consult": "list",
            "list_fed_back": {},
        },
    ),
    Journey(
        "jx_audit",
        "省属",
        start="registered",
        vars=OWN,
        begin=BEGIN,
        answers={"prov_review": ["return", "list"], "list_fed_back": {}},
    ),
    Journey(
        "jx_audit",
        "市县级",
        start="registered",
        begin=BEGIN,
        vars={**FOUND, "reserve_level": "县级", "reserve_id": "JX-C01"},
    ),
    Journey(
        "jx_audit",
        "增补",
        start="registered",
        begin=shanghai("2025-10-20 09:00"),
        vars={**FOUND, "checked_on": date(2025, 10, 20), "request_supplement": True},
    ),
    Journey(
        "jx_city_list",
        "报送",
        start="list_opened",
        begin=BEGIN,
        trigger={"city_code": "360600", "year": 2025, "batch": 1},
        answers={
            "compile_list": ("submit", {"rows": [{"problem_no": "JX-1"}]}),
            "sign_list": ["rework", "send"],
        },
    ),
    Journey(
        "jx_prov_list",
        "反馈",
        begin=AUTUMN,
        vars={"year": 2025, "batch": 1},
        answers={
            "form_list": (
                "feed_back",
                {"rows": [{"problem_no": "JX-1", "due": date(2025, 11, 30)}]},
            )
        },
    ),
    Journey(
        "jx_inspect",
        "自行组织",
        start="inspection_opened",
        begin=YEAR,
        trigger={"inspected_reserve": "JX-N01", "year": 2025},
        answers={"report": ("submit", {"found": 2, "zero_report": False})},
    ),
    Journey(
        "jx_inspect",
        "零报告",
        start="inspection_opened",
        begin=YEAR,
        trigger={"inspected_reserve": "JX-N11", "year": 2025},
        answers={"report": ("submit", {"found": 0, "zero_report": True})},
    ),
    Journey(
        "jx_inspect",
        "未组织",
        start="inspection_opened",
        begin=YEAR,
        trigger={"inspected_reserve": "JX-N11", "year": 2025},
        answers={"organise": "wait"},
    ),
    Journey(
        "jx_inspect",
        "未选择",
        start="inspection_opened",
        begin=YEAR,
        trigger={"inspected_reserve": "JX-N01", "year": 2025},
        answers={"choose_way": "wait"},
    ),
    Journey(
        "jx_inspect",
        "未报告",
        start="inspection_opened",
        begin=YEAR,
        trigger={"inspected_reserve": "JX-N11", "year": 2025},
        answers={"report": "wait"},
    ),
    Journey(
        "jx_problem",
        "附件3销号",
        vars=LISTED,
        begin=AUTUMN,
        answers={
            "plan": PLAN,
            "county_gov": ["return", "approve"],
            "carried": "wait",
            "surveyed": "wait",
        },
    ),
    Journey(
        "jx_problem",
        "附件4销号",
        vars={**LISTED, **OWN},
        begin=AUTUMN,
        answers={"plan": PLAN, "carried": "wait", "surveyed": "wait"},
    ),
    Journey(
        "jx_problem",
        "剔除",
        vars=LISTED,
        begin=AUTUMN,
        answers={"plan": PLAN, "rectify": "exclude", "carried": "wait", "surveyed": "wait"},
    ),
    Journey(
        "jx_problem",
        "结转",
        vars=LISTED,
        begin=AUTUMN,
        answers={
            "plan": PLAN,
            "rectify": ["wait", "done"],
            "carried": [{"year": 2026}, "wait"],
            "surveyed": "wait",
        },
    ),
    Journey(
        "jx_problem",
        "八月反馈",
        vars=LISTED,
        begin=shanghai("2025-08-28 09:00"),
        answers={"plan": PLAN, "rectify": "wait", "carried": "wait", "surveyed": "wait"},
    ),
    Journey(
        "jx_problem",
        "调研抽查",
        vars=LISTED,
        begin=AUTUMN,
        answers={
            "plan": PLAN,
            "rectify": ["wait", "done"],
            "carried": "wait",
            "surveyed": [{"survey": SURVEY}, "wait"],
        },
    ),
    Journey(
        "jx_progress",
        "月报",
        start="month_opened",
        begin=AUTUMN,
        trigger={"city_code": "360600", "year": 2025, "month": 9},
    ),
    Journey(
        "jx_publication",
        "公开",
        start="publication_opened",
        begin=BEGIN,
        vars={"period_from": DAY, "kind": "典型案例", "publisher": "JX-LYJ"},
        answers={"approve_publication": ["rework", "publish"]},
    ),
    Journey("jx_publication", "每季度", start="quarter_begins", begin=BEGIN),
    Journey(
        "jx_supervise",
        "办结",
        vars={**DEMAND, "supervisor": "JX-LYJ", "to_unit": "360600-LY"},
        answers={
            "finish_item": ["again", "close"],
        },
        begin=BEGIN,
    ),
    Journey(
        "jx_publication",
        "建议公开",
        start="result_proposed",
        trigger=PROPOSED,
        begin=BEGIN,
    ),
    Journey(
        "jx_publication",
        "建议不采纳",
        start="result_proposed",
        trigger=PROPOSED,
        answers={"weigh_proposal": "decline"},
        begin=BEGIN,
    ),
    Journey(
        "jx_draft",
        "草稿",
        begin=BEGIN,
        vars={"reserve_id": "JX-N11", "county_code": "360681", "description": None},
    ),
    Journey(
        "jx_rs_batch",
        "下发",
        begin=BEGIN,
        vars={
            **POINT,
            "points": [{"point_no": "P-001", "reserve_id": "JX-N11", "county_code": "360681"}],
        },
    ),
    Journey(
        "jx_rs_point",
        "违法",
        start="point_opened",
        begin=BEGIN,
        trigger=POINT,
        answers={
            "verify_point": ("submit", {"is_problem": "属于违法违规", "field_on": DAY}),
            "confirm_point": ["rework", "agree"],
        },
    ),
    Journey(
        "jx_rs_point",
        "销案",
        start="point_opened",
        begin=BEGIN,
        trigger=POINT,
        answers={"verify_point": ("submit", {"is_problem": "误判", "field_on": DAY})},
    ),
    Journey(
        "jx_mechanism",
        "建立机制",
        begin=BEGIN,
        vars={"city_code": "360600", "since": DAY, "contacts": [], "duties": []},
        answers={"confirm_mechanism": ["rework", "confirm"]},
    ),
    Journey(
        "jx_self_correction",
        "自查自纠",
        begin=BEGIN,
        vars={"reserve_id": "JX-C01", "on": DAY, "found": 1, "fixed": 1},
        answers={"confirm_self": ["rework", "confirm"]},
    ),
    Journey(
        "jx_summary",
        "总结",
        start="summary_opened",
        begin=shanghai("2025-12-01 09:00"),
        trigger={"city_code": "360600", "year": 2025},
        answers={"sign_summary": ["rework", "send"]},
    ),
    Journey(
        "jx_survey",
        "调研",
        begin=AUTUMN,
        vars={"year": 2025, "batch": 1},
        answers={
            "find_problems": YEARS,
            "record_survey": ("submit", {"problems": [{"problem_no": "1", "checked": True}]}),
        },
    ),
    Journey("jx_year", "全年", start="year_begins", begin=YEAR, trigger={}),
    Journey(
        "jx_year_end",
        "有未完成",
        start="year_closed",
        begin=shanghai("2026-01-01 00:00"),
        trigger={"year": 2025},
        answers={
            "freeze": FROZEN,
            "compile_f11": ("submit", {"rows": [{"problem_no": "JX-1"}]}),
            "sign_f11": ["rework", "send"],
        },
    ),
    Journey(
        "jx_year_end",
        "全部完成",
        start="year_closed",
        begin=shanghai("2026-01-01 00:00"),
        trigger={"year": 2025},
    ),
    Journey(
        "jx_look_back",
        "回头看",
        start="look_back_opened",
        begin=BEGIN,
        trigger={**FOUND, "problem_no": "JX-1"},
    ),
    Journey("jx_look_back", "抽查", start="spot_check", begin=BEGIN),
)
