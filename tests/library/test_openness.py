"""What an application declares public and protected: read, refused in words."""

from typing import Any

import pytest

from engine.library import openness
from engine.library.reading import Reader

GOOD: dict[str, Any] = {
    "title": "公开",
    "intake": {"tip": {"public": True, "process": "p", "start": "s", "title": "举报"}},
    "contacts": "phones",
    "publications": [{"process": "p", "states": ["已公开"], "title": "t", "body": "b"}],
}
SETTINGS = {"phones": {"value": [{"name": "市局", "phone": "1", "mailbox": "a@b.example"}]}}
STARTS = {"p": {"s": "tip"}}
FORMS = {"tip": {"what": "text"}}


def read(public: dict[str, Any], settings: dict[str, Any]) -> list[str]:
    reader = Reader("application.yaml")
    openness.read_public({"public": public}, settings, reader)
    return [f"{found.severity} {found.element}" for found in reader.findings]


def found(public: dict[str, Any], **more: Any) -> list[str]:
    wanted = {"vault": {}, "protected": {}, "starts": STARTS, "forms": FORMS, **more}
    return [one.zh for one in openness.findings(public=public, **wanted)]


def test_a_complete_section_has_no_findings() -> None:
    assert read(GOOD, SETTINGS) == []
    assert found(GOOD) == []


def test_a_form_is_open_only_when_the_application_says_so() -> None:
    closed = {**GOOD, "intake": {"tip": {**GOOD["intake"]["tip"], "public": None}}}
    assert read(closed, SETTINGS) == ["error public.intake.tip"]


def test_an_empty_phone_or_mailbox_is_a_warning() -> None:
    empty = {"phones": {"value": [{"name": "市局", "phone": "1", "mailbox": ""}]}}
    assert read(GOOD, empty) == ["warning settings.phones"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"starts": {"p": {}}}, "没有带表单的开始节点"),
        ({"starts": {}}, "没有流程“p”"),
        ({"forms": {"tip": {"rows": "table"}}}, "不能在公开页面上填写"),
        ({"protected": {"tip": ["who"]}}, "没有规定保存多久"),
    ],
)
def test_what_is_named_must_be_there(change: dict[str, Any], told: str) -> None:
    assert any(told in text for text in found(GOOD, **change))


def test_protected_fields_never_come_in_by_a_table() -> None:
    imports = {"tips": {"form": "tip", "columns": [{"key": "who"}, {"key": "what"}]}}
    (one,) = openness.sealed_columns(imports, {"tip": ["who"]})
    assert "保密字段" in one.zh


@pytest.mark.parametrize(
    ("keep", "faults"), [("P1Y", 0), ("P90D", 0), ("1 year", 1), ("P", 1), (None, 1)]
)
def test_the_time_of_keeping_is_a_period(keep: str | None, faults: int) -> None:
    reader = Reader("application.yaml")
    openness.read_vault({"vault": {"keep": keep, "basis": "designed"}}, reader)
    assert len(reader.findings) == faults
