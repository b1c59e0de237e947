"""The order of a whole run: two halves for two processes, what is long comes first in each.

`--dist worksteal` gives each process one half in order and lets the one that is idle take
from the end of the other's. So tests that need Chromium, and the stories that begin on the
same filled database, stay in one process, and only short tests change hands at the end.
"""

import pytest

ONE = ("jiangxi", "browser", "islands")
OTHER = (
    "simulation",
    "guiyang",
    "processes",
    "third_application",
    "security",
    "web",
    "prints",
    "commands",
    "queries",
    "faults",
    "races",
    "worker",
)


def room(item: pytest.Item) -> str:
    """Name the folder below tests/, or the application whose story is told."""
    names = getattr(item, "fixturenames", ())
    for application in ("jiangxi", "guiyang"):
        if f"{application}_story" in names:
            return application
    return item.nodeid.split("/")[1] if item.nodeid.count("/") > 1 else ""


def arrange(items: list[pytest.Item]) -> list[pytest.Item]:
    """Give ITEMS in the order of a whole run."""
    rooms: dict[str, list[pytest.Item]] = {}
    for item in items:
        rooms.setdefault(room(item), []).append(item)
    one = [item for name in ONE for item in rooms.pop(name, ())]
    other = [item for name in OTHER for item in rooms.pop(name, ())]
    short = [item for group in rooms.values() for item in group]
    fill = max(0, (len(items) + 1) // 2 - len(one))
    return [*one, *short[:fill], *other, *short[fill:]]
