"""Which fields of a form a task may write: those its diagram names and what follows."""

from collections.abc import Iterable, Iterator, Mapping

PROPERTY = "form.writable"  # camunda:property: field names, comma separated


def items(text: str) -> Iterator[str]:
    """Split a comma separated list."""
    return (part.strip() for part in text.replace("，", ",").split(",") if part.strip())


def named(properties: Mapping[str, object]) -> frozenset[str] | None:
    """Give the fields the diagram names; None = no word: all that are not read-only."""
    text = properties.get(PROPERTY)
    return None if text is None else frozenset(items(str(text)))


def implied(names: Iterable[str], derived: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Give NAMES and the computed fields whose values change with them, step by step.

    DERIVED: computed or copied field -> the names its expression reads.
    """
    found = set(names)
    grew = bool(found)
    while grew:
        more = {key for key, reads in derived.items() if key not in found and reads & found}
        found |= more
        grew = bool(more)
    return frozenset(found)
