"""Forms of a case as documents: what they held when they were signed, laid out as a table."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from engine.base.errors import NotFound
from engine.base.values import Value
from engine.context import View
from engine.forms.scope import Scope
from engine.prints.model import Album, Band, Block, Document, Grid, Pairs, Picture, Prose, Sign
from engine.prints.paper import MEDIA, Paper
from engine.prints.text import day, shown
from engine.queries import form_facts, instances, task_page, tasks
from engine.queries.discretion import CONSULT
from engine.queries.form_facts import Fact, Group, Reader
from engine.queries.task_data import TaskData, load
from engine.rules.seats import ASKED, CONCLUDE
from engine.store import codec
from engine.store.tables import form_entry, instance

__all__ = ["MEDIA", "Paper", "has_start", "of_start", "of_task"]
_ANNEX = re.compile(r"（(附件\s*\d+)）$")  # a title that names its place among the annexes
DONE = ("done", "silent")


def of_task(view: View, *, task_id: int, seat: int | None = None) -> Paper:
    """Give the form of TASK_ID as a document, with the opinions of its seats.

    What was signed stands as it was signed; an open task gives what is stored so far,
    marked as a draft. SEAT chooses the answer of one seat where each fills in its own form;
    without it a consultation gives its conclusion.
    """
    held = load(view, task_id)
    row = tasks.get(view, task_id=task_id)
    if seat is not None and not any(s.id == seat and s.outcome for s in row.seats):
        raise NotFound  # of another task, silent, or not to be read before the conclusion
    draft = row.state in ("open", "incident")
    form, data = _entry(view, held, _seat_of(row, seat))
    if draft and seat is None:
        form, data = (held.form_id or "" if row.rule != CONSULT else ""), {}
    held = replace(held, shown=form)
    groups = _groups(view, held, data)
    voices = [one for one in row.seats if one.state in DONE and seat in (None, one.id)]
    blocks = (*blocks_of(groups), *_voices(held, voices), *_passed(row.seats))
    return _paper(held, row.name, blocks, draft=draft)


def of_start(view: View, *, case: str) -> Paper:
    """Give the form the case REF names was started with."""
    case_id = instances.case_id_of(view, ref=case)
    entry = _start_entry(view, case_id)
    if entry is None:
        raise NotFound
    held = _started(view, case_id, entry.form)
    groups = _groups(view, held, codec.decode(bytes(entry.data)))
    return _paper(held, held.facts.name, tuple(blocks_of(groups)))


def has_start(view: View, *, case: str) -> bool:
    """Tell whether the case REF names was started with a form that makes a paper."""
    case_id = instances.case_id_of(view, ref=case)
    entry = _start_entry(view, case_id)
    if entry is None:
        return False
    form = _started(view, case_id, entry.form).form
    return form is not None and form.paper


def _start_entry(view: View, case_id: int) -> sa.Row[Any] | None:
    query = sa.select(form_entry).where(
        form_entry.c.root_id == case_id, form_entry.c.task_id.is_(None)
    )
    return view.connection.execute(query.order_by(form_entry.c.id).limit(1)).one_or_none()


def _started(view: View, case_id: int, form: str) -> TaskData:
    """Give the case as it stood behind a task that has FORM and no element."""
    query = sa.select(instance).where(instance.c.id == case_id)
    row = dict(view.connection.execute(query).one()._mapping)
    version = view.runtimes.deployed(view.connection, row["definition_id"], row["runtime"])
    key = view.runtimes.definition(view.connection, row["definition_id"])["key"]
    return TaskData(
        task={"id": 0, "node": "", "name": "", "form": form, "locals": None, "round": 1},
        instance=row,
        root=row,
        seats=(),
        version=version,
        facts=version.facts[key],
        state=codec.decode(bytes(row["state"])),
        shown=form,
    )


def _paper(
    held: TaskData, name: str, blocks: tuple[Block, ...], *, draft: bool = False
) -> Paper:
    title, annex = _titled(held.form.title if held.form else name)
    number = str(held.root["number"] or held.root["id"])
    told = "" if held.task["round"] == 1 else f"　第 {held.task['round']} 轮"
    document = Document(title, blocks, annex=annex, number=f"编号：{number}{told}", draft=draft)
    return Paper(document, f"{number} {title}")


def _titled(title: str) -> tuple[str, str]:
    found = _ANNEX.search(title)
    return (title[: found.start()], found[1]) if found else (title, "")


def _seat_of(row: tasks.TaskRow, seat: int | None) -> int | None:
    """Name the seat whose own form is printed: SEAT, or the conclusion of a consultation."""
    if seat is not None or row.rule != CONSULT:
        return seat
    return next((one.id for one in row.seats if one.duty == CONCLUDE), 0)


def _entry(view: View, held: TaskData, seat: int | None) -> tuple[str, dict[str, Value]]:
    """Give form and data of what was submitted, by SEAT or by all one over the other."""
    query = sa.select(form_entry).where(form_entry.c.task_id == held.task["id"])
    if seat is not None:
        query = query.where(form_entry.c.seat_id == seat)
    data: dict[str, Value] = {}
    form = held.task["form"] or "" if seat is None else ""
    for row in view.connection.execute(query.order_by(form_entry.c.id)):
        form, data = row.form, {**data, **codec.decode(bytes(row.data))}
    return form, data


def _groups(view: View, held: TaskData, entry: dict[str, Value]) -> tuple[Group, ...]:
    if held.form is None:
        return ()
    schema = task_page.schema_of(view, held)
    if schema is None:
        return ()
    data = {**task_page.prefilled(view, held), **entry}
    scope = Scope({**held.known(), **data}, held.moment(view))
    return form_facts.read(Reader(view, held, scope), schema)


def blocks_of(groups: Iterable[Group]) -> Iterator[Block]:
    """Give the lines of GROUPS as a form on paper has them."""
    for group in groups:
        yield from _blocks(group)


def _blocks(group: Group) -> Iterator[Block]:
    """Give the lines of a GROUP, then its tables and files."""
    if group.label:
        yield Band(group.label)
    plain = [one for one in group.facts if one.type not in ("table", "files")]
    yield from paired(plain)
    for one in group.facts:
        if one.type == "table":
            rows = tuple(tuple(shown(cell) for cell in row) for row in one.rows)
            yield Grid(one.columns, rows, one.label)
        elif one.type == "files":
            yield from _files(one)


def paired(facts: Iterable[Fact]) -> Iterator[Block]:
    """Give FACTS two in a line where both are short, as official forms do."""
    waiting: Fact | None = None
    for one in facts:
        single = one.type == "signoff" or one.long
        if waiting is not None and not single:
            yield Pairs((_pair(waiting), _pair(one)))
            waiting = None
            continue
        if waiting is not None:
            yield Pairs((_pair(waiting),))
            waiting = None
        if one.type == "signoff":
            yield _sign(one)
            yield from _sealed(one)
        elif single:
            yield Pairs((_pair(one),))
        else:
            waiting = one
    if waiting is not None:
        yield Pairs((_pair(waiting),))


def _pair(fact: Fact) -> tuple[str, str]:
    return fact.label, shown(fact.value)


def _sign(fact: Fact) -> Sign:
    signed = fact.signature
    if signed is None:
        return Sign(fact.label)
    text = "。".join(part.rstrip("。") for part in (signed.outcome, signed.opinion) if part)
    on = day(signed.at) if signed.at else None
    said = f"{text}。" if text else ""
    return Sign(fact.label, said, signed.unit_name, signed.person_name, on)


def _sealed(fact: Fact) -> Iterator[Block]:
    """Name the scanned pages of a signature with their fingerprints; show pictures."""
    pages = fact.signature.pages if fact.signature else ()
    if not pages:
        return
    rows = tuple((str(n), one.name, one.sha256) for n, one in enumerate(pages, 1))
    yield Grid(("序号", "文件名", "SHA-256"), rows, f"{fact.label}签章页")
    pictures = tuple(
        Picture(one.name, one.sha256) for one in pages if one.media.startswith("image/")
    )
    if pictures:
        yield Album(f"{fact.label}签章页（图）", pictures)


def _files(fact: Fact) -> Iterator[Block]:
    """Name all files with their fingerprints; show those that are pictures."""
    if not fact.files:
        yield Pairs(((fact.label, "无"),))
        return
    rows = tuple(
        (str(n), one.code, one.name, shown(one.uploaded_at), one.sha256)
        for n, one in enumerate(fact.files, 1)
    )
    yield Grid(("序号", "代码", "文件名", "上传时间", "SHA-256"), rows, fact.label)
    pictures = tuple(
        Picture(f"{one.code} {one.name}　{shown(one.uploaded_at)}".strip(), one.sha256)
        for one in fact.files
        if one.media.startswith("image/")
    )
    if pictures:
        yield Album(f"{fact.label}（图）", pictures)


def _passed(seats: Sequence[tasks.SeatView]) -> Iterator[Block]:
    """Tell who passed a seat on, when, to whom and why (转办)."""
    for one in seats:
        if one.state == "transferred" and one.decided_at is not None:
            who = f"{one.person_name}（{one.unit_name}）" if one.unit_name else one.person_name
            yield Prose(f"{who} {day(one.decided_at)} {one.opinion or '转办'}。")


def _voices(held: TaskData, seats: Sequence[tasks.SeatView]) -> Iterator[Block]:
    """Give the opinion of each of SEATS with room for its seal."""
    if seats:
        yield Band("办理意见")
    words = {str(o["value"]): str(o.get("label") or o["value"]) for o in held.node.outcomes}
    for one in seats:
        said = (words.get(one.outcome or "", one.outcome or ""), one.opinion or "")
        text = "。".join(part.rstrip("。") for part in said if part)
        if not text:
            text = "逾期未反馈" if one.state == "silent" else "已办理"
        label = one.label if one.duty in (CONCLUDE, ASKED) else one.unit_name or one.label
        on = day(one.decided_at) if one.decided_at else None
        yield Sign(label or "办理意见", f"{text}。", one.unit_name, one.person_name or "", on)
