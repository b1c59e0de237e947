"""Messages from outside a case: one receiver, kept for a while when nobody waits yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.base.values import Value


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Publish message NAME with correlation KEYS; UID makes repeats harmless ("" = new).

    TIME_TO_LIVE (ISO duration) says how long it waits for a receiver; PT0S: now or never
    (correlation). INSTANCE_ID addresses one case. Answers MessageTaken.
    """

    name: str
    keys: Mapping[str, Value] = field(default_factory=dict)
    payload: Mapping[str, Value] = field(default_factory=dict)
    uid: str = ""
    time_to_live: str = "P1D"
    instance_id: int | None = None
