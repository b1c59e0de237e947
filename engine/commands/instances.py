"""Cases begin, wait, go on and stop."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.base.values import Value


@dataclass(frozen=True, slots=True)
class StartInstance:
    """Start a case of process KEY (latest version) with the start form's DATA.

    UNIT: for which of the actor's units; needed only when several would do. OUTCOME is the
    button of the start form, if it has any. Answers Started.
    """

    key: str
    data: Mapping[str, Value] = field(default_factory=dict)
    unit: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class StartMany:
    """Start one case per row of ROWS (at most 200), all or none; answers StartedMany.

    A faulty row raises InvalidForm whose errors carry "row" (1-based).
    """

    key: str
    rows: tuple[Mapping[str, Value], ...] = ()
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class SuspendInstance:
    """挂起: nothing moves until resumed; due timers stay queued. Answers CaseChanged.

    EXPECTED_VERSION is the version of the root instance.
    """

    instance_id: int
    reason: str
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class ResumeInstance:
    """恢复 a suspended case. Answers CaseChanged."""

    instance_id: int
    reason: str = ""
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class CancelInstance:
    """终止: the case stops, all open work is closed; REASON ≥ 10 characters.

    Answers CaseChanged.
    """

    instance_id: int
    reason: str
    expected_version: int | None = None
