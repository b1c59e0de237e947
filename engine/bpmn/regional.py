"""Decisions of which a division may keep its own tables: the case's region chooses (G-60)."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.base import overrides
from engine.base.expressions import Moment
from engine.base.findings import Finding
from engine.base.values import Value
from engine.bpmn.decisions import Decisions, Outcome
from engine.dmn.model import Decision, Model, TableBox


@dataclass(frozen=True, slots=True)
class Kept:
    """What an overridden decision gave; each table tells the DIVISION whose file it is."""

    value: Value
    tables: tuple[Mapping[str, Value], ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """All decisions as they stand in one division, and the FILES (sha256) that are its own."""

    decisions: Decisions
    files: frozenset[str]


@dataclass(frozen=True, slots=True)
class Regional:
    """The decisions of an application, and the variants of single divisions."""

    base: Decisions
    variants: Mapping[str, Variant]

    def evaluate(
        self, decision_id: str, scope: Mapping[str, Value], moment: Moment
    ) -> Outcome:
        """Evaluate with the tables that count in the region of MOMENT."""
        for division in overrides.chain(moment.region):
            variant = self.variants.get(division)
            if variant is not None:
                found = variant.decisions.evaluate(decision_id, scope, moment)
                tables = tuple(_told(one, division, variant) for one in found.tables)
                return Kept(found.value, tables, found.warnings)
        return self.base.evaluate(decision_id, scope, moment)


def _told(
    record: Mapping[str, Value], division: str, variant: Variant
) -> Mapping[str, Value]:
    """Name the division at a table of its own; the others stay the application's."""
    if record.get("version") not in variant.files:
        return record
    return {**record, "override": division}


def unlike(path: str, override: Model, base: Model) -> list[Finding]:
    """Say how the OVERRIDE at PATH is no stand-in for BASE: decisions or outputs differ."""
    found = []
    for key in sorted(override.decisions.keys() ^ base.decisions.keys()):
        word = "少了" if key in base.decisions else "多了"
        found.append(_wrong(path, key, f"替换文件{word}决策“{key}”", "与原文件保持同样的决策"))
    for key in sorted(override.decisions.keys() & base.decisions.keys()):
        mine, theirs = _outputs(override.decisions[key]), _outputs(base.decisions[key])
        if mine != theirs:
            text = f"决策“{key}”的输出是“{'、'.join(mine)}”，原表是“{'、'.join(theirs)}”"
            found.append(_wrong(path, key, text, "输出列保持与原表相同，只改条件和各行的值"))
    return found


def _outputs(decision: Decision) -> tuple[str, ...]:
    box = decision.logic
    return tuple(one.name for one in box.outputs) if isinstance(box, TableBox) else ()


def _wrong(path: str, element: str, text: str, repair: str) -> Finding:
    code = "override.shape"
    return Finding(code, "error", path, element, element, text, f"{code}: {element}", repair)
