"""Figures are worked out once and never shown late: steps, limits, midnights, other eyes."""

from datetime import timedelta
from typing import Any

import pytest

from engine import measuring
from engine.queries import metrics, statistics
from tests.support.site import LEDGER
from tests.support.tiny import Tiny, deploy

LATE = """
id: late
title: 到期
denominator: 'row.due != null'
numerator: 'row.due <= as_of'
format: number
"""
FEW = """
id: few
title: 问题
ledger: problem
denominator: 'row.number != null'
smallest: 5
"""
ASKED = """
id: asked
title: 问及时刻
denominator: 'row.opened <= as_of - duration("PT1H")'
"""


@pytest.fixture
def counted(tiny: Tiny) -> Tiny:
    """Give the application with a ledger and figures of each kind."""
    files: dict[str, bytes | None] = {
        "ledgers/problem.yaml": LEDGER.encode(),
        "reports/late.yaml": LATE.encode(),
        "reports/few.yaml": FEW.encode(),
    }
    deploy(tiny.engine, files, base_version=1)
    return tiny


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the sources of rows that are read for figures, as they are read."""
    found: list[str] = []
    real = measuring.rows_of

    def noted(asking: Any, source: str) -> Any:
        found.append(source)
        return real(asking, source)

    monkeypatch.setattr(measuring, "rows_of", noted)
    return found


def board(app: Tiny, login: str = "chief") -> dict[str, str]:
    """Give what the figures say to LOGIN."""
    found = app.engine.ask(metrics.board, app.actor(login), application="tiny")
    return {one.id: one.live.shown for one in found}


def late(app: Tiny, login: str = "chief") -> tuple[int, int]:
    """Give how many cases LOGIN sees, and how many are late."""
    found = app.engine.ask(statistics.cases, app.actor(login))
    return sum(one.count for one in found), sum(one.overdue for one in found)


def test_figures_are_counted_once_until_something_changes(
    counted: Tiny, looks: list[str]
) -> None:
    for _ in range(6):
        case = int(counted.start().instance_id)
    counted.clock.set(counted.clock.now() + timedelta(seconds=1))
    first = board(counted)
    assert (first, looks) == ({"late": "不适用", "few": "6"}, ["problem", "tasks"])
    counted.clock.set(counted.clock.now() + timedelta(seconds=5))
    assert board(counted) == first
    assert len(looks) == 2  # nothing was counted again
    counted.complete("field1", case, "check", outcome="send")
    assert board(counted)["few"] == "6"  # what begins now counts from now on
    counted.clock.set(counted.clock.now() + timedelta(seconds=1))
    assert board(counted) == {"late": "0 / 2", "few": "6"}
    assert len(looks) == 6


def test_the_passing_of_a_limit_is_told_at_its_moment(
    counted: Tiny, looks: list[str]
) -> None:
    case = int(counted.start().instance_id)
    counted.complete("field1", case, "check", outcome="send")
    task = counted.open_task(case, "review")
    counted.clock.set(task["due_at"] - timedelta(seconds=1))
    assert (board(counted)["late"], late(counted)) == ("0 / 2", (1, 0))
    counted.clock.set(task["due_at"])
    assert (board(counted)["late"], late(counted)) == ("2 / 2", (1, 0))
    counted.clock.set(task["due_at"] + timedelta(seconds=1))
    assert (board(counted)["late"], late(counted)) == ("2 / 2", (1, 1))
    before = len(looks)
    counted.clock.set(task["due_at"] + timedelta(days=1, seconds=1))
    assert board(counted)["late"] == "2 / 2"
    assert len(looks) > before  # counted anew on another day


def test_everybody_has_figures_of_his_own_and_small_ones_stay_untold(counted: Tiny) -> None:
    counted.start("field1")
    for _ in range(5):
        counted.start("field2", station="S2")
    counted.clock.set(counted.clock.now() + timedelta(seconds=1))
    assert (late(counted), late(counted, "field1"), late(counted, "field2")) == (
        (6, 0), (1, 0), (5, 0)
    )
    told = [board(counted, one)["few"] for one in ("chief", "field1", "field2", "chief")]
    assert told == ["6", "少于 5", "5", "6"]


def test_a_figure_that_asks_for_the_time_is_never_kept(
    counted: Tiny, looks: list[str]
) -> None:
    deploy(counted.engine, {"reports/asked.yaml": ASKED.encode()}, base_version=2)
    counted.start()
    counted.clock.set(counted.clock.now() + timedelta(minutes=59))
    assert board(counted)["asked"] == "0"
    counted.clock.set(counted.clock.now() + timedelta(minutes=1))
    assert board(counted)["asked"] == "1"
