"""Rows in, figures out: exact counts, exact rates, shown without rounding up."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any

from engine.base.values import Value

COUNTED = "_counted"  # behind the key of a mean: how many rows had a value
OUT, WITHIN, HIT = 0, 1, 2  # the mark of a row: not meant, in the denominator, in both
MOST_DIGITS = 8  # behind the point; a share that needs more is cut off
_EXACT = Context(prec=34, rounding=ROUND_FLOOR)  # as FEEL numbers, never upward

Judge = Callable[[Decimal], Value]  # the verdict on a rate


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. RATE is None without a numerator or for an empty denominator.

    SHOWN is its text; VERDICT what the target decision says, "" without a target; SUMS are
    the declared sums (or means) over the denominator, and over the numerator with "_done"
    behind the key.
    """

    id: str
    title: str
    denominator: int
    numerator: int | None = None
    rate: Decimal | None = None
    shown: str = ""
    verdict: str = ""
    sums: Mapping[str, Decimal] = field(default_factory=dict)
    few: int = 0  # counts below this are not told (reliability.md 6.10); 0: all are told

    def as_dict(self) -> dict[str, Any]:
        """Give the figure as FEEL and JSON see it."""
        return {
            "id": self.id,
            "title": self.title,
            "denominator": self.denominator,
            "numerator": self.numerator,
            "rate": self.rate,
            "shown": self.shown,
            "state": self.verdict,
            "sums": dict(self.sums),
        }


@dataclass(frozen=True, slots=True)
class Marked:
    """A row with its mark, and the sums' values of the row."""

    mark: int
    sums: Mapping[str, Decimal] = field(default_factory=dict)


def guarded(figures: Sequence[Figure], least: int) -> list[Figure]:
    """Give the FIGURES of one breakdown with counts below LEAST suppressed.

    A single suppressed one could be told from the sum of the others, so the smallest of
    these goes too.
    """
    hidden = {n for n, one in enumerate(figures) if 0 < one.denominator < least}
    hidden |= _another(hidden, figures, [one.denominator for one in figures])
    hits = {n for n, one in enumerate(figures) if n not in hidden and _few_hits(one, least)}
    parts = [one.numerator or 0 for one in figures]
    hits |= _another(hits | hidden, figures, parts) if len(hits | hidden) == 1 else set()
    return [
        _hidden(one, least) if n in hidden else _rateless(one, least) if n in hits else one
        for n, one in enumerate(figures)
    ]


def _another(hidden: set[int], figures: Sequence[Figure], sizes: Sequence[int]) -> set[int]:
    """Give the smallest figure besides the only HIDDEN one."""
    others = [n for n, one in enumerate(figures) if n not in hidden and one.denominator]
    if len(hidden) != 1 or not others:
        return set()
    return {min(others, key=lambda n: (sizes[n], n))}


def _few_hits(one: Figure, least: int) -> bool:
    if one.numerator is None:
        return False
    parts = (one.numerator, one.denominator - one.numerator)
    return any(0 < part < least for part in parts)


def _hidden(one: Figure, least: int) -> Figure:
    return Figure(one.id, one.title, 0, shown=f"少于 {least}", few=least)


def _rateless(one: Figure, least: int) -> Figure:
    told = f"分项少于 {least}"
    return Figure(one.id, one.title, one.denominator, shown=told, few=least)


def count(rows: Iterable[Marked]) -> tuple[int, int, dict[str, Decimal]]:
    """Give denominator, numerator and sums of ROWS."""
    within = hits = 0
    sums: dict[str, Decimal] = {}
    for row in rows:
        if row.mark == OUT:
            continue
        within += 1
        hits += row.mark == HIT
        for name, amount in row.sums.items():
            sums[name] = sums.get(name, Decimal(0)) + amount
            if row.mark == HIT:
                sums[f"{name}_done"] = sums.get(f"{name}_done", Decimal(0)) + amount
    return within, hits, sums


def averaged(sums: Mapping[str, Decimal], means: Collection[str]) -> dict[str, Decimal]:
    """Give SUMS with those of MEANS divided by the rows that had a value, to one place.

    A mean over no row is left out.
    """
    found = {key: amount for key, amount in sums.items() if COUNTED not in key}
    for key in [one for mean in means for one in (mean, f"{mean}_done") if one in found]:
        plain = key.removesuffix("_done")
        rows = sums[f"{plain}{COUNTED}{key.removeprefix(plain)}"]
        total = found.pop(key)
        if rows:
            found[key] = _rounded(Fraction(total) / Fraction(rows), 1)
    return found


def rate_of(hits: int, within: int) -> Decimal | None:
    """Give HITS ÷ WITHIN in 34 digits, rounded down; None when WITHIN is 0."""
    return _EXACT.divide(Decimal(hits), Decimal(within)) if within else None


def percent(hits: int, within: int, digits: int, judge: Judge | None = None) -> str:
    """Write HITS ÷ WITHIN as a percentage that never looks better than it is.

    Rounded half up to DIGITS, with as many more as it takes that the rounded share gets the
    same verdict of JUDGE as the exact one (89.96 % is not 90.0 %), and that 0 % and 100 %
    are said of none and all only.
    """
    share = Fraction(hits, within)
    exact = rate_of(hits, within)
    for places in range(digits, MOST_DIGITS + 1):
        shown = _rounded(share * 100, places)
        if _honest(shown, share) and _same(judge, exact, shown.scaleb(-2)):
            return f"{shown:f} %"
    step = Fraction(1, 10**MOST_DIGITS)
    return f"{_rounded(share * 100 // step * step, MOST_DIGITS):f} %"


def _rounded(share: Fraction, places: int) -> Decimal:
    wide = Context(prec=MOST_DIGITS * 8)
    exact = wide.divide(Decimal(share.numerator), Decimal(share.denominator))
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _honest(shown: Decimal, share: Fraction) -> bool:
    return (shown != 100 or share == 1) and (shown != 0 or share == 0)


def _same(judge: Judge | None, exact: Decimal | None, shown: Decimal) -> bool:
    return judge is None or exact is None or judge(exact) == judge(shown)
