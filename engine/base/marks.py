"""Marks on cases: an open case of a ledger marks the one it names, as a supervision does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ANY = "*"  # a form field that names a case of whatever ledger but those that mark others
KEYS = ("label", "subject", "level", "by", "code")
# What a ledger column may come from that is no search field: columns of the case itself.
OWN = frozenset(
    (
        *("number", "title", "state", "status", "region", "place", "year", "category"),
        *("due", "round", "started_at", "ended_at"),
    )
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a ledger says of the cases its rows name (operations.md 2.21).

    While a case of PROCESSES is open, the case whose number is in its search field SUBJECT
    bears LABEL with the text of the search field LEVEL; BY is the field of the unit behind
    it. A second one of the same level is refused under CODE.
    """

    label: str
    processes: tuple[str, ...]
    subject: str
    level: str
    by: str
    code: str


def of(ledgers: Mapping[str, Mapping[str, Any]]) -> tuple[Mark, ...]:
    """Give the marks LEDGERS (files by id) declare under `marks`."""
    found = []
    for ledger in ledgers.values():
        said = ledger.get("marks")
        if said:
            sources = {str(one["key"]): str(one["from"]) for one in ledger["columns"]}
            fields = {name: sources[str(said[name])] for name in ("subject", "level", "by")}
            keys = tuple(str(key) for key in ledger["processes"])
            found.append(
                Mark(label=said["label"], processes=keys, code=said["code"], **fields)
            )
    return tuple(found)
