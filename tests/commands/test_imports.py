"""Tables come in: row by row, at the anchor of their state, never twice, never by half."""

from typing import Any

import pytest
import sqlalchemy as sa

from engine.base.errors import Conflict, InvalidDefinition, NotAllowed, NotFound
from engine.commands.imports import ApplyRows, BeginImport, ConfirmImport, StopImport
from engine.queries import imports
from engine.sheets.read import read_sheet
from engine.store.tables import history, instance
from tests.support import tables
from tests.support.tables import ROWS, checked, look, receipts, taken, with_import
from tests.support.tiny import Tiny


@pytest.fixture
def filled(tiny: Tiny) -> Tiny:
    with_import(tiny)
    return tiny


def counts(run: Any) -> dict[str, int]:
    return {state: count for state, count in run.counts.items() if count}


def cases_of(tiny: Tiny) -> list[dict[str, Any]]:
    query = sa.select(instance).where(instance.c.number.startswith("TN-"))
    return tiny.rows(query.order_by(instance.c.id))


def test_rows_begin_cases_at_the_anchor_of_their_state(filled: Tiny) -> None:
    run = taken(filled, tables.table())
    assert (run.state, counts(run)) == ("done", {"created": 3})
    first, second, third = cases_of(filled)
    assert [t["node"] for t in filled.open_tasks(first["id"])] == ["check"]
    assert {t["node"] for t in filled.open_tasks(second["id"])} == {"review"}
    assert (third["status"], third["state_name"]) == ("completed", "已销号")
    assert first["number"] == "TN-2025-990101-001"
    assert first["region"] == "990101"


def test_the_history_names_file_and_row(filled: Tiny) -> None:
    taken(filled, tables.table())
    second = cases_of(filled)[1]
    lines = filled.rows(
        sa.select(history).where(history.c.root_id == second["id"]).order_by(history.c.no)
    )
    assert (lines[0]["kind"], lines[0]["actor"]) == ("ImportRow", "field1")
    for part in ('"row":4', '"name":"a.xlsx"', '"anchor":"review"', '"reviewed_before":true'):
        assert part in lines[0]["detail"].replace(": ", ":")


def test_nothing_begins_before_it_is_confirmed(filled: Tiny) -> None:
    run = checked(filled, tables.table())
    assert (run.state, counts(run)) == ("ready", {"create": 3})
    assert cases_of(filled) == []


def test_the_same_table_twice_adds_nothing(filled: Tiny) -> None:
    taken(filled, tables.table())
    before = cases_of(filled)
    run = taken(filled, tables.table())
    assert counts(run) == {"unchanged": 3}
    assert cases_of(filled) == before


def test_a_case_that_moved_on_is_still_the_same_row(filled: Tiny) -> None:
    taken(filled, tables.table())
    case_id = cases_of(filled)[0]["id"]
    filled.complete("field1", case_id, "check", outcome="send", data={"area": 9})
    assert counts(taken(filled, tables.table())) == {"unchanged": 3}


BROKEN = (
    (None, "S9", "甲", 1, None, None, None),
    (None, "S1", None, -1, "下周", "没有的状态", None),
    (None, "S1", "好的", 1, None, None, None),
    (None, "S1", "好的", 2, None, None, None),
    (None, "S2", "别处的", 1, None, None, None),
    ("TN-1", "S1", "无此编号", 1, None, None, None),
    (None, "S1", "x" * 101, 1, None, None, None),
)


def test_a_broken_row_is_told_and_blocks_no_other(filled: Tiny) -> None:
    run = taken(filled, tables.table(BROKEN))
    assert counts(run) == {"created": 1, "refused": 6}
    told = {
        row.no: [(p["label"], p["text"]) for p in row.problems]
        for row in receipts(filled, run.id, state="refused")
    }
    assert told[3] == [("管护站", "“管护站”中没有“S9”，请填名称或代码。")]
    assert {label for label, _ in told[4]} == {"问题", "面积", "发现日期", "状态"}
    assert told[6] == [("", "与第 5 行重复。")]
    assert "职责范围" in told[7][0][1]
    assert "TN-1" in told[8][0][1]
    assert told[9] == [("问题", "“问题”不多于 100 个字（当前 101 个字）。")]
    assert len(cases_of(filled)) == 1


def test_refused_rows_go_out_to_be_corrected_and_come_back(filled: Tiny) -> None:
    run = taken(filled, tables.table(BROKEN))
    ask = filled.engine.ask
    _, content = ask(imports.refused_sheet, filled.actor("field1"), run_id=run.id)
    grid = read_sheet(content, (*tables.LABELS, "错误原因（改正后可删去本列）"), tables.FOOT)
    assert len(grid.rows) == 6
    assert "S9" in str(grid.rows[0][1]["错误原因（改正后可删去本列）"])
    assert counts(taken(filled, content)) == {"merged": 1, "refused": 5}


def test_a_declared_column_is_merged_and_others_are_not(filled: Tiny) -> None:
    taken(filled, tables.table())
    changed = [list(row) for row in ROWS]
    changed[0][3] = 4  # area: may be merged
    changed[1][4] = "2024-01-01"  # the day it was found: may not
    run = taken(filled, tables.table(changed))
    assert counts(run) == {"merged": 1, "unchanged": 1, "refused": 1}
    assert "发现日期" in receipts(filled, run.id, state="refused")[0].problems[0]["text"]
    case = cases_of(filled)[0]
    kinds = [r["kind"] for r in filled.rows(sa.select(history).where(
        history.c.root_id == case["id"]))]  # fmt: skip
    assert "MergeRow" in kinds
    assert counts(taken(filled, tables.table(changed)))["unchanged"] == 2


def test_a_number_finds_the_case_whatever_the_rest(filled: Tiny) -> None:
    started = filled.start(what="手工登记", area=3)
    row = (started.number, "S1", "手工登记", 8, "2025-01-01", None, None)
    run = taken(filled, tables.table([row]))
    assert counts(run) == {"merged": 1}
    assert len(cases_of(filled)) == 1


def test_pasted_text_is_a_table_too(filled: Tiny) -> None:
    text = "管护站\t问题\t面积\nS1\t粘贴的\t1.5\n"
    run = taken(filled, text.encode(), name="粘贴.tsv")
    assert counts(run) == {"created": 1}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", tables.table()[:-20]])
def test_a_table_that_cannot_be_read_says_so(filled: Tiny, content: bytes) -> None:
    run = checked(filled, content)
    assert run.state == "failed"
    assert "xlsx" in run.error


def test_only_who_may_start_the_process_sends_tables(filled: Tiny) -> None:
    with pytest.raises(NotAllowed):
        tables.send(filled, tables.table(), "wood1")
    with pytest.raises(NotFound):
        filled.do("field1", BeginImport("tiny", "nothing", "0" * 64, "a.xlsx"))


def test_a_run_is_its_senders_alone(filled: Tiny) -> None:
    run = checked(filled, tables.table())
    for command in (ConfirmImport(run.id), StopImport(run.id)):
        with pytest.raises(NotFound):
            filled.do("field2", command)
    with pytest.raises(NotFound):
        look(filled, run.id, "field2")


def test_a_run_can_be_stopped_and_is_confirmed_once(filled: Tiny) -> None:
    run = checked(filled, tables.table())
    filled.do("field1", ConfirmImport(run.id))
    with pytest.raises(Conflict):
        filled.do("field1", ConfirmImport(run.id))
    filled.do("field1", StopImport(run.id))
    filled.worker.run_due()
    assert look(filled, run.id).state == "stopped"
    assert cases_of(filled) == []


def test_a_batch_that_breaks_is_taken_row_by_row(
    filled: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure nobody foresaw costs its own row; what is begun is whole."""
    from engine.commands import imports as module

    plain = module._beginning

    def fails(spec: Any, row: Any, run: Any) -> Any:
        if row.values["what"] == "堆土":
            raise RuntimeError("unforeseen")
        return plain(spec, row, run)

    monkeypatch.setattr(module, "_beginning", fails)
    run = taken(filled, tables.table())
    assert counts(run) == {"created": 2, "refused": 1}
    assert [row.no for row in receipts(filled, run.id, state="refused")] == [4]
    assert len(cases_of(filled)) == 2


def test_what_a_crash_undid_is_done_again_and_nothing_twice(
    filled: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(None, "S1", f"第{n}处", 1, None, None, None) for n in range(60)]
    run = checked(filled, tables.table(rows))
    filled.do("field1", ConfirmImport(run.id))
    actor = filled.actor("field1")
    assert filled.engine.execute(ApplyRows(run.id), actor).count == 25

    class Killed(BaseException):
        pass

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("engine.store.import_rows.settle_rows", killed)
        with pytest.raises(Killed):
            filled.engine.execute(ApplyRows(run.id), actor)
    assert len(cases_of(filled)) == 25
    filled.worker.run_due()
    assert counts(look(filled, run.id)) == {"created": 60}
    numbers = [case["number"] for case in cases_of(filled)]
    assert numbers == [f"TN-2025-990101-{n:03}" for n in range(1, 61)]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("anchor: review", "anchor: nowhere", "nowhere"),
        ("process: tiny_case", "process: other", "other"),
        ("form: report", "form: other", "other"),
        ("key: [station, what]", "key: [stations]", "stations"),
        ("label: 问题}", "label: 面积}", "面积"),
        ("default: 已登记", "default: 未知", "未知"),
    ],
)
def test_an_import_file_that_names_nothing_real_is_not_deployed(
    tiny: Tiny, old: str, new: str, told: str
) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        with_import(tiny, **{old: new})
    assert any(told in finding.zh for finding in refused.value.findings)
