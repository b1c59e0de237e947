"""The limits of an installation: checked at start, one truth for all nodes."""

from pathlib import Path
from typing import Any

import pytest

from engine.base import bounds
from engine.base.actor import SYSTEM
from engine.base.errors import InvalidRequest, NotAllowed
from engine.base.events import Limits
from engine.bootstrap import build
from engine.cli import main
from engine.commands.limits import SetLimits
from engine.commands.upkeep import Beat
from engine.queries import operations
from engine.store.records import audit_lines
from tests.support.tiny import Tiny


@pytest.fixture(autouse=True)
def no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(bounds.ENVIRONMENT, raising=False)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("table_bytes", "名称=整数"),
        ("table_bytes=4MB", "名称=整数"),
        ("table_rows=5", "没有名为“table_rows”的上限"),
        ("nesting=3", "nesting（数据嵌套）应在 8 至 64 层之间"),
        ("table_bytes=99000000", "256000 至 16000000 字节之间"),
        ("table_bytes=9000000", "不能大于 tables_bytes"),
        ("value_bytes=600000", "请一并调大 scope_bytes"),
        ("form_bytes=3000000", "请一并调大 form_bytes"),
    ],
)
def test_a_wrong_limit_is_refused_with_what_is_right(text: str, told: str) -> None:
    with pytest.raises(InvalidRequest, match="运行上限的设置不正确") as stopped:
        bounds.parse(text)
    assert told in stopped.value.message


def test_limits_are_read_together() -> None:
    found = bounds.limits_of(bounds.parse("table_bytes=9000000, tables_bytes=20000000"))
    assert (found.table_bytes, found.tables_bytes) == (9_000_000, 20_000_000)
    assert bounds.changed(found) == {"table_bytes": 9_000_000, "tables_bytes": 20_000_000}
    assert found.form_bytes == 18_000_000  # a table that may be stored can arrive
    assert bounds.limits_of({"form_bytes": 9_000_000}).form_bytes == 9_000_000
    assert bounds.limits_of(None) == Limits()


def test_the_first_node_lays_them_down_and_no_node_with_others_starts(
    tiny: Tiny, store_url: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tiny.engine.runtimes.bounds == Limits()
    monkeypatch.setenv(bounds.ENVIRONMENT, "nesting=20")
    first = build(store_url, data_dir)
    assert first.runtimes.bounds.nesting == 20
    monkeypatch.setenv(bounds.ENVIRONMENT, "nesting=21")
    with pytest.raises(InvalidRequest, match="没有启动") as stopped:
        build(store_url, data_dir)
    assert "nesting=21" in stopped.value.message
    assert "nesting=20" in stopped.value.message
    monkeypatch.delenv(bounds.ENVIRONMENT)
    second = build(store_url, data_dir)
    assert second.runtimes.bounds.nesting == 20
    first.execute(SetLimits({"nesting": 40}), SYSTEM)
    second.execute(Beat("second", "1"), SYSTEM)  # a running node takes them over
    assert second.runtimes.bounds.nesting == 40
    with second.database.read() as conn:
        told = [line["detail"] for line in audit_lines(conn, "SetLimits")]
    assert told[-1] == {"from": {"nesting": 20}, "to": {"nesting": 40}}
    first.close()
    second.close()


def test_steps_obey_them_on_a_running_node(tiny: Tiny) -> None:
    tiny.engine.execute(SetLimits({"step_visits": 1_000, "table_bytes": 300_000}), SYSTEM)
    with tiny.engine.database.read() as conn:
        deployed = tiny.engine.runtimes.version(conn, 1, "tiny")
    assert deployed.env().limits.table_bytes == 300_000
    with pytest.raises(NotAllowed):
        tiny.engine.execute(SetLimits({}), tiny.actor("field1"))
    rows = {row.name: row for row in tiny.engine.ask(operations.limits, SYSTEM)}
    assert (rows["table_bytes"].value, rows["table_bytes"].usual) == (300_000, 4_000_000)
    assert [name for name, row in rows.items() if row.changed] == ["table_bytes", "step_visits"]


def test_the_verb_shows_and_changes_them(
    tiny: Tiny, store_url: str, data_dir: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = ["--url", store_url, "--data", str(data_dir)]
    monkeypatch.setenv(bounds.ENVIRONMENT, "nesting=20")
    assert main(["limits", "table_bytes=6000000", *place]) == 0
    assert main(["limits", "nesting=30", *place]) == 0
    shown = capsys.readouterr().out
    assert "6000000 字节  一张表格（默认 4000000）" in shown
    assert main(["limits", "table_bytes=1", *place]) == 1
    assert "table_bytes" in capsys.readouterr().err
    kept = build(store_url, data_dir)
    assert bounds.changed(kept.runtimes.bounds) == {"table_bytes": 6_000_000, "nesting": 30}
    kept.close()
