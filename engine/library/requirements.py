"""requirements.yaml of an application: what its documents demand, in our own words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.base.errors import InvalidDefinition
from engine.library.bundle import Bundle
from engine.library.reading import Reader
from engine.library.yaml_text import read_yaml

FILE = "requirements.yaml"
KEYS = frozenset(("id", "title", "summary", "explained", "carriers"))
ID = re.compile(r"[A-Z]+-\d+")
REFERENCE = re.compile(r"[a-z]+:[^.\s]+(\..+)?")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One demand of a document: ID, TITLE and SUMMARY.

    EXPLAINED says why nothing carries it: it states no rule. CARRIERS name parts that do
    and have no place of their own for a requirement, as kind:holder.part.
    """

    id: str
    title: str
    summary: str
    explained: str = ""
    carriers: tuple[str, ...] = ()


def read_requirements(bundle: Bundle) -> tuple[Requirement, ...]:
    """Read the file of BUNDLE; none: nothing is demanded. Raises InvalidDefinition."""
    if FILE not in bundle.files:
        return ()
    reader = Reader(FILE)
    data = read_yaml(bundle.files[FILE])
    entries = reader.entries(data if isinstance(data, dict) else {}, "requirements")
    if not entries:
        text = "缺少 requirements 列表"
        reader.report("requirements", text, "每条写 id、title、summary")
    found = [_requirement(entry, number, reader) for number, entry in enumerate(entries, 1)]
    known: set[str] = set()
    for one in found:
        if one.id in known:
            reader.report(one.id, "重复", "每个编号只写一条")
        known.add(one.id)
    if reader.findings:
        raise InvalidDefinition(tuple(reader.findings))
    return tuple(found)


def _requirement(entry: Mapping[str, Any], number: int, reader: Reader) -> Requirement:
    where = f"requirements[{number}]"
    reader.known(entry, KEYS, where)
    key = str(reader.need(entry, "id", str, where) or "")
    if key and not ID.fullmatch(key):
        reader.report(f"{where}.id", f"“{key}”不是编号", "写成 X-01 的样式")
    carriers: Sequence[Any] = reader.may(entry, "carriers", list, where) or ()
    for text in carriers:
        if not REFERENCE.fullmatch(str(text)):
            reader.report(f"{where}.carriers", f"“{text}”不是引用", "写成 种类:所属.部分")
    return Requirement(
        key,
        str(reader.need(entry, "title", str, where) or ""),
        str(reader.need(entry, "summary", str, where) or ""),
        str(reader.may(entry, "explained", str, where) or ""),
        tuple(map(str, carriers)),
    )
