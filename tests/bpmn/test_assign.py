"""Who does a task: lanes, attributes, expressions and seats, as plain values."""

from engine.kernel import effects
from tests.bpmn.build import compile_one, end, ext, node, process, start, user
from tests.bpmn.drive import Driver
from tests.bpmn.shapes import LANE

DATA = '<dataObject id="who"/><dataObject id="units"/><dataObject id="needed"/>'


def assigned(task: str, *more: str, **vars: object):
    model = process(*more, start(), DATA, task, end(), "s -> c -> e")
    case = Driver(compile_one(model)).start(**vars)
    assert not case.incidents, case.of(effects.IncidentRaised)
    return case.of(effects.TaskOpened)[0].assignment


def test_a_lane_gives_its_role_by_the_title_of_the_role() -> None:
    found = assigned(user("c", camunda__candidateGroups=""), LANE)
    assert (found["role"], found["lane"]) == ("CHIEF", "CHIEF")
    assert found["seats"] is None


def test_an_assignment_beats_the_lane_and_fills_in_what_is_usual() -> None:
    words = '<gov:assignment role="CLERK" level="prefecture" onEmpty="superior">'
    inner = words + '<gov:excludedOwner performerOf="c"/></gov:assignment>'
    found = assigned(user("c", ext(inner), camunda__candidateGroups=""), LANE)
    assert (found["role"], found["level"], found["region_of"]) == (
        "CLERK",
        "prefecture",
        "case",
    )
    assert (found["on_empty"], found["self_review"]) == ("superior", "superior")
    assert (found["lane"], found["excluded"]) == ("CHIEF", ["c"])


def test_persons_and_groups_are_literals_or_expressions() -> None:
    found = assigned(
        user("c", camunda__assignee="=who", camunda__candidateGroups="CLERK, CHIEF"), who="p7"
    )
    assert (found["assignee"], found["groups"]) == ("p7", ["CLERK", "CHIEF"])
    found = assigned(user("c", camunda__candidateUsers="=units"), units=["a", "b"])
    assert found["users"] == ["a", "b"]


SEATS = (
    '<gov:seats rule="vote" onDissent="collectAll">'
    '<gov:voteRule threshold="2/3" quorum="2"/>'
    '<gov:seat id="one" label="甲" role="CLERK" level="province" weight="2"/>'
    '<gov:seat id="two" role="CHIEF" veto="true" when="needed"/></gov:seats>'
)


def test_seats_are_listed_with_everything_the_count_needs() -> None:
    found = assigned(user("c", ext(SEATS)), needed=True)["seats"]
    assert (found["rule"], found["on_dissent"], found["decided_by"]) == (
        "vote",
        "collectAll",
        "agree",
    )
    assert (found["base"], found["threshold"], found["compare"], found["quorum"]) == (
        "all",
        "2/3",
        "ge",
        2,
    )
    first, second = found["seats"]
    assert (first["id"], first["label"], first["level"], first["weight"], first["order"]) == (
        "one",
        "甲",
        "province",
        2,
        1,
    )
    assert (second["weight"], second["order"], second["required"]) == (1, 2, False)
    assert (second["veto"], second["duty"], second["region_of"]) == (True, "handle", "case")


def test_a_seat_whose_condition_fails_is_not_set() -> None:
    for needed in (False, None):
        found = assigned(user("c", ext(SEATS)), needed=needed)["seats"]
        assert [seat["id"] for seat in found["seats"]] == ["one"]


def test_seats_may_come_from_the_data() -> None:
    inner = ext('<gov:seats members="units"/>')
    units = ["u1", {"org": "u2", "duty": "lead", "regionOf": "parent"}]
    found = assigned(user("c", inner), units=units)["seats"]["seats"]
    assert [(s["org"], s["duty"], s["region_of"], s["id"]) for s in found] == [
        ("u1", "handle", "case", "m1"),
        ("u2", "lead", "parent", "m2"),
    ]


def test_a_list_of_seats_that_is_none_stops_visibly() -> None:
    model = process(start(), DATA, user("c", ext('<gov:seats members="units"/>')), end())
    text = model.replace("</process>", "") + (
        '<sequenceFlow id="f1" sourceRef="s" targetRef="c"/>'
        '<sequenceFlow id="f2" sourceRef="c" targetRef="e"/></process>'
    )
    case = Driver(compile_one(text)).start(units=[1])
    assert case.incidents == [("c", "expression")]


def test_a_task_of_each_row_has_an_assignment_of_its_own() -> None:
    many = (
        '<multiInstanceLoopCharacteristics camunda:collection="units" '
        'camunda:elementVariable="unit"/>'
    )
    task = user("c", many, camunda__assignee="=unit")
    model = process(start(), DATA, task, end(), "s -> c -> e")
    case = Driver(compile_one(model)).start(units=["a", "b"])
    (opened,) = case.of(effects.TasksOpened)
    assert [one["assignee"] for one in opened.assignments] == ["a", "b"]


def test_the_most_inner_lane_counts_also_inside_a_sub_process() -> None:
    inner = '<lane id="li" name="CLERK"><flowNodeRef>box</flowNodeRef></lane>'
    lanes = (
        '<laneSet id="ls"><lane id="lo" name="CHIEF"><flowNodeRef>box</flowNodeRef>'
        f'<childLaneSet id="lc">{inner}</childLaneSet></lane></laneSet>'
    )
    box = node("subProcess", "box", user("c", camunda__candidateGroups=""))
    model = process(lanes, start(), box, end(), "s -> box -> e")
    compiled = compile_one(model)
    facts = compiled.facts["p"].nodes["c"]
    assert (facts.lane, facts.role, facts.parent) == ("li", "CLERK", "box")
    (opened,) = Driver(compiled).start().of(effects.TaskOpened)
    assert opened.assignment["role"] == "CLERK"
