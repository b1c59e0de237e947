"""Seats and rounds: the facts votes are counted from (operations.md 2.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Literal

from engine.base.errors import InvalidRequest
from engine.base.records import record

AGREE = "AGREE"
DISAGREE = "DISAGREE"
ABSTAIN = "ABSTAIN"
WORDS: Mapping[str, str] = {AGREE: "同意", DISAGREE: "不同意", ABSTAIN: "弃权"}

# 待办 已办 暂挂 逾期未反馈 失效 已减 已转; the last three no longer count.
SeatState = Literal["open", "done", "held", "silent", "void", "removed", "transferred"]
STATE_WORDS: Mapping[str, str] = {
    "open": "待办",
    "done": "已办",
    "held": "暂挂",
    "silent": "逾期未反馈",
    "void": "失效",
    "removed": "已减",
    "transferred": "已转",
}
GONE = frozenset(("void", "removed", "transferred"))
CONCLUDE = "conclude"  # duty of the lead's extra seat in a consultation (2.6)
ASKED = "asked"  # duty of a side seat that gives an opinion and has no voice (委派, 2.14)


@record
class Seat:
    """One entitled voice. DECISION is AGREE, DISAGREE, ABSTAIN or an opinion word.

    OUTCOME is the gov:outcome value the person chose; PRECONDITION tells that the opinion
    carries a condition not yet met (2.6).
    """

    id: str
    label: str = ""
    state: SeatState = "open"
    decision: str | None = None
    outcome: str | None = None
    duty: str = "handle"  # handle lead assist conclude asked
    order: int = 0
    weight: int = 1
    required: bool = False
    veto: bool = False
    decided_at: datetime | None = None
    precondition: bool = False

    @property
    def counts(self) -> bool:
        """Tell whether the seat belongs to the round's base."""
        return self.state not in GONE and self.duty != ASKED

    @property
    def cast(self) -> bool:
        """Tell whether the seat has spoken."""
        return self.counts and self.decision is not None

    @property
    def waiting(self) -> bool:
        """Tell whether the seat may still speak."""
        speaks = self.duty != ASKED and self.decision is None
        return speaks and self.state in ("open", "held")


@dataclass(frozen=True, slots=True)
class Threshold:
    """What YES must reach: a FRACTION of the base, or a fixed COUNT of votes or weight."""

    text: str
    fraction: Fraction | None = None
    count: int = 0
    strict: bool = False  # more than, instead of at least

    def need(self, base: int) -> int:
        """Give the smallest YES that suffices over BASE, in integers only."""
        if self.fraction is None:
            return self.count + (1 if self.strict else 0)
        scaled = self.fraction.numerator * base
        if self.strict:
            return scaled // self.fraction.denominator + 1
        return -(-scaled // self.fraction.denominator)


@record
class Round:
    """The rule of a round, from gov:seats and gov:voteRule; words as written there."""

    rule: Literal["all", "any", "sequential", "vote", "consult"] = "any"
    on_dissent: Literal["failNow", "collectAll", "continue"] = "failNow"
    decided_by: Literal["agree", "any"] = "agree"
    base: Literal["all", "cast", "valid"] = "all"
    threshold: Threshold = Threshold("1/2", Fraction(1, 2), strict=True)
    quorum: int = 0
    on_due: Literal["wait", "close"] = "wait"
    silence: Literal["overdue", "noObjection"] = "overdue"
    due_at: datetime | None = None


_WORDS: Mapping[str, tuple[str, ...]] = {
    "rule": ("all", "any", "sequential", "vote", "consult"),
    "on_dissent": ("failNow", "collectAll", "continue"),
    "decided_by": ("agree", "any"),
    "base": ("all", "cast", "valid"),
    "on_due": ("wait", "close"),
    "silence": ("overdue", "noObjection"),
}


def seat_of(row: Mapping[str, Any]) -> Seat:
    """Read what a vote needs of a seat row."""
    return Seat(
        id=str(row["id"]),
        label=row["label"] or row["unit_name"],
        state=row["state"],
        decision=row["decision"],
        outcome=row["outcome"],
        duty=row["duty"],
        order=row["order_no"],
        weight=row["weight"],
        required=row["required"],
        veto=row["veto"],
        decided_at=row["decided_at"],
    )


def read_round(settings: Mapping[str, Any], due_at: datetime | None = None) -> Round:
    """Read a Round from the evaluated SETTINGS of a task ({"rule", "on_dissent", …})."""
    chosen = {key: _word(settings, key) for key in _WORDS}
    values: dict[str, Any] = {key: word for key, word in chosen.items() if word is not None}
    if settings.get("threshold"):
        strict = settings.get("compare") == "gt"
        values["threshold"] = read_threshold(str(settings["threshold"]), strict=strict)
    return Round(**values, quorum=int(settings.get("quorum") or 0), due_at=due_at)


def read_threshold(text: str, *, strict: bool = False) -> Threshold:
    """Read TEXT: a fraction 2/3, a percentage 60%, or a count of votes or weight."""
    plain = text.strip()
    try:
        if plain.isdecimal():
            return Threshold(plain, None, int(plain), strict)
        if plain.endswith("%"):
            plain = f"{int(plain[:-1])}/100"
        top, _, bottom = plain.partition("/")
        fraction = Fraction(int(top), int(bottom))
    except (ValueError, ZeroDivisionError) as error:
        raise _bad_threshold(text) from error
    if not 0 < fraction <= 1:
        raise _bad_threshold(text)
    return Threshold(text.strip(), fraction, 0, strict)


def decision_of(action: str | None) -> str:
    """Give the vote an outcome's gov:action stands for: return and reject dissent."""
    return DISAGREE if action in ("return", "reject", "withdraw") else AGREE


def _word(settings: Mapping[str, Any], key: str) -> str | None:
    value = settings.get(key)
    if value is None or value == "":
        return None
    plain = str(value).replace("_", "").lower()
    for word in _WORDS[key]:
        if word.lower() == plain:
            return word
    raise InvalidRequest(f"席位设置 {key}=“{value}”无效。", code="seats.setting", key=key)


def _bad_threshold(text: str) -> InvalidRequest:
    return InvalidRequest(
        f"通过条件“{text}”无效，请写成 2/3、60% 或票数 4。", code="seats.threshold"
    )
