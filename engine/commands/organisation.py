"""The organisation as people keep it: records changed, ended, taken back; none deleted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from engine.base.errors import InvalidForm, NotFound, StaleDocument, VersionMissing
from engine.bpmn.facts import drawn, places
from engine.commands import organising
from engine.commands.results import RecordChanged
from engine.context import Context, Deployed
from engine.library.reading import Reader
from engine.library.tables import LEVELS, ROLE, UNIT, Register, parts, row_of
from engine.organisation import END, FILE, SET, Organisation, load
from engine.rules.permissions import may
from engine.store import organisation, records
from engine.store.rows import Row

CELL_LENGTH, NOTE_LENGTH, CODE_LENGTH = 400, 200, 40
FRAME = {"code": "编码", "note": "说明", "validFrom": "自", "validTo": "至", "cells": ""}
Op = Literal["set", "end", "file"]


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """Change record CODE of KIND ("unit", "role", a register) of APPLICATION.

    OP set: CELLS are texts by column, columns left out stay; it counts from VALID_FROM to
    VALID_TO (last day; None: open). OP end: the record ends with the day before VALID_FROM.
    OP file: back to what the application's file says. IF_MATCH is the id of the record's
    last change, 0 for none. Right organisation; answers RecordChanged.
    """

    application: str
    kind: str
    code: str
    op: Op = "set"
    cells: Mapping[str, str] | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""
    if_match: int | None = None
    source: str = "page"

    def run(self, ctx: Context) -> RecordChanged:
        """Check, keep the change, write what is in force today."""
        desk = hold(ctx, self.application, self.kind)
        last = desk.last(ctx, self.code)
        if self.if_match is None:
            raise VersionMissing
        if (last["id"] if last else 0) != self.if_match:
            raise StaleDocument(currentVersion=last["id"] if last else 0)
        change_id = desk.change(ctx, replace(self, kind=desk.register.kind))
        organising.settle(ctx, desk.deployed)
        return RecordChanged(kind=desk.register.kind, code=self.code, version=change_id)


@dataclass(frozen=True, slots=True)
class UndoRecord:
    """Take back the last change of a record; the change stays on record as undone.

    IF_MATCH is its id. Right organisation; answers RecordChanged.
    """

    application: str
    kind: str
    code: str
    if_match: int | None = None

    def run(self, ctx: Context) -> RecordChanged:
        """Mark it, audit it, write what is in force today."""
        desk = hold(ctx, self.application, self.kind)
        last = desk.last(ctx, self.code)
        if last is None:
            raise NotFound("这条记录没有可撤销的修改。")
        if self.if_match is None:
            raise VersionMissing
        if last["id"] != self.if_match:
            raise StaleDocument(currentVersion=last["id"])
        organisation.undo(ctx.conn, last["id"], ctx.actor.person, ctx.now)
        kind = desk.register.kind
        detail = {"kind": kind, "code": self.code, "application": self.application}
        detail |= {"change": last["id"], "from": last["cells"], "to": last["old"]}
        records.add_audit(ctx.conn, ctx.now, ctx.actor.person, "UndoRecord", detail)
        organising.settle(ctx, desk.deployed)
        before = desk.last(ctx, self.code)
        number = before["id"] if before else 0
        return RecordChanged(kind=kind, code=self.code, version=number)


@dataclass(frozen=True, slots=True)
class Desk:
    """The records of one kind in hand: who holds it is the only one who changes them."""

    deployed: Deployed
    known: Organisation
    register: Register
    day: date

    def last(self, ctx: Context, code: str) -> Row | None:
        """Give the newest change of the record CODE that counts."""
        app = self.known.application
        names = app.names(self.register.kind)
        found = organisation.record(ctx.conn, app.key, names, code)
        return next((row for row in found if row["undone_at"] is None), None)

    def change(self, ctx: Context, wish: ChangeRecord) -> int:
        """Check WISH and keep it; give the id of the change."""
        return self.keep(ctx, wish, self.judged(wish))

    def keep(self, ctx: Context, wish: ChangeRecord, row: Row) -> int:
        """Keep WISH, judged as ROW; give the id of the change."""
        made: Row = {
            **row,
            "application": wish.application,
            "kind": wish.kind,
            "code": wish.code,
            "op": wish.op,
            "valid_from": wish.valid_from,
            "valid_to": wish.valid_to,
            "note": wish.note,
            "source": wish.source,
            "made_by": ctx.actor.person,
            "made_name": ctx.actor.name,
            "made_at": ctx.now,
        }
        change_id = organisation.add_change(ctx.conn, made)
        detail: Row = {name: made[name] for name in ("application", "kind", "code", "op")}
        detail |= {"change": change_id, "note": wish.note, "source": wish.source}
        detail |= {"from": row["old"], "to": {n: row["cells"].get(n) for n in row["old"]}}
        detail |= {"validFrom": wish.valid_from, "validTo": wish.valid_to}
        records.add_audit(ctx.conn, ctx.now, ctx.actor.person, "ChangeRecord", detail)
        return change_id

    def judged(self, wish: ChangeRecord) -> Row:
        """Give cells, old and base of a change, or refuse it with a text for each field."""
        day = wish.valid_from or self.day
        before = self.known.cells(wish.kind, wish.code, day)
        base = self.known.filed(wish.kind, wish.code, self.day)
        reader = Reader("")
        self._check_frame(wish, before, reader)
        if wish.op != SET:
            self._refuse(reader)
            return {"cells": dict(before or {}), "old": dict(before or {}), "base": base}
        cells = {name: (before or {}).get(name, "") for name in self.register.columns}
        cells |= {name: text.strip() for name, text in (wish.cells or {}).items()}
        cells[self.register.key] = wish.code
        self._check_cells(wish.kind, cells, reader)
        self._check_codes(cells, before or {}, reader)
        held = before or {}
        old = {n: held.get(n, "") for n in cells if not held or held.get(n, "") != cells[n]}
        if not old:  # people stand by what they entered, knowing the file's new text
            disputed = self.known.conflict(wish.kind, wish.code, day)
            old = {name: cells.get(name, "") for name in disputed if name}
            old |= {self.register.key: wish.code} if "" in disputed else {}
        dated = wish.valid_from is not None or wish.valid_to is not None
        if not old and not dated and not reader.findings:
            reader.report("cells", "与现在的内容相同，没有改动")
        self._refuse(reader)
        return {"cells": cells, "old": old, "base": base}

    def _check_frame(
        self, wish: ChangeRecord, before: Mapping[str, str] | None, reader: Reader
    ) -> None:
        if not wish.code or len(wish.code) > CODE_LENGTH or not wish.code.isprintable():
            reader.report("code", f"编码不能为空，最多 {CODE_LENGTH} 个字符")
        if len(wish.note) > NOTE_LENGTH:
            reader.report("note", f"说明最多 {NOTE_LENGTH} 个字")
        if wish.valid_from and wish.valid_to and wish.valid_to < wish.valid_from:
            reader.report("validTo", "结束日期早于开始日期")
        if wish.op == END and wish.valid_from is None:
            reader.report("validFrom", "请填写失效日期")
        if wish.op == END and before is None:
            reader.report("code", "该日没有这条记录，不能结束")
        self._check_use(wish, reader)
        if wish.op == FILE and wish.code not in self.register.periods:
            reader.report("code", "应用文件中没有这条记录")

    def _check_use(self, wish: ChangeRecord, reader: Reader) -> None:
        """Refuse the end of a role the diagrams use: whoever holds it would be nobody."""
        if wish.op != END or self.register.kind != ROLE:
            return
        used = drawn(self.deployed.facts).get(wish.code)
        if used:
            text = f"流程图有{places(used)}要用这个角色，不能结束；请先发布不再用它的流程图"
            reader.report("code", text)

    def _check_cells(self, kind: str, cells: Mapping[str, str], reader: Reader) -> None:
        unknown = set(cells) - set(self.register.columns)
        for name in sorted(unknown):
            reader.report(name, "没有这一列，可用：" + self._columns())
        for name, text in cells.items():
            if len(text) > CELL_LENGTH or not text.isprintable():
                reader.report(name, f"最多 {CELL_LENGTH} 个字，不能换行")
        row_of(self.register, {n: t for n, t in cells.items() if n not in unknown}, "", reader)
        if not cells.get(self.register.label):
            reader.report(self.register.label, "名称不能为空")
        above = cells.get(self.register.parent) if self.register.parent else ""
        if above and self.known.row(kind, above, self.day) is None:
            reader.report(self.register.parent, f"上级“{above}”不存在或已结束")
        if kind == UNIT:
            self._check_unit(cells, reader)

    def _check_codes(
        self, cells: Mapping[str, str], before: Mapping[str, str], reader: Reader
    ) -> None:
        """Report codes that mean nothing; what stood there before is not asked again."""
        own = self.register
        fresh = {n: text for n, text in cells.items() if text and text != before.get(n, "")}
        for name, values in own.values.items():
            if name in fresh and fresh[name] not in values and name != "level":
                words = "、".join(f"{code}（{word}）" for code, word in values.items())
                reader.report(name, f"“{fresh[name]}”不在可用的值中：{words}")
        for name, kind in own.refers.items():
            if name not in fresh or own.kind == UNIT or kind not in self.known.records:
                continue
            for code in parts(own, name, fresh[name]):
                if self.known.row(kind, code, self.day) is None:
                    title = self.known.records[self.known.base(kind)].title
                    reader.report(name, f"没有编码为“{code}”的{title}")

    def _columns(self) -> str:
        """Name the columns, each with what people call it."""
        own = self.register
        named = (f"{n}（{own.word(n)}）" if own.word(n) != n else n for n in own.columns)
        return "、".join(named)

    def _check_unit(self, cells: Mapping[str, str], reader: Reader) -> None:
        if cells.get("level") not in LEVELS:
            words = "、".join(f"{code}（{word}）" for code, word in LEVELS.items())
            reader.report("level", f"应为 {words} 之一")
        roles = [part.strip() for part in cells.get("roles", "").split(";") if part.strip()]
        for code in roles:
            if self.known.row(ROLE, code, self.day) is None:
                reader.report("roles", f"没有角色“{code}”，请先在“角色”中登记")
        if not roles:
            reader.report("roles", "至少一个角色，多个用分号隔开")
        region = cells.get("region") or ""
        divided = "division" in self.known.records
        if divided and self.known.row("division", region, self.day) is None:
            reader.report("region", f"没有行政区划“{region}”")

    def _refuse(self, reader: Reader) -> None:
        """Refuse with one text a field, and all of them under the names people know."""
        found = [
            {
                "field": f.element.strip() or "cells",
                "code": f.code,
                "detail": f.zh.removeprefix(f"{f.element}：").strip(),
            }
            for f in reader.findings
        ]
        if found:
            words = {**FRAME, **{n: self.register.word(n) for n in self.register.columns}}
            told = [(words.get(row["field"], row["field"]), row["detail"]) for row in found]
            texts = [f"{word}：{text}" if word else text for word, text in told[:5]]
            raise InvalidForm(found, "；".join(texts))


def hold(ctx: Context, application: str, kind: str) -> Desk:
    """Take the organisation of APPLICATION in hand, as the only one who writes it now."""
    may(ctx.actor, "organisation")
    organising.alone(ctx)
    deployed = organising.newest(ctx, application)
    if deployed is None:
        raise NotFound(f"没有应用“{application[:40]}”。")
    known = load(ctx.conn, deployed.application)
    kind = known.base(kind)
    if kind not in known.records:
        raise NotFound(f"没有名为“{kind[:40]}”的登记册。")
    return Desk(deployed, known, known.records[kind], organising.today(ctx, deployed.zone))
