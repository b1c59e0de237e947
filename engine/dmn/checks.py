"""Checks of decision models at deployment: types, gaps, overlaps, rows that never count."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from engine.base.expressions import Moment
from engine.base.findings import ORDER, Finding, has_errors
from engine.base.values import Value
from engine.dmn import model as m
from engine.dmn.atoms import Cell, cell_of, constant
from engine.dmn.axes import axis
from engine.dmn.cover import MAX_GAPS, Grid, Unproven
from engine.dmn.evaluate import Decisions
from engine.dmn.notes import Notes
from engine.dmn.tables import Table
from engine.dmn.types import Kind, test
from engine.feel.compare import is_same
from engine.feel.compile import Expression
from engine.feel.run import Run
from engine.feel.values import kind_name

MAX_PAIRS = 20_000  # pairs of rows compared for overlaps
MAX_OVERLAPS = 20
LISTS = frozenset({"C", "R", "O"})  # hit policies whose result is a list of rows
MAX_ROWS = 400  # beyond, only types and values are checked


def check(models: Mapping[str, m.Model]) -> tuple[Finding, ...]:
    """Give all findings about MODELS, the errors first, at most 200."""
    return compile_checked(models)[1]


def compile_checked(
    models: Mapping[str, m.Model], names: Iterable[str] = ()
) -> tuple[Decisions | None, tuple[Finding, ...]]:
    """Compile and check MODELS; no decisions when a finding is an error."""
    notes = Notes(known=frozenset(names))
    decisions = Decisions(models, notes)
    if not has_errors(notes.book):
        for place, box, table in decisions.tables:
            _Checker(place, box, table).check()
    found = sorted(notes.book, key=lambda finding: ORDER[finding.severity])[:200]
    return (None if has_errors(found) else decisions), tuple(found)


class _Checker:
    """Check one table."""

    def __init__(self, notes: Notes, box: m.TableBox, table: Table) -> None:
        self.notes = notes
        self.box = box
        self.table = table
        self.run = Run({}, Moment(), strict=False)
        self.cells = [[cell_of(cell) for cell in row.tests] for row in table.rows]

    def check(self) -> None:
        """Check cells, then rows against each other."""
        self._check_inputs()
        self._check_outputs()
        if not self.table.rows or not self.table.columns:
            return
        if len(self.table.rows) > MAX_ROWS:
            self.notes.add("dmn.unproven")
            return
        grid = self._grid()
        steps: Sequence[Callable[[Grid], None]] = (
            self._unreachable,
            self._overlaps,
            self._masked,
            self._gaps,
        )
        unproven = not all(grid.sure(row) for row in range(grid.rows))
        for step in steps:
            try:
                step(grid)
            except Unproven:
                unproven = True
        if unproven:
            self.notes.add("dmn.unproven")

    def _grid(self) -> Grid:
        axes = []
        for index, column in enumerate(self.table.columns):
            allowed = cell_of(column.allowed) if column.allowed is not None else None
            axes.append(axis(column.title, [row[index] for row in self.cells], allowed))
        return Grid(tuple(axes), len(self.table.rows))

    def _check_inputs(self) -> None:
        for index, column in enumerate(self.table.columns):
            for row, cells in enumerate(self.cells, 1):
                cell = cells[index]
                if cell is not None:
                    self._check_cell(row, column.title, cell, column.kind, column.allowed)

    def _check_cell(
        self, row: int, title: str, cell: Cell, kind: Kind | None, allowed: Expression | None
    ) -> None:
        ends = [end for found in cell.ranges for end in (found.low, found.high)]
        values = [value for value in (*cell.values, *ends) if value is not None]
        if kind is not None and not kind.collection:
            wrong = [value for value in values if not self._fits(kind, value)]
            if wrong:
                self._wrong_type(row, title, wrong[0], kind)
                return
        for value in cell.values:
            if value is not None and not self._is_allowed(allowed, value):
                self.notes.add("dmn.cell_value", row=row, column=title)
                return

    def _fits(self, kind: Kind, value: Value) -> bool:
        """Tell whether VALUE is of the base type of KIND (allowed values come later)."""
        base: Kind | None = kind
        while base is not None:
            if base.base is not None:
                return base.fits(self.run, value)
            base = base.above
        return kind.parts is None

    def _is_allowed(self, allowed: Expression | None, value: Value) -> bool:
        if allowed is None or allowed.reads or allowed.clock:
            return True
        self.run.ops = 0
        return test(self.run, allowed, value) is True

    def _wrong_type(self, row: int, title: str, value: Value, kind: Kind) -> None:
        self.notes.add(
            "dmn.cell_type", row=row, column=title, found=kind_name(value), type=kind.name
        )

    def _check_outputs(self) -> None:
        for index, result in enumerate(self.table.results):
            for number, row in enumerate(self.table.rows, 1):
                found = constant(row.outputs[index], row.outputs[index].tree)
                if found is None or found[0] is None:
                    continue
                value = found[0]
                if result.kind is not None and not self._conforms(result.kind, value):
                    self._wrong_type(number, result.title, value, result.kind)
                elif not self._is_allowed(result.allowed, value):
                    self.notes.add("dmn.cell_value", row=number, column=result.title)

    def _conforms(self, kind: Kind, value: Value) -> bool:
        self.run.ops = 0
        if kind.fits(self.run, value):
            return True
        single = type(value) is list and len(value) == 1 and kind.fits(self.run, value[0])
        listed = kind.collection and type(value) is not list and kind.fits(self.run, [value])
        return single or listed

    def _unreachable(self, grid: Grid) -> None:
        for row in range(grid.rows):
            if not all(grid.box(row)):
                self.notes.add("dmn.unreachable", row=row + 1)

    def _overlaps(self, grid: Grid) -> None:
        """Compare rows in pairs where two may not match: U, and A with other outputs."""
        if self.table.policy not in {"U", "A"}:
            return
        rows = [row for row in range(grid.rows) if grid.sure(row)]
        if len(rows) * (len(rows) - 1) // 2 > MAX_PAIRS:
            raise Unproven
        found = 0
        for place, one in enumerate(rows):
            for two in rows[place + 1 :]:
                shared = grid.meeting(one, two)
                if shared is None or found >= MAX_OVERLAPS or self._agree(one, two):
                    continue
                found += 1
                self.notes.add(
                    "dmn.overlap", row=one + 1, other=two + 1, where=grid.describe(shared)
                )

    def _agree(self, one: int, two: int) -> bool:
        """Tell whether two rows of an ANY table give the same."""
        same = self.box.rules[one].outputs == self.box.rules[two].outputs
        return self.table.policy == "A" and same

    def _masked(self, grid: Grid) -> None:
        """Find rows all of whose inputs are taken by rows that count before them."""
        if self.table.policy not in {"F", "P"}:
            return
        ranks = self._ranks() if self.table.policy == "P" else None
        for row in range(grid.rows):
            if not all(grid.box(row)):
                continue
            before = [other for other in range(grid.rows) if grid.sure(other)]
            if ranks is None:
                before = [other for other in before if other < row]
            else:
                rank = ranks[row]
                before = [o for o in before if rank is not None and _less(ranks[o], rank)]
            if before and not grid.uncovered(grid.box(row), before, 1):
                self.notes.add("dmn.masked", row=row + 1)

    def _ranks(self) -> list[tuple[int, ...] | None]:
        """Give the rank of the outputs of each row under policy P, None when unknown."""
        orders: list[list[Value]] = []
        for result in self.table.results:
            found = constant(result.order, result.order.tree) if result.order else None
            orders.append(found[0] if found and type(found[0]) is list else [])
        return [self._rank(index, orders) for index in range(len(self.table.rows))]

    def _rank(self, index: int, orders: list[list[Value]]) -> tuple[int, ...] | None:
        places: list[int] = []
        for cell, order in zip(self.table.rows[index].outputs, orders, strict=True):
            found = constant(cell, cell.tree)
            if found is None:
                return None
            same = [i for i, value in enumerate(order) if is_same(self.run, value, found[0])]
            places.append(same[0] if same else len(order))
        return tuple(places)

    def _gaps(self, grid: Grid) -> None:
        """Find inputs no row applies to, unless a default output catches them."""
        if any(result.default for result in self.table.results) or self.table.policy == "C#":
            return
        rows = [row for row in range(grid.rows) if all(grid.box(row))]
        found = grid.uncovered(grid.domain(fractions=False), rows, MAX_GAPS)
        # a table that lists what applies may well list nothing: said, but no fault
        code = "dmn.gap_list" if self.table.policy in LISTS else "dmn.gap"
        for box in found:
            self.notes.add(code, where=grid.describe(box))
        if found or not any(axis.fraction for axis in grid.axes):
            return
        for box in grid.uncovered(grid.domain(fractions=True), rows, 1):
            self.notes.add("dmn.gap_fraction", where=grid.describe(box))


def _less(one: tuple[int, ...] | None, two: tuple[int, ...]) -> bool:
    return one is not None and one < two

