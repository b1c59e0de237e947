"""What the codes in records of the organisation are called: units, roles, divisions."""

from collections.abc import Mapping
from dataclasses import dataclass
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
        if self._kind(column) is None:
            return cell
        codes = parts(self.register, column, cell)
        return "、".join(self._named(column, code) for code in codes)

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
        """Give the kind of records the codes of COLUMN come from; "" for any place."""
        own = self.register
        if column in own.refers:
            return self.known.base(own.refers[column])
        if column == own.parent:
            return own.kind
        return "" if own.kind == UNIT and column == PLACE else None

    def _named(self, column: str, code: str) -> str:
        kind = self._kind(column)
        if kind:
            return self.known.label(kind, code)
        for other, register in self.known.records.items():
            own = code in register.periods or (other, code) in self.known.changes
            if own and other not in (UNIT, ROLE, DIVISION):
                return self.known.label(other, code)
        return code
