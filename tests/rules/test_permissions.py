"""Rights follow the table of operations.md 2.25 and refuse in its order and words."""

import pytest

from engine.base.actor import SYSTEM, Actor, Post
from engine.base.clock import shanghai
from engine.base.errors import (
    Conflict,
    InvalidRequest,
    NotAllowed,
    NotFound,
    NotSignedIn,
    ShouhuError,
)
from engine.rules import refusals
from engine.rules.permissions import VERBS, Facts, check_claim, may, table


def person(name: str, *posts: Post, rights: tuple[str, ...] = ()) -> Actor:
    return Actor(name, name, posts, frozenset(rights))


def post(unit: str, level: str, region: str, role: str = "WOODS", duty: str = "clerk") -> Post:
    return Post(unit, unit, role, level, region, duty)


CLERK = person("clerk", post("W-1", "county", "910121"))
LEADER = person("leader", post("W-1", "county", "910121", duty="leader"))
NEIGHBOUR = person("neighbour", post("W-3", "county", "910122"))
CITY = person("city", post("W-C", "prefecture", "910100"))
STARTER = person("starter", post("K-1", "place", "910121", "KEEPER"))
SCHEDULER = person("scheduler", rights=("scheduler",))
CITY_SCHEDULER = person("cs", post("W-C", "prefecture", "910100"), rights=("scheduler",))
OTHER_SCHEDULER = person("os", post("W-D", "prefecture", "910200"), rights=("scheduler",))
OWNER = person("owner", rights=("process_owner",))
ADMIN = person("admin", rights=("admin",))
PEOPLE = {
    actor.person: actor
    for actor in (
        CLERK, LEADER, NEIGHBOUR, CITY, STARTER, SCHEDULER, CITY_SCHEDULER, OTHER_SCHEDULER,
        OWNER, ADMIN, SYSTEM,
    )
}
TASK = Facts(
    region="910121",
    place="R1",
    initiator="starter",
    initiator_unit="K-1",
    seats=frozenset({"W-1"}),
    starters=frozenset({"KEEPER"}),
)


def answer(actor: Actor | None, verb: str, facts: Facts = TASK) -> str:
    try:
        may(actor, verb, facts)
    except ShouhuError as error:
        return type(error).__name__
    return "yes"


@pytest.mark.parametrize(
    ("verb", "allowed"),
    [
        ("view", "clerk leader city starter scheduler cs os owner system"),
        ("claim", "clerk leader system"),
        ("complete", "clerk leader system"),
        ("return", "clerk leader system"),
        ("release", "leader system"),
        ("cancel", "starter system"),
        ("remind", "city starter scheduler cs os owner system"),
        ("terminate", "scheduler cs system"),
        ("suspend", "scheduler cs system"),
        ("assign", "leader scheduler cs system"),
        ("start", "starter owner system"),
        ("draft", "owner system"),
        ("deploy", "owner system"),
        ("accounts", "admin system"),
    ],
)
def test_the_table_of_rights(verb: str, allowed: str) -> None:
    assert [name for name, actor in PEOPLE.items() if answer(actor, verb) == "yes"] == (
        [name for name in PEOPLE if name in allowed.split()]
    )


def test_every_verb_is_denied_to_a_stranger_and_to_nobody() -> None:
    for verb, rule in VERBS.items():
        assert answer(None, verb) == "NotSignedIn"
        stranger = person("stranger")
        assert answer(stranger, verb) == ("NotFound" if rule.concerns else "NotAllowed")
    with pytest.raises(NotSignedIn):
        may(None, "view", TASK)


def test_a_foreign_case_does_not_exist() -> None:
    with pytest.raises(NotFound):
        may(NEIGHBOUR, "complete", TASK)
    with pytest.raises(NotFound):
        may(ADMIN, "view", TASK)


def test_a_visible_case_refuses_in_words() -> None:
    with pytest.raises(NotAllowed, match="您不是本环节的办理人，不能执行“退回”。"):
        may(CITY, "return", TASK)
    with pytest.raises(NotAllowed, match="您是本环节的办理人，不需要“催办”。"):
        may(CLERK, "remind", TASK)
    with pytest.raises(NotAllowed, match="您没有“终止”的权限。"):
        may(CITY, "terminate", TASK)


def test_a_unit_that_once_had_a_seat_still_sees_the_case() -> None:
    facts = Facts(region="910121", units=frozenset({"W-3"}))
    assert answer(NEIGHBOUR, "view", facts) == "yes"
    assert answer(NEIGHBOUR, "complete", facts) == "NotAllowed"


def test_a_body_sees_the_cases_of_its_place() -> None:
    facts = Facts(region="930000", place="R1", places={"K-1": "R1"})
    assert answer(STARTER, "view", facts) == "yes"
    assert answer(STARTER, "view", Facts(region="930000", place="R2")) == "NotFound"


def test_a_named_person_and_the_lead_may_act() -> None:
    named = person("named")
    assert answer(named, "complete", Facts(named=frozenset({"named"}))) == "yes"
    assert answer(CITY, "complete", Facts(lead=frozenset({"W-C"}))) == "yes"


def test_a_claimed_seat_is_for_the_claimer() -> None:
    taken = Facts(seats=frozenset({"W-1"}), claimed="clerk")
    check_claim(CLERK, taken, "王某")
    assert answer(CLERK, "release", taken) == "yes"
    with pytest.raises(Conflict, match="王某 已认领"):
        check_claim(LEADER, taken, "王某")


def test_anyone_with_a_post_starts_what_names_no_roles() -> None:
    assert answer(NEIGHBOUR, "start", Facts()) == "yes"
    assert answer(person("guest"), "start", Facts()) == "NotAllowed"


def test_reasons_are_counted_after_trimming() -> None:
    with pytest.raises(InvalidRequest, match="不少于 10 个字的理由（当前 7 个字）") as refused:
        refusals.check_reason("  材料不全需补正 \n", 10)
    assert refused.value.problem_code == "reason-too-short"
    assert refused.value.details == {"minimum": 10, "current": 7}
    assert refusals.check_reason(" 材料不全，请补充现场照片 ", 10) == "材料不全，请补充现场照片"


def test_refusals_name_who_and_when() -> None:
    at = shanghai("2026-10-09 10:32")
    found = refusals.seat_decided("张三", "某局", at, "同意")
    assert found.message == "张三（某局）已于 2026-10-09 10:32 办理，结果：同意。"
    assert found.problem_code == "seat-decided"
    assert refusals.round_closed(at, "通过").message == (
        "本环节已于 2026-10-09 10:32 结束（通过），您的意见未计入，可作为补充意见留存。"
    )
    assert refusals.case_ended(at, "办结").message == (
        "案件已于 2026-10-09 10:32 办结，不能再办理。"
    )
    assert refusals.case_suspended("李四", at, "等待").message == (
        "案件已由 李四 于 2026-10-09 10:32 暂停，原因：等待。"
    )
    assert refusals.no_handler("审核", "无人").message == (
        "下一环节“审核”没有符合条件的办理人：无人。请联系流程负责人。"
    )
    again = shanghai("2026-10-10 11:30")
    assert refusals.too_soon("李四", at, again).message == (
        "李四 已于 2026-10-09 10:32 催办，2026-10-10 11:30 后可再次催办。"
    )
    assert refusals.self_review().problem_code == "self-review"


def test_the_table_can_be_printed() -> None:
    rows = {row["verb"]: row for row in table()}
    assert rows["deploy"] == {"verb": "deploy", "title": "发布流程", "who": ["owner"]}
    assert set(rows) == set(VERBS)
