"""Counting a vote (票签, operations.md 2.5): exact integers, early decision, quorum, veto."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.rules.seats import ABSTAIN, AGREE, DISAGREE, Round, Seat

_BASES = {"all": "全部席位", "cast": "已表态", "valid": "有效票"}


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums of weights, and the number of seats that spoke; OPEN may still speak."""

    total: int = 0
    yes: int = 0
    no: int = 0
    abstain: int = 0
    open: int = 0
    voters: int = 0
    seats: int = 0
    lacking: tuple[str, ...] = ()  # labels of required seats that have not spoken
    veto: str = ""  # label of a veto seat that said no

    @classmethod
    def of(cls, seats: Sequence[Seat]) -> "Tally":
        """Sum up SEATS; those no longer counted are left out."""
        counted = [seat for seat in seats if seat.counts]
        lacking = tuple(s.label or s.id for s in counted if s.required and not s.cast)
        vetoes = [s.label or s.id for s in counted if s.veto and s.decision == DISAGREE]
        return cls(
            total=sum(seat.weight for seat in counted),
            yes=_weight(counted, AGREE),
            no=_weight(counted, DISAGREE),
            abstain=_weight(counted, ABSTAIN),
            open=sum(seat.weight for seat in counted if seat.waiting),
            voters=sum(seat.cast for seat in counted),
            seats=len(counted),
            lacking=lacking,
            veto=vetoes[0] if vetoes else "",
        )

    def base(self, kind: str) -> int:
        """Give the base: all seats, those that spoke, or yes and no only."""
        cast = self.yes + self.no + (0 if kind == "valid" else self.abstain)
        return self.total if kind == "all" else cast


def vote(rule: Round, seats: Sequence[Seat], *, closed: bool) -> tuple[bool | None, str]:
    """Tell whether the vote passed (None: still open) and why, when not by the count alone.

    Early decision: passed when it passes for every way the open seats may still vote or
    stay silent, failed when it passes for none. The count only grows better with each yes,
    and the quorum with each vote, so three completions stand for all: every open seat
    silent, every one against, every one in favour. CLOSED evaluates what was cast.
    """
    waiting = any(seat.waiting for seat in seats)
    silent = _final(rule, Tally.of(seats))
    if closed or not waiting:
        return silent
    best = _final(rule, Tally.of(_completed(seats, AGREE)))
    if not best[0]:
        return False, best[1] or "其余席位全部同意也不能通过"
    worst = _final(rule, Tally.of(_completed(seats, DISAGREE)))
    if silent[0] and worst[0]:
        return True, "其余席位不再影响结果"
    return None, ""


def describe(rule: Round, tally: Tally) -> str:
    """Write the whole arithmetic: base, need, yes, no, abstentions, open, quorum."""
    base = tally.base(rule.base)
    need = rule.threshold.need(base)
    sign = ">" if rule.threshold.strict else "≥"
    text = (
        f"{tally.seats} 席，基数（{_BASES[rule.base]}）{base}，需 {need}"
        f"（{sign} {rule.threshold.text}），同意 {tally.yes}、不同意 {tally.no}、"
        f"弃权 {tally.abstain}、未表态 {tally.total - tally.yes - tally.no - tally.abstain}"
    )
    if tally.total != tally.seats:
        text += f"（按权重，合计 {tally.total}）"
    if rule.quorum:
        text += f"，到会 {tally.voters}/{rule.quorum}"
    return text


def _final(rule: Round, tally: Tally) -> tuple[bool, str]:
    base = tally.base(rule.base)
    if tally.veto:
        return False, f"{tally.veto} 一票否决"
    if tally.voters < rule.quorum:
        return False, f"到会不足：{tally.voters}/{rule.quorum}"
    if tally.lacking:
        return False, f"必到席位未表态：{'、'.join(tally.lacking)}"
    if base == 0:
        return False, "没有可计入的票"
    return tally.yes >= rule.threshold.need(base), ""


def _completed(seats: Sequence[Seat], decision: str) -> list[Seat]:
    return [
        replace(seat, decision=decision, state="done") if seat.waiting else seat
        for seat in seats
    ]


def _weight(seats: Sequence[Seat], decision: str) -> int:
    return sum(seat.weight for seat in seats if seat.decision == decision)
