"""What a table of a form wants of the rows it is offered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.base.values import Value


@dataclass(frozen=True, slots=True)
class Sieve:
    """Judges offered rows before they are read whole.

    KEEP sees at least the columns JUDGED of a row; of a kept one the table shows SHOWN.
    """

    shown: frozenset[str]
    judged: frozenset[str]
    keep: Callable[[Mapping[str, Value]], bool]
