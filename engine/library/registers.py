"""The section `registers` of application.yaml: files, their columns, second names."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.base.findings import Finding
from engine.library.bundle import Bundle
from engine.library.reading import Reader
from engine.library.tables import CONVERTERS, ROLE, UNIT, Register, read_register

KEYS = frozenset(("file", "key", "label", "title", "parent", "types", "columns", "same_as"))
ALIAS_KEYS = frozenset(("same_as", "title"))
COLUMN_KEYS = frozenset(("label", "of", "values"))
KEPT = (UNIT, ROLE)  # kinds of records with names of their own

Entries = Mapping[str, Mapping[str, Any]]


def read_registers(
    bundle: Bundle, data: Mapping[str, Any], reader: Reader
) -> tuple[dict[str, Register], list[Finding]]:
    """Read the registers with their rows, in the order they are declared."""
    found: dict[str, Register] = {}
    findings: list[Finding] = []
    entries = reader.section(data, "registers")
    for kind, entry in entries.items():
        if "same_as" in entry:
            continue
        register = _declared(kind, entry, entries, reader)
        where = f"registers.{kind}"
        if register is None or not present(bundle, register.file, f"{where}.file", reader):
            continue
        _warn_of_twins(register, found, where, reader)
        rows_reader = Reader(register.file)
        found[kind] = read_register(register, bundle.files[register.file], rows_reader)
        findings.extend(rows_reader.findings)
    found |= {
        kind: own
        for kind, entry in entries.items()
        if "same_as" in entry and (own := _alias(kind, entry, found, reader)) is not None
    }
    return {kind: found[kind] for kind in entries if kind in found}, findings


def present(bundle: Bundle, path: str, where: str, reader: Reader) -> bool:
    """Tell whether the file PATH is there; report it at WHERE when it is not."""
    if path in bundle.files:
        return True
    reader.report(where, f"文件“{path}”不存在", "补上文件或改正路径", code="app.file")
    return False


def _declared(
    kind: str, entry: Mapping[str, Any], entries: Entries, reader: Reader
) -> Register | None:
    """Give the register as declared, without rows; None when it cannot be read."""
    where = f"registers.{kind}"
    reader.known(entry, KEYS, where)
    path = reader.need(entry, "file", str, where)
    key = reader.need(entry, "key", str, where)
    types = reader.may(entry, "types", dict, where) or {}
    for column, word in types.items():
        if word not in CONVERTERS:
            text = f"“{word}”无效"
            hint = f"改为 {'、'.join(filter(None, CONVERTERS))} 之一"
            reader.report(f"{where}.types.{column}", text, hint)
    columns = _columns(entry, entries, where, reader)
    if path is None or key is None:
        return None
    return Register(
        kind=kind,
        title=reader.may(entry, "title", str, where) or kind,
        file=path,
        key=key,
        label=reader.may(entry, "label", str, where) or key,
        parent=reader.may(entry, "parent", str, where) or "",
        types={name: word for name, word in types.items() if word in CONVERTERS},
        words={name: one["label"] for name, one in columns.items() if one.get("label")},
        refers={name: one["of"] for name, one in columns.items() if one.get("of")},
        values={name: one["values"] for name, one in columns.items() if one.get("values")},
    )


def _columns(
    entry: Mapping[str, Any], entries: Entries, where: str, reader: Reader
) -> dict[str, dict[str, Any]]:
    """Read how columns are called and what their codes mean: of a register, or VALUES."""
    found: dict[str, dict[str, Any]] = {}
    for name, told in (reader.may(entry, "columns", dict, where) or {}).items():
        at = f"{where}.columns.{name}"
        if not isinstance(told, dict):
            told = {"label": told}
        reader.known(told, COLUMN_KEYS, at)
        other = reader.may(told, "of", str, at)
        if other and other not in entries and other not in KEPT:
            text, hint = f"没有登记册“{other}”", "写一个登记册的名称，或 unit、role"
            reader.report(f"{at}.of", text, hint, code="app.register")
        values = reader.may(told, "values", dict, at) or {}
        own = {str(code): str(word) for code, word in values.items()}
        label = reader.may(told, "label", str, at)
        found[str(name)] = {"label": label, "of": other, "values": own}
    return found


def _alias(
    kind: str, entry: Mapping[str, Any], found: Mapping[str, Register], reader: Reader
) -> Register | None:
    """Give the register ENTRY is another name of, under the name KIND."""
    where = f"registers.{kind}"
    reader.known(entry, ALIAS_KEYS, where)
    name = reader.need(entry, "same_as", str, where)
    base = found.get(name) if name else None
    if base is None:
        text, hint = f"没有登记册“{name}”", "写一个有 file 的登记册的名称"
        reader.report(f"{where}.same_as", text, hint, code="app.register")
        return None
    title = reader.may(entry, "title", str, where) or base.title
    return replace(base, kind=kind, title=title, same_as=base.kind)


def _warn_of_twins(
    register: Register, found: Mapping[str, Register], where: str, reader: Reader
) -> None:
    """Warn of two registers over one file: each would have to be changed by itself."""
    for kind, other in found.items():
        if other.file == register.file:
            text = f"与登记册“{kind}”用同一文件，管理员须分别修改两处"
            hint = f"写成 {{same_as: {kind}, title: …}}，成为同一登记册的另一个名称"
            reader.report(where, text, hint, code="app.register", severity="warning")
            return
