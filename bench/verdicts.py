"""The ratios that were promised, each within one run, with 达到 or 未达到."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from bench.measure import Record


@dataclass(frozen=True, slots=True)
class Verdict:
    """One promise: VALUE against LIMIT; AT_MOST tells the direction.

    Without a limit it is a ratio to know beside the promises.
    """

    name: str
    value: float
    limit: float | None
    at_most: bool = True

    @property
    def reached(self) -> bool:
        """Tell whether the promise is kept."""
        if self.limit is None:
            return True
        return self.value <= self.limit if self.at_most else self.value >= self.limit

    def line(self) -> str:
        """Say it in words."""
        if self.limit is None:
            return f"参考：{self.name} = {self.value:.2f}"
        sign = "≤" if self.at_most else "≥"
        word = "达到" if self.reached else "未达到"
        return f"{word}：{self.name} = {self.value:.2f}，要求 {sign} {self.limit:g}"

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON."""
        return {**asdict(self), "value": round(self.value, 4), "reached": self.reached}


def verdicts(records: Iterable[Record]) -> list[Verdict]:
    """Judge what can be judged from RECORDS."""
    cpu = {(r.work, r.database, r.system, r.n): r.cpu_ms for r in records}
    sizes = {(r.work, r.database, r.system): r.n for r in records}  # the last one measured

    def of(work: str, database: str, system: str, n: int | None = None) -> float | None:
        size = sizes.get((work, database, system)) if n is None else n
        return cpu.get((work, database, system, size or 0))

    ours = of("A", "postgresql", "shouhu")
    known: list[tuple[str, float | None, float | None, float | None, bool]] = [
        ("A 守护 ÷ bare-sql-cte", ours, of("A", "postgresql", "bare-sql-cte"), 3.0, True),
        ("A spiffworkflow ÷ 守护", of("A", "postgresql", "spiffworkflow"), ours, 2.0, False),
    ]
    for database in ("postgresql", "sqlite"):
        large = of("B", database, "shouhu", 5000)
        small = of("B", database, "shouhu", 10)
        known.append((f"B {database} 5000 项 ÷ 10 项", large, small, 1.3, True))
    kernel, theirs = (of("kernel", "none", name) for name in ("shouhu", "spiffworkflow"))
    known.append(("kernel spiffworkflow ÷ 守护", theirs, kernel, 10.0, False))
    lean = "spiffworkflow-lean"
    known.append((f"A {lean} ÷ 守护", of("A", "postgresql", lean), ours, None, False))
    known.append((f"kernel {lean} ÷ 守护", of("kernel", "none", lean), kernel, None, False))
    return [
        Verdict(name, above / below, limit, at_most)
        for name, above, below, limit, at_most in known
        if above is not None and below is not None
    ]
