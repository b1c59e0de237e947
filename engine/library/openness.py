"""What an application shows to everybody, and how long it keeps what nobody may see."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from engine.base.findings import Finding
from engine.library.bundle import MAIN
from engine.library.reading import Reader

Entry = Mapping[str, Any]
VAULT_KEYS = frozenset(("keep", "requirement", "basis", "note"))
PUBLIC_KEYS = frozenset(
    ("title", "text", "intake", "contacts", "publications", "requirement", "basis", "note")
)
INTAKE_KEYS = frozenset(
    ("public", "process", "start", "title", "text", "requirement", "basis", "note")
)
SHOWN_KEYS = frozenset(("process", "states", "requirement", "basis", "note"))
FIELDS = ("title", "body", "kind", "date", "from", "to", "by")  # of a publication
# Types of fields a page without scripts can ask a visitor for.
ASKED = frozenset(
    ("string", "text", "number", "integer", "date", "boolean", "choice", "choices")
) | {"reference", "files"}
CONTACT_KEYS = frozenset(("region", "name", "phone", "mailbox"))
PERIOD = re.compile(r"P(?=\d)(\d+Y)?(\d+M)?(\d+D)?")
NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


def read_vault(data: Entry, reader: Reader) -> Entry:
    """Read `vault`: how long protected fields are kept after their case ended."""
    found: Entry = reader.may(data, "vault", dict) or {}
    if found:
        reader.known(found, VAULT_KEYS, "vault")
        keep = reader.need(found, "keep", str, "vault")
        if keep is not None and not PERIOD.fullmatch(keep):
            reader.report("vault.keep", f"“{keep}”格式不对", "写成 P1Y、P6M 或 P90D")
        reader.need(found, "basis", str, "vault")
    return found


def read_public(data: Entry, settings: Mapping[str, Entry], reader: Reader) -> Entry:
    """Read `public`: start forms anybody may fill in, whom to call, what is published."""
    found: Entry = reader.may(data, "public", dict) or {}
    if not found:
        return {}
    reader.known(found, PUBLIC_KEYS, "public")
    reader.need(found, "title", str, "public")
    _intakes(found, reader)
    for number, entry in enumerate(reader.entries(found, "publications", "public"), 1):
        where = f"public.publications[{number}]"
        reader.known(entry, SHOWN_KEYS | set(FIELDS), where)
        for key in ("process", "title", "body"):
            reader.need(entry, key, str, where)
        reader.need(entry, "states", list, where)
    _contacts(found, settings, reader)
    return found


def _intakes(found: Entry, reader: Reader) -> None:
    for name, entry in reader.section(found, "intake").items():
        where = f"public.intake.{name}"
        reader.known(entry, INTAKE_KEYS, where)
        if not NAME.fullmatch(name):
            reader.report(where, "名称用在网址中", "用小写字母、数字和“-”，以字母开头")
        if entry.get("public") is not True:
            text = "不登录就能填写的表单须写明 public: true"
            reader.report(where, text, "确认后补上 public: true，或删去此项")
        for key in ("process", "start", "title"):
            reader.need(entry, key, str, where)


def _contacts(found: Entry, settings: Mapping[str, Entry], reader: Reader) -> None:
    """Check the published phone numbers and mailboxes; warn where there is none."""
    name = reader.may(found, "contacts", str, "public")
    if name is None:
        return
    rows = settings.get(name, {}).get("value")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        text = f"settings 中没有“{name}”，或不是电话信箱的列表"
        reader.report("public.contacts", text, f"在 settings 中补上 {name}")
        return
    for number, row in enumerate(rows, 1):
        reader.known(row, CONTACT_KEYS, f"settings.{name}.value[{number}]")
    empty = [row.get("name") for row in rows if not (row.get("phone") and row.get("mailbox"))]
    if empty:
        text = f"{'、'.join(map(str, empty))}：举报电话或信箱没有填写"
        hint = "填写后重新发布，公开页面才会显示"
        where = f"settings.{name}"
        reader.report(where, text, hint, code="app.contact", severity="warning")


def findings(
    vault: Entry,
    public: Entry,
    protected: Mapping[str, Collection[str]],
    starts: Mapping[str, Mapping[str, str | None]],
    forms: Mapping[str, Mapping[str, str]],
) -> list[Finding]:
    """Report what these sections name that is not there, or cannot be asked of a visitor.

    PROTECTED: vault fields of each form; STARTS: form of each start event of each process;
    FORMS: the type of each field of each form.
    """
    reader = Reader(MAIN)
    if any(protected.values()) and not vault.get("keep"):
        names = "、".join(sorted(name for name, keys in protected.items() if keys))
        text = f"表单 {names} 有保密字段，但没有规定保存多久"
        reader.report("vault", text, "补上 vault: {keep: P1Y, basis: …}", code="app.vault")
    for name, entry in (public.get("intake") or {}).items():
        process, start = str(entry.get("process")), str(entry.get("start"))
        form = starts.get(process, {}).get(start)
        if not form:
            text = f"流程“{process}”没有带表单的开始节点“{start}”"
            reader.report(f"public.intake.{name}", text, "改为图中的流程和开始节点")
        for key, kind in forms.get(str(form), {}).items():
            if kind not in ASKED:
                text = f"表单 {form} 的字段“{key}”不能在公开页面上填写（{kind}）"
                hint = "公开表单用文本、数值、日期、单选多选、勾选、登记表选项和照片"
                reader.report(f"public.intake.{name}", text, hint)
    for number, entry in enumerate(public.get("publications") or (), 1):
        if entry.get("process") not in starts:
            text = f"没有流程“{entry.get('process')}”"
            reader.report(f"public.publications[{number}]", text, "改为本应用的流程标识")
    return reader.findings


def sealed_columns(
    imports: Mapping[str, Entry], protected: Mapping[str, Collection[str]]
) -> list[Finding]:
    """Refuse tables that bring protected fields in: their cells are stored in the open."""
    found: list[Finding] = []
    for name, data in imports.items():
        reader = Reader(f"imports/{name}.yaml")
        secret = protected.get(str(data.get("form")), ())
        for column in data.get("columns") or ():
            if column["key"] in secret:
                text = f"“{column['key']}”是保密字段，不能从表格导入"
                reader.report(f"columns.{column['key']}", text, "删去该列，在页面上登记")
        found += reader.findings
    return found
