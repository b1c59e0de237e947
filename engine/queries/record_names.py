"""What the codes in records of the organisation are called: units, roles, divisions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from engine.library.tables import ROLE, UNIT, Register, parts
from engine.organisation import Organisation

DIVISION, PLACE = "division", "place"
TRUTH = {"1": "是", "true": "是", "0": "否", "false": "否"}
Choices = Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Names:
    """Names the codes of the records of one REGISTER."""

    known: Organisation
    register: Register
    _kinds: dict[str, str | None] = field(default_factory=dict)

    @property
    def words(self) -> dict[str, str]:
        """Give what people call each column."""
        return {name: self.register.word(name) for name in self.register.columns}

    def of(self, cells: Mapping[str, str]) -> dict[str, str]:
        """Give the readable text of those CELLS that hold codes, by column."""
        found = {name: self.text(name, cell) for name, cell in cells.items() if cell}
        return {name: text for name, text in found.items() if text != cells[name]}

    def text(self, column: str, cell: str) -> str:
        """Give CELL of COLUMN in words; a code without a name stays."""
        values = self.register.values.get(column)
        if values:
            return values.get(cell, cell)
        if self.register.types.get(column) == "boolean":
            return TRUTH.get(cell.lower(), cell)
        kind = self._kind(column)
        if kind is None:
            return cell
        codes = parts(self.register, column, cell)
        return "、".join(self.known.label(kind, code) for code in codes)

    def several(self) -> tuple[str, ...]:
        """Name the columns whose cells hold several codes."""
        own = self.register
        return tuple(name for name in own.columns if own.several(name))

    def choices(self, day: date) -> Choices:
        """Give what can be entered on DAY, by column: (code, name)."""
        found = {n: tuple(values.items()) for n, values in self.register.values.items()}
        for column in self.register.columns:
            kind = self._kind(column)
            if kind and kind in self.known.records and column not in found:
                label = self.known.records[kind].label
                rows = self.known.rows(kind, day).items()
                found[column] = tuple((code, str(row.get(label) or code)) for code, row in rows)
        return found

    def _kind(self, column: str) -> str | None:
        """Give the kind of records the codes of COLUMN come from, looked for once."""
        if column not in self._kinds:
            self._kinds[column] = self._find(column)
        return self._kinds[column]

    def _find(self, column: str) -> str | None:
        own = self.register
        if column in own.refers:
            return self.known.base(own.refers[column])
        if column == own.parent:
            return own.kind
        return self._places() if own.kind == UNIT and column == PLACE else None

    def _places(self) -> str | None:
        """Give the register the places of units come from."""
        named = {row["place"] for row in self.known.application.units if row["place"]}
        for kind, register in self.known.records.items():
            if kind not in (UNIT, ROLE, DIVISION) and named & register.periods.keys():
                return kind
        return None
