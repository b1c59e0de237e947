"""What changed between two bundles, file by file and line by line."""

import difflib
from dataclasses import dataclass
from typing import Any, Literal

from engine.library.bundle import Bundle, is_text

XML = (".bpmn", ".dmn")
MAX_LINES = 5_000  # of one file's comparison; beyond, only the count of lines is shown


@dataclass(frozen=True, slots=True)
class Change:
    """One file that differs; LINES is a unified diff, empty for binary files."""

    path: str
    change: Literal["added", "removed", "changed"]
    lines: tuple[str, ...] = ()
    cut: bool = False  # the diff was longer than MAX_LINES

    def as_dict(self) -> dict[str, Any]:
        """Give the JSON shape."""
        return {
            "path": self.path,
            "change": self.change,
            "lines": list(self.lines),
            "cut": self.cut,
        }


def diff(old: Bundle, new: Bundle) -> tuple[Change, ...]:
    """Compare OLD with NEW: one Change a differing file, sorted by path."""
    paths = sorted(old.files.keys() | new.files.keys())
    return tuple(
        _change(path, old.files.get(path), new.files.get(path))
        for path in paths
        if old.files.get(path) != new.files.get(path)
    )


def _change(path: str, before: bytes | None, after: bytes | None) -> Change:
    kind: Literal["added", "removed", "changed"] = "changed"
    if before is None:
        kind = "added"
    elif after is None:
        kind = "removed"
    if not is_text(path):
        return Change(path, kind)
    old, new = _lines(path, before), _lines(path, after)
    lines = list(difflib.unified_diff(old, new, f"a/{path}", f"b/{path}", lineterm="", n=3))
    return Change(path, kind, tuple(lines[:MAX_LINES]), len(lines) > MAX_LINES)


def _lines(path: str, data: bytes | None) -> list[str]:
    """Give the lines of a file; how an editor closes an empty element of XML is no change."""
    text = (data or b"").decode("utf-8", "replace")
    return (text.replace(" />", "/>") if path.endswith(XML) else text).splitlines()
