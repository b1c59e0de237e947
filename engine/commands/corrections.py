"""Corrections: 退回, one handler's act, no vote."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ReturnTask:
    """退回 the case from TASK_ID to the earlier element TARGET; REASON ≥ 10 characters.

    EXPECTED_VERSION is the root instance's version when CONFIRM_CANCEL_BRANCHES, else the
    seat's. Answers Acted; NotSupported on a runtime without it.
    """

    task_id: int
    target: str
    reason: str
    then: Literal["stepwise", "direct"] | None = None  # None: as the diagram says
    confirm_cancel_branches: bool = False
    expected_version: int | None = None
    unit: str | None = None
