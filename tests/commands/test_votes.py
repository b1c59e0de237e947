"""A vote through the engine: counted seats, early decision, closing at the due time."""

import sqlalchemy as sa

from engine.base.actor import SYSTEM
from engine.commands.accounts import CreatePerson
from engine.commands.instances import StartInstance
from engine.commands.tasks import CompleteTask
from engine.store.machine import history, job
from engine.store.tables import task
from tests.support.tiny import APPS, Tiny, deploy

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><bpmn:definitions '
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:gov="urn:shouhu:bpmn:gov:1" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'id="d" targetNamespace="urn:t"><bpmn:process id="vote" name="票决" '
    'isExecutable="true" gov:calendar="cn"><bpmn:startEvent id="s" name="开始"/>'
    '<bpmn:userTask id="ballot" name="表决"><bpmn:extensionElements>'
)
TAIL = (
    '<gov:outcome value="yes" label="同意" action="approve"/>'
    '<gov:outcome value="no" label="不同意" action="reject"/></bpmn:extensionElements>'
    '</bpmn:userTask><bpmn:endEvent id="e" name="结束"/>'
    '<bpmn:sequenceFlow id="a" sourceRef="s" targetRef="ballot"/>'
    '<bpmn:sequenceFlow id="b" sourceRef="ballot" targetRef="e"/>'
    "</bpmn:process></bpmn:definitions>"
)
UNITS = [f"U-V{n}" for n in range(5)]


def ballot(tiny: Tiny, seats: str) -> int:
    """Deploy the vote with SEATS, five voters, and start a case."""
    text = (APPS / "processes/tiny/organisation/units.csv").read_text(encoding="utf-8")
    text += "".join(f"{code},委员{code},prefecture,990100,HEAD,,\n" for code in UNITS)
    changes = {"vote.bpmn": (HEAD + seats + TAIL).encode()}
    changes["organisation/units.csv"] = text.encode()
    deploy(tiny.engine, dict(changes), base_version=1)
    for code in UNITS:
        login = code.lower()
        person = CreatePerson(login, f"委员{code}", "no-hash", (), ((code, "clerk"),))
        tiny.engine.execute(person, SYSTEM)
    case_id: int = tiny.engine.execute(StartInstance("vote"), SYSTEM).instance_id
    return case_id


def seats(inner: str) -> str:
    """Five units by name: data-driven seats."""
    members = "[" + ", ".join(f'"{code}"' for code in UNITS) + "]"
    return f"<gov:seats rule=\"vote\" members='{members}'>{inner}</gov:seats>"


def say(tiny: Tiny, case_id: int, voter: str, outcome: str) -> object:
    found = tiny.rows(sa.select(task).where(task.c.root_id == case_id))[0]
    command = CompleteTask(found["id"], outcome=outcome, expected_version=1)
    return tiny.do(voter.lower(), command)


def test_a_vote_is_decided_as_soon_as_nothing_can_change_it(tiny: Tiny) -> None:
    inner = '<gov:voteRule base="all" threshold="2/3" compare="ge"/>'
    case_id = ballot(tiny, seats(inner))
    for voter in UNITS[:3]:
        assert not say(tiny, case_id, voter, "yes").closed
    last = say(tiny, case_id, UNITS[3], "yes")
    assert (last.closed, last.outcome) == (True, "yes")
    assert tiny.case(case_id)["status"] == "completed"


def test_a_vote_closes_at_its_due_time_over_what_was_cast(tiny: Tiny) -> None:
    inner = '<gov:voteRule base="cast" threshold="2/3" quorum="2" onDue="close"/>'
    due = '<gov:due amount="2" unit="workingDay" from="created"/>'
    case_id = ballot(tiny, seats(inner) + due)
    say(tiny, case_id, UNITS[0], "yes")
    say(tiny, case_id, UNITS[1], "yes")
    tiny.pass_time(days=2)
    assert tiny.case(case_id)["status"] == "active"
    tiny.pass_time(days=2)
    assert tiny.case(case_id)["status"] == "completed"
    found = tiny.rows(sa.select(task).where(task.c.root_id == case_id))[0]
    assert (found["outcome"], found["state"]) == ("yes", "completed")
    kinds = {
        r["kind"] for r in tiny.rows(sa.select(history).where(history.c.root_id == case_id))
    }
    assert "RoundDue" in kinds
    assert tiny.rows(sa.select(job).where(job.c.root_id == case_id)) == []
