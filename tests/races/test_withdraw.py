"""撤回 and 转办 meet what others do at the same instant: one order or the other (2.9 d)."""

from typing import Any

from engine.commands.tasks import CompleteTask
from engine.commands.transferring import TransferTask
from engine.commands.withdrawing import WithdrawTask
from tests.races.parking import won
from tests.races.test_pairs import FIRST, kinds, met, under_review
from tests.support.tiny import Tiny


def test_a_transfer_of_a_seat_already_passed_on_is_refused(tiny: Tiny) -> None:
    """Both tabs of one person: the second hears to whom the seat passed."""
    _, task_id = under_review(tiny)
    command = TransferTask(task_id, "wood1b", "外出", 1)
    again = TransferTask(task_id, "wood1b", "再转一次", 1)
    answers = met(tiny, (command, tiny.actor("wood1")), (again, tiny.actor("wood1")), False)
    assert [won(one) for one in answers] == [True, False]
    assert answers[1].problem_code == "seat-transferred"


@FIRST
def test_of_a_withdrawal_and_the_successors_act_one_succeeds(tiny: Tiny, turned: bool) -> None:
    case_id, task_id = under_review(tiny)
    check = task_id - 1
    seen = tiny.case(case_id)["version"]
    back: tuple[Any, Any] = (WithdrawTask(check, "", seen), tiny.actor("field1"))
    act = (CompleteTask(task_id, outcome="pass", expected_version=1), tiny.actor("wood1"))
    answers = met(tiny, back, act, turned)
    assert [won(one) for one in answers] == [not turned, turned]
    loser = answers[0] if turned else answers[1]
    assert loser.problem_code == ("successor-acted" if turned else "round-closed")
    open_nodes = [row["node"] for row in tiny.open_tasks(case_id)]
    assert open_nodes == (["review"] if turned else ["check"])
    assert kinds(tiny, case_id).count("CompleteTask") == (2 if turned else 1)


@FIRST
def test_of_a_transfer_and_the_holders_act_one_succeeds(tiny: Tiny, turned: bool) -> None:
    case_id, task_id = under_review(tiny)
    pass_on = (TransferTask(task_id, "wood1b", "", 1), tiny.actor("wood1"))
    act = (CompleteTask(task_id, outcome="pass", expected_version=1), tiny.actor("wood1"))
    answers = met(tiny, pass_on, act, turned)
    assert [won(one) for one in answers] == [not turned, turned]
    loser = answers[0] if turned else answers[1]
    assert loser.problem_code == ("seat-decided" if turned else "seat-transferred")
    assert kinds(tiny, case_id).count("TransferTask") == (0 if turned else 1)
