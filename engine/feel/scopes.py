"""Where a name is found: a slot of the evaluation, the item of a filter, or outside."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.base.values import Value


@dataclass(slots=True)
class Scopes:
    """The binders around the node being compiled, and what is read from outside.

    A binder is (slots by name, None) or, for a filter, ({}, slot of the item): inside a
    filter the entries of the item come before the names around it.
    """

    names: frozenset[str]
    constants: Mapping[str, Value]
    binders: list[tuple[dict[str, int], int | None]] = field(default_factory=list)
    slots: int = 0
    reads: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    clock: bool = False

    def slot(self) -> int:
        """Take a new slot."""
        self.slots += 1
        return self.slots - 1

    def bind(self, names: Iterable[str]) -> dict[str, int]:
        """Open a scope with a slot for each of NAMES."""
        found = {name: self.slot() for name in names}
        self.binders.append((found, None))
        return found

    def bind_item(self) -> int:
        """Open the scope of a filter; give the slot of its item."""
        slot = self.slot()
        self.binders.append(({"item": slot}, slot))
        return slot

    def close(self) -> None:
        """Close the innermost scope."""
        self.binders.pop()

    def find(self, name: str) -> tuple[tuple[int, ...], int | None]:
        """Give the filter items to ask for NAME first, then its slot (None = outside)."""
        items: list[int] = []
        for slots, item in reversed(self.binders):
            if item is not None and name not in slots:
                items.append(item)
            elif name in slots:
                return tuple(items), slots[name]
        if name not in self.constants:
            self.reads.add(name)
            if name not in self.names and not items and name != "?":
                self.unknown.add(name)
        return tuple(items), None
