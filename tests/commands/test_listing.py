"""The service "ledger" says what it cannot give: an unknown ledger, columns, conditions."""

from typing import Any

import pytest

from engine.base.errors import InvalidRequest
from engine.commands import listing

COLUMNS = [{"key": "no", "label": "编号", "from": "number"}]


class Told:
    """A case of an application with one ledger; nothing is read for a wrong wish."""

    def __init__(self) -> None:
        self.ledgers = {"things": {"columns": COLUMNS, "processes": ["p"]}}
        self.deployed = self
        self.application = self


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ({}, "没有台账“None”。"),
        ({"ledger": "things"}, "台账没有这些列：（columns 为空）。"),
        ({"ledger": "things", "columns": ["no", "x"]}, "台账没有这些列：x。"),
        ({"ledger": "things", "columns": "no", "where": {"y": 1}}, "台账没有这些列：y。"),
        ({"ledger": "things", "where": 3}, "where 应为 {列: 值} 或 {列: [值, …]}。"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_by_name(inputs: Any, text: str) -> None:
    told: Any = Told()
    with pytest.raises(InvalidRequest) as refused:
        listing.rows(told, told, "n", inputs)
    assert refused.value.message == text
