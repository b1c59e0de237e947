"""People's work: claim, release, type, complete, urge."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.base.values import Value


@dataclass(frozen=True, slots=True)
class ClaimTask:
    """认领: take the open seat of UNIT (needed when the actor could take several).

    Answers Claimed; 409 seat-decided or seat-claimed naming who was first.
    """

    task_id: int
    unit: str | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class ReleaseTask:
    """取消认领: give the seat back to the unit. Answers Claimed."""

    task_id: int
    unit: str | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class CompleteTask:
    """办理: act on the actor's seat with the form's DATA, OUTCOME and OPINION.

    EXPECTED_VERSION is the seat's version, required. OUTCOME is a gov:outcome value (None
    when the node declares none). A decided round moves the case on. Answers Acted.
    """

    task_id: int
    data: Mapping[str, Value] = field(default_factory=dict)
    outcome: str | None = None
    opinion: str = ""
    expected_version: int | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class SaveTaskDraft:
    """Keep what was typed but not submitted; IF_MATCH is the draft's version, 0 = none yet.

    Answers Versioned; StaleDocument when another window saved since.
    """

    task_id: int
    data: Mapping[str, Value] = field(default_factory=dict)
    if_match: int | None = None


@dataclass(frozen=True, slots=True)
class RemindTask:
    """催办: tell the open seats; at most once per task in 4 work hours. Answers Counted."""

    task_id: int
    text: str = ""
