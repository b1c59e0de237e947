"""Asking on paper: the sealed paper goes out, the reply is registered for the unit (代录)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from engine.base.errors import Conflict, InvalidRequest, NotFound
from engine.base.values import Value
from engine.commands import entitled, finishing
from engine.commands.entitled import HeldTask
from engine.commands.late import AnswerLate
from engine.commands.results import Acted, Created
from engine.commands.tasks import CompleteTask
from engine.context import Context
from engine.rules import consult, office, refusals
from engine.store import cases, people_rows, sealed_papers
from engine.store.rows import Row

MOST = 10  # files of one reply; designed
ISSUE, RECEIVE, RECORD = "IssuePaper", "ReceivePaper", "RecordReply"


@dataclass(frozen=True, slots=True)
class IssuePaper:
    """出具书面征求意见函: keep the docx that asks the unit of SEAT_ID, sealed.

    SHA256, SIZE and NAME are of the stored docx; SEAL is the hash of its text above the
    place for the reply, CODE its head as printed. Answers Created with the paper's id.
    """

    task_id: int
    seat_id: int
    sha256: str
    size: int
    name: str
    media: str
    seal: str
    code: str

    def run(self, ctx: Context) -> Created:
        """Check who asks whom, keep paper and file, note it in the history."""
        held = entitled.hold_task(ctx, self.task_id, "view")
        region = held.case.root.row["region"]
        office.check(ctx.actor, held.seats, region)
        seat = next((s for s in held.seats if s["id"] == self.seat_id), None)
        if seat is None:
            raise NotFound
        manned = bool(people_rows.manned(ctx.conn, [seat["unit"]]))
        office.check_unit(ctx.actor, seat, region, manned=manned)
        entitled.require_open_case(held.case)
        if held.task["state"] != "open" or seat["state"] != "open":
            raise Conflict("该席位已办理或本轮已结束，不能再书面征求意见。", code="seat-closed")
        uid = self._attach(ctx, held)
        row: Row = {"root_id": held.case.id, "task_id": self.task_id, "seat_id": seat["id"]}
        row |= {"unit": seat["unit"], "unit_name": seat["unit_name"]}
        row |= {"code": self.code, "seal": self.seal, "attachment_id": uid}
        row |= {"issued_by": ctx.actor.person, "issued_name": ctx.actor.name}
        made = sealed_papers.issue(ctx.conn, row | {"issued_at": ctx.now})
        detail = _told(held, row) | {"paper": made, "sha256": self.sha256}
        held.case.note(held.live, ISSUE, detail, node=held.task["node"], unit=seat["unit"])
        finishing.finish(held.case)
        return Created(id=str(made))

    def _attach(self, ctx: Context, held: HeldTask) -> str:
        uid = ctx.ids.uid()
        row: Row = {"id": uid, "root_id": held.case.id, "sha256": self.sha256}
        row |= {"name": self.name, "media": self.media, "size": self.size}
        row |= {"uploaded_by": ctx.actor.person, "uploaded_at": ctx.now, "meta": {"code": "函"}}
        cases.insert_attachment(ctx.conn, row)
        return uid


@dataclass(frozen=True, slots=True)
class ReceivePaper:
    """登记回函: keep what came back, after holding it against what went out.

    FILES are ids of uploaded attachments: the scanned page, or the docx. CODE is what is
    printed on the paper; SEALS are the seals of the docx files among FILES, as read from
    them. What does not match is refused. Answers Created with the paper's id.
    """

    paper_id: int
    files: tuple[str, ...]
    code: str
    seals: tuple[str, ...] = ()
    signed_by: str = ""
    signed_on: date | None = None

    def run(self, ctx: Context) -> Created:
        """Check, keep files and signer, note it in the history."""
        held, paper = hold(ctx, self.paper_id)
        entitled.require_open_case(held.case)
        if paper["state"] != sealed_papers.ISSUED:
            raise _closed(paper)
        self._compare(paper)
        self._check_signer(ctx)
        known = cases.attachments_by_id(ctx.conn, self.files)
        for uid in self.files:
            row = known.get(uid)
            mine = row is not None and row["uploaded_by"] == ctx.actor.person
            if row is None or row["root_id"] is not None or not mine:
                raise InvalidRequest("请先上传回函的扫描件或文件。", code="paper-files")
        cases.use_attachments(ctx.conn, held.case.id, self.files)
        values: Row = {"state": sealed_papers.RECEIVED, "reply": list(self.files)}
        values |= {"signed_by": self.signed_by.strip(), "signed_on": self.signed_on}
        values |= {"received_by": ctx.actor.person, "received_name": ctx.actor.name}
        sealed_papers.change(ctx.conn, paper["id"], values | {"received_at": ctx.now})
        detail = _told(held, paper) | {"paper": paper["id"], "signed_by": values["signed_by"]}
        detail |= {"files": {uid: known[uid]["sha256"] for uid in self.files}}
        held.case.note(held.live, RECEIVE, detail, node=held.task["node"], unit=paper["unit"])
        finishing.finish(held.case)
        return Created(id=str(paper["id"]))

    def _compare(self, paper: Row) -> None:
        """Refuse a paper that is not the one that went out, saying what to do."""
        if not 0 < len(self.files) <= MOST:
            text = f"请上传回函：盖章扫描件或填好的 docx，最多 {MOST} 个文件。"
            raise InvalidRequest(text, code="paper-files")
        at = refusals.local(paper["issued_at"])
        if any(seal != paper["seal"] for seal in self.seals):
            raise InvalidRequest(
                f"回函正文与 {at} 发给 {paper['unit_name']} 的函件不一致，没有登记。"
                "请对方在原函“以下由被征求意见单位填写”之后填写，不改动前面的内容；"
                "内容确需变更的，重新出具函件。",
                code="paper-changed",
            )
        if self.code != paper["code"]:
            raise InvalidRequest(
                f"核验码与 {at} 发给 {paper['unit_name']} 的函件不一致，没有登记。"
                "请核对纸面上的核验码；如果回的是另一份函件，请打开那一份登记，"
                "原函已作废的，请重新出具并请对方按新函回复。",
                code="paper-mismatch",
            )

    def _check_signer(self, ctx: Context) -> None:
        if not 0 < len(self.signed_by.strip()) <= 50:
            raise InvalidRequest("请填写回函上签字人的姓名（不超过 50 个字）。", code="signer")
        today = refusals.local(ctx.now)[:10]
        if self.signed_on is None or self.signed_on.isoformat() > today:
            raise InvalidRequest("请填写回函的日期，不能晚于今天。", code="signed-on")


@dataclass(frozen=True, slots=True)
class RecordReply:
    """代录: enter what the reply says as the act of the unit that was asked.

    DATA, OUTCOME and OPINION as of CompleteTask; EXPECTED_VERSION is the seat's. After the
    conclusion it is a late opinion, kept and not counted. Answers Acted.
    """

    paper_id: int
    outcome: str | None = None
    opinion: str = ""
    data: Mapping[str, Value] = field(default_factory=dict)
    expected_version: int | None = None

    def run(self, ctx: Context) -> Acted:
        """Note who records for whom, then act on the seat as the unit."""
        held, paper = hold(ctx, self.paper_id)
        if paper["state"] == sealed_papers.ISSUED:
            text = "请先登记回函（扫描件或文件、核验码），再录入意见。"
            raise Conflict(text, code="no-reply")
        if paper["state"] != sealed_papers.RECEIVED:
            raise _closed(paper)
        values: Row = {"state": sealed_papers.RECORDED, "recorded_at": ctx.now}
        sealed_papers.change(ctx.conn, paper["id"], values)
        detail = _told(held, paper) | {"paper": paper["id"], "recorded_by": ctx.actor.name}
        detail |= {"signed_on": paper["signed_on"], "signed_by": paper["signed_by"]}
        held.case.note(held.live, RECORD, detail, node=held.task["node"], unit=paper["unit"])
        finishing.finish(held.case)
        own = replace(ctx, actor=office.recorder(ctx.actor, paper))
        seen, unit = self.expected_version, paper["unit"]
        if held.task["state"] == "completed" and _silent(held, paper):
            late = AnswerLate(paper["task_id"], self.outcome, self.opinion, seen, unit)
            return late.run(own)
        said = (self.data, self.outcome, self.opinion)
        return CompleteTask(paper["task_id"], *said, seen, unit).run(own)


def hold(ctx: Context, paper_id: int) -> tuple[HeldTask, Row]:
    """Lock the case of a paper for the office that sent it; NotFound out of sight."""
    known = sealed_papers.get(ctx.conn, paper_id)
    if known is None:
        raise NotFound
    held = entitled.hold_task(ctx, known["task_id"], "view")
    office.check(ctx.actor, held.seats, held.case.root.row["region"])
    paper = sealed_papers.get(ctx.conn, paper_id)  # as it is under the lock
    if paper is None:
        raise NotFound
    return held, paper


def _silent(held: HeldTask, paper: Row) -> bool:
    return any(
        s["id"] == paper["seat_id"] and s["state"] == consult.SILENT for s in held.seats
    )


def _closed(paper: Row) -> Conflict:
    if paper["state"] == sealed_papers.REPLACED:
        text = f"发给 {paper['unit_name']} 的这份函件已重新出具，请按新函登记。"
        return Conflict(text, code="paper-replaced")
    at = refusals.local(paper["received_at"])
    text = f"{paper['received_name']} 已于 {at} 登记 {paper['unit_name']} 的回函。"
    return Conflict(text, code="paper-received", actedBy=paper["received_name"])


def _told(held: HeldTask, paper: Row) -> Row:
    task = held.task
    told: Row = {"task": task["id"], "seat": paper["seat_id"], "name": task["name"]}
    return told | {"unit_name": paper["unit_name"], "code": paper["code"]}
