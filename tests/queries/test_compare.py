"""What two versions differ in, element by element, and what stands on coming days."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from engine.base.actor import SYSTEM, Actor
from engine.base.clock import FakeClock
from engine.base.errors import NotAllowed
from engine.commands.definitions import Deploy
from engine.engine import Engine
from engine.library.bundle import read_folder
from engine.queries import agenda, elements, table_changes
from tests.support.engines import build
from tests.support.site import APPS

STRANGER = Actor("nobody", "路人")


@pytest.fixture
def engine(store_url: str, data_dir: Path, clock: FakeClock) -> Iterator[Engine]:
    """Give an empty engine on each database."""
    made = build(store_url, data_dir, clock=clock)
    yield made
    made.close()


@pytest.fixture
def tiny(engine: Engine) -> dict[str, bytes]:
    """Deploy the tiny application and give its files."""
    files = dict(read_folder(APPS, "tiny").files)
    engine.execute(Deploy("tiny", files, "一"), SYSTEM)
    return files


def test_a_renamed_step_is_told_with_both_names_and_nothing_else(
    engine: Engine, tiny: dict[str, bytes]
) -> None:
    path = next(path for path in tiny if path.endswith(".bpmn"))
    before, _, rest = tiny[path].decode().partition("<bpmn:userTask ")
    name = rest.split('name="', 1)[1].split('"', 1)[0]
    after = before + "<bpmn:userTask " + rest.replace(f'name="{name}"', 'name="改过"', 1)
    engine.execute(Deploy("tiny", {**tiny, path: after.encode()}, "二", 1), SYSTEM)
    found = engine.ask(elements.compare, SYSTEM, application="tiny", before=1, after=2)
    own = [one for one in found.diagrams[path] if one.kind == "userTask"]
    assert [(one.change, one.attribute, one.before, one.after) for one in own] == [
        ("changed", "name", name, "改过")
    ]
    assert found.moved[path] == 0


def test_a_stranger_may_not_compare(engine: Engine, tiny: dict[str, bytes]) -> None:
    with pytest.raises(NotAllowed):
        engine.ask(elements.compare, STRANGER, application="tiny", before=1, after=1)


def test_the_agenda_knows_holidays_and_working_weekends(
    engine: Engine, tiny: dict[str, bytes]
) -> None:
    first = date(2025, 9, 24)
    shown = engine.ask(agenda.agenda, SYSTEM, application="tiny", first=first, weeks=3)
    days = {day.on: day for day in shown.days}
    assert shown.days[0].on == date(2025, 9, 22)
    assert len(shown.days) == 21
    assert days[date(2025, 10, 1)].working is False
    assert days[date(2025, 9, 28)].made_up
    assert not days[date(2025, 9, 24)].made_up


def test_a_year_without_calendar_is_shown_without_a_guess(
    engine: Engine, tiny: dict[str, bytes]
) -> None:
    shown = engine.ask(
        agenda.agenda, SYSTEM, application="tiny", first=date(2090, 1, 2), weeks=1
    )
    assert {day.working for day in shown.days} == {None}


TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
 namespace="urn:x"><decision id="lead" name="牵头单位"><variable name="lead"/>
 <decisionTable id="t" hitPolicy="{policy}"><input id="i1" label="类型">
 <inputExpression typeRef="string"><text>kind</text></inputExpression></input>{more}
 <output id="o1" name="unit" label="单位" typeRef="string"/>{rows}
 </decisionTable></decision></definitions>"""


def _table(policy: str, more: str, *rows: tuple[str, ...]) -> bytes:
    made = ""
    for rule, *cells in rows:
        texts = [f"<inputEntry><text>{cell}</text></inputEntry>" for cell in cells[:-1]]
        texts.append(f"<outputEntry><text>{cells[-1]}</text></outputEntry>")
        made += f'<rule id="{rule}">{"".join(texts)}</rule>'
    return TABLE.format(policy=policy, more=more, rows=made).encode()


def test_a_changed_table_is_told_row_by_row() -> None:
    was = _table(
        "UNIQUE", "", ("r1", '"矿"', '"甲"'), ("r2", '"路"', '"乙"'), ("r3", '"水"', '"丙"')
    )
    # r1 kept its id and names another unit, r2 has a new id and says the same, r3 is gone
    now = _table(
        "UNIQUE", "", ("r1", '"矿"', '"丁"'), ("r9", '"路"', '"乙"'), ("r4", '"风"', '"丙"')
    )
    (told,) = table_changes.compare(was, now) or ()
    assert (told.change, told.name, told.heads, told.inputs) == (
        "changed", "牵头单位", ("类型", "单位"), 1,
    )  # fmt: skip
    assert (told.alike, told.facts) == (1, ())
    shown = [
        (row.change, row.was, row.now, *((c.before, c.after) for c in row.cells))
        for row in told.rows
    ]
    assert shown == [
        ("changed", 1, 1, ('"矿"', '"矿"'), ('"甲"', '"丁"')),
        ("removed", 3, 0, ('"水"', ""), ('"丙"', "")),
        ("added", 0, 3, ("", '"风"'), ("", '"丙"')),
    ]


def test_columns_policy_and_order_of_a_table_are_told() -> None:
    read = "<inputExpression><text>level</text></inputExpression>"
    level = f'<input id="i2" label="级别">{read}</input>'
    was = _table("FIRST", "", ("r1", '"矿"', '"甲"'), ("r2", '"路"', '"乙"'))
    now = _table("UNIQUE", level, ("r2", '"路"', '"省"', '"乙"'), ("r1", '"矿"', "-", '"甲"'))
    (told,) = table_changes.compare(was, now) or ()
    facts = {(fact.change, fact.name): (fact.before, fact.after) for fact in told.facts}
    assert facts == {
        ("changed", "命中规则"): ("首个命中（F）", "唯一（U）"),
        ("added", "输入列“级别”"): ("", "级别：level"),
        ("changed", "行的次序"): ("", "已调整"),
    }
    assert told.heads == ("类型", "级别", "单位")
    assert [(row.was, row.now) for row in told.rows] == [(2, 1), (1, 2)]
    assert table_changes.compare(was, b"<broken") is None
    assert table_changes.compare(was, was) == ()
