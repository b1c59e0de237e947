"""What commands answer: small frozen records of ids and texts that JSON can hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Result:
    """The base of all answers; STATUS is the HTTP status of a first success."""

    status: ClassVar[int] = 200

    def as_dict(self) -> dict[str, Any]:
        """Give the plain JSON shape, snake_case; kept for replays."""
        return _record(self)


def _record(value: Any) -> dict[str, Any]:
    return {name: _shape(getattr(value, name)) for name in value.__match_args__}


def _shape(value: Any) -> Any:
    """Give VALUE with records as maps; dataclasses.asdict copies deeply and costs ten times."""
    if isinstance(value, str | int | None):
        return value
    if isinstance(value, tuple | list):
        return [_shape(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _shape(one) for name, one in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return _record(value)
    return value


@dataclass(frozen=True, slots=True)
class Nothing(Result):
    """Done, nothing to tell."""

    status: ClassVar[int] = 204


@dataclass(frozen=True, slots=True)
class Replayed(Result):
    """The stored answer of the first request with the same key."""

    stored_status: int = 200
    response: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Give the stored answer."""
        return dict(self.response)


@dataclass(frozen=True, slots=True)
class Revealed(Result):
    """What the vault held, by field; erased ones are missing. Never stored.

    UNTIL is the moment up to which it was released.
    """

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Received(Result):
    """What a visitor is told of what was sent in; NUMBER is that of the case."""

    status: ClassVar[int] = 201
    number: str = ""


@dataclass(frozen=True, slots=True)
class Visit(Result):
    """Whether a visitor may go on: seconds to wait, 0 = now."""

    retry_after: int = 0


@dataclass(frozen=True, slots=True)
class NextStep:
    """Work that follows: NODE and NAME of the task, HANDLERS are unit names."""

    task_id: int
    node: str
    name: str
    handlers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Started(Result):
    """A new case; ended at once when STATUS_NAME is not active."""

    status: ClassVar[int] = 201
    instance_id: int = 0
    uid: str = ""
    number: str | None = None
    state: str = "active"
    next: tuple[NextStep, ...] = ()


@dataclass(frozen=True, slots=True)
class StartedMany(Result):
    """New cases, in the order of the rows."""

    status: ClassVar[int] = 201
    items: tuple[Started, ...] = ()


@dataclass(frozen=True, slots=True)
class Recomposed(Result):
    """Seats of a round were added or taken out; NEED is what it takes now to pass."""

    task_id: int = 0
    composition_version: int = 0
    seats: int = 0
    need: int = 0
    closed: bool = False
    outcome: str | None = None
    arithmetic: str = ""
    next: tuple[NextStep, ...] = ()
    instance_version: int = 0


@dataclass(frozen=True, slots=True)
class Delegated(Result):
    """Somebody (ASKED) is asked for an opinion, or no longer; VERSION is that of the seat."""

    task_id: int = 0
    seat_id: int = 0
    version: int = 0
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Claimed(Result):
    """A seat was taken by the actor; VERSION is the seat's."""

    task_id: int = 0
    seat_id: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True)
class Limit(Result):
    """The limit of a task after an act on it: DUE (ISO), and whether its clock stands."""

    task_id: int = 0
    due: str = ""
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Acted(Result):
    """A seat acted; when CLOSED the round is decided and NEXT shows what follows.

    INSTANCE_VERSION is the version of the root case after the act.
    """

    task_id: int = 0
    seat_id: int = 0
    closed: bool = False
    outcome: str | None = None
    arithmetic: str = ""
    next: tuple[NextStep, ...] = ()
    instance_version: int = 0


@dataclass(frozen=True, slots=True)
class Versioned(Result):
    """An edited document now has VERSION."""

    version: int = 0


@dataclass(frozen=True, slots=True)
class CaseChanged(Result):
    """A case was suspended, resumed, cancelled or repaired."""

    instance_id: int = 0
    state: str = ""
    instance_version: int = 0


@dataclass(frozen=True, slots=True)
class MessageTaken(Result):
    """A message: STATE delivered (to INSTANCE_ID), started (it), waiting or dead (REASON)."""

    uid: str = ""
    state: str = "waiting"
    instance_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Deployed(Result):
    """A version: the one created, or the one that already holds the same content.

    FINDINGS are Finding.as_dict() of warnings and notes; STOPPED names processes whose
    start timers or message starts ended with this version.
    """

    status: ClassVar[int] = 201
    application: str = ""
    version: int = 0
    bundle_id: int = 0
    hash: str = ""
    created: bool = True
    processes: tuple[str, ...] = ()
    findings: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Refilled(Result):
    """How many stopped rounds found their handlers, how many are STILL without."""

    filled: int = 0
    still: int = 0


@dataclass(frozen=True, slots=True)
class RecordChanged(Result):
    """A record of the organisation; VERSION is the id of its last change, 0 for none."""

    kind: str = ""
    code: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Receipt(Result):
    """What became of the rows of a table: {"row", "code", "state", "errors"} each."""

    added: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0
    written: bool = True
    rows: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Job(Result):
    """A job was run, retried or moved; STATE done, gone, failed, incident or ready."""

    job_id: int | None = None
    kind: str = ""
    state: str = "done"
    error: str = ""


@dataclass(frozen=True, slots=True)
class Counted(Result):
    """How many rows an act touched."""

    count: int = 0


@dataclass(frozen=True, slots=True)
class CalendarChanged(Result):
    """A working calendar was changed: DAYS of it, YEARS newly entered whole."""

    version: int = 0
    days: int = 0
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CampaignChanged(Result):
    """The YEAR of a campaign was laid down, changed or let go; CASE_ID: its case started."""

    version: int = 0
    year: int = 0
    case_id: int | None = None


@dataclass(frozen=True, slots=True)
class ClockMoved(Result):
    """The demo clock stands at NOW (ISO, +08:00)."""

    now: str = ""


@dataclass(frozen=True, slots=True)
class SignInTry(Result):
    """A counted try: HASH to verify outside the transaction ("" = unknown name).

    RETRY_AFTER > 0: locked for so many seconds, whatever the password (the count must be
    committed, so this is an answer and not an error).
    """

    hash: str = ""
    retry_after: int = 0


@dataclass(frozen=True, slots=True)
class SignedIn(Result):
    """A new session; TOKEN is the cookie value, shown once and stored as a hash only."""

    person: str = ""
    name: str = ""
    token: str = ""
    must_change: bool = False


@dataclass(frozen=True, slots=True)
class Created(Result):
    """A new row with a text id."""

    status: ClassVar[int] = 201
    id: str = ""


@dataclass(frozen=True, slots=True)
class LeasedCall:
    """One outside call to make now; KEY is its idempotency key, FENCE guards the answer."""

    job_id: int
    fence: int
    key: str
    service: str
    inputs: Mapping[str, Any]
    attempts: int
    node: str = ""


@dataclass(frozen=True, slots=True)
class Leased(Result):
    """The calls leased to one worker."""

    calls: tuple[LeasedCall, ...] = ()
