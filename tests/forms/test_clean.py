"""The server decides what a form may write, whatever the browser sent."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.errors import InvalidForm
from tests.forms.samples import DAY, GOOD, KNOWN, MOMENT, changed, schema

SCHEMA = schema()


def clean(*drop: str, form: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    data = {key: value for key, value in {**GOOD, **more}.items() if key not in drop}
    return schema(form).clean(data, known=KNOWN, moment=MOMENT)


def refused(
    *drop: str, form: dict[str, Any] | None = None, **more: Any
) -> list[tuple[Any, ...]]:
    with pytest.raises(InvalidForm) as found:
        clean(*drop, form=form, **more)
    return [
        (e["field"], e["code"], e["detail"], *([e["row"]] if "row" in e else []))
        for e in found.value.errors
    ]


def test_good_data_come_out_typed_computed_and_copied() -> None:
    assert clean() == {
        "reserve": "R1",
        "level": "国家级",
        "county": "910121",
        "area": Decimal("12.5"),
        "number": "YH-2030-0001",
        "text": "违法建设一处",
        "unknown": True,
        "scheme": "三区",
        "zones": ["核心区"],
        "found_on": DAY,
        "key_issue": True,
        "note": "已核实",
        "photos": [
            {"attachmentId": "a1", "code": "E1", "name": "全景.jpg"},
            {"attachmentId": "a2", "code": "E2", "lon": Decimal("115.25")},
        ],
    }


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"reserve": ""}, ("reserve", "required", "请填写“保护区”。")),
        ({"reserve": "R9"}, ("reserve", "reference-unknown", "“保护区”中没有编码“R9”。")),
        ({"reserve": "R2", "area": 3}, ("reserve", "check", "只登记国家级保护区")),
        ({"county": "920121"}, ("county", "division-outside", "“所在县”应在 910000 范围内。")),
        ({"county": "YH0001"}, ("county", "division-outside", "“所在县”应在 910000 范围内。")),
        ({"county": "yh0001"}, ("county", "type-division", "“所在县”应为行政区划代码。")),
        ({"county": "910100"}, ("county", "division-level", "“所在县”应选到 县（市、区）。")),
        ({"area": 0}, ("area", "check", "面积应大于 0")),
        ({"area": 100.01, "zones": []}, ("area", "max", "“面积”不能大于 100。")),
        ({"area": 1.23456}, ("area", "decimals", "“面积”最多 4 位小数。")),
        ({"area": "many"}, ("area", "type-number", "“面积”应为数值。")),
        ({"area": True}, ("area", "type-number", "“面积”应为数值。")),
        ({"count": 1.5}, ("count", "type-integer", "“数量”应为整数。")),
        (
            {"text": " 四个字了 "},
            ("text", "min-length", "“情况”不少于 5 个字（当前 4 个字）。"),
        ),
        (
            {"text": "一" * 21},
            ("text", "max-length", "“情况”不多于 20 个字（当前 21 个字）。"),
        ),
        ({"text": "有\x00控制字符"}, ("text", "type-text", "“情况”应为文字。")),
        ({"code": "a1"}, ("code", "pattern", "“代码”格式不符合要求。")),
        ({"scheme": "四区"}, ("scheme", "option", "“分区”没有选项“四区”。")),
        ({"zones": ["控制区"]}, ("zones", "option", "“功能区”没有选项“控制区”。")),
        ({"found_on": "2030-06-02"}, ("found_on", "check", "发现日期不能晚于今天")),
        (
            {"found_on": "31.5."},
            ("found_on", "type-date", "“发现日期”应为日期，例如 2025-07-18。"),
        ),
        ({"unknown": "yes"}, ("unknown", "type-boolean", "“主体不明”应为是或否。")),
        (
            {"unit": "A-1"},
            ("unit", "unit-role", "“责任单位”中的“石河环境局”不在可选单位之内。"),
        ),
        ({"people": ["wang"]}, ("people", "check", "排查人员不少于 2 人")),
        ({"people": "wang"}, ("people", "type-person", "“排查人员”应为人员编码。")),
        ({"signed": {"name": "王某"}}, ("signed", "signoff-empty", "“签章”尚未签署。")),
        ({"signed": {"confirmed": False}}, ("signed", "signoff-empty", "“签章”尚未签署。")),
        ({"signed": {"evil": 1}}, ("signed", "type-signoff", "“签章”应为签署信息。")),
        ({"note": ""}, ("note", "required", "请填写“备注”。")),
        ({"area": 95}, ("g2", "check", "重点问题面积应小于 90")),
        ({"extra": 1}, ("extra", "field-unknown", "表单没有字段“extra”。")),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_words(
    change: dict[str, Any], answer: tuple[str, str, str]
) -> None:
    assert answer in refused(**change)


def test_a_missing_required_field_is_told_once_and_in_page_order() -> None:
    found = refused("text", "reserve", "county")
    assert [field for field, *_ in found] == ["reserve", "county", "text"]


def test_what_is_submitted_for_computed_and_copied_fields_is_ignored() -> None:
    found = clean(key_issue="junk", level="省级", number="FAKE")
    assert (found["key_issue"], found["level"], found["number"]) == (
        True,
        "国家级",
        "YH-2030-0001",
    )


def test_a_hidden_field_is_refused_and_its_rules_sleep() -> None:
    found = refused(subject="某公司")
    assert ("subject", "field-readonly", "字段“主体”在本环节为只读。") in found
    assert clean(subject="")["unknown"] is True
    shown = clean(unknown=False, subject="某公司")
    assert shown["subject"] == "某公司"
    assert refused(unknown=False) == [("subject", "required", "请填写“主体”。")]


def test_a_hidden_group_hides_what_is_in_it() -> None:
    small = clean("note", area=5)
    assert small["key_issue"] is False
    assert "note" not in small
    assert refused(area=5) == [("note", "field-readonly", "字段“备注”在本环节为只读。")]


def test_a_default_is_written_when_nothing_was_sent() -> None:
    assert clean("scheme")["scheme"] == "三区"
    assert "scheme" not in SCHEMA.clean(
        {k: v for k, v in GOOD.items() if k not in ("scheme", "zones", "note")},
        known={**KNOWN, "scheme": "两区"},
        moment=MOMENT,
    )


def test_only_writable_fields_are_stored() -> None:
    stored = {**KNOWN, "text": "原来的情况", "area": Decimal(20)}
    one = SCHEMA.clean(
        {"text": "改过的情况"}, known=stored, moment=MOMENT, writable=frozenset({"text"})
    )
    assert one == {"text": "改过的情况"}
    with pytest.raises(InvalidForm) as found:
        SCHEMA.clean({"area": 21}, known=stored, moment=MOMENT, writable=frozenset({"text"}))
    assert [e["detail"] for e in found.value.errors] == ["字段“面积”在本环节为只读。"]
    same = SCHEMA.clean(
        {"area": 20, "text": "改过的情况"},
        known=stored,
        moment=MOMENT,
        writable=frozenset({"text"}),
    )
    assert same == {"text": "改过的情况"}


def test_a_computed_field_follows_what_may_be_written() -> None:
    stored = {**KNOWN, "zones": ["核心区"], "area": 1}
    area = frozenset({"area"})
    found = SCHEMA.clean({"area": 20}, known=stored, moment=MOMENT, writable=area)
    assert found == {"area": 20, "key_issue": True}


def test_in_review_nothing_is_written_and_nothing_is_demanded() -> None:
    nothing: frozenset[str] = frozenset()
    assert SCHEMA.clean({}, known=KNOWN, moment=MOMENT, writable=nothing) == {}
    shown = SCHEMA.prefill({**KNOWN, "found_on": DAY}, MOMENT)
    posted = {key: value for key, value in shown.items() if value is not None}
    assert SCHEMA.clean(
        posted, known={**KNOWN, "found_on": DAY}, moment=MOMENT, writable=nothing
    ) == {}


def test_a_draft_is_only_typed_and_keeps_what_may_be_written() -> None:
    found = SCHEMA.clean(
        {"text": "短", "subject": "x", "unknown": True, "number": "Y", "other": 1},
        known=KNOWN,
        moment=MOMENT,
        draft=True,
    )
    assert found["text"] == "短"
    assert "subject" not in found
    assert "other" not in found
    with pytest.raises(InvalidForm):
        SCHEMA.clean({"area": "x"}, known=KNOWN, moment=MOMENT, draft=True)


def attachment(known: str) -> Mapping[str, Any] | None:
    return {
        "a1": {"sha256": "aa", "media": "image/jpeg", "size": 900},
        "a2": {"sha256": "bb", "media": "image/png", "size": 1001},
        "a3": {"sha256": "cc", "media": "application/pdf", "size": 10},
    }.get(known)


def photos(*entries: dict[str, Any]) -> list[tuple[str, str]]:
    try:
        SCHEMA.clean(
            {**GOOD, "photos": list(entries)},
            known=KNOWN,
            moment=MOMENT,
            attachments=attachment,
        )
    except InvalidForm as error:
        return [(e["code"], e["detail"]) for e in error.errors]
    return []


def test_files_are_counted_by_code_and_compared_with_what_was_uploaded() -> None:
    good = {"attachmentId": "a1", "code": "E1", "sha256": "aa"}
    assert photos(good, {**good, "code": "E2"}) == [("file-twice", "“照片”中的附件“a1”重复。")]
    assert ("files-min", "“照片”至少 2 份（当前 1 份）。") in photos(good)
    second = {"attachmentId": "a2", "code": "E2"}
    assert photos(good, second) == [("file-size", "“照片”中的文件“a2”超过 0 MB。")]
    assert photos(good, {"attachmentId": "a3", "code": "E2", "name": "x.pdf"}) == [
        ("file-media", "“照片”不接受文件“x.pdf”的类型。")
    ]
    assert photos(good, {"attachmentId": "a9", "code": "E2"})[0][0] == "file-unknown"
    assert photos({**good, "sha256": "zz"}, second)[0][0] == "file-changed"
    assert photos(good, {"attachmentId": "a2", "code": "E7"})[0][0] == "file-code"
    codes = photos({**good, "code": "E2"}, {"attachmentId": "a2", "code": "E2"})
    assert ("files-min", "“照片”至少 E1 类 1 份（当前 0 份）。") in codes


def test_table_rows_are_typed_computed_and_faulted_by_row_and_column() -> None:
    rows = [{"what": "拆除", "cost": "120.50", "due": "2030-07-01", "big": False}]
    assert clean(rows=rows)["rows"] == [
        {"what": "拆除", "cost": Decimal("120.50"), "due": date(2030, 7, 1), "big": True}
    ]
    bad = [{"what": "拆除"}, {"what": "", "cost": -1, "due": "soon", "x": 1}]
    assert refused(rows=bad) == [
        ("rows.x", "field-unknown", "表单没有字段“x”。", 2),
        ("rows.due", "type-date", "“期限”应为日期，例如 2025-07-18。", 2),
        ("rows.what", "required", "请填写“措施”。", 2),
        ("rows.cost", "min", "“费用”不能小于 0。", 2),
    ]
    assert refused(rows=[{"what": "a"}] * 4) == [
        ("rows", "rows-max", "“措施”最多 3 行（当前 4 行）。")
    ]
    assert refused(rows="x")[0][1] == "type-table"


def test_words_of_a_spreadsheet_are_truth_values() -> None:
    assert clean("note", unknown="是", area=5)["unknown"] is True
    assert clean("note", unknown="否", area=5, subject="某公司")["unknown"] is False


def test_a_locked_field_the_browser_could_not_show_is_no_change() -> None:
    stored = {**KNOWN, "county": "910121"}
    nothing: frozenset[str] = frozenset()
    assert SCHEMA.clean({"county": None}, known=stored, moment=MOMENT, writable=nothing) == {}
    with pytest.raises(InvalidForm, match="更正"):
        SCHEMA.clean({"county": "910100"}, known=stored, moment=MOMENT, writable=nothing)


def test_a_locked_table_posted_as_it_was_shown_is_no_change() -> None:
    stored = {**KNOWN, "rows": [{"what": "拆除", "cost": Decimal("1.5"), "due": DAY}]}
    posted = {"rows": [{"what": "拆除", "cost": 1.5, "due": "2030-05-31", "big": False}]}
    nothing: frozenset[str] = frozenset()
    assert SCHEMA.clean(posted, known=stored, moment=MOMENT, writable=nothing) == {}
    posted["rows"][0]["cost"] = 2
    with pytest.raises(InvalidForm, match="更正"):
        SCHEMA.clean(posted, known=stored, moment=MOMENT, writable=nothing)


def test_read_only_columns_must_repeat_a_row_that_was_offered() -> None:
    columns = [
        {"key": "no", "label": "编号", "type": "textfield", "readonly": True},
        {"key": "due", "label": "期限", "type": "datetime", "subtype": "date"},
    ]
    form = changed("rows", columns=columns, properties={})
    offered = {**KNOWN, "rows": [{"no": "A"}, {"no": "B"}]}
    found = schema(form).clean(
        {**GOOD, "rows": [{"no": "B", "due": "2030-07-01"}]}, known=offered, moment=MOMENT
    )
    assert found["rows"] == [{"no": "B", "due": date(2030, 7, 1)}]
    with pytest.raises(InvalidForm) as refusal:
        schema(form).clean({**GOOD, "rows": [{"no": "C"}]}, known=offered, moment=MOMENT)
    assert refusal.value.errors == [
        {
            "field": "rows.no",
            "code": "field-readonly",
            "detail": "字段“编号”在本环节为只读。",
            "row": 1,
            "column": "no",
        }
    ]


def test_a_check_waits_until_the_fields_it_reads_are_filled_in() -> None:
    form = changed("code", validate={}, properties={"check": "string length(code) <= count"})
    assert clean(form=form, code="ABC")["code"] == "ABC"
    assert clean(form=form, code="ABC", count=3)["count"] == 3
    assert refused(form=form, code="ABC", count=2) == [
        ("code", "check", "“代码”不符合填写规则。")
    ]


def test_a_condition_can_lock_a_field() -> None:
    form = changed("code", readonly="=unknown = true", validate={})
    stored = {**KNOWN, "code": "AB1"}
    with pytest.raises(InvalidForm, match="更正"):
        schema(form).clean({**GOOD, "code": "XY2"}, known=stored, moment=MOMENT)
    free = {**GOOD, "unknown": False, "subject": "某公司", "code": "XY2"}
    assert schema(form).clean(free, known=stored, moment=MOMENT)["code"] == "XY2"


def test_local_times_get_the_zone_of_the_case() -> None:
    found = clean(seen_at="2030-05-31T10:30")["seen_at"]
    assert isinstance(found, datetime)
    assert found.isoformat() == "2030-05-31T10:30:00+08:00"
    assert clean(seen_at="2030-05-31T02:30:00Z")["seen_at"] == found


def test_numbers_stay_exact() -> None:
    assert clean("note", area=0.1)["area"] == Decimal("0.1")
    assert isinstance(clean("note", area=3.0)["area"], int)
    for bad in (float("nan"), float("inf"), "1e5", "١", 10**40):
        assert refused(area=bad)


def test_the_persons_named_are_told_for_a_look_at_the_accounts() -> None:
    found = clean(people=["wang", "li", "wang"])
    assert SCHEMA.people(found) == {"people": ("wang", "li")}
    assert SCHEMA.people(clean()) == {}


def test_soft_warnings_refuse_nothing() -> None:
    warned = {"warnIf": "area > 10", "warning": "请核对面积", "check": "area > 0"}
    form = schema(changed("area", properties=warned))
    values = form.clean(GOOD, known=KNOWN, moment=MOMENT)
    assert form.warnings(values, MOMENT) == [{"field": "area", "detail": "请核对面积"}]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*SCHEMA.fields, "odd"]), values, max_size=6))
@settings(max_examples=200, deadline=None)
def test_tampered_data_are_refused_or_typed_and_never_crash(data: dict[str, Any]) -> None:
    found: dict[str, Any] = {}
    errors: list[dict[str, Any]] = []
    try:
        found = SCHEMA.clean({**GOOD, **data}, known=KNOWN, moment=MOMENT)
    except InvalidForm as error:
        errors = error.errors
    assert bool(found) != bool(errors)
    assert all({"field", "code", "detail"} <= one.keys() for one in errors)
    assert found.keys() <= SCHEMA.fields.keys()
    assert not any(isinstance(value, float) for value in found.values())
