"""The decision tables of Jiangxi, row by row, as they are deployed."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.base.expressions import Moment
from engine.dmn.evaluate import DecisionResult, compile_model
from engine.dmn.parse import parse
from engine.library.bundle import read_folder

ROOT = Path(__file__).resolve().parents[2]
BOTH = "省林业局+省生态环境厅"


def decide(decision: str, **inputs: Any) -> DecisionResult:
    tables = read_folder(ROOT, "jiangxi").matching(".dmn")
    models = {path: parse(data, path) for path, data in tables.items()}
    return compile_model(models).evaluate(decision, inputs, Moment())


def row(result: DecisionResult) -> list[str]:
    return [one for table in result.tables for one in table["rows"]]


@pytest.mark.parametrize(
    ("level", "ownership", "number", "form", "approver"),
    [
        ("国家级", "PROVINCIAL", 1, "JX-F4", "省林业局"),
        ("国家级", "LOCAL", 2, "JX-F3", "点位所在县级人民政府"),
        ("省级", "LOCAL", 3, "JX-F3", "点位所在县级人民政府"),
        ("省级", "PROVINCIAL", 3, "JX-F3", "点位所在县级人民政府"),
    ],
)
def test_the_route_follows_level_and_ownership(
    level: str, ownership: str, number: int, form: str, approver: str
) -> None:
    result = decide("D-05", reserve_level=level, ownership=ownership)
    assert row(result) == [f"D-05.{number}"]
    assert result.value["in_scope"] is True
    assert result.value["closure_form"] == form
    assert result.value["closure_approver"] == approver
    assert result.value["file_to"] == BOTH


@pytest.mark.parametrize("level", ["市级", "县级"])
def test_city_and_county_reserves_are_out_of_scope(level: str) -> None:
    result = decide("D-05", reserve_level=level, ownership="LOCAL")
    assert row(result) == ["D-05.4"]
    assert result.value["in_scope"] is False
    assert result.value["closure_form"] == "JX-F6"


@pytest.mark.parametrize(
    ("kind", "days", "number", "level"),
    [
        ("opinion", -2, 1, "L0"),
        ("opinion", 1, 2, "L1"),
        ("opinion", 3, 2, "L1"),
        ("opinion", 4, 3, "L2"),
        ("opinion", 10, 3, "L2"),
        ("opinion", 11, 4, "L3"),
        ("submission", -5, 5, "L0"),
        ("submission", 5, 6, "L1"),
        ("submission", 6, 7, "L2"),
        ("rectification", -10, 8, "L0"),
        ("rectification", 10, 9, "L1"),
        ("rectification", 11, 10, "L2"),
        ("year_end", 0, 11, "L4"),
        ("transfer", 5, 12, "L1"),
        ("transfer", 6, 13, "L2"),
    ],
)
def test_lateness_is_escalated_by_kind_and_working_days(
    kind: str, days: int, number: int, level: str
) -> None:
    result = decide("D-08", kind=kind, days_overdue_wd=days)
    assert row(result) == [f"D-08.{number}"]
    assert result.value["level"] == level


def test_nothing_is_said_before_the_time_of_reminding() -> None:
    result = decide("D-08", kind="rectification", days_overdue_wd=-11)
    assert row(result) == []
    assert result.value["level"] == "—"


def test_an_unknown_level_of_reserve_has_no_route_and_says_so() -> None:
    result = decide("D-05", reserve_level="乡级", ownership="LOCAL")
    assert (row(result), result.value) == ([], None)
    assert result.warnings


@pytest.mark.parametrize(
    ("found", "approved", "number", "year", "counted"),
    [
        (date(2024, 6, 30), False, 1, 2024, True),
        (date(2024, 7, 1), False, 2, 2024, True),
        (date(2024, 9, 30), False, 2, 2024, True),
        (date(2024, 10, 1), False, 4, 2025, False),
        (date(2024, 10, 1), None, 4, 2025, False),
        (date(2024, 10, 1), True, 3, 2024, True),
        (date(2024, 12, 31), False, 4, 2025, False),
    ],
)
def test_the_date_of_finding_decides_the_year_of_the_list(
    found: date, approved: bool | None, number: int, year: int, counted: bool
) -> None:
    result = decide("D-10", found_on=found, approved_supplement=approved)
    assert row(result) == [f"D-10.{number}"]
    assert result.value["list_year"] == year
    assert result.value["counted_in_rate"] is counted
    assert result.value["counted_year"] == year
