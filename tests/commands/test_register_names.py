"""A register under several names is one register: changed once, seen under each of them."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.commands.organisation import ChangeRecord, UndoRecord
from engine.commands.organisation_tables import ImportRecords
from engine.feel.compile import compile_expression
from engine.library.application import read_application
from engine.library.bundle import read_folder
from engine.queries import organisation, registers
from engine.store.people import org_change
from engine.store.tables import bundle
from tests.library.samples import changed
from tests.library.test_application import read
from tests.support import tiny as small
from tests.support.tiny import Tiny, deploy

MAIN = small.bundle().files["application.yaml"].decode()
TWO_NAMES = {
    "application.yaml": MAIN.replace(
        "  division: {file", "  post: {same_as: station, title: 巡护点}\n  division: {file"
    ).encode()
}


def names(tiny: Tiny) -> dict[str, Any]:
    """Give what FEEL, lists of forms and searches find of S1, by name of the register."""
    newest = max(row["id"] for row in tiny.rows(sa.select(bundle)))
    phrase = compile_expression('[register("station", "S1").name, register("post", "S1").name]')
    with tiny.engine.database.read() as conn:
        version = tiny.engine.runtimes.version(conn, newest, "tiny")
        now = tiny.clock.now()
        lists = [dict(version.choices(kind, now))["S1"] for kind in ("station", "post")]
        return {
            "feel": phrase({}, version.moment(now)),
            "lists": lists,
            "labels": [version.label(kind, "S1") for kind in ("station", "post")],
            "searches": [
                tiny.engine.ask(registers.get, tiny.actor("root"), kind=kind, code="S1").label
                for kind in ("station", "post")
            ],
        }


def codes(tiny: Tiny, day: str = "today()") -> Any:
    """List the codes FEEL finds on DAY, by name of the register."""
    newest = max(row["id"] for row in tiny.rows(sa.select(bundle)))
    both = f'[register codes("station", {day}), register codes("post", {day})]'
    with tiny.engine.database.read() as conn:
        version = tiny.engine.runtimes.version(conn, newest, "tiny")
        return compile_expression(both)({}, version.moment(tiny.clock.now()))


def test_a_change_under_one_name_holds_under_all(tiny: Tiny) -> None:
    deploy(tiny.engine, TWO_NAMES, base_version=1)
    root = tiny.actor("root")
    kinds = {row.kind: row for row in tiny.engine.ask(organisation.kinds, root)}
    assert "post" not in kinds
    assert kinds["station"].names == ("巡护点",)
    # By the other name, as an address kept from before may say.
    made = tiny.do(
        "root", ChangeRecord("tiny", "post", "S1", cells={"name": "清水湖"}, if_match=0)
    )
    assert made.kind == "station"
    assert {tuple(found) for found in names(tiny).values()} == {("清水湖", "清水湖")}
    assert codes(tiny) == [["S1", "S2"], ["S1", "S2"]]
    held = [
        tiny.engine.ask(organisation.record, root, application="tiny", kind=kind, code="S1")
        for kind in ("station", "post")
    ]
    assert held[0] == held[1]
    assert held[0].version == made.version
    rows = "code,name,county\nS1,清水河,990101\n".encode()
    receipt = tiny.do("root", ImportRecords("tiny", "post", rows))
    assert (receipt.changed, receipt.rows[0]["state"]) == (1, "changed")
    assert {tuple(found) for found in names(tiny).values()} == {("清水河", "清水河")}
    last = tiny.rows(sa.select(org_change).order_by(org_change.c.id))[-1]
    assert last["kind"] == "station"
    tiny.do("root", UndoRecord("tiny", "post", "S1", if_match=last["id"]))
    tiny.do("root", UndoRecord("tiny", "station", "S1", if_match=made.version))
    assert {tuple(found) for found in names(tiny).values()} == {("清水保护地", "清水保护地")}


def test_changes_made_while_it_was_a_register_of_its_own_still_count(tiny: Tiny) -> None:
    own = "  post: {file: organisation/stations.csv, key: code, label: name, title: 巡护点}\n"
    main = MAIN.replace("  division: {file", f"{own}  division: {{file")
    answer = deploy(
        tiny.engine,
        {"application.yaml": main.encode()},
        base_version=1,
        acknowledged=True,
    )
    told = [f for f in answer.findings if f["code"] == "app.register"]
    assert [(f["severity"], f["element"]) for f in told] == [("warning", "registers.post")]
    wish = ChangeRecord(
        "tiny", "post", "S1", cells={"name": "清水湖"}, valid_from=date(2025, 1, 1), if_match=0
    )
    made = tiny.do("root", wish)
    assert names(tiny)["feel"] == ["清水保护地", "清水湖"]  # two truths, as warned
    deploy(tiny.engine, TWO_NAMES, base_version=2)
    assert {tuple(found) for found in names(tiny).values()} == {("清水湖", "清水湖")}
    tiny.do("root", UndoRecord("tiny", "station", "S1", if_match=made.version))
    assert names(tiny)["feel"] == ["清水保护地", "清水保护地"]


@pytest.mark.parametrize(
    ("entry", "element", "text"),
    [
        ("{same_as: nowhere}", "registers.site.same_as", "没有登记册“nowhere”"),
        ("{same_as: site}", "registers.site.same_as", "没有登记册“site”"),
        ("{same_as: reserve, key: name}", "registers.site.key", "不认识此项"),
    ],
)
def test_a_name_of_nothing_is_refused_by_its_key(entry: str, element: str, text: str) -> None:
    files = changed("application.yaml", "  division: {", f"  site: {entry}\n  division: {{")
    _, findings = read(files)
    assert text in findings["application.yaml", element]


def test_shipped_applications_keep_each_file_once() -> None:
    for key in ("jiangxi", "guiyang"):
        application, _ = read_application(read_folder(Path(), key))
        assert application is not None
        files = [one.file for one in application.registers.values() if not one.same_as]
        assert len(files) == len(set(files)), key
