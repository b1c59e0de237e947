"""The machine's work: timers, messages and signals for cases, repairs by an operator."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.base.events import Repair
from engine.base.values import Value


@dataclass(frozen=True, slots=True)
class RunDueJob:
    """Claim and run one due engine job, its case first, in one transaction.

    SKIP names roots to leave out this pass. Answers Job; job_id None when nothing is due.
    Given by the worker only.
    """

    skip: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class RetryJob:
    """重试 a failed job with fresh tries. Answers Job."""

    job_id: int


@dataclass(frozen=True, slots=True)
class RetryAll:
    """重试全部 failed jobs whose error is CODE. Answers Counted."""

    code: str


@dataclass(frozen=True, slots=True)
class FireJobNow:
    """Make a waiting timer or job due now, with a reason on record. Answers Job."""

    job_id: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ResolveIncident:
    """A person decides how a held token goes on (kernel.md 1.3). Answers CaseChanged.

    HOW retry, skip, error (with CODE) or move (with NODE); VARS are written first.
    """

    incident_id: int
    how: Repair = "retry"
    code: str | None = None
    node: str | None = None
    vars: Mapping[str, Value] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PauseWorker:
    """Stop due work of all nodes until resumed. Answers Nothing."""

    reason: str


@dataclass(frozen=True, slots=True)
class ResumeWorker:
    """Let due work go on. Answers Nothing."""
