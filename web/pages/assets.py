"""Built browser assets: the manifest read once, addresses by entry."""

import json
from functools import cache
from pathlib import Path

from engine.base.errors import ShouhuError

_MANIFEST = Path(__file__).parents[1] / "static" / "dist" / "manifest.json"


class AssetsMissing(ShouhuError):
    """前端资源未构建，请运行 ./shouhu demo。"""

    code = "assets-missing"


@cache
def manifest() -> dict[str, dict[str, str]]:
    """Read the manifest of the build; refuse in words when there is none."""
    if not _MANIFEST.exists():
        raise AssetsMissing
    found: dict[str, dict[str, str]] = json.loads(_MANIFEST.read_text())
    return found


def asset(entry: str, kind: str = "file") -> str:
    """Give the address of ENTRY's script or (KIND "css") style sheet, "" if it has none."""
    name = manifest()[entry].get(kind)
    return f"/static/dist/{name}" if name else ""


def styled(entry: str) -> bool:
    """Tell whether ENTRY brings a style sheet of its own."""
    return "css" in manifest()[entry]


def error_style() -> str:
    """Give the style sheet of error pages; "" when the assets are missing."""
    return asset("style.css") if _MANIFEST.exists() else ""
