"""回避: who keeps away from a case neither sees it nor acts; its work goes to another."""

from typing import Any

import pytest
import sqlalchemy as sa

from engine.base.errors import Conflict, InvalidRequest, NotAllowed, NotFound
from engine.commands.recusing import LiftRecusal, Recuse
from engine.commands.refilling import RefillSeats
from engine.commands.tasks import ClaimTask, CompleteTask
from engine.queries import cases, history, notices, statistics, tasks, worklist
from engine.store import snapshots
from engine.store.tables import incident, recusal
from tests.support.tiny import Tiny, bundle, deploy

WHY = "本单位是被反映的单位，应当回避"
MINE = "当事人是我的近亲属，申请回避"


def at_review(tiny: Tiny) -> tuple[int, int]:
    case_id = tiny.start().instance_id
    tiny.complete("field1", case_id, "check", outcome="send")
    return case_id, tiny.open_task(case_id, "review")["id"]


def sights(tiny: Tiny, login: str) -> list[int]:
    """Count what LOGIN meets of the only case: lists, work, figures, notices."""
    actor, ask = tiny.actor(login), tiny.engine.ask
    counts = ask(worklist.counts, actor)
    return [
        ask(cases.search, actor).total,
        ask(tasks.search, actor).total,
        len(ask(statistics.cases, actor)),
        counts.todo,
        counts.colleague,
        ask(notices.copied, actor).total,
    ]


def kinds(tiny: Tiny, case_id: int) -> list[str]:
    lines = tiny.engine.ask(history.audit, tiny.actor("head"), ref=str(case_id)).items
    return [line.kind for line in lines]


def test_a_unit_the_case_is_about_loses_it_and_its_superior_acts(tiny: Tiny) -> None:
    case_id, task_id = at_review(tiny)
    tiny.do("wood1", ClaimTask(task_id))
    assert sights(tiny, "wood1")[:4] == [1, 2, 1, 1]
    with pytest.raises(InvalidRequest, match="10 个字"):
        tiny.do("water1", Recuse(case_id, "短", unit="U-WOOD-1"))
    with pytest.raises(NotAllowed, match="您没有“登记回避”的权限"):
        tiny.do("head", Recuse(case_id, WHY, unit="U-WOOD-1"))
    with pytest.raises(NotFound):
        tiny.do("wood2", Recuse(case_id, WHY, unit="U-WOOD-1"))
    # The round has two seats and no office of forestry stands above: nothing half done.
    with pytest.raises(Conflict, match="没有可以接替的上级单位"):
        tiny.do("water1", Recuse(case_id, WHY, unit="U-WOOD-1"))
    assert sights(tiny, "wood1")[:4] == [1, 2, 1, 1]
    assert tiny.rows(sa.select(recusal)) == []


@pytest.fixture
def ladder(tiny: Tiny) -> Tiny:
    """Let the main office of the prefecture be the parent of the county's."""
    units = bundle().files["organisation/units.csv"].decode()
    units = units.replace("WOOD,,\nU-WOOD-2", "WOOD,,U-HEAD\nU-WOOD-2")
    deploy(tiny.engine, {"organisation/units.csv": units.encode()}, base_version=1)
    return tiny


def test_the_superior_gets_the_seat_and_everything_is_told(ladder: Tiny) -> None:
    tiny = ladder
    case_id, task_id = at_review(tiny)
    tiny.do("wood1", ClaimTask(task_id))
    tiny.do("water1", Recuse(case_id, WHY, unit="U-WOOD-1"))
    for login in ("wood1", "wood1b"):
        assert sights(tiny, login) == [0] * 6, login
        with pytest.raises(NotFound):
            tiny.do(login, ClaimTask(task_id))
        late = CompleteTask(task_id, outcome="pass", expected_version=2)
        with pytest.raises(NotFound):
            tiny.do(login, late)
        with pytest.raises(NotFound):
            tiny.engine.ask(tasks.get, tiny.actor(login), task_id=task_id)
    seats = {seat["unit"]: seat["state"] for seat in tiny.seats(task_id)}
    assert seats == {"U-HEAD": "open", "U-WATER-1": "open"}
    assert {"Recuse", "SeatMoved"} <= set(kinds(tiny, case_id))
    with pytest.raises(Conflict, match="已登记回避"):
        tiny.do("chief", Recuse(case_id, WHY, unit="U-WOOD-1"))
    tiny.complete("head", case_id, "review", outcome="pass")
    tiny.complete("water1", case_id, "review", outcome="pass")
    # The next round the unit would have sat in goes up as well.
    units = {s["unit"] for t in tiny.open_tasks(case_id) for s in tiny.seats(t["id"])}
    assert "U-WOOD-1" not in units


def test_a_person_steps_back_and_a_colleague_goes_on(tiny: Tiny) -> None:
    case_id, task_id = at_review(tiny)
    tiny.do("wood1", ClaimTask(task_id))
    tiny.do("wood1", Recuse(case_id, MINE))
    assert sights(tiny, "wood1") == [0] * 6
    with pytest.raises(NotFound):
        tiny.do("wood1", ClaimTask(task_id))
    assert kinds(tiny, case_id).count("ReleaseTask") == 1
    tiny.complete("wood1b", case_id, "review", outcome="pass", expected_version=3)


def test_the_last_of_a_unit_stops_the_round_until_it_is_lifted(tiny: Tiny) -> None:
    case_id = tiny.start().instance_id
    task_id = tiny.open_task(case_id, "check")["id"]
    tiny.do("chief", Recuse(case_id, WHY, person="field1"))
    (row,) = tiny.rows(sa.select(incident).where(incident.c.state == "open"))
    assert "应当回避，没有上级单位可以接替" in row["text"]
    assert tiny.open_tasks(case_id) == []
    (kept,) = tiny.rows(sa.select(recusal))
    with pytest.raises(NotFound):  # the person himself sees nothing of it
        tiny.do("field1", LiftRecusal(case_id, kept["id"], WHY))
    with pytest.raises(NotAllowed):
        tiny.do("head", LiftRecusal(case_id, kept["id"], WHY))
    tiny.do("chief", LiftRecusal(case_id, kept["id"], "登记有误，应为另一案件"))
    assert sights(tiny, "field1")[0] == 1
    assert tiny.do("chief", RefillSeats((row["id"],))).filled == 1
    (seat,) = [s for s in tiny.seats(task_id) if s["state"] == "open"]
    assert seat["unit"] == "U-S1"
    tiny.complete("field1", case_id, "check", outcome="send", expected_version=1)


def test_who_sees_everything_keeps_away_too(tiny: Tiny) -> None:
    case_id, _ = at_review(tiny)
    assert sights(tiny, "chief")[:3] == [1, 2, 1]
    tiny.do("chief", Recuse(case_id, MINE))
    assert sights(tiny, "chief") == [0] * 6
    with tiny.engine.database.read() as conn:  # nor in rows that were frozen
        assert snapshots.visible_cases(conn, tiny.actor("chief"), [case_id]) == set()
        assert snapshots.visible_cases(conn, tiny.actor("wood1"), [case_id]) == {case_id}
    with pytest.raises(NotFound):
        tiny.do("chief", Recuse(case_id, MINE, unit="U-WOOD-1"))


def field(xml: str, text: str) -> bytes:
    at = xml.index("<gov:searchField")
    return (xml[:at] + text + xml[at:]).encode()


@pytest.fixture
def declaring(ladder: Tiny) -> Tiny:
    """Let the process say by a field which unit a case is about."""
    xml = bundle().files["tiny_case.bpmn"].decode()
    said = (
        '<gov:searchField name="recused" type="string" label="回避单位" '
        "from=\"=if what = &#34;林草局占地&#34; then [&#34;U-WOOD-1&#34;] else null\" />"
    )
    units = bundle().files["organisation/units.csv"].decode()
    units = units.replace("WOOD,,\nU-WOOD-2", "WOOD,,U-HEAD\nU-WOOD-2")
    changed: dict[str, Any] = {"tiny_case.bpmn": field(xml, said)}
    changed["organisation/units.csv"] = units.encode()
    deploy(ladder.engine, changed, base_version=2)
    return ladder


def test_a_case_declared_to_be_about_a_unit_never_reaches_it(declaring: Tiny) -> None:
    tiny = declaring
    case_id = tiny.start(what="林草局占地").instance_id
    assert sights(tiny, "wood1") == [0] * 6  # its territory, yet out of sight
    tiny.complete("field1", case_id, "check", outcome="send")
    task_id = tiny.open_task(case_id, "review")["id"]
    assert {seat["unit"] for seat in tiny.seats(task_id)} == {"U-HEAD", "U-WATER-1"}
    other = tiny.start(what="乱占林地").instance_id
    tiny.complete("field1", other, "check", outcome="send")
    assert sights(tiny, "wood1")[3] == 1
    (row,) = tiny.rows(sa.select(recusal))
    with pytest.raises(Conflict, match="案件内容决定"):
        tiny.do("chief", LiftRecusal(case_id, row["id"], "登记有误，应为另一案件"))
