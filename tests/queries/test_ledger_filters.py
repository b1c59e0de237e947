"""The filters of a ledger: what is offered, counted in sight, and the columns one keeps."""

from engine.commands.columns import KeepColumns
from engine.queries import ledger_filters, ledgers
from tests.queries.conftest import House


def test_states_divisions_and_options_are_offered_as_far_as_one_sees(house: House) -> None:
    house.start("一")
    house.review(what="二")
    found = house.ask("head", ledger_filters.offers, ledger_id="problem")
    states = {one.value: one.count for one in found["status"]}
    assert (states["已登记"], states["审核中"]) == (1, 1)
    assert [(one.value, one.text, one.count) for one in found["county"]] == [
        ("990101", "甲县", 2)
    ]
    named = [(one.value, one.text) for one in found["post"]]
    assert named == [("S1", "清水保护地"), ("S2", "高山保护地")]
    assert "area" not in found  # a number is typed
    strange = house.ask("wood2", ledger_filters.offers, ledger_id="problem")
    assert "county" not in strange
    assert {one.count for one in strange["status"]} == {0}
    rows = house.ask("head", ledgers.rows, ledger_id="problem", wanted={"post": "清水保护地"})
    assert rows.total == 2


def test_everybody_keeps_columns_of_ones_own(house: House) -> None:
    actor = house.actor("head")
    house.engine.execute(KeepColumns("problem", ("title", "area")), actor)
    kept = house.ask("head", ledger_filters.chosen, ledger_id="problem")
    assert kept == {"title", "area"}
    assert house.ask("wood1", ledger_filters.chosen, ledger_id="problem") == frozenset()
    house.engine.execute(KeepColumns("problem"), actor)
    assert house.ask("head", ledger_filters.chosen, ledger_id="problem") == frozenset()
