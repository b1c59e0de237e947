"""Rounds are decided as operations.md 2.2 to 2.6 say, and as early as is safe."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.errors import Conflict, InvalidRequest, NotAllowed
from engine.rules.ballots import vote
from engine.rules.seats import (
    ABSTAIN,
    AGREE,
    DISAGREE,
    Round,
    Seat,
    Threshold,
    decision_of,
    read_round,
    read_threshold,
)
from engine.rules.votes import (
    Decided,
    Open,
    Verdict,
    check_act,
    check_conclusion,
    decide,
    next_round,
    outcome_value,
)

NOW = datetime(2026, 10, 9, 2, 0, tzinfo=UTC)
LETTERS = {"y": AGREE, "n": DISAGREE, "a": ABSTAIN}


def seats(acts: str) -> list[Seat]:
    """Make seats from letters in the order of acting: y n a, '.' open, 's' silent."""
    made = []
    for number, letter in enumerate(acts, 1):
        seat = Seat(f"s{number}", f"席位{number}", order=number)
        if letter in LETTERS:
            at = NOW + timedelta(minutes=number)
            seat = replace(seat, state="done", decision=LETTERS[letter], decided_at=at)
        elif letter == "s":
            seat = replace(seat, state="silent")
        made.append(seat)
    return made


def verdict(rule: Round, acts: str) -> Verdict:
    return decide(rule, seats(acts), NOW)


def word(rule: Round, acts: str) -> str:
    found = verdict(rule, acts)
    return found.outcome if isinstance(found, Decided) else "open"


ALL = Round("all")
COLLECT = Round("all", on_dissent="collectAll")


@pytest.mark.parametrize(
    ("rule", "acts", "answer"),
    [
        (ALL, "yy.", "open"),
        (ALL, "yyy", "agreed"),
        (ALL, "yn.", "failed"),
        (COLLECT, "n..", "open"),
        (COLLECT, "ny.", "open"),
        (COLLECT, "nyy", "failed"),
        (ALL, "yys", "failed"),
        (Round("any"), "ny.", "agreed"),
        (Round("any"), "nn.", "open"),
        (Round("any"), "nnn", "failed"),
        (Round("any", decided_by="any"), "n..", "failed"),
        (Round("any", decided_by="any"), "y..", "agreed"),
        (Round("sequential"), "yyy.", "open"),
        (Round("sequential"), "yyyy", "agreed"),
        (Round("sequential"), "yn..", "failed"),
        (Round("sequential", on_dissent="continue"), "yn..", "open"),
        (Round("sequential", on_dissent="continue"), "ynyy", "failed"),
    ],
)
def test_all_any_and_sequential_decide_when_they_must(
    rule: Round, acts: str, answer: str
) -> None:
    assert word(rule, acts) == answer


def test_the_arithmetic_of_an_open_round_is_a_sentence() -> None:
    assert verdict(ALL, "yy.") == Open("3 席 需 3，已同意 2", ("s3",))


def test_a_failed_round_names_who_failed_it_and_who_loses_the_turn() -> None:
    found = verdict(ALL, "yn.")
    assert found == Decided("failed", "3 席 需 3，已同意 1，不同意 1", "s2", ("s3",))


def test_in_order_exactly_one_seat_is_active() -> None:
    assert verdict(Round("sequential"), "y...") == Open("依次 4 席，已同意 1", ("s2",))
    # Seat 2 was removed while 1 was open: after 1, seat 3 opens.
    table = seats("y...")
    table[1] = replace(table[1], state="removed")
    assert decide(Round("sequential"), table, NOW) == Open("依次 3 席，已同意 1", ("s3",))


def test_acting_out_of_turn_and_abstaining_are_refused() -> None:
    rule = Round("sequential")
    check_act(rule, seats("y..."), "s2", AGREE)
    with pytest.raises(Conflict, match="尚未轮到您办理，当前由 席位2 办理。") as refused:
        check_act(rule, seats("y..."), "s3", AGREE)
    assert refused.value.problem_code == "not-your-turn"
    with pytest.raises(InvalidRequest, match="本环节不接受弃权。"):
        check_act(ALL, seats("..."), "s1", ABSTAIN)
    check_act(Round("vote"), seats("..."), "s1", ABSTAIN)


TWO_THIRDS = Threshold("2/3", Fraction(2, 3))
HALF = Threshold("1/2", Fraction(1, 2), strict=True)


@pytest.mark.parametrize(
    ("rule", "acts", "answer"),
    [
        (Round("vote", threshold=TWO_THIRDS), "yyyy.", "agreed"),
        (Round("vote", threshold=TWO_THIRDS), "yyy..", "open"),
        (Round("vote", threshold=TWO_THIRDS), "nn...", "failed"),
        (Round("vote", base="valid", threshold=TWO_THIRDS), "aayyyn.", "open"),
        (Round("vote", base="valid", threshold=TWO_THIRDS), "aayyyna", "agreed"),
        (Round("vote", base="valid", threshold=TWO_THIRDS), "aayyynn", "failed"),
        (Round("vote", base="valid", threshold=TWO_THIRDS), "aayyyy.", "agreed"),
        (Round("vote", threshold=HALF), "yyynnn", "failed"),
        (Round("vote", threshold=HALF), "nnn...", "failed"),
        (Round("vote", threshold=HALF), "yyyy..", "agreed"),
        (Round("vote", threshold=read_threshold("60%")), "yyynn", "agreed"),
        (Round("vote", base="cast", threshold=HALF), "aaa", "failed"),
        (Round("vote", base="valid", threshold=HALF), "aaa", "failed"),
    ],
)
def test_votes_are_decided_as_in_the_examples(rule: Round, acts: str, answer: str) -> None:
    assert word(rule, acts) == answer


def test_at_the_due_time_a_vote_closes_over_what_was_cast() -> None:
    rule = Round(
        "vote", base="cast", threshold=TWO_THIRDS, on_due="close", quorum=4, due_at=NOW
    )
    assert word(rule, "yyyn...") == "agreed"
    late = decide(replace(rule, quorum=5), seats("yyyn..."), NOW)
    assert isinstance(late, Decided)
    assert (late.outcome, late.by) == ("failed", "")
    assert "到会不足：4/5" in late.arithmetic
    assert late.void == ("s5", "s6", "s7")
    before = decide(replace(rule, due_at=NOW + timedelta(seconds=1)), seats("yyyn..."), NOW)
    assert isinstance(before, Open)
    assert word(replace(rule, on_due="wait"), "yyyn...") == "open"


def test_weights_count_instead_of_heads() -> None:
    weights = (3, 2, 1, 1)
    rule = Round("vote", threshold=read_threshold("4"))
    table = [replace(s, weight=w) for s, w in zip(seats("y.y."), weights, strict=True)]
    assert isinstance(decide(rule, table, NOW), Decided)
    table = [replace(s, weight=w) for s, w in zip(seats(".yy."), weights, strict=True)]
    assert isinstance(decide(rule, table, NOW), Open)


def test_a_veto_fails_at_once_and_an_open_veto_seat_holds_up_the_passing() -> None:
    rule = Round("vote", threshold=HALF)
    table = seats("yyn..")
    table[2] = replace(table[2], veto=True)
    found = decide(rule, table, NOW)
    assert isinstance(found, Decided)
    assert "席位3 一票否决" in found.arithmetic
    table = seats("yyy..")
    table[3] = replace(table[3], veto=True)
    assert isinstance(decide(rule, table, NOW), Open)


def test_a_required_seat_still_open_forbids_passing_but_not_failing() -> None:
    rule = Round("vote", threshold=HALF)
    table = seats("yyyy.")
    table[4] = replace(table[4], required=True)
    assert isinstance(decide(rule, table, NOW), Open)
    table = seats("nnn..")
    table[4] = replace(table[4], required=True)
    assert isinstance(decide(rule, table, NOW), Decided)


def test_removing_an_open_seat_may_decide_the_round() -> None:
    rule = Round("vote", threshold=TWO_THIRDS)
    table = seats("yyyyn..")
    assert isinstance(decide(rule, table, NOW), Open)
    table[6] = replace(table[6], state="removed")
    found = decide(rule, table, NOW)
    assert isinstance(found, Decided)
    assert found.arithmetic.startswith("6 席，基数（全部席位）6，需 4（≥ 2/3），同意 4、")


def brute(rule: Round, table: Sequence[Seat]) -> bool | None:
    """Decide by trying every way the open seats may vote or stay silent."""
    open_seats = [n for n, seat in enumerate(table) if seat.waiting]
    answers = set()
    for choice in product((AGREE, DISAGREE, ABSTAIN, None), repeat=len(open_seats)):
        ended = list(table)
        for number, decision in zip(open_seats, choice, strict=True):
            ended[number] = replace(ended[number], state="silent", decision=decision)
        answers.add(counted_by_hand(rule, ended))
    return answers.pop() if len(answers) == 1 else None


def counted_by_hand(rule: Round, table: Sequence[Seat]) -> bool:
    def weight(*decisions: str | None) -> int:
        return sum(seat.weight for seat in table if seat.decision in decisions)

    base = {
        "all": weight(AGREE, DISAGREE, ABSTAIN, None),
        "cast": weight(AGREE, DISAGREE, ABSTAIN),
        "valid": weight(AGREE, DISAGREE),
    }[rule.base]
    voters = sum(seat.decision is not None for seat in table)
    if base == 0 or voters < rule.quorum:
        return False
    if any(seat.veto and seat.decision == DISAGREE for seat in table):
        return False
    if any(seat.required and seat.decision is None for seat in table):
        return False
    yes = weight(AGREE)
    limit = rule.threshold
    if limit.fraction is None:
        return yes > limit.count if limit.strict else yes >= limit.count
    share = Fraction(yes, base)
    return share > limit.fraction if limit.strict else share >= limit.fraction


seat_lists = st.lists(
    st.builds(
        Seat,
        id=st.uuids().map(str),
        decision=st.sampled_from([AGREE, DISAGREE, ABSTAIN, None]),
        weight=st.integers(1, 3),
        required=st.sampled_from([False, False, True]),
        veto=st.sampled_from([False, False, False, True]),
        state=st.sampled_from(["open", "open", "silent"]),
    ),
    min_size=1,
    max_size=5,
)
rounds = st.builds(
    Round,
    rule=st.just("vote"),
    base=st.sampled_from(["all", "cast", "valid"]),
    threshold=st.one_of(
        st.builds(
            Threshold,
            text=st.just(""),
            fraction=st.sampled_from(
                [Fraction(1, 3), Fraction(1, 2), Fraction(3, 5), Fraction(2, 3), Fraction(1)]
            ),
            strict=st.booleans(),
        ),
        st.builds(
            Threshold, text=st.just(""), count=st.integers(1, 8), strict=st.booleans()
        ),
    ),
    quorum=st.integers(0, 5),
)


@given(rounds, seat_lists)
@settings(max_examples=400, deadline=None)
def test_early_decision_equals_brute_force(rule: Round, table: list[Seat]) -> None:
    assert vote(rule, table, closed=False)[0] == brute(rule, table)


@pytest.mark.parametrize("size", [4, pytest.param(6, marks=pytest.mark.long)])
def test_early_decision_equals_brute_force_for_every_table(size: int) -> None:
    rules = [
        Round("vote", base=base, threshold=limit, quorum=quorum)
        for base, limit, quorum in product(
            ("all", "cast", "valid"), (HALF, TWO_THIRDS, read_threshold("2")), (0, 3)
        )
    ]
    for acts in product("yna.", repeat=size):
        table = seats("".join(acts))
        for rule in rules:
            assert vote(rule, table, closed=False)[0] == brute(rule, table), (acts, rule)


def consultation() -> list[Seat]:
    return [
        Seat("a", "甲局", duty="lead", required=True),
        Seat("b", "乙局", required=True),
        Seat("c", "丙局"),
        Seat("lead", "甲局（结论）", duty="conclude", order=9),
    ]


def test_opinions_never_decide_and_the_conclusion_does() -> None:
    table = consultation()
    table[0] = replace(table[0], state="done", decision="原则同意")
    table[1] = replace(table[1], state="silent")
    table[2] = replace(table[2], state="done", decision="不同意", precondition=True)
    found = decide(Round("consult"), table, NOW)
    assert found == Open("征求 3 家，已反馈 2，逾期未反馈 1", ("lead",))
    with pytest.raises(Conflict, match="乙局 为必须反馈单位，尚未反馈，不能作出“通过”。"):
        check_conclusion(table, "lead", "通过", approving=True)
    check_conclusion(table, "lead", "退回补正", approving=False)
    with pytest.raises(NotAllowed, match="仅牵头单位可以作出结论。"):
        check_conclusion(table, "c", "通过", approving=True)
    assert next_round(table) == ("a", "b", "c")
    table[3] = replace(table[3], state="done", decision="退回补正", outcome="back")
    closed = decide(Round("consult"), table, NOW)
    assert isinstance(closed, Decided)
    assert closed.outcome == "concluded"
    assert outcome_value(closed, table, []) == "back"


OUTCOMES = (
    {"value": "list", "action": "approve"},
    {"value": "exclude", "action": "reject"},
    {"value": "back", "action": "return"},
)


@pytest.mark.parametrize(
    ("rule", "chosen", "value"),
    [
        (ALL, ["list", "list"], "list"),
        (ALL, ["list", "exclude"], "exclude"),
        (ALL, ["back"], "back"),
        (COLLECT, ["back", "list"], "back"),
        (Round("any"), ["exclude"], "exclude"),
        (Round("vote", threshold=HALF), ["back", "exclude", "list"], "back"),
    ],
)
def test_the_outcome_of_a_round_is_an_outcome_somebody_chose(
    rule: Round, chosen: list[str], value: str
) -> None:
    actions = {row["value"]: row["action"] for row in OUTCOMES}
    acts = "".join("y" if decision_of(actions[c]) == AGREE else "n" for c in chosen)
    table = [replace(s, outcome=c) for s, c in zip(seats(acts), chosen, strict=True)]
    found = decide(rule, table, NOW)
    assert isinstance(found, Decided)
    assert outcome_value(found, table, OUTCOMES) == value


def test_a_task_without_outcomes_has_none() -> None:
    table = seats("y")
    found = decide(Round("any"), table, NOW)
    assert isinstance(found, Decided)
    assert outcome_value(found, table, ()) is None


def test_settings_are_read_in_both_spellings_and_faults_are_refused() -> None:
    rule = read_round(
        {"rule": "vote", "on_due": "close", "threshold": "2/3", "compare": "gt", "quorum": 4}
    )
    assert (rule.rule, rule.on_due, rule.quorum) == ("vote", "close", 4)
    assert rule.threshold == Threshold("2/3", Fraction(2, 3), 0, strict=True)
    assert read_round({"rule": "all", "on_dissent": "collect_all"}).on_dissent == "collectAll"
    assert read_round({}).rule == "any"
    with pytest.raises(InvalidRequest, match="rule=“most”无效"):
        read_round({"rule": "most"})


@pytest.mark.parametrize("text", ["0/3", "4/3", "2/0", "x", "-1/2", "120%", ""])
def test_a_threshold_nobody_can_mean_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        read_threshold(text)


def test_fractions_are_integers_and_never_floats() -> None:
    assert [TWO_THIRDS.need(n) for n in (3, 4, 5, 6, 7)] == [2, 3, 4, 4, 5]
    assert [HALF.need(n) for n in (2, 3, 6)] == [2, 2, 4]
    third = Threshold("1/3", Fraction(1, 3))
    assert third.need(3 * 10**20) == 10**20
