"""A form of an invented province with every kind of field and rule."""

import copy
from datetime import date
from typing import Any

from engine.base.clock import shanghai
from engine.base.expressions import Moment
from engine.forms.compile import compile_form
from engine.forms.schema import FormSchema

REGISTERS: dict[str, dict[str, dict[str, Any]]] = {
    "reserve": {
        "R1": {"name": "雾峰", "level": "国家级", "area": 100},
        "R2": {"name": "石河", "level": "县级", "area": 5},
    },
    "division": {
        "910000": {"level": "province", "name": "云海省"},
        "910100": {"level": "prefecture", "name": "云城", "parent_code": "910000"},
        "910121": {"level": "county", "name": "石河县", "parent_code": "910100"},
        "920121": {"level": "county"},
        "YH0001": {"level": "county"},  # an area without a national code
    },
    "unit": {
        "W-1": {"name": "石河林草局", "roles": ["WOODS"], "level": "county"},
        "A-1": {"name": "石河环境局", "roles": ["AIR"], "level": "county"},
    },
}
MOMENT = Moment(
    at=shanghai("2030-06-01 09:00"), register=lambda kind, code: REGISTERS[kind].get(code)
)
LEVELS = [{"value": v, "label": v} for v in ("国家级", "省级", "县级")]
FORM: dict[str, Any] = {
    "id": "yh_f1",
    "title": "问题登记表",
    "type": "default",
    "schemaVersion": 19,
    "components": [
        {"type": "text", "id": "t1", "text": "说明"},
        {
            "type": "group",
            "id": "g1",
            "label": "位置",
            "components": [
                {
                    "type": "reference",
                    "key": "reserve",
                    "label": "保护区",
                    "register": "reserve",
                    "validate": {"required": True},
                    "properties": {
                        "check": 'register("reserve", reserve).level = "国家级"',
                        "message": "只登记国家级保护区",
                    },
                },
                {
                    "type": "select",
                    "key": "level",
                    "label": "级别",
                    "values": LEVELS,
                    "properties": {"copied": 'register("reserve", reserve).level'},
                },
                {
                    "type": "division",
                    "key": "county",
                    "label": "所在县",
                    "rootCode": "910000",
                    "minLevel": "county",
                    "validate": {"required": True},
                },
                {
                    "type": "number",
                    "key": "area",
                    "label": "面积",
                    "decimalDigits": 4,
                    "validate": {"required": True, "max": '=register("reserve", reserve).area'},
                    "properties": {"check": "area > 0", "message": "面积应大于 0"},
                },
                {"type": "number", "key": "count", "label": "数量", "decimalDigits": 0},
            ],
        },
        {
            "type": "textfield",
            "key": "number",
            "label": "编号",
            "readonly": True,
            "properties": {"copied": "case_number"},
        },
        {
            "type": "textarea",
            "key": "text",
            "label": "情况",
            "validate": {"required": True, "minLength": 5, "maxLength": 20},
        },
        {
            "type": "textfield",
            "key": "code",
            "label": "代码",
            "validate": {"pattern": "^[A-Z]{2}[0-9]+$"},
        },
        {"type": "checkbox", "key": "unknown", "label": "主体不明"},
        {
            "type": "textfield",
            "key": "subject",
            "label": "主体",
            "conditional": {"hide": "=unknown = true"},
            "properties": {"requiredIf": "not(unknown = true)"},
        },
        {
            "type": "radio",
            "key": "scheme",
            "label": "分区",
            "values": [{"value": "三区", "label": "三区"}, {"value": "两区", "label": "两区"}],
            "defaultValue": "三区",
        },
        {
            "type": "taglist",
            "key": "zones",
            "label": "功能区",
            "valuesExpression": '=if scheme = "三区" then ["核心区","实验区"] else ["控制区"]',
        },
        {
            "type": "datetime",
            "subtype": "date",
            "key": "found_on",
            "label": "发现日期",
            "validate": {"required": True},
            "properties": {"check": "found_on <= today()", "message": "发现日期不能晚于今天"},
        },
        {"type": "datetime", "subtype": "datetime", "key": "seen_at", "label": "时刻"},
        {
            "type": "checkbox",
            "key": "key_issue",
            "label": "重点",
            "properties": {
                "computed": 'area > 10 and (zones != null and list contains(zones, "核心区"))'
            },
        },
        {
            "type": "orgUnit",
            "key": "unit",
            "label": "责任单位",
            "roleGroups": ["WOODS"],
            "level": "county",
        },
        {
            "type": "person",
            "key": "people",
            "label": "排查人员",
            "multiple": True,
            "properties": {"check": "count(people) >= 2", "message": "排查人员不少于 2 人"},
        },
        {
            "type": "evidence",
            "key": "photos",
            "label": "照片",
            "codes": [{"code": "E1", "min": 1}, "E2"],
            "min": 2,
            "media": ["image"],
            "maxSize": 1000,
        },
        {
            "type": "grid",
            "key": "rows",
            "label": "措施",
            "maxRows": 3,
            "columns": [
                {"key": "what", "label": "措施", "type": "textfield", "required": True},
                {"key": "cost", "label": "费用", "type": "number", "min": 0},
                {"key": "due", "label": "期限", "type": "datetime", "subtype": "date"},
                {
                    "key": "big",
                    "label": "大额",
                    "type": "checkbox",
                    "properties": {"computed": "cost > 100"},
                },
            ],
            "properties": {"rowsFrom": "ledger:measures", "rowsFilter": "cost > minimum"},
        },
        {"type": "signature", "key": "signed", "label": "签章"},
        {
            "type": "group",
            "id": "g2",
            "label": "附加",
            "conditional": {"hide": "=not(key_issue = true)"},
            "properties": {"check": "area < 90", "message": "重点问题面积应小于 90"},
            "components": [
                {
                    "type": "textfield",
                    "key": "note",
                    "label": "备注",
                    "validate": {"required": True},
                }
            ],
        },
    ],
}
GOOD: dict[str, Any] = {
    "reserve": "R1",
    "county": "910121",
    "area": 12.5,
    "text": "违法建设一处",
    "unknown": True,
    "scheme": "三区",
    "zones": ["核心区"],
    "found_on": "2030-05-31",
    "note": "已核实",
    "photos": [
        {"attachmentId": "a1", "code": "E1", "name": "全景.jpg"},
        {"attachmentId": "a2", "code": "E2", "lon": 115.25},
    ],
}
KNOWN: dict[str, Any] = {"case_number": "YH-2030-0001", "minimum": 10}


def schema(form: dict[str, Any] | None = None) -> FormSchema:
    """Compile FORM (the sample), which must be without findings."""
    found, findings = compile_form(form or FORM, "forms/yh_f1.json")
    assert not findings, findings
    assert found is not None
    return found


def changed(key: str, **parts: Any) -> dict[str, Any]:
    """Give the sample form with parts of the component KEY replaced."""
    form = copy.deepcopy(FORM)
    groups = [form["components"], *(c.get("components", []) for c in form["components"])]
    for component in (c for group in groups for c in group):
        if component.get("key") == key:
            component.update(parts)
            return form
    raise AssertionError(key)


DAY = date(2030, 5, 31)
