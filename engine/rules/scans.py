"""签章页: to which seats scanned pages may be added, and what a scan is."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.base.errors import InvalidRequest
from engine.rules import asking

MOST = 10  # pages of one seat; designed
STATES = ("open", "held", "done")


def takes(seat: Mapping[str, Any]) -> bool:
    """Tell whether SEAT is signed by its holder: not one only asked, moved or void."""
    return seat["state"] in STATES and not asking.is_side(seat)


def check_number(files: Sequence[str], there: int) -> None:
    """Refuse none, the same twice, and more than a seat may have with those THERE."""
    wanted = len(set(files))
    if not 0 < wanted <= MOST - there or wanted != len(files):
        text = f"请选择签章页的扫描件，每个席位最多 {MOST} 页（已有 {there} 页）。"
        raise InvalidRequest(text, code="scan-files")


def check_file(row: Mapping[str, Any] | None, person: str) -> None:
    """Refuse what is no fresh upload of PERSON, or neither picture nor PDF."""
    if row is None or row["root_id"] is not None or row["uploaded_by"] != person:
        raise InvalidRequest("请先上传签章页的扫描件。", code="scan-files")
    if not (row["media"].startswith("image/") or row["media"] == "application/pdf"):
        text = f"“{row['name']}”不是扫描件，请上传图片或 PDF。"
        raise InvalidRequest(text, code="scan-files")
