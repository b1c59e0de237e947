"""application.yaml and its files are read whole, and every fault is named by its key."""

from datetime import date
from decimal import Decimal

import pytest

from engine.library.application import Application, read_application
from engine.library.bundle import from_files
from engine.library.entries import phase_days
from tests.library.samples import FILES, changed


def read(files: dict[str, bytes]) -> tuple[Application | None, dict[tuple[str, str], str]]:
    application, findings = read_application(from_files("yunhai", files))
    return application, {(f.file, f.element): f.zh for f in findings}


def test_an_application_is_read_whole() -> None:
    application, findings = read(FILES)
    assert findings == {}
    assert application is not None
    assert application.title == "云海省自然保护地专项行动"
    assert application.values == {"ratio": Decimal("0.9"), "cities": ["910100", "910200"]}
    assert application.deadlines["yh.list"]["date"] == "08-31"
    assert application.units[1]["place"] == "R1"
    assert application.ledgers["problem"]["columns"][1]["from"] == "var:area"
    days = application.calendars["cn"]
    assert [(d.day, d.working) for d in days] == [
        (date(2030, 1, 1), False),
        (date(2030, 2, 2), True),
    ]


def test_a_fixed_date_may_lie_in_another_year_or_at_the_end_of_a_month() -> None:
    for text in ('date: "08-31", year: +1', "date: month-end, roll: preceding"):
        application, findings = read(changed("application.yaml", 'date: "08-31"', text))
        assert (findings, application is None) == ({}, False), text


def test_registers_give_typed_rows_by_key() -> None:
    application, _ = read(FILES)
    assert application is not None
    row = application.register("reserve", "R1")
    assert row == {
        "id": "R1",
        "name": "雾峰",
        "area": Decimal("12.50"),
        "counties": ["910101", "910102"],
    }
    assert application.register("reserve", "R2") == {
        "id": "R2",
        "name": "石河",
        "area": None,
        "counties": [],
    }
    assert application.register("reserve", "R9") is None
    assert application.register("nothing", "R1") is None
    assert application.choices("reserve") == [("R1", "雾峰"), ("R2", "石河")]
    unit = application.register("unit", "YH-K1")
    assert unit is not None
    assert (unit["name"], unit["roles"]) == ("雾峰保护区管理局", "KEEPER")


@pytest.mark.parametrize(
    ("old", "new", "element"),
    [
        ("title: 云海省自然保护地专项行动\n", "", "title"),
        ("application: yunhai", "application: other", "application"),
        ("runtime: kernel", "runtime: camunda", "runtime"),
        ("amount: 10", "amount: ten", "deadlines.yh.plan.amount"),
        ("amount: 10", "amount: true", "deadlines.yh.plan.amount"),
        ("unit: workingDay", "unit: wd", "deadlines.yh.plan.unit"),
        ("amount: 10, ", "", "deadlines.yh.plan"),
        ('date: "08-31"', 'date: "31.08."', "deadlines.yh.list.date"),
        ('date: "08-31"', "date: 2030-08-31", "deadlines.yh.list.date"),
        ('date: "08-31"', 'date: "08-31", year: 11', "deadlines.yh.list.year"),
        ('date: "08-31"', 'date: "08-31", year: next', "deadlines.yh.list.year"),
        ('date: "08-31"', "date: month-end, year: 1", "deadlines.yh.list.year"),
        ('date: "08-31"', 'date: "08-31", roll: back', "deadlines.yh.list.roll"),
        ("warn: P2D", "warn: 2", "deadlines.yh.plan.warn"),
        ("from: created", "from: field", "deadlines.yh.plan.field"),
        ("title: 清单, ", "", "deadlines.yh.list.title"),
        ('to: "06-30"', 'to: "13-30"', "phases[1].to"),
        ("{value: 0.9, ", "{", "settings.ratio.value"),
        ("reserves.csv", "nowhere.csv", "registers.reserve.file"),
        ("area: number", "area: float", "registers.reserve.types.area"),
        ("units.csv", "nowhere.csv", "units"),
        ("WOODS: 林草部门", "GREEN: 林草部门", "roles.WOODS"),
        ("id: yh_plan, ", "", "documents[1].id"),
        ("roles: {KEEPER", "roles: {KEEPER: [1], X", "roles.KEEPER"),
    ],
)
def test_a_wrong_or_missing_key_is_named(old: str, new: str, element: str) -> None:
    application, findings = read(changed("application.yaml", old, new))
    assert application is None
    assert ("application.yaml", element) in findings


def test_a_key_that_means_nothing_is_a_warning() -> None:
    files = changed("application.yaml", "warn: P2D", "wran: P2D")
    application, findings = read_application(from_files("yunhai", files))
    assert application is not None
    assert [(f.severity, f.element) for f in findings] == [
        ("warning", "deadlines.yh.plan.wran")
    ]


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("title: 云海", "title: [", "格式有误"),
        ("calendar: cn", "runtime: kernel", "重复"),
        ("calendar: cn", "calendar: &a cn\nnote: *a", "别名"),
        ("value: 0.9", "value: .inf", "不是有效数值"),
        ("calendar: cn", "calendar: !!python/object/apply:os.system [ls]", "格式有误"),
        ("calendar: cn", "calendar: " + "[" * 40 + "]" * 40, "嵌套"),
    ],
)
def test_yaml_that_is_broken_or_hostile_is_refused(old: str, new: str, text: str) -> None:
    application, findings = read(changed("application.yaml", old, new))
    assert application is None
    assert text in findings["application.yaml", ""]


def test_a_missing_main_file_and_a_wrong_encoding_are_told() -> None:
    _, findings = read({"audit.bpmn": b""})
    assert "application.yaml" in findings["application.yaml", ""]
    _, findings = read({"application.yaml": "title: 云".encode("gbk")})
    assert "UTF-8" in findings["application.yaml", ""]
    _, findings = read({"application.yaml": b"- 1\n"})
    assert "键" in findings["application.yaml", ""]


@pytest.mark.parametrize(
    ("path", "old", "new", "element"),
    [
        ("organisation/units.csv", "YH-K1", "YH-W", "第 3 行"),
        ("organisation/units.csv", "place,910101", "village,910101", "第 3 行"),
        ("organisation/units.csv", "R1,YH-W", "R1,YH-X", "第 3 行"),
        ("organisation/units.csv", "code,name,level", "code,name,rank", ""),
        ("organisation/units.csv", "KEEPER,R1,YH-W", "KEEPER,R1", "第 3 行"),
        ("organisation/reserves.csv", "R2,", "R1,", "第 3 行"),
        ("organisation/reserves.csv", "12.50", "big", "第 2 行 area"),
        ("organisation/divisions.csv", "910100,云城,910000", "910100,云城,9", "910100"),
        ("calendar/cn.csv", "2030-02-02,1", "2030-02-30,1", "第 3 行 date"),
        ("calendar/cn.csv", "2030-02-02,1", "2030-02-02,yes", "第 3 行 is_workday"),
        ("calendar/cn.csv", "2030-02-02,1", "2030-01-01,1", "第 3 行 date"),
        ("ledgers/problem.yaml", "id: problem", "id: other", "id"),
        ("ledgers/problem.yaml", "key: area", "key: number", "columns[2].key"),
        ("ledgers/problem.yaml", ", from: number}", "}", "columns[1].from"),
    ],
)
def test_a_faulty_row_is_named(path: str, old: str, new: str, element: str) -> None:
    application, findings = read(changed(path, old, new))
    assert application is None
    assert (path, element) in findings


def test_a_file_saved_by_a_spreadsheet_with_bom_and_blank_lines_is_read() -> None:
    lines = FILES["organisation/units.csv"].decode().replace("\n", "\r\n")
    text = "\ufeff" + lines + ",,,,,,\r\n"
    application, findings = read({**FILES, "organisation/units.csv": text.encode()})
    assert findings == {}
    assert application is not None
    assert len(application.units) == 2


def test_a_phase_over_new_year_ends_in_the_next_year() -> None:
    assert phase_days({"from": "12-01", "to": "01-15"}, 2030) == (
        date(2030, 12, 1),
        date(2031, 1, 15),
    )
    assert phase_days({"from": "02-29", "to": "06-30"}, 2030)[0] == date(2030, 2, 28)


def test_a_row_may_be_dated_in_the_file() -> None:
    head = "id,name,area,counties,valid_from,valid_to"
    dated = f"{head}\nR1,雾峰,1,,,2025-05-31\nR1,雾山,1,,2025-06-01,\n"
    application, findings = read({**FILES, "organisation/reserves.csv": dated.encode()})
    assert (findings, application is None) == ({}, False)
    assert application is not None
    register = application.registers["reserve"]
    found = [register.on("R1", day) for day in (date(2025, 5, 31), date(2025, 6, 1))]
    assert [one.row["name"] for one in found if one] == ["雾峰", "雾山"]
    assert (register.on("R2", date(2025, 6, 1)), register.rows["R1"]["name"]) == (None, "雾山")
    twice = dated.replace("2025-06-01", "2025-05-01")
    _, findings = read({**FILES, "organisation/reserves.csv": twice.encode()})
    assert "重复" in findings["organisation/reserves.csv", "第 3 行"]
