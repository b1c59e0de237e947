"""Sealed papers of a round: what goes out, what went out, the form as the unit would see it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from engine.base.errors import NotFound
from engine.context import View
from engine.forms.scope import Scope
from engine.prints import returned
from engine.prints.model import Band, Block, Document, Grid, Pairs, Prose, Sign
from engine.prints.paper import MEDIA, Paper
from engine.prints.pictures import Read
from engine.prints.text import shown
from engine.queries import form_facts, instances, page_forms, papers, task_page
from engine.queries.task_data import TaskData, load
from engine.rules import consult, office
from engine.store import people_rows, sealed_papers
from engine.store.rows import Row

__all__ = ["Sealed", "read_returned"]
ZERO = "0" * 64
LETTER, REPLY = "函", "回函"  # what attachments of papers are called


@dataclass(frozen=True, slots=True)
class Sealed:
    """A docx ready to go out: its bytes, the SEAL of its text and the CODE printed on it."""

    content: bytes
    name: str
    media: str
    seal: str
    code: str

    @property
    def sha256(self) -> str:
        """Give the hash of the file itself."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of one unit on paper; written after the transaction that asked for it."""

    paper: Paper
    reply: tuple[Block, ...]

    def sealed(self, read: Read) -> Sealed:
        """Write the docx twice: what it says first, then with the code of that below it."""
        seal = returned.read(self._written(ZERO, read)).seal
        content = self._written(seal, read)
        name, code = self.paper.file_name("docx"), returned.code_of(seal)
        return Sealed(content, name, MEDIA["docx"], seal, code)

    def _written(self, seal: str, read: Read) -> bytes:
        told = f"核验码：{returned.code_of(seal)}（以上文字的 SHA-256：{seal}）"
        below = (Prose(returned.MARK, "subhead"), Prose(told, "left"), *self.reply)
        document = self.paper.document
        whole = replace(document, blocks=(*document.blocks, *below))
        return replace(self.paper, document=whole).written("docx", read)


@dataclass(frozen=True, slots=True)
class Issued:
    """One paper: to whom, by whom, what came back.

    STATE: issued, replaced by a newer one, received (a reply came), recorded (代录).
    """

    id: int
    seat_id: int
    unit: str
    unit_name: str
    code: str
    seal: str
    attachment_id: str
    issued_name: str
    issued_at: datetime
    state: str
    reply: tuple[str, ...]
    signed_by: str
    signed_on: date | None
    received_name: str
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class Askable:
    """A seat whose unit may be asked on paper."""

    seat: int
    unit_name: str


@dataclass(frozen=True, slots=True)
class Papers:
    """What the office of a round sees: PAPERS, and whom it may ask on paper.

    ALLOWED is false for everybody else, who see the papers only.
    """

    allowed: bool
    papers: tuple[Issued, ...] = ()
    offered: tuple[Askable, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """A paper with the form its unit would fill in: what the office records."""

    paper: Issued
    page: task_page.TaskForm
    form: page_forms.PageForm
    seat_version: int
    late: bool


def of_task(view: View, *, task_id: int) -> Papers:
    """Give the papers of the round TASK_ID, and whom the actor may ask on paper."""
    held = load(view, task_id)
    found = tuple(map(_issued, sealed_papers.of_task(view.connection, task_id)))
    region = held.root["region"]
    if not office.allowed(view.actor, held.seats, region):
        return Papers(False, found)
    manned = people_rows.manned(view.connection, [seat["unit"] for seat in held.seats])
    free = office.supervises(view.actor, region)
    under_way = {one.seat_id for one in found if one.state in ("received", "recorded")}
    offered = tuple(
        Askable(seat["id"], str(seat["unit_name"]))
        for seat in _asked(held)
        if (free or seat["unit"] not in manned) and seat["id"] not in under_way
    )
    return Papers(True, found, offered)


def _asked(held: TaskData) -> list[Row]:
    if held.task["state"] != "open" or held.root["status"] != "active":
        return []
    asked = consult.asked(held.seats)
    return [s for s in held.seats if s["state"] == "open" and s["unit"] and s in asked]


def request(view: View, *, task_id: int, seat_id: int) -> Request:
    """Give what the unit of SEAT_ID is asked, on paper; NotAllowed for all but the office."""
    held = load(view, task_id)
    region = held.root["region"]
    office.check(view.actor, held.seats, region)
    seat = next((one for one in held.seats if one["id"] == seat_id), None)
    if seat is None:
        raise NotFound
    manned = people_rows.manned(view.connection, [seat["unit"]])
    office.check_unit(view.actor, seat, region, manned=bool(manned))
    own = _as_unit(view, seat["unit"], seat["unit_name"], "")
    mine = replace(load(own, task_id), seat=seat)
    number = str(held.root["number"] or held.root["id"])
    told = "" if held.task["round"] == 1 else f"　第 {held.task['round']} 轮"
    title = f"{held.task['name']}征求意见函"
    said = (*_filed(own, held), *_known(own, mine))
    blocks = (*_head(view, held, seat), *said, *_enclosed(own, held))
    document = Document(title, blocks, number=f"编号：{number}{told}")
    name = f"{number} {title} {seat['unit_name']}"
    return Request(Paper(document, name), tuple(_reply(own, mine)))


def _as_unit(view: View, unit: str, name: str, signed_by: str) -> View:
    """Look as the unit would: its seat, its form, what it may see."""
    paper = {"unit": unit, "unit_name": name, "signed_by": signed_by}
    actor = office.recorder(view.actor, paper)
    return View(view.connection, actor, view.clock, view.runtimes)


def _head(view: View, held: TaskData, seat: Row) -> Iterator[Block]:
    units = {post.unit_name for post in view.actor.posts}
    lead = [s["unit_name"] for s in held.seats if s["duty"] == "conclude"]
    sender = lead[0] if lead else "、".join(sorted(units)) or view.actor.name
    yield Pairs((("事项", str(held.root["title"] or held.facts.name)),))
    yield Pairs((("致", str(seat["unit_name"])), ("发函单位", str(sender))))
    due = seat["due_at"] or held.task["due_at"]
    yield Pairs((("反馈期限", shown(due) if due else "尽快"), ("发出时间", shown(view.now))))


def _fields(own: View, mine: TaskData) -> tuple[frozenset[str], tuple[form_facts.Group, ...]]:
    """Give the keys the unit fills in, and the form as it stands."""
    form = mine.form
    if form is None:
        return frozenset(), ()
    schema = task_page.schema_of(own, mine)
    if schema is None:
        return frozenset(), ()
    open_keys = {
        one.key
        for one in form.all
        if one.derived is None and not one.readonly
        and (mine.writable is None or one.key in mine.writable)
    }
    data = task_page.prefilled(own, mine)
    scope = Scope({**mine.known(), **data}, mine.moment(own))
    return frozenset(open_keys), form_facts.read(form_facts.Reader(own, mine, scope), schema)


def _filed(own: View, held: TaskData) -> Iterator[Block]:
    """Give the form the case was begun with: what the opinion is about."""
    ref = str(held.root["id"])
    if papers.has_start(own, case=ref):
        yield from papers.of_start(own, case=ref).document.blocks


def _known(own: View, mine: TaskData) -> Iterator[Block]:
    """Give what the form tells the unit: nothing it is to fill in, no date of the reply."""
    keys, groups = _fields(own, mine)
    keys |= {one.key for one in mine.form.all if one.type == "date"} if mine.form else keys
    told = [
        replace(group, facts=tuple(f for f in group.facts if f.key not in keys))
        for group in groups
    ]
    yield from papers.blocks_of([group for group in told if group.facts])


def _enclosed(own: View, held: TaskData) -> Iterator[Block]:
    """Name the documents the unit may read, with their hashes: so they can be checked."""
    listed = instances.case(own, ref=str(held.root["id"])).documents
    found = [one for one in listed if one.meta.get("code") not in (LETTER, REPLY)]
    rows = tuple((str(n), one.name, one.sha256) for n, one in enumerate(found, 1))
    if rows:
        yield Grid(("序号", "材料", "SHA-256"), rows, "随函材料")


def _reply(own: View, mine: TaskData) -> Iterator[Block]:
    """Give room for the answer: the choices, the fields, the opinion with seal and date."""
    words = [str(row.get("label") or row["value"]) for row in mine.outcomes]
    if words:
        yield Pairs((("意见（选一项打√）", "　".join(f"□ {word}" for word in words)),))
    keys, groups = _fields(own, mine)
    for fact in (one for group in groups for one in group.facts if one.key in keys):
        if fact.type == "table":
            blank = tuple("" for _ in fact.columns)
            yield Grid(fact.columns, (blank,) * 3, fact.label)
        elif fact.type == "signoff":
            continue
        else:
            yield Pairs(((fact.label, ""),))
    yield Band("反馈意见")
    yield Sign("意见和理由", unit=str(mine.seat["unit_name"]) if mine.seat else "")


def reply(view: View, *, paper_id: int) -> Reply:
    """Give paper PAPER_ID with the form of its unit, for the office that sent it."""
    row = sealed_papers.get(view.connection, paper_id)
    if row is None:
        raise NotFound
    held = load(view, row["task_id"])
    office.check(view.actor, held.seats, held.root["region"])
    own = _as_unit(view, row["unit"], row["unit_name"], row["signed_by"] or "")
    page = task_page.form(own, task_id=row["task_id"])
    seat = next(one for one in held.seats if one["id"] == row["seat_id"])
    late = seat["state"] == consult.SILENT
    if late:
        words = consult.offered(held.node.outcomes, seat)
        kept = {str(one["value"]) for one in words}
        page = replace(page, outcomes=tuple(o for o in page.outcomes if o.value in kept))
    form = page_forms.PageForm(None, {})
    if not late:
        form = page_forms.of_task(own, task_id=row["task_id"])
    return Reply(_issued(row), page, form, seat["version"], late)


def read_returned(contents: Sequence[bytes]) -> tuple[tuple[str, ...], str]:
    """Give the seals of the docx CONTENTS that came back, and the code the first tells."""
    found = [returned.read(content) for content in contents]
    return tuple(one.seal for one in found), next((one.code for one in found if one.code), "")


def plain_code(text: str) -> str:
    """Give a code as typed in the form it is printed in."""
    return returned.plain_code(text)


def _issued(row: Row) -> Issued:
    names = ("id", "seat_id", "unit", "unit_name", "code", "seal", "attachment_id")
    more = ("issued_name", "issued_at", "state", "signed_on", "received_at")
    return Issued(
        **{name: row[name] for name in (*names, *more)},
        reply=tuple(row["reply"] or ()),
        signed_by=row["signed_by"] or "",
        received_name=row["received_name"] or "",
    )
