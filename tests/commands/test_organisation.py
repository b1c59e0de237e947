"""The organisation as dated data: changes by people, new files, leavers, posts nobody holds."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.base.clock import FakeClock
from engine.base.errors import Conflict, InvalidForm, NotAllowed, StaleDocument
from engine.commands.accounts import CreatePerson
from engine.commands.organisation import ChangeRecord, UndoRecord
from engine.commands.organisation_tables import ImportRecords
from engine.commands.people import Appoint, EndPost, ReleaseClaims, SetActive
from engine.commands.refilling import RefillSeats
from engine.commands.tasks import ClaimTask
from engine.feel.compile import compile_expression
from engine.queries import organisation, staff
from engine.store import people_rows
from engine.store.machine import audit, history
from engine.store.people import org_change, post, register_row, tenure, unit
from engine.store.tables import bundle
from tests.support import tiny as small
from tests.support.tiny import Tiny, deploy, make

STATIONS = "organisation/stations.csv"


def change(tiny: Tiny, kind: str, code: str, **more: Any) -> Any:
    more.setdefault("if_match", 0)
    return tiny.do("root", ChangeRecord("tiny", kind, code, **more))


def row_on(tiny: Tiny, kind: str, code: str, day: date) -> Any:
    with tiny.engine.database.read() as conn:
        version = tiny.engine.runtimes.version(conn, latest(tiny), "tiny")
        return version.at(kind, code, day)


def latest(tiny: Tiny) -> int:
    return max(row["id"] for row in tiny.rows(sa.select(bundle)))


def test_a_record_has_a_history_and_a_day_decides(tiny: Tiny) -> None:
    moved = change(tiny, "station", "S1", cells={"name": "清水湖"}, valid_from=date(2025, 3, 1))
    assert row_on(tiny, "station", "S1", date(2025, 2, 28))["name"] == "清水保护地"
    assert row_on(tiny, "station", "S1", date(2025, 3, 1))["name"] == "清水湖"
    ended = change(
        tiny, "station", "S1", op="end", valid_from=date(2025, 6, 1), if_match=moved.version
    )
    assert row_on(tiny, "station", "S1", date(2025, 5, 31))["name"] == "清水湖"
    assert row_on(tiny, "station", "S1", date(2025, 6, 1)) is None
    # Undo takes back the last change only; all of them stay on record.
    tiny.do("root", UndoRecord("tiny", "station", "S1", if_match=ended.version))
    assert row_on(tiny, "station", "S1", date(2025, 6, 1))["name"] == "清水湖"
    assert [r["undone_by"] for r in tiny.rows(sa.select(org_change))] == [None, "root"]
    lines = tiny.rows(sa.select(audit).where(audit.c.kind.in_(["ChangeRecord", "UndoRecord"])))
    assert [(r["actor"], r["kind"]) for r in lines] == [
        ("root", "ChangeRecord"),
        ("root", "ChangeRecord"),
        ("root", "UndoRecord"),
    ]
    assert (lines[0]["detail"]["from"], lines[0]["detail"]["to"]) == (
        {"name": "清水保护地"},
        {"name": "清水湖"},
    )


def test_changes_are_checked_and_reserved_for_administrators(tiny: Tiny) -> None:
    with pytest.raises(NotAllowed):
        tiny.do("wood1", ChangeRecord("tiny", "station", "S1", cells={"name": "x"}, if_match=0))
    with pytest.raises(StaleDocument):
        change(tiny, "station", "S1", cells={"name": "x"}, if_match=7)
    for kind, code, cells, field in (
        ("station", "S9", {}, "name"),
        ("station", "S1", {"colour": "绿"}, "colour"),
        ("division", "990103", {"name": "丙县", "parent_code": "990900"}, "parent_code"),
        (
            "unit",
            "U-NEW",
            {"name": "新局", "level": "county", "roles": "NOBODY", "region": "990101"},
            "roles",
        ),
        (
            "unit",
            "U-NEW",
            {"name": "新局", "level": "town", "roles": "WOOD", "region": "990101"},
            "level",
        ),
    ):
        with pytest.raises(InvalidForm) as refused:
            change(tiny, kind, code, cells=cells)
        assert field in [one["field"] for one in refused.value.errors], refused.value.errors
    assert tiny.rows(sa.select(org_change)) == []


def test_new_files_do_not_undo_what_people_changed(tiny: Tiny) -> None:
    change(tiny, "station", "S1", cells={"name": "清水湖"})
    own = small.bundle().files[STATIONS].decode()
    # Another column of the file changes: both hold.
    deploy(
        tiny.engine,
        {STATIONS: own.replace("清水保护地,990101", "清水保护地,990102").encode()},
        base_version=1,
    )
    assert row_on(tiny, "station", "S1", date(2025, 1, 2)) == {
        "code": "S1",
        "name": "清水湖",
        "county": "990102",
    }
    # The same column of the file changes: what people entered stays and is told.
    answer = deploy(
        tiny.engine,
        {STATIONS: own.replace("清水保护地", "清水国家公园").encode()},
        base_version=2,
    )
    stored = sa.select(register_row).where(register_row.c.code == "S1")
    assert [r["label"] for r in tiny.rows(stored)] == ["清水湖"]
    told = [f for f in answer.findings if f["code"] == "organisation.conflict"]
    assert len(told) == 1
    assert "文件为“清水国家公园”，管理员改为“清水湖”" in told[0]["zh"]
    last = tiny.rows(sa.select(org_change))[-1]["id"]
    # People may stand by their words, which is no conflict any more, or follow the file.
    kept = change(tiny, "station", "S1", cells={"name": "清水湖"}, if_match=last)
    files = {STATIONS: own.replace("清水保护地", "清水国家公园").encode(), "a.md": b"x"}
    answer = deploy(tiny.engine, files, base_version=3)
    assert "organisation.conflict" not in [f["code"] for f in answer.findings]
    change(tiny, "station", "S1", op="file", if_match=kept.version)
    assert row_on(tiny, "station", "S1", date(2025, 1, 2))["name"] == "清水国家公园"
    stored = sa.select(register_row).where(register_row.c.code == "S1")
    assert [r["label"] for r in tiny.rows(stored)] == ["清水国家公园"]
    root = tiny.actor("root")
    asked = {"application": "tiny", "kind": "station", "code": "S1"}
    assert tiny.engine.ask(organisation.record, root, **asked).label == "清水国家公园"


def test_a_table_comes_in_row_by_row(tiny: Tiny) -> None:
    rows = ("S1,清水保护地,990101,", "S3,新湿地,990102,2025-05-01", ",无编码,,", "S2,,,")
    table = "\n".join(("code,name,county,valid_from", *rows))
    wish = ImportRecords("tiny", "station", table.encode())
    tried = tiny.do("root", ImportRecords("tiny", "station", table.encode(), write=False))
    assert tiny.rows(sa.select(org_change)) == []
    done = tiny.do("root", wish)
    assert (done.added, done.changed, done.same, done.refused) == (1, 0, 1, 2)
    assert [r["state"] for r in tried.rows] == [r["state"] for r in done.rows]
    assert [r["errors"][0]["field"] for r in done.rows if r["errors"]] == ["code", "name"]
    again = tiny.do("root", wish)
    assert (again.added, again.same) == (0, 1) or again.same == 2
    yaml = "- {code: S4, name: 石河, county: '990101'}\n"
    told = tiny.do("root", ImportRecords("tiny", "station", yaml.encode(), name="more.yaml"))
    assert told.added == 1


def test_a_table_goes_out_without_formulas_and_comes_in_again_unchanged(tiny: Tiny) -> None:
    names = ['=HYPERLINK("http://x","甲")', "+86", "-1,5", "@SUM(A1)", "'=1", "'引号", "a=b"]
    for number, name in enumerate(names):
        change(tiny, "station", f"F{number}", cells={"name": name, "county": "990101"})
    asked = {"application": "tiny", "kind": "station"}
    told = tiny.engine.ask(organisation.table, tiny.actor("root"), **asked).lstrip("\ufeff")
    cells = [row for row in csv.reader(io.StringIO(told)) if row[0].startswith("F")]
    marked = [f"'{name}" for name in names[:5]] + names[5:]
    assert [row[1] for row in cells] == marked
    again = tiny.do("root", ImportRecords("tiny", "station", told.encode()))
    assert (again.added, again.changed, again.refused) == (0, 0, 0)
    assert again.same == len(names) + 2


def test_a_leaver_gives_claims_back_to_the_unit(tiny: Tiny) -> None:
    case_id = tiny.start().instance_id
    tiny.complete("field1", case_id, "check", outcome="send")
    review = tiny.open_task(case_id, "review")
    tiny.do("wood1", ClaimTask(review["id"]))
    mine = next(t for t in tiny.rows(sa.select(tenure)) if t["person"] == "wood1")
    given = tiny.do("root", EndPost(mine["id"], last=date(2024, 12, 31)))
    assert given.count == 1
    held = next(s for s in tiny.seats(review["id"]) if s["unit"] == "U-WOOD-1")
    assert (held["state"], held["person"]) == ("open", None)
    assert "wood1" not in [r["person"] for r in tiny.rows(sa.select(post))]
    lines = tiny.rows(sa.select(history).where(history.c.kind == "ReleaseTask"))
    assert [r["actor"] for r in lines] == ["root"]
    tiny.complete("wood1b", case_id, "review", outcome="pass")  # the successor acts
    with pytest.raises(Conflict):
        tiny.do("root", EndPost(mine["id"]))


def test_posts_come_and_go_with_their_dates(tiny: Tiny) -> None:
    tiny.do(
        "root",
        Appoint("wood2", "U-WOOD-1", valid_from=date(2025, 1, 10), valid_to=date(2025, 1, 12)),
    )
    assert tiny.actor("wood2").units == {"U-WOOD-2"}
    case_id = tiny.start().instance_id
    tiny.complete("field1", case_id, "check", outcome="send")
    review = tiny.open_task(case_id, "review")
    for day, units in ((10, {"U-WOOD-1", "U-WOOD-2"}), (13, {"U-WOOD-2"})):
        tiny.clock.set(tiny.clock.now().replace(year=2025, month=1, day=day, hour=3))
        tiny.worker.upkeep()
        assert tiny.actor("wood2").units == units
        if day == 10:
            tiny.do("wood2", ClaimTask(review["id"], unit="U-WOOD-1"))
    held = next(s for s in tiny.seats(review["id"]) if s["unit"] == "U-WOOD-1")
    assert held["person"] is None  # the substitute's time is over
    with pytest.raises(Conflict):
        tiny.do("root", Appoint("wood1", "U-WOOD-1"))


def test_an_account_out_of_use_holds_nothing(tiny: Tiny) -> None:
    case_id = tiny.start().instance_id
    task = tiny.open_task(case_id, "check")
    tiny.do("field1", ClaimTask(task["id"]))
    at = tiny.clock.now()
    assert tiny.do("root", ReleaseClaims("field1", "休假")).count == 1
    tiny.do("field1", ClaimTask(task["id"]))
    assert tiny.do("root", SetActive("field1", False, at)).count == 1
    with tiny.engine.database.read() as conn:
        assert people_rows.load_actor(conn, "field1") is None
        assert "U-S1" in people_rows.vacant_units(conn, "tiny")
    tiny.do("root", SetActive("field1", True, at))
    assert tiny.actor("field1").units == {"U-S1"}


def test_what_an_undone_act_saw_is_not_kept(tiny: Tiny) -> None:
    """The version an undone act counted is given again, to other records."""
    runtimes = tiny.engine.runtimes

    def undone() -> None:
        with tiny.engine.database.write() as conn:
            people_rows.organisation_changed(conn)
            version = runtimes.version(conn, latest(tiny), "tiny")
            assert version.at("station", "S1", date(2025, 3, 1)) is not None
            raise LookupError

    with pytest.raises(LookupError):
        undone()
    change(tiny, "station", "S1", op="end", valid_from=date(2025, 1, 1))
    assert row_on(tiny, "station", "S1", date(2025, 3, 1)) is None


def test_a_unit_made_by_an_administrator_gets_work(tiny: Tiny) -> None:
    change(tiny, "role", "PARK", cells={"name": "公园处"})
    cells = {"name": "乙县水务局", "level": "county", "region": "990102", "roles": "WATER;PARK"}
    change(tiny, "unit", "U-WATER-2", cells=cells)
    tiny.do("root", CreatePerson("water2", "水二", "x", posts=(("U-WATER-2", "clerk"),)))
    case_id = tiny.start("field2", station="S2").instance_id
    tiny.complete("field2", case_id, "check", outcome="send")
    seats = tiny.seats(tiny.open_task(case_id, "review")["id"])
    assert [s["unit"] for s in seats] == ["U-WOOD-2", "U-WATER-2"]
    # A unit is ended, not deleted, and gets no more work from that day.
    last = tiny.rows(sa.select(org_change))[-1]["id"]
    change(tiny, "unit", "U-WATER-2", op="end", valid_from=date(2025, 1, 1), if_match=last)
    stored = sa.select(unit.c.active).where(unit.c.code == "U-WATER-2")
    assert tiny.rows(stored) == [{"active": False}]


@pytest.mark.parametrize("runtime", ["kernel", "spiffworkflow"])
def test_a_round_nobody_can_take_stops_until_it_is_filled(
    runtime: str, sqlite_url: str, data_dir: Path, clock: FakeClock
) -> None:
    """Never passed over: no unit, then a unit without people, then a person (2.23)."""
    house = make(sqlite_url, data_dir, clock, override=runtime)
    case_id = house.start("field2", station="S2").instance_id
    house.complete("field2", case_id, "check", outcome="send")
    assert house.open_tasks(case_id) == []
    found = house.engine.ask(staff.unfilled, house.actor("chief"))
    assert [(r.role, r.level, r.region, r.unit, r.ready) for r in found] == [
        ("WATER", "county", "990102", "", False)
    ]
    tried = house.do("root", RefillSeats((found[0].incident_id,)))
    assert (tried.filled, tried.still) == (0, 1)
    cells = {"name": "乙县水务局", "level": "county", "region": "990102", "roles": "WATER"}
    change(house, "unit", "U-WATER-2", cells=cells)
    found = house.engine.ask(staff.unfilled, house.actor("root"))
    assert [(r.unit, r.ready, r.title) for r in found] == [("U-WATER-2", False, "")]
    with pytest.raises(NotAllowed):
        house.engine.ask(staff.unfilled, house.actor("wood1"))
    house.do("root", Appoint("water1", "U-WATER-2"))
    assert house.engine.ask(staff.unfilled, house.actor("root"))[0].ready
    tried = house.do("root", RefillSeats((found[0].incident_id,)))
    assert (tried.filled, tried.still) == (1, 0)
    house.complete("wood2", case_id, "review", outcome="pass")
    done = house.complete("water1", case_id, "review", outcome="pass")
    assert done.arithmetic == "2 席 需 2，已同意 2"
    house.engine.close()


def test_feel_asks_for_a_row_on_a_decisive_date(tiny: Tiny) -> None:
    change(tiny, "station", "S1", cells={"county": "990102"}, valid_from=date(2025, 3, 1))
    text = 'register("station", "S1", on).county'
    asked = compile_expression(text, mode="spec", constants={})
    with tiny.engine.database.read() as conn:
        version = tiny.engine.runtimes.version(conn, latest(tiny), "tiny")
        moment = version.moment(tiny.clock.now())
        days = [date(2025, 2, 28), date(2025, 3, 1)]
        found = [asked.with_warnings({"on": day}, moment)[0] for day in days]
    assert found == ["990101", "990102"]
