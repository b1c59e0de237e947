"""The lead's last seat of a consultation: form, limit, state; the answers as a variable."""

from engine.bpmn.compile import compile_files
from engine.bpmn.gov import vocabulary
from engine.kernel import effects
from tests.bpmn.build import ENV, compile_one, end, ext, file, process, start, user
from tests.bpmn.drive import Driver

DATA = '<dataObject id="units"/>'
LAST = '<gov:conclusion label="会议结论" form="f2" due="plan" state="会议审查" after="4"/>'


def asking(last: str = LAST, rule: str = "consult") -> str:
    seats = f'<gov:seats rule="{rule}" members="units" results="answers">{last}</gov:seats>'
    return user("c", ext(seats), camunda__formRef="f1", camunda__candidateGroups="")


def codes(task: str) -> dict[str, str]:
    model = file(process(start(), DATA, task, end(), "s -> c -> e : answers != null"))
    found = compile_files({"p.bpmn": model}, ENV)
    return {finding.code: finding.severity for finding in found.findings}


def test_the_last_seat_has_its_own_form_limit_and_state() -> None:
    model = process(start(), DATA, asking(), end(), "s -> c -> e")
    case = Driver(compile_one(model)).start(units=["A", "B"])
    found = case.of(effects.TaskOpened)[0].assignment["seats"]
    last = found["conclusion"]
    assert (last["label"], last["form"], last["state"]) == ("会议结论", "f2", "会议审查")
    assert last["after"] == 4
    assert last["due"] is not None
    assert last["due_steps"]["key"] == "plan"
    assert found["results"] == "answers"


def test_a_round_writes_the_conclusion_and_the_answers_never_the_opinions() -> None:
    found = compile_one(process(start(), DATA, asking(), end(), "s -> c -> e"))
    plan = found.plans["p"]
    task = next(one for one in plan.nodes if one.id == "c")
    assert task.result.fields == {"opinion", "answers"}


def test_the_answers_are_a_known_name() -> None:
    assert "expr.unknown_name" not in codes(asking())


def test_a_conclusion_needs_a_consultation_a_form_and_a_limit_that_exist() -> None:
    assert "seats.incomplete" not in codes(asking())
    assert codes(asking(rule="all"))["seats.incomplete"] == "error"
    assert codes(asking('<gov:conclusion form="f9"/>'))["ref.form"] == "error"
    assert codes(asking('<gov:conclusion due="nowhere"/>'))["ref.due"] == "error"


def test_outcomes_say_which_seats_they_are_for() -> None:
    duty = vocabulary().elements["outcome"].attributes["duty"]
    assert duty.values == ("any", "opinion", "conclude")
