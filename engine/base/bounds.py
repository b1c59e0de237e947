"""The limits of an installation as people set them: names, ranges, texts (kernel.md 3.8)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from engine.base.errors import InvalidRequest
from engine.base.events import Limits

SETTING = "limits"  # {name: number} of an installation: what differs from the defaults
ENVIRONMENT = "SHOUHU_LIMITS"  # "table_bytes=8000000,nesting=40": what a node asks for


@dataclass(frozen=True, slots=True)
class Bound:
    """One limit that may be set: what it is called, its unit, the least and the most."""

    title: str
    unit: str
    least: int
    most: int


# The least leaves what the shipped procedures need; the most keeps a step within the memory
# and the 35 s one unit of work may take (reliability.md 2.2).
BOUNDS: Mapping[str, Bound] = {
    "value_bytes": Bound("一个变量", "字节", 64_000, 16_000_000),
    "scope_bytes": Bound("一个案件的变量合计（表格除外）", "字节", 128_000, 32_000_000),
    "table_bytes": Bound("一张表格", "字节", 256_000, 16_000_000),
    "tables_bytes": Bound("一个案件的表格合计", "字节", 512_000, 64_000_000),
    "state_bytes": Bound("一个案件的状态（表格除外）", "字节", 256_000, 64_000_000),
    "list_items": Bound("列表的项数、表格的行数", "项", 2_000, 100_000),
    "nesting": Bound("数据嵌套", "层", 8, 64),
    "step_visits": Bound("一步经过的环节", "个", 1_000, 100_000),
    "mi_rows": Bound("多人办理的项数", "项", 1_000, 100_000),
    "mi_scopes": Bound("并行的多实例子流程", "个", 100, 10_000),
    "call_depth": Bound("流程调用的层数", "层", 5, 100),
    "form_bytes": Bound("一次提交的表单", "字节", 2_000_000, 64_000_000),
}
# What is contained is not larger than what contains it.
_WITHIN = (
    ("value_bytes", "scope_bytes"),
    ("table_bytes", "tables_bytes"),
    ("table_bytes", "form_bytes"),
)
ROOM = 2  # a request is this many times a table unless it is named: other fields, JSON marks


def parse(text: str) -> dict[str, int]:
    """Read "name=number" parted by commas or blanks, and check them together."""
    found = parse_some(text)
    limits_of(found)
    return found


def parse_some(text: str) -> dict[str, int]:
    """Read "name=number" parted by commas or blanks, to be checked with others."""
    found: dict[str, int] = {}
    for part in text.replace(",", " ").split():
        name, _, number = part.partition("=")
        if not (number.isascii() and number.isdecimal() and len(number) < 12):
            raise _wrong(f"“{part}”应写成 名称=整数，例如 table_bytes=8000000。")
        found[name] = int(number)
    return found


def limits_of(changes: Mapping[str, Any] | None) -> Limits:
    """Give the limits with CHANGES of the defaults; InvalidRequest names what is wrong."""
    found = dict(changes or {})
    for name, number in found.items():
        bound = BOUNDS.get(name)
        if bound is None:
            raise _wrong(f"没有名为“{name}”的上限；可用：{'、'.join(BOUNDS)}。")
        if not bound.least <= number <= bound.most:
            told = f"{name}（{bound.title}）应在 {bound.least} 至 {bound.most} {bound.unit}之间"
            raise _wrong(f"{told}，不能是 {number}。")
    made = replace(Limits(), **found)
    if "form_bytes" not in found:
        made = replace(made, form_bytes=_form_bytes(made))
    for inner, outer in _WITHIN:
        if getattr(made, inner) > getattr(made, outer):
            told = f"{inner}（{BOUNDS[inner].title}）不能大于 {outer}（{BOUNDS[outer].title}）"
            raise _wrong(f"{told}，请一并调大 {outer}。")
    return made


def _form_bytes(limits: Limits) -> int:
    """Give the limit of a request that was not named: what may be stored can arrive."""
    return max(Limits().form_bytes, ROOM * limits.table_bytes)


def changed(limits: Limits) -> dict[str, int]:
    """Give what LIMITS have other than the defaults."""
    usual = asdict(Limits()) | {"form_bytes": _form_bytes(limits)}
    return {name: n for name, n in asdict(limits).items() if n != usual[name]}


def _wrong(text: str) -> InvalidRequest:
    return InvalidRequest(f"运行上限的设置不正确：{text}", code="limits-wrong")
