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
from engine.queries import agenda, elements
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
