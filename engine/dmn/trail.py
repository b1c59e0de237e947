"""One evaluation of decisions: FEEL's run, and the trail of the tables it went through."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.base.expressions import Moment
from engine.base.values import Value
from engine.feel.functions.text import string
from engine.feel.run import Run
from engine.feel.values import Function, Range

MAX_TABLES = 1_000  # records of one evaluation; a table called in a loop may be asked often


class Trail(Run):
    """A run in spec mode that remembers which rows of which tables matched."""

    def __init__(self, given: Mapping[str, Value], moment: Moment) -> None:
        super().__init__(given, moment, strict=False)
        self.given = given
        self.decision = ""
        self.version = ""
        self.tables: list[Mapping[str, Value]] = []

    def record(self, asked: "Asked", value: Value) -> None:
        """Remember what a table was asked and gave."""
        if len(self.tables) >= MAX_TABLES:
            return
        self.tables.append(
            {
                "decision": self.decision,
                "version": self.version,
                "table": asked.table,
                "hit_policy": asked.policy,
                "rows": asked.rows,
                "inputs": {name: _plain(self, item) for name, item in asked.inputs.items()},
                "outputs": _plain(self, value),
            }
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What a table was asked, and the ids of the rows that matched, in table order."""

    table: str
    policy: str
    inputs: Mapping[str, Value]
    rows: list[str]


def _plain(run: Run, value: Value) -> Value:
    """Write ranges and functions as text: history knows plain values only."""
    return string(run, value) if type(value) in (Range, Function) else value

