"""The ways through Guiyang's processes that the tests of requirements tell."""

from datetime import date

from tests.trace.cases_gy import (
    AREA,
    CASE,
    CLEARED,
    CONCLUDED,
    DAY,
    FOUND_AT,
    HELD,
    LATE,
    LOCAL,
    MATTER,
    MEETING,
    NOTICE,
    POINT,
    RESTORE,
    SATELLITE,
    SLIP,
    SUPERVISED,
)
from tests.trace.journey import Journey
from tests.trace.journeys_slips import SLIPS

DEMAND = {
    "subject_no": "T-2026-0001",
    "level": "L1",
    "demand": "请说明整改进展和完成时间。",
    "reply_due": date(2026, 4, 1),
}
JOURNEYS = (
    *SLIPS,
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
    Journey(
        "gy_patrol_round",
        "每月",
        start="every_month",
        answers={"find_patrols": {"rows": []}},
    ),
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
    Journey("gy_late_opinion", "维持", start="late_said", trigger=LATE),
    Journey(
        "gy_late_opinion",
        "重新审查",
        start="late_said",
        trigger=LATE,
        answers={"study_late": "reopen"},
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
    Journey(
        "gy_rs_batch",
        "下发",
        vars={
            **SATELLITE,
            "points": [{"point_no": "P-001", "reserve_id": "GY-06", "county_code": "520113"}],
        },
    ),
    Journey(
        "gy_rs_point",
        "违法",
        start="point_opened",
        trigger=SATELLITE,
        answers={
            "verify_point": ("submit", {"is_problem": "属于违法违规", "field_on": DAY}),
            "confirm_point": ["rework", "agree"],
        },
    ),
    Journey(
        "gy_rs_point",
        "销案",
        start="point_opened",
        trigger=SATELLITE,
        answers={"verify_point": ("submit", {"is_problem": "误判", "field_on": DAY})},
    ),
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
        "提请会商",
        vars={**LOCAL, "evidence_ok": True, "lead_unit": "GY-LY"},
        answers={"enforcement_ended": {}, "implement": ["consult", "done"]},
    ),
    Journey(
        "gy_closure",
        "督察提请会商",
        vars={**SUPERVISED, "lead_unit": "GY-SW"},
        answers={"enforcement_ended_2": {}, "rectify_supervised": ["consult", "done"]},
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
            "province_review": ["wait", "agree"],
            "province_answered": [{"result": "退回", "reason": "补证"}, "wait"],
        },
    ),
    Journey("gy_closure_steps", "逐步", vars=SUPERVISED, answers={"do_step": "pass"}),
    Journey("gy_closure_steps", "不通过", vars=SUPERVISED, answers={"do_step": "fail"}),
    Journey(
        "gy_project",
        "全过程",
        vars={
            **AREA,
            "works_completed_on": DAY,
            "project_no": "P1",
            "project_name": "道路",
            "admission_matters": ["用地", "环评"],
        },
        answers={
            "admission": ("submit", {"admission_row": {"conclusion": "同意"}}),
            "approve": ("approved", {"works_from": DAY}),
            "check_works": [
                ("checked", {"disposal": "停工并移送"}),
                ("completed", {"disposal": "无"}),
            ],
            "check_operation": [
                ("checked", {"disposal": "停工并移送"}),
                ("left", {"disposal": "无"}),
            ],
        },
    ),
    Journey(
        "gy_restoration",
        "管理机构修复",
        vars=RESTORE,
        answers={"review_plan": ["return", "agree"], "work_check": ["go_on", "done"]},
    ),
    Journey(
        "gy_restoration",
        "建设主体修复",
        vars={**RESTORE, "subject_known": "已查明且落实", "subject_state": "已查明且落实"},
        answers={"work_check": "done"},
    ),
    Journey("gy_fund", "修复任务申报", start="fund_told"),
    Journey(
        "gy_joint_action",
        "联合执法",
        vars={**AREA, "convener": "GY-ST", "units": ["GY-ST", "GY-SW"], "planned_on": DAY},
        answers={
            "visit_record": (
                "found",
                {
                    "visit_tasks": [
                        {"content": "清场", "unit": "GY-ST", "due": date(2026, 4, 1)}
                    ]
                },
            ),
            "visit_sign": ["object", "sign"],
        },
    ),
    Journey(
        "gy_publication",
        "公开",
        start="publication_opened",
        vars={"period_from": DAY, "kind": "典型案例", "publisher": "GY-LY"},
        answers={"approve_publication": ["rework", "publish"]},
    ),
    Journey("gy_publication", "每季度", start="quarter_begins"),
    Journey(
        "gy_supervise",
        "办结",
        vars={**DEMAND, "supervisor": "GY-LGO", "to_unit": "GY-WL"},
        answers={
            "finish_item": ["again", "close"],
        },
    ),
    Journey(
        "gy_publication",
        "建议公开",
        start="result_proposed",
        trigger={"kind": "销号公示", "title": "问题销号公示", "source_no": "T-1"},
    ),
    Journey(
        "gy_publication",
        "建议不采纳",
        start="result_proposed",
        trigger={"kind": "典型案例", "title": "问题反弹", "source_no": "T-1"},
        answers={"weigh_proposal": "decline"},
    ),
    Journey(
        "gy_closure",
        "先登记平台",
        vars={**CLEARED, "source": "遥感监测", "in_green_shield_ledger": False},
        answers={"province_review": "wait"},
    ),
)
