"""How large values are in the stored document, and what is too large (kernel.md 3.8)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from engine.base.events import Limits
from engine.base.values import Value

_LEAVES = (str, int, Decimal)  # asked first: most values are
CROWDED = "案件变量的总量超过上限，请把大段内容改为附件。"


class Weight(NamedTuple):
    """What a value weighs: estimated bytes, levels of lists and maps, its longest list."""

    size: int
    levels: int
    longest: int


def weigh(subject: Value) -> Weight:
    """Weigh a value without recursion, level by level."""
    total = levels = longest = 0
    level = [subject]
    while level:
        deeper: list[Value] = []
        for item in level:
            if isinstance(item, _LEAVES):
                total += _single(item)
            elif isinstance(item, Mapping):
                total += 2 + sum(_bytes(key) + 4 for key in item)
                deeper.extend(item.values())
            elif isinstance(item, list | tuple):
                total += 2 + len(item)
                longest = max(longest, len(item))
                deeper.extend(item)
            else:
                total += 8
        if deeper:
            levels += 1
        level = deeper
    return Weight(total, levels, longest)


def _single(item: Value) -> int:
    if isinstance(item, str):
        return 2 + _bytes(item)
    return len(item.as_tuple().digits) + 8 if isinstance(item, Decimal) else 8


def measure(subject: Value) -> int:
    """Estimate the bytes of a value in the stored document."""
    return weigh(subject).size


def excess(found: Value, weight: Weight, limits: Limits, items: int) -> str:
    """Say what is too much about FOUND and what makes it fit; "" when nothing is.

    ITEMS is how long a list may be. A table may weigh more than another value.
    """
    if weight.levels > limits.nesting:
        return f"嵌套 {weight.levels} 层，超过 {limits.nesting} 层的上限，请拆分。"
    if weight.longest > items:
        return f"列表有 {weight.longest} 项，超过 {items} 项的上限，请拆分。"
    if weight.size <= limits.value_bytes:
        return ""
    table = is_table(found, limits)
    limit = max(limits.value_bytes, limits.table_bytes) if table else limits.value_bytes
    return oversize(found, weight.size, limit, table=table) if weight.size > limit else ""


def is_table(found: Value, limits: Limits) -> bool:
    """Tell whether FOUND is a list of maps: the rows of a form, of a ledger, of a service."""
    if not isinstance(found, list | tuple) or not 0 < len(found) <= limits.list_items:
        return False
    return all(isinstance(row, Mapping) for row in found)


def crowded(total: int, values: Iterable[Value], limit: int, limits: Limits) -> bool:
    """Tell whether TOTAL bytes of VALUES are too many; tables are counted by themselves.

    LIMIT holds for what is no large table. Asked only where TOTAL is beyond it.
    """
    tables = sum(
        weight
        for one in values
        if is_table(one, limits) and (weight := measure(one)) > limits.value_bytes
    )
    return total - tables > limit or tables > limits.tables_bytes


def unfit(
    before: Mapping[str, Value],
    total: int,
    patch: Mapping[str, Value],
    limits: Limits,
    items: int,
) -> str:
    """Say which field of PATCH is too large, or that all are together with those BEFORE.

    TOTAL are the bytes before. "" when all fits, or when nothing grows.
    """
    after = total
    for name, found in patch.items():
        weight = weigh(found)
        told = excess(found, weight, limits, items)
        if told:
            return f"字段“{name}”的内容过大：{told}"
        after += weight.size
    if after <= limits.scope_bytes:
        return ""
    after -= sum(measure(before[name]) for name in patch if name in before)
    values = {**before, **patch}.values()
    grows = after > total
    return CROWDED if grows and crowded(after, values, limits.scope_bytes, limits) else ""


def oversize(found: Value, size: int, limit: int, *, table: bool = False) -> str:
    """Say how large FOUND is against LIMIT bytes (kernel.md 3.8) and what makes it fit."""
    one = "一张表格" if table else "单个变量"
    told = f"约 {-(-size // 1000)} KB，超过{one} {limit // 1000} KB 的上限"
    if not isinstance(found, list) or len(found) < 2:
        return f"{told}，请缩短文字，或改为附件。"
    fit = len(found) * limit // size
    text = f"表格共 {len(found)} 行，{told}；照现有各行的长短约可存 {fit} 行。"
    return f"{text}请缩短各行文字或减少行数，其余明细作为附件上传。"


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
