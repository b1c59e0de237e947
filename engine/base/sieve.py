"""What a table of a form wants of the rows it is offered."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from engine.base.values import Value


@dataclass(frozen=True, slots=True)
class Sieve:
    """Judges offered rows before they are read whole.

    KEEP sees at least the columns JUDGED of a row; of a kept one the table shows SHOWN.
    DEMANDS gives, of a row with so many columns, pairs (column, value it must equal): what
    fails them is not kept, so it need not be read.
    """

    shown: frozenset[str]
    judged: frozenset[str]
    keep: Callable[[Mapping[str, Value]], bool]
    demands: Callable[[Collection[str]], tuple[tuple[str, Value], ...]] = lambda _: ()
