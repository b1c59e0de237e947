"""Outbox row → the words a person reads in the inbox."""

from collections.abc import Mapping
from typing import Any

_REMIND = "请尽快办理。"


def words(row: Mapping[str, Any]) -> tuple[str, str]:
    """Give title and text of an outbox ROW: its template and params."""
    params = row["params"]
    title = str(params.get("title") or "提醒")
    text = str(params.get("text") or "")
    if row["template"] == "remind" and not text:
        text = _REMIND
    number = params.get("number")
    return title, f"【{number}】{text}" if number else text
