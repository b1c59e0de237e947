"""An import file (imports/<id>.yaml): which table starts cases of which process, and where."""

from collections.abc import Collection, Mapping
from typing import Any

from engine.base.findings import Finding
from engine.library.entries import read_sheet
from engine.library.reading import Reader

Entry = Mapping[str, Any]
KEYS = frozenset(
    (
        "id", "title", "process", "form", "roles", "columns", "key", "merge", "states",
        "default", "set", "sheet", "note",
    )
)  # fmt: skip
COLUMN_KEYS = frozenset(
    ("key", "label", "type", "register", "required", "width", "note", "options", "role")
)
STATE_KEYS = frozenset(("anchor", "state", "set"))
# Types of columns that are no field of the form; a field's type is the form's.
TYPES = (
    "string", "text", "number", "integer", "date", "boolean", "division", "unit", "reference",
)  # fmt: skip
# What a column is besides a value: the number of a case already here, or its state.
ROLES = ("number", "state")


def read_import(data: Entry, reader: Reader) -> None:
    """Check an import file by itself; what it names is checked by `findings`."""
    reader.known(data, KEYS)
    reader.need(data, "title", str)
    name = reader.need(data, "id", str)
    if name is not None and not reader.file.endswith(f"/{name}.yaml"):
        reader.report("id", f"“{name}”与文件名不同", "改为文件名")
    reader.need(data, "process", str)
    reader.may(data, "form", str)
    for key in ("roles", "key", "merge"):
        listed = reader.may(data, key, list) or []
        if not all(isinstance(one, str) for one in listed):
            reader.report(key, "应为文字的列表", "每项写一个标识")
    read_sheet(data, reader)
    known = _columns(data, reader)
    for key in ("key", "merge"):
        for one in data.get(key) or ():
            if one not in known:
                reader.report(f"{key}.{one}", "没有这一列", "改为 columns 中的 key")
    if not data.get("key"):
        reader.report("key", "缺少判重的列", "写出合起来不会重复的列", code="app.missing")
    _states(data, reader)


def _columns(data: Entry, reader: Reader) -> set[str]:
    reader.need(data, "columns", list)
    keys: set[str] = set()
    labels: set[str] = set()
    for number, column in enumerate(reader.entries(data, "columns"), 1):
        where = f"columns[{number}]"
        reader.known(column, COLUMN_KEYS, where)
        key = reader.need(column, "key", str, where)
        label = reader.need(column, "label", str, where)
        reader.word(column, "type", TYPES, where)
        reader.word(column, "role", ROLES, where)
        reader.may(column, "options", list, where)
        if column.get("type") == "reference":
            reader.need(column, "register", str, where)
        for value, seen in ((key, keys), (label, labels)):
            if value in seen:
                reader.report(where, f"“{value}”重复", "改为不同的值")
            seen.add(value or "")
    return keys


def _states(data: Entry, reader: Reader) -> None:
    states = reader.section(data, "states")
    for name, entry in states.items():
        where = f"states.{name}"
        reader.known(entry, STATE_KEYS, where)
        for key in ("anchor", "state"):
            reader.may(entry, key, str, where)
        reader.may(entry, "set", dict, where)
    reader.may(data, "set", dict)  # of every state with an anchor
    default = reader.may(data, "default", str)
    if default is not None and default not in states:
        reader.report("default", f"states 中没有“{default}”", "改为 states 中的名称")


def findings(
    imports: Mapping[str, Entry],
    nodes: Mapping[str, Collection[str]],
    forms: Mapping[str, Collection[str]],
) -> list[Finding]:
    """Report what the import files name that is not there.

    NODES are the elements of each process, FORMS the fields of each form.
    """
    found: list[Finding] = []
    for name, data in imports.items():
        reader = Reader(f"imports/{name}.yaml")
        _named(data, nodes, forms, reader)
        found += reader.findings
    return found


def _named(
    data: Entry,
    nodes: Mapping[str, Collection[str]],
    forms: Mapping[str, Collection[str]],
    reader: Reader,
) -> None:
    process = str(data.get("process"))
    if process not in nodes:
        reader.report("process", f"没有流程“{process}”", "改为本应用的流程标识")
        return
    for name, entry in (data.get("states") or {}).items():
        anchor = entry.get("anchor")
        if anchor and anchor not in nodes[process]:
            text = f"流程“{process}”没有节点“{anchor}”"
            reader.report(f"states.{name}.anchor", text, "改为图中的节点标识")
    form = data.get("form")
    if form is not None and form not in forms:
        reader.report("form", f"没有表单“{form}”", "改为本应用的表单标识")
        return
    fields = forms.get(str(form), ())
    for column in data.get("columns") or ():
        own = column.get("type") or column.get("role")
        if column["key"] not in fields and not own:
            text = f"表单中没有字段“{column['key']}”"
            reader.report(f"columns.{column['key']}", text, "改正 key，或写明 type")
