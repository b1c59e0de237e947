"""案卷: all of a case in one zip, with hashes anyone can check without this system."""

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

import orjson

from engine.base.errors import NotFound, TooLarge
from engine.context import View
from engine.prints.paper import KINDS, Paper, file_safe
from engine.prints.pictures import Read
from engine.queries import history, instances, lists_on_paper, papers
from engine.queries.paging import Paging
from engine.store import chain, codec

__all__ = ["Dossier", "of_case"]
MOST = 200_000_000  # bytes of evidence in one file, which is made in memory; designed
PAGE = 200
DAMAGES = {"edited": "被改动", "missing": "缺失", "head": "与案件的末行不一致"}
README = """本案卷由系统自案件的办理记录生成。

表单/    各环节、各轮次的表单，签署时的内容
意见/    各轮次多个单位的意见
材料/    上传的材料原件
日志.json  办理日志，逐行相连（每行的 hash 由上一行的 hash 与本行内容算出）
校验和.sha256  以上各文件的 SHA-256；在解压后的目录中运行 sha256sum -c 校验和.sha256 即可核对

"""


@dataclass(frozen=True, slots=True)
class Dossier:
    """What goes into the zip; written after the transaction that asked for it."""

    name: str
    at: datetime
    papers: tuple[tuple[str, Paper], ...]
    documents: tuple[instances.Document, ...]
    log: bytes
    note: str

    def write(self, out: BinaryIO, read: Read) -> None:
        """Write the zip to OUT; READ gives the bytes of evidence by SHA-256."""
        sums: list[str] = []
        notes = [self.note]
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for path, content in self._members(read, notes):
                sums.append(f"{hashlib.sha256(content).hexdigest()}  {path}\n")
                self._put(made, path, content)
            self._put(made, "校验和.sha256", "".join(sums).encode())
            self._put(made, "说明.txt", (README + "".join(notes)).encode())

    def _members(self, read: Read, notes: list[str]) -> Iterator[tuple[str, bytes]]:
        for path, paper in self.papers:
            for kind in KINDS:
                yield f"{path}.{kind}", paper.written(kind, read)
        for number, one in enumerate(self.documents, 1):
            try:
                content = read(one.sha256)
            except NotFound:
                notes.append(f"缺失：{one.name}（SHA-256 {one.sha256}）不在材料库中。\n")
                continue
            if hashlib.sha256(content).hexdigest() != one.sha256:
                notes.append(f"不符：{one.name} 与上传时的 SHA-256 {one.sha256} 不一致。\n")
            yield f"材料/{number:03} {file_safe(one.name)}", content
        yield "日志.json", self.log

    def _put(self, made: zipfile.ZipFile, path: str, content: bytes) -> None:
        info = zipfile.ZipInfo(path, self.at.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        made.writestr(info, content)


def of_case(view: View, *, case: str) -> Dossier:
    """Collect the case REF names as far as the actor sees it; TooLarge beyond MOST bytes."""
    head = instances.case(view, ref=case)
    if sum(one.size for one in head.documents) > MOST:
        raise TooLarge(f"材料合计超过 {MOST // 1_000_000} MB，请在“材料”页分别下载。")
    number = head.number or str(head.id)
    lines, hashes = _log(view, case)
    damage = chain.verify_case(view.connection, head.id)
    checked = "日志核对：各行相连，无误。"
    if damage is not None:
        checked = f"日志核对：第 {damage.no} 行{DAMAGES.get(damage.kind, damage.kind)}。"
    end = f"共 {len(hashes)} 行，末行 hash {hashes[-1]}。" if hashes else ""
    return Dossier(
        name=f"{number} 案卷.zip",
        at=view.now,
        papers=tuple(_papers(view, case)),
        documents=head.documents,
        log=lines,
        note=f"案件编号：{number}\n案件名称：{head.title}\n{checked}{end}\n",
    )


def _papers(view: View, case: str) -> Iterator[tuple[str, Paper]]:
    if papers.has_start(view, case=case):
        yield "表单/000 登记", papers.of_start(view, case=case)
    timeline = history.timeline(view, ref=case)
    entries = [one for part in timeline.rounds for one in part.entries]
    for number, entry in enumerate(entries, 1):
        if entry.state == "cancelled":
            continue
        name = f"表单/{number:03} {file_safe(entry.name)} 第{entry.round}轮"
        yield name, papers.of_task(view, task_id=entry.task_id)
        if entry.rule == "consult":
            for voice in entry.voices:
                if voice.outcome and voice.duty != "conclude":
                    one = papers.of_task(view, task_id=entry.task_id, seat=voice.seat_id)
                    yield f"{name} {file_safe(voice.unit_name or voice.label)}", one
    if any(len(entry.voices) > 1 for entry in entries):
        yield "意见/会签意见汇总表", lists_on_paper.of_opinions(view, case=case)


def _log(view: View, case: str) -> tuple[bytes, list[str]]:
    """Give the chained history as JSON and the hashes of its lines."""
    told: list[dict[str, Any]] = []
    after = None
    while True:
        page = history.audit(view, ref=case, paging=Paging(PAGE, after))
        told += [_line(one) for one in page.items]
        after = page.end_cursor
        if len(page.items) < PAGE:
            break
    written = orjson.dumps(told, option=orjson.OPT_INDENT_2)
    return written, [str(one["hash"]) for one in told]


def _line(one: history.Line) -> dict[str, Any]:
    return {
        "no": one.no,
        "at": one.at.isoformat(),
        "kind": one.kind,
        "actor": one.actor,
        "actorName": one.actor_name,
        "unit": one.unit,
        "onBehalfOf": one.on_behalf_of,
        "node": one.node,
        "nodeName": one.node_name,
        "detail": orjson.loads(codec.encode(dict(one.detail))),
        "hash": one.hash,
    }
