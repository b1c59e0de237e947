"""Form files as they lie in the folders, without a compiler between."""

import json
from pathlib import Path
from typing import Any


def components(path: Path) -> list[dict[str, Any]]:
    """Give every component of the form at PATH, those inside of groups too, in order."""
    found: list[dict[str, Any]] = []
    waiting = list(json.loads(path.read_text("utf-8"))["components"])
    while waiting:
        component = waiting.pop(0)
        found.append(component)
        waiting = list(component.get("components", ())) + waiting
    return found
