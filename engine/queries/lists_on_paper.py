"""Opinions of all rounds and rows of a ledger as documents: tables to print and to keep."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.base.errors import TooLarge
from engine.context import View
from engine.prints.model import Block, Document, Grid, Prose, Sign
from engine.prints.paper import MEDIA, Kind, Paper
from engine.prints.text import NOTHING, day, shown
from engine.queries import instances, ledgers, opinions
from engine.queries.form_facts import Fact
from engine.queries.history import Voice
from engine.queries.paging import Paging, Sort

__all__ = ["MEDIA", "Kind", "Paper", "of_ledger", "of_opinions"]
HEADS = ("序号", "单位", "意见", "理由与依据", "附记", "办理人", "反馈日期")
MOST = 2_000  # rows on paper, some eighty pages; the spreadsheet takes all
PAGE = 200
KEYS, COLUMNS = 2, 12  # columns every part begins with, columns it has besides
WAITS = {"open": "未反馈", "silent": "逾期未反馈", "done": "已反馈，结论后公开"}


def of_opinions(view: View, *, case: str) -> Paper:
    """Give the opinions of every round of the case REF names that several units worked on.

    What the actor may not read yet stays away, as on the page (operations.md 2.6).
    """
    head = instances.case(view, ref=case)
    rounds = opinions.of_case(view, ref=case)
    blocks = [block for one in rounds for block in _round(one)]
    if not blocks:
        blocks = [Prose("本案没有多个单位共同办理的环节。")]
    number = head.number or str(head.id)
    document = Document(
        "会签意见汇总表",
        (Prose(f"事项：{head.title or head.process_name}"), *blocks),
        number=f"编号：{number}",
        draft=any(one.entry.state in ("open", "incident") for one in rounds),
        landscape=True,
    )
    return Paper(document, f"{number} 会签意见汇总表")


def _round(one: opinions.Round) -> Iterator[Block]:
    entry = one.entry
    limit = f"，期限 {day(entry.due_at)}" if entry.due_at else ""
    label = f"{entry.name}（第 {entry.round} 轮，{day(entry.opened_at)} 开始{limit}）"
    rows = tuple(_answer(n, answer) for n, answer in enumerate(one.answers, 1))
    yield Grid(HEADS, rows, label)
    last = one.conclusion.voice if one.conclusion else None
    if last is not None and last.outcome_label:
        text = "。".join(p.rstrip("。") for p in (last.outcome_label, last.opinion) if p)
        on = day(last.decided_at) if last.decided_at else None
        yield Sign("结论", f"{text}。", last.unit_name, last.person_name or "", on)
    elif entry.outcome_label:
        yield Prose(f"结果：{entry.outcome_label}。{entry.arithmetic}")


def _answer(number: int, one: opinions.Answer) -> tuple[str, ...]:
    voice = one.voice
    notes = "\n".join(_note(fact) for fact in one.facts)
    on = str(day(voice.decided_at)) if voice.decided_at else NOTHING
    late = "（逾期）" if one.late or (voice.state == "silent" and voice.outcome) else ""
    unit, by = voice.unit_name or voice.label, voice.person_name or NOTHING
    said = voice.opinion or NOTHING
    return (str(number), unit, _said(voice) + late, said, notes or NOTHING, by, on)


def _said(voice: Voice) -> str:
    return voice.outcome_label or WAITS.get(voice.state, "未参加")


def _note(fact: Fact) -> str:
    if fact.type == "table":
        rows = ["；".join(shown(cell) for cell in row) for row in fact.rows]
        return "\n".join(f"{fact.label} {n}：{row}" for n, row in enumerate(rows, 1))
    if fact.type == "files":
        return f"{fact.label}：{'、'.join(one.name for one in fact.files)}"
    return f"{fact.label}：{shown(fact.value)}"


def of_ledger(
    view: View,
    *,
    ledger_id: str,
    wanted: Mapping[str, Any] | None = None,
    sort: Sequence[Sort] = (),
) -> Paper:
    """Give the rows of a ledger in the actor's sight; TooLarge beyond MOST rows."""
    found = ledgers.ledger(view, ledger_id=ledger_id)
    rows: list[tuple[str, ...]] = []
    after = None
    while True:
        paging = Paging(PAGE, after)
        page = ledgers.rows(
            view, ledger_id=ledger_id, wanted=wanted, sort=sort, paging=paging
        )
        if page.total > MOST:
            raise TooLarge(f"打印不超过 {MOST} 行，请先筛选，或导出 Excel。")
        for row in page.items:
            texts = (shown(row.texts.get(column.key)) for column in found.columns)
            rows.append((str(len(rows) + 1), *texts))
        after = page.end_cursor
        if len(page.items) < PAGE:
            break
    heads = ("序号", *(column.label for column in found.columns))
    document = Document(
        found.title,
        tuple(_parts(heads, rows)),
        number=f"共 {len(rows)} 行，{day(view.now)}",
        landscape=True,
    )
    return Paper(document, f"{found.title} {day(view.now)}")


def _parts(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[Grid]:
    """Give one table, or for more columns than one page takes several, side by side.

    Each begins with the same two columns, the count and the first of the ledger.
    """
    rest = len(heads) - KEYS
    if rest <= COLUMNS:
        yield Grid(heads, tuple(rows))
        return
    parts = -(-rest // COLUMNS)
    size = -(-rest // parts)  # parts of about one width
    for number, at in enumerate(range(KEYS, len(heads), size), 1):
        cut = slice(at, at + size)
        label = f"第 {number} 部分（共 {parts} 部分）：{heads[at]}至{heads[cut][-1]}"
        part = tuple((*row[:KEYS], *row[cut]) for row in rows)
        yield Grid((*heads[:KEYS], *heads[cut]), part, label)
