"""What changed in the decision tables of a file: columns, hit policy, and row by row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from engine.base.errors import InvalidDefinition
from engine.dmn.model import Decision, Input, LiteralBox, Output, Rule, TableBox
from engine.dmn.parse import parse

Change = Literal["added", "removed", "changed"]
POLICIES: Mapping[str, str] = {
    "U": "唯一（U）",
    "A": "任一（A）",
    "P": "优先级（P）",
    "F": "首个命中（F）",
    "R": "按行序（R）",
    "O": "按输出序（O）",
    "C": "全部（C）",
    "C+": "合计（C+）",
    "C#": "计数（C#）",
    "C<": "最小（C<）",
    "C>": "最大（C>）",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as it was and as it is; both alike when it did not change."""

    before: str
    after: str

    @property
    def same(self) -> bool:
        """Tell whether nothing changed in it."""
        return self.before == self.after


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that differs; WAS and IS are its numbers from 1, 0 where it does not exist."""

    change: Change
    was: int
    now: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """What differs besides rows: a column, the hit policy, the order, another logic."""

    change: Change
    name: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class TableChange:
    """The differences of one decision; HEADS name the cells, INPUTS of them are conditions.

    ALIKE counts the rows on both sides that say the same.
    """

    change: Change
    decision: str
    name: str
    facts: tuple[Fact, ...] = ()
    heads: tuple[str, ...] = ()
    inputs: int = 0
    rows: tuple[RowChange, ...] = ()
    alike: int = 0


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a table: cells by column id, rows in their order."""

    columns: Mapping[str, str] = field(default_factory=dict)
    inputs: frozenset[str] = frozenset()
    rows: tuple[tuple[str, Mapping[str, str]], ...] = ()  # (rule id, cells)


def compare(before: bytes | None, after: bytes | None) -> tuple[TableChange, ...] | None:
    """Give what differs between two states of a DMN file; None when one cannot be read."""
    try:
        old, new = _decisions(before), _decisions(after)
    except InvalidDefinition:
        return None
    found = [_one(old.get(key), new.get(key)) for key in {**new, **old}]
    return tuple(one for one in found if one is not None)


def _decisions(data: bytes | None) -> dict[str, Decision]:
    if data is None:
        return {}
    return {one.id: one for one in parse(data, "").decisions.values()}


def _one(old: Decision | None, new: Decision | None) -> TableChange | None:
    """Compare one decision; None when nothing people see differs."""
    known = new or old
    if known is None or old == new:
        return None
    change: Change = "added" if old is None else "removed" if new is None else "changed"
    was, now = _table(old), _table(new)
    facts = tuple(_facts(old, new)) if old is not None and new is not None else ()
    if was is None and now is None:
        return TableChange(change, known.id, known.name, facts)
    left, right = _side(was), _side(now)
    columns = {**right.columns, **left.columns}
    order = sorted(columns, key=lambda key: key not in (left.inputs | right.inputs))
    rows, alike = _rows(left, right, order)
    return TableChange(
        change,
        known.id,
        known.name,
        facts,
        tuple(columns[key] for key in order),
        sum(key in (left.inputs | right.inputs) for key in order),
        rows,
        alike,
    )


def _table(decision: Decision | None) -> TableBox | None:
    box = decision.logic if decision is not None else None
    return box if isinstance(box, TableBox) else None


def _side(box: TableBox | None) -> _Side:
    if box is None:
        return _Side()
    inputs = {f"i:{one.id}": one.title for one in box.inputs}
    outputs = {f"o:{one.id}": one.title for one in box.outputs}
    notes = {f"n:{at}": name or "备注" for at, name in enumerate(box.annotations)}
    keys = [*inputs, *outputs, *notes]
    rows = tuple((rule.id, dict(zip(keys, _texts(rule), strict=False))) for rule in box.rules)
    return _Side({**inputs, **outputs, **notes}, frozenset(inputs), rows)


def _texts(rule: Rule) -> tuple[str, ...]:
    return (*rule.inputs, *rule.outputs, *rule.annotations)


def _facts(old: Decision, new: Decision) -> Iterator[Fact]:
    """Tell what differs besides the rows."""
    if old.name != new.name:
        yield Fact("changed", "名称", old.name, new.name)
    was, now = _table(old), _table(new)
    if was is None or now is None:
        if old.logic != new.logic:
            yield Fact("changed", "判断逻辑", _logic(old), _logic(new))
        return
    if was.policy != now.policy:
        yield Fact("changed", "命中规则", POLICIES[was.policy], POLICIES[now.policy])
    yield from _columns("输入", was.inputs, now.inputs)
    yield from _columns("输出", was.outputs, now.outputs)
    if _reordered(was, now):
        yield Fact("changed", "行的次序", "", "已调整")


def _reordered(was: TableBox, now: TableBox) -> bool:
    """Tell whether rows on both sides stand in another order."""
    after = {rule.id: at for at, rule in enumerate(now.rules)}
    places = [after[rule.id] for rule in was.rules if rule.id in after]
    return places != sorted(places)


def _logic(decision: Decision) -> str:
    box = decision.logic
    if isinstance(box, LiteralBox):
        return box.text
    return "决策表" if isinstance(box, TableBox) else "其他形式的表达式"


def _columns(
    word: str, was: Sequence[Input | Output], now: Sequence[Input | Output]
) -> Iterator[Fact]:
    before = {one.id: one for one in was}
    after = {one.id: one for one in now}
    for key, one in after.items():
        if key not in before:
            yield Fact("added", f"{word}列“{one.title}”", "", _column(one))
        elif _column(before[key]) != _column(one):
            yield Fact("changed", f"{word}列“{one.title}”", _column(before[key]), _column(one))
    for key, one in before.items():
        if key not in after:
            yield Fact("removed", f"{word}列“{one.title}”", _column(one), "")


def _column(one: Input | Output) -> str:
    """Write a column in one line: title, what it reads or is called, type, allowed values."""
    source = one.text if isinstance(one, Input) else one.name
    rest = [one.type, f"取值 {one.allowed}" if one.allowed else ""]
    if isinstance(one, Output) and one.default:
        rest.append(f"默认 {one.default}")
    return "，".join(part for part in (f"{one.title}：{source}", *rest) if part)


def _rows(
    old: _Side, new: _Side, columns: Sequence[str]
) -> tuple[tuple[RowChange, ...], int]:
    """Give the rows that differ, in the order of the new table, and how many are alike."""
    pairs = _paired(old, new)
    found: list[tuple[tuple[int, int], RowChange]] = []
    alike = 0
    for was, now in pairs:
        before = old.rows[was - 1][1] if was else {}
        after = new.rows[now - 1][1] if now else {}
        cells = tuple(Cell(before.get(key, ""), after.get(key, "")) for key in columns)
        if was and now and all(cell.same for cell in cells):
            alike += 1
            continue
        change: Change = "added" if not was else "removed" if not now else "changed"
        found.append(((now or was, 0 if not now else 1), RowChange(change, was, now, cells)))
    found.sort(key=lambda one: one[0])
    return tuple(row for _, row in found), alike


def _paired(old: _Side, new: _Side) -> list[tuple[int, int]]:
    """Pair the rows by id, then those that say the same, then those with equal inputs."""
    pairs: list[tuple[int, int]] = []
    left = dict(enumerate(old.rows, 1))
    right = dict(enumerate(new.rows, 1))
    inputs = old.inputs & new.inputs
    ways = (
        lambda row: row[0],
        lambda row: tuple(sorted(row[1].items())),
        lambda row: tuple(row[1].get(key, "") for key in sorted(inputs)),
    )
    for way in ways:
        waiting: dict[object, list[int]] = {}
        for number, row in left.items():
            if way(row):
                waiting.setdefault(way(row), []).append(number)
        for number, row in list(right.items()):
            same = waiting.get(way(row))
            if same:
                was = same.pop(0)
                pairs.append((was, number))
                del left[was], right[number]
    pairs += [(number, 0) for number in left] + [(0, number) for number in right]
    return pairs
