"""督办台: what stands on it, figures that open their rows, sort, filter, sight."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from engine.base.clock import FakeClock, shanghai
from engine.commands.deadlines import StopClock
from engine.commands.tasks import RemindTask
from engine.queries import supervision, worklist
from engine.queries.paging import Paging, Sort
from engine.queries.supervision import Wanted
from tests.commands.test_escalation import files
from tests.support.databases import Content
from tests.support.tiny import Tiny, deploy, make, opened

NOW = "2026-10-21 09:00"
RULE = {"{title: 审核, kind": "{title: 审核, stopFor: [补正], kind"}


def lived(url: str) -> None:
    """Let time pass until three reviews are late, at one unit and at both."""
    with TemporaryDirectory() as folder:
        tiny = make(url, Path(folder), FakeClock(shanghai("2025-01-01 00:00")))
        live(tiny)
        tiny.engine.close()


def live(tiny: Tiny) -> None:
    deploy(tiny.engine, files(RULE), base_version=1)
    for day, station, login in (("21", "S1", "field1"), ("22", "S1", "field1")):
        tiny.until(shanghai(f"2026-09-{day} 09:00"))
        case_id = tiny.start(login, station=station).instance_id
        tiny.complete(login, case_id, "check", outcome="send")
    tiny.complete("wood1", case_id, "review", outcome="pass")
    tiny.until(shanghai("2026-10-09 09:00"))
    late = tiny.start("field1").instance_id
    tiny.complete("field1", late, "check", outcome="send")
    tiny.until(shanghai(NOW))


@pytest.fixture
def store_content() -> Content:
    return Content("desk", lived)


@pytest.fixture
def desk(store_url: str, data_dir: Path, clock: FakeClock) -> Iterator[Tiny]:
    """Three reviews: overdue since 10-12 at one unit and at both, and one reminded of."""
    clock.set(shanghai(NOW))
    tiny = opened(store_url, data_dir, clock)
    yield tiny
    tiny.engine.close()


def ask(tiny: Tiny, login: str = "chief", **more: object):
    wanted = Wanted(**more)  # type: ignore[arg-type]
    return tiny.engine.ask(supervision.late, tiny.actor(login), wanted=wanted)


def test_every_figure_opens_exactly_its_rows(desk: Tiny) -> None:
    found = desk.engine.ask(supervision.figures, desk.actor("chief"))
    assert found.total == ask(desk).total == 3
    sides = {
        "standing": found.standings,
        "level": found.levels,
        "kind": found.kinds,
        "unit": found.units,
        "process": found.processes,
    }
    for side, figures in sides.items():
        assert figures, side
        for figure in figures:
            rows = ask(desk, **{side: figure.key})
            assert rows.total == figure.count == len(rows.items), (side, figure)
    assert [(f.key, f.label, f.count) for f in found.standings] == [
        ("overdue", "超期", 2),
        ("warned", "预警", 1),
    ]
    assert {f.key: f.count for f in found.levels} == {"L0": 1, "L2": 2}
    assert {f.label: f.count for f in found.units} == {"甲县林草局": 2, "甲县水务局": 3}


def test_a_line_names_case_limit_units_and_who_urged(desk: Tiny) -> None:
    first = ask(desk).items[0]
    desk.do("chief", RemindTask(first.task_id, "请今日办结"))
    line = ask(desk, text="乱占").items[0]
    assert (line.level, line.due.state, line.due.working_days) == ("L2", "overdue", -7)
    assert [name for _, name in line.units] == ["甲县林草局", "甲县水务局"]
    assert (line.urged_by, line.kind) == ("调度员", "opinion")
    assert line.urged_at == desk.clock.now()


def test_it_is_sorted_and_paged(desk: Tiny) -> None:
    actor, seen, after = desk.actor("chief"), [], None
    for _ in range(3):
        found = desk.engine.ask(
            supervision.late,
            actor,
            sort=[Sort("level", True)],
            paging=Paging(1, after),
        )
        seen += [row.level for row in found.items]
        after = found.end_cursor
    assert seen == ["L2", "L2", "L0"]


def test_a_stopped_limit_is_not_overdue(desk: Tiny) -> None:
    warned = ask(desk, standing="warned").items[0]
    desk.do("chief", StopClock(warned.task_id, "补正", "材料不齐，一次性告知补正"))
    desk.until(shanghai("2026-11-20 09:00"))
    (line,) = ask(desk, standing="warned").items
    assert (line.task_id, line.due.state, line.due.text) == (warned.task_id, "stopped", "停表")
    assert ask(desk, standing="overdue").total == 2


def test_others_see_their_own_cases_only(desk: Tiny) -> None:
    assert ask(desk, "wood2").total == 0
    assert ask(desk, "root").total == 0
    assert ask(desk, "water1").total == 3


def test_the_work_list_shows_the_level(desk: Tiny) -> None:
    rows = desk.engine.ask(worklist.todo, desk.actor("water1")).items
    assert [(row.due.level, row.due.state) for row in rows] == [
        ("L2", "overdue"),
        ("L2", "overdue"),
        ("L0", "warning"),
    ]
