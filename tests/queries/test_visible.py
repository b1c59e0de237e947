"""Who sees which case: seat, territory, place, right; the same answer everywhere."""

import pytest
import sqlalchemy as sa

from engine.base.actor import Actor, Post
from engine.base.errors import NotAllowed, NotFound
from engine.queries import (
    cases,
    diagram,
    drafts,
    dry_run,
    history,
    incidents,
    instances,
    operations,
    statistics,
    tasks,
    worklist,
)
from engine.store import lying
from engine.store.tables import seat, task
from engine.store.visible import territory
from tests.queries.conftest import House

SEES_COUNTY_1 = ("field1", "wood1", "wood1b", "water1", "head", "owner", "scheduler")
BLIND = ("field2", "wood2", "nobody", "admin")


@pytest.mark.parametrize(
    ("level", "region", "expected"),
    [
        ("province", "990000", "99"),
        ("prefecture", "990100", "9901"),
        ("county", "990101", "990101"),
        ("place", "990101", ""),
        ("county", "99", ""),
        ("province", "", ""),
    ],
)
def test_the_territory_of_a_post(level: str, region: str, expected: str) -> None:
    assert territory(Post("U", "单位", "R", level, region)) == expected


def test_every_query_gives_the_same_answer_about_a_case(house: House) -> None:
    case_id = house.review()
    task_id = house.task(case_id, "review").id
    for login in SEES_COUNTY_1:
        assert house.ask(login, instances.case, ref=str(case_id)).id == case_id
        assert house.ask(login, cases.search).total == 1
        assert house.ask(login, tasks.get, task_id=task_id).id == task_id
        assert house.ask(login, statistics.cases)[0].count == 1
    for login in BLIND:
        for query, more in (
            (instances.case, {"ref": str(case_id)}),
            (instances.case, {"ref": "TN-2025-990101-001"}),
            (history.timeline, {"ref": str(case_id)}),
            (history.audit, {"ref": str(case_id)}),
            (history.path, {"instance_id": case_id}),
            (diagram.diagram, {"instance_id": case_id}),
            (instances.variables, {"instance_id": case_id}),
            (tasks.get, {"task_id": task_id}),
        ):
            with pytest.raises(NotFound):
                house.ask(login, query, **more)
        assert house.ask(login, cases.search).items == ()
        assert house.ask(login, tasks.search).items == ()
        assert house.ask(login, statistics.cases) == ()


def test_a_seat_outside_the_territory_shows_the_case(house: House) -> None:
    case_id = house.start(login="field2", station="S2")
    assert house.ask("field2", instances.case, ref=str(case_id)).region == "990102"
    assert house.ask("wood2", instances.case, ref=str(case_id)).id == case_id
    with pytest.raises(NotFound):
        house.ask("wood1", instances.case, ref=str(case_id))


def test_a_case_is_found_by_number_id_uid_and_child(house: House) -> None:
    case_id = house.start()
    page = house.ask("field1", instances.case, ref=str(case_id))
    for ref in (page.number, page.uid, str(page.instances[0].id)):
        assert house.ask("field1", instances.case_id_of, ref=ref) == case_id
    for ref in ("", "0", "٣", "9" * 30, "' or 1=1 --"):
        with pytest.raises(NotFound):
            house.ask("field1", instances.case_id_of, ref=ref)


def test_a_person_without_posts_or_rights_sees_own_starts_only(house: House) -> None:
    case_id = house.start()
    stranger = Actor("stranger", "路人")
    assert house.engine.ask(cases.search, stranger).items == ()
    starter = Actor("field1", "调走的人")
    assert [r.id for r in house.engine.ask(cases.search, starter).items] == [case_id]


def test_a_person_named_among_several_sees_the_task(house: House) -> None:
    case_id = house.start()
    task_id = house.task(case_id, "check").id
    with house.engine.database.write() as conn:  # as a diagram with candidate users makes it
        conn.execute(
            sa.update(seat).where(seat.c.task_id == task_id).values(unit="", person=None)
        )
        settings = {"rule": "any", "users": ["nobody", "other"]}
        conn.execute(sa.update(task).where(task.c.id == task_id).values(settings=settings))
    assert [row.case_id for row in house.ask("nobody", worklist.todo).items] == [case_id]
    assert house.ask("nobody", instances.case, ref=str(case_id)).tasks[0].mine is True
    assert house.ask("wood2", worklist.todo).items == ()
    assert house.ask("wood2", cases.search).items == ()


def test_the_machine_and_drafts_are_for_those_with_the_right(house: House) -> None:
    lists = (incidents.incidents, incidents.jobs, incidents.messages, incidents.groups)
    for login in ("field1", "nobody"):
        for query in lists:
            with pytest.raises(NotAllowed):
                house.ask(login, query)
        with pytest.raises(NotAllowed):
            house.ask(login, operations.worker)
        with pytest.raises(NotAllowed):
            house.ask(login, dry_run.dry_run, until=house.clock.now())
        with pytest.raises(NotAllowed):
            house.ask(login, drafts.get, application="tiny")
    assert house.ask("admin", incidents.incidents).items == ()


def test_a_case_in_several_divisions_is_in_the_sight_of_each(house: House) -> None:
    case_id = house.start()
    for login in ("field2", "wood2", "nobody"):
        assert house.ask(login, cases.search).items == ()
    with house.engine.database.write() as conn:
        lying.replace(conn, case_id, ["990102", "990101"])
    for login in ("field1", "wood2"):
        assert [row.id for row in house.ask(login, cases.search).items] == [case_id]
        assert house.ask(login, instances.case, ref=str(case_id)).id == case_id
    assert house.ask("nobody", cases.search).items == ()
    assert house.ask("owner", statistics.cases, region="990102")[0].count == 1
    with house.engine.database.write() as conn:
        lying.replace(conn, case_id, [])
    assert house.ask("wood2", cases.search).items == ()
