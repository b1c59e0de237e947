"""Tasks go to the unit the role and the case's region name, or stop with a reason."""

import pytest

from engine.rules.assignment import (
    CaseFacts,
    SeatPlan,
    Staffed,
    Unfilled,
    review_seat,
    same_person,
    staff,
)
from engine.rules.units import Directory, Unit, build_directory, covers, cut, unit_of

ROWS = """\
W-P|云海省林草局|province|910000|WOODS
A-P|云海省生态环境厅|province|910000|AIR
W-C|云城市林草局|prefecture|910100|WOODS
A-C|云城市生态环境局|prefecture|910100|AIR
W-1|石河县林草局|county|910121|WOODS
A-1|石河县生态环境局|county|910121|AIR
G-1|石河县人民政府|county|910121|GOV
W-2|雾县林草和环境局|county|910122|WOODS;AIR
K-1|雾峰管理局|place|910121|KEEPER|R1
K-2|石林管理局|place|910121|KEEPER|R2
"""


def units() -> list[Unit]:
    keys = ("code", "name", "level", "region", "roles", "place")
    return [
        unit_of(dict(zip(keys, (*line.split("|"), ""), strict=False)))
        for line in ROWS.splitlines()
    ]


TITLES = {"WOODS": "林草部门", "AIR": "生态环境部门", "KEEPER": "管理机构"}


def directory(*vacant: str) -> Directory:
    return build_directory(units(), TITLES, vacant)


CASE = CaseFacts(region="910121", place="R1", place_title="雾峰保护区")


def seat(role: str, level: str = "county", **more: object) -> dict[str, object]:
    return {"id": role.lower(), "role": role, "level": level, "region_of": "case", **more}


def seated(found: Staffed | Unfilled) -> list[str]:
    assert isinstance(found, Staffed), found
    return [one.unit for one in found.seats]


def refused(found: Staffed | Unfilled) -> str:
    assert isinstance(found, Unfilled), found
    return found.reason


@pytest.mark.parametrize(
    ("level", "unit"), [("county", "W-1"), ("prefecture", "W-C"), ("province", "W-P")]
)
def test_the_case_region_is_cut_to_the_level(level: str, unit: str) -> None:
    assert seated(staff({"role": "WOODS", "level": level}, CASE, directory())) == [unit]


def test_an_area_without_a_national_code_names_its_own_unit() -> None:
    new = Unit("N-1", "雾谷新区管委会", "county", "YH0001", frozenset({"GOV"}))
    known = build_directory([*units(), new], TITLES)
    line = {"role": "GOV", "level": "county", "region_of": "fixed", "region": "YH0001"}
    assert seated(staff(line, CASE, known)) == ["N-1"]
    reason = refused(staff({**line, "region": "YH0002"}, CASE, known))
    assert reason == "区划 YH0002 没有县级“GOV”单位"


def test_a_plain_task_has_one_seat_decided_by_the_first_act() -> None:
    found = staff({"lane": "GOV", "role": "GOV"}, CASE, directory())
    assert isinstance(found, Staffed)
    assert found.settings == {"rule": "any", "decided_by": "any"}
    assert [(s.unit, s.unit_name, s.role, s.label) for s in found.seats] == [
        ("G-1", "石河县人民政府", "GOV", "石河县人民政府")
    ]


def test_the_body_of_the_place_is_found_by_the_place() -> None:
    line = {"role": "KEEPER", "level": "county", "region_of": "reserve"}
    assert seated(staff(line, CASE, directory())) == ["K-1"]
    assert seated(staff({"lane": "KEEPER"}, CASE, directory())) == ["K-1"]
    elsewhere = CaseFacts("910121", "R9", place_title="某保护区")
    reason = refused(staff(line, elsewhere, directory()))
    assert reason == "某保护区 没有县级“管理机构”单位"


def test_two_seats_are_two_units_with_their_settings() -> None:
    table = {"rule": "all", "on_dissent": "failNow", "seats": [seat("WOODS"), seat("AIR")]}
    found = staff({"seats": table}, CASE, directory())
    assert seated(found) == ["W-1", "A-1"]
    assert isinstance(found, Staffed)
    assert found.settings == {"rule": "all", "on_dissent": "failNow"}


def test_one_unit_has_one_voice_and_the_lead_wins() -> None:
    table = {
        "rule": "all",
        "seats": [
            seat("WOODS", duty="assist", label="林草", weight=2),
            seat("AIR", duty="lead", label="环境", required=True),
        ],
    }
    found = staff({"seats": table}, CaseFacts("910122"), directory())
    assert isinstance(found, Staffed)
    (only,) = found.seats
    assert (only.unit, only.duty, only.label) == ("W-2", "lead", "林草、环境")
    assert (only.required, only.weight, only.keys) == (True, 2, ("woods", "air"))


def test_a_missing_unit_is_named_by_level_and_role() -> None:
    line = {"role": "GOV", "level": "county"}
    reason = refused(staff(line, CaseFacts("910122"), directory()))
    assert reason == "区划 910122 没有县级“GOV”单位"
    table = {"rule": "all", "seats": [seat("WOODS"), seat("KEEPER", "province")]}
    found = staff({"seats": table}, CaseFacts("910121"), directory())
    reason = "区划 910000 没有省级“管理机构”单位"
    assert found == Unfilled(reason, "keeper", role="KEEPER", level="province", region="910000")


def test_a_region_too_coarse_for_the_level_is_told() -> None:
    reason = refused(
        staff({"role": "WOODS", "level": "county"}, CaseFacts("910100"), directory())
    )
    assert "“910100”不够具体" in reason
    assert refused(staff({"role": "WOODS", "level": "county"}, CaseFacts(), directory()))


def test_a_unit_without_staff_stops_the_case_with_unit_and_role() -> None:
    line = {"role": "AIR", "level": "county", "on_empty": "incident"}
    reason = refused(staff(line, CASE, directory("A-1")))
    assert reason == "石河县生态环境局（县级“生态环境部门”）没有在岗人员"


def test_an_empty_unit_is_replaced_as_declared_and_it_shows() -> None:
    line = {"role": "AIR", "level": "county", "on_empty": "superior"}
    found = staff(line, CASE, directory("A-1"))
    assert isinstance(found, Staffed)
    assert (found.seats[0].unit, found.seats[0].note) == ("A-C", "因空缺由上级办理")
    found = staff(line, CASE, directory("A-1", "A-C"))
    assert seated(found) == ["A-P"]
    assert refused(staff(line, CASE, directory("A-1", "A-C", "A-P")))
    line = {"role": "AIR", "level": "county", "on_empty": "fallback", "fallback_role": "WOODS"}
    found = staff(line, CASE, directory("A-1"))
    assert isinstance(found, Staffed)
    assert (found.seats[0].unit, found.seats[0].note) == ("W-1", "因空缺由兜底单位办理")


def test_a_seat_takes_the_rule_for_empty_units_from_the_task() -> None:
    table = {"rule": "all", "seats": [seat("WOODS"), seat("AIR")]}
    assignment = {"on_empty": "superior", "seats": table}
    assert seated(staff(assignment, CASE, directory("A-1"))) == ["W-1", "A-C"]


def test_several_units_for_one_seat_are_never_guessed() -> None:
    other = Unit("W-9", "另一局", "county", "910121", frozenset({"WOODS"}))
    twice = build_directory([*units(), other])
    reason = refused(staff({"role": "WOODS", "level": "county"}, CASE, twice))
    assert "有 2 个单位符合" in reason
    assert "另一局" in reason


def test_fixed_regions_units_and_persons() -> None:
    line = {"role": "WOODS", "level": "prefecture", "region_of": "fixed", "region": "910100"}
    assert seated(staff(line, CaseFacts("920101"), directory())) == ["W-C"]
    assert seated(staff({"org": "A-P"}, CASE, directory())) == ["A-P"]
    listed = {"seats": {"rule": "all", "seats": [{"org": "A-P"}, {"org": "W-P"}]}}
    assert seated(staff(listed, CASE, directory())) == ["A-P", "W-P"]
    assert refused(staff({"org": "X"}, CASE, directory())) == "没有编码为“X”的单位"
    found = staff({"assignee": "wang", "users": ["li"], "lane": "GOV"}, CASE, directory())
    assert isinstance(found, Staffed)
    assert (found.seats[0].person, found.seats[0].users) == ("wang", ("li",))


def test_the_parent_case_gives_its_region() -> None:
    line = {"role": "WOODS", "level": "county", "region_of": "parent"}
    case = CaseFacts("", "", parent_region="910122")
    assert seated(staff(line, case, directory())) == ["W-2"]


def test_candidate_roles_give_a_seat_each_and_a_task_of_nobody_stops() -> None:
    assert seated(staff({"groups": ["GOV", "WOODS"]}, CASE, directory())) == ["G-1", "W-1"]
    assert "没有指定办理角色" in refused(staff({}, CASE, directory()))
    nobody = {"seats": {"rule": "all", "seats": []}}
    assert "名单还是空的" in refused(staff(nobody, CASE, directory()))


def test_a_consultation_gives_the_lead_a_seat_for_the_conclusion() -> None:
    lead = seat("WOODS", duty="lead", required=True)
    table = {"rule": "consult", "seats": [seat("AIR"), lead]}
    found = staff({"seats": table}, CASE, directory())
    assert isinstance(found, Staffed)
    assert [(s.unit, s.duty, s.required) for s in found.seats] == [
        ("A-1", "handle", False),
        ("W-1", "lead", True),
        ("W-1", "conclude", False),
    ]


def test_four_eyes_name_the_earlier_act() -> None:
    performers = {"submit": frozenset({"wang"}), "check": frozenset({"li", "zhao"})}
    assert same_person("zhao", performers) == "check"
    assert same_person("sun", performers) is None


def test_a_unit_reviewing_itself_hands_up() -> None:
    own = SeatPlan("W-1", "石河县林草局", "WOODS", "石河县林草局", "county", "910121")
    moved = review_seat(own, "W-1", "superior", directory())
    assert (moved.unit, moved.note) == ("W-C", "同级自审，由上级办理")
    assert review_seat(own, "W-1", "allow", directory()) == own
    assert review_seat(own, "K-1", "superior", directory()) == own
    assert review_seat(own, "W-1", "superior", directory("W-C")).unit == "W-P"


@pytest.mark.parametrize(
    ("region", "cuts"),
    [
        ("910121", ("910121", "910100", "910000")),
        ("910121003", ("910121", "910100", "910000")),
        ("910100", ("", "910100", "910000")),
        ("910000", ("", "", "910000")),
        ("", ("", "", "")),
        ("X1", ("", "", "")),
    ],
)
def test_regions_are_cut_by_their_digits(region: str, cuts: tuple[str, str, str]) -> None:
    assert tuple(cut(region, level) for level in ("county", "prefecture", "province")) == cuts


def test_territory_is_a_prefix_of_the_code() -> None:
    assert covers("910100", "prefecture", "910121")
    assert not covers("910100", "prefecture", "910221")
    assert not covers("", "county", "")
