"""One evaluation: its variables, its counted operations and its warnings."""

from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Literal

from engine.base.errors import ExpressionFailed
from engine.base.expressions import Moment
from engine.base.values import Value
from engine.feel.temporal import zone_named

MAX_OPERATIONS = 100_000
MAX_LIST = 10_000
MAX_STRING = 256 * 1024  # bytes of UTF-8
MAX_CALLS = 64  # depth of user functions
MAX_LEVELS = 320  # heights of the trees on the stack together; designed

Mode = Literal["strict", "spec"]


class LimitReached(Exception):
    """A limit of kernel.md 6.1 was reached; ends the evaluation in both modes."""

    def __init__(self, zh: str) -> None:
        super().__init__(zh)
        self.zh = zh


class Run:
    """The state of one evaluation; handed to every compiled node.

    What seldom differs stands on the class, which makes a short condition a third faster.
    """

    list_limit = MAX_LIST
    question: Value = None  # `?` of unary tests
    ops = 0
    calls = 0
    levels = 0
    warnings: Sequence[str] = ()

    def __init__(
        self, scope: Mapping[str, Value], moment: Moment, strict: bool, text: str = ""
    ) -> None:
        self.scope = scope
        self.moment = moment
        self.strict = strict
        self.text = text
        self.loc: list[Value] = []

    def warn(self, kind: str, zh: str, at: int) -> Value:
        """Record a warning and give null; strict evaluation ends here instead.

        KIND is type, unknown_name, argument, limit or arithmetic; AT the column.
        """
        text = f"表达式第 {at} 列：{zh}" if at else zh
        if self.strict:
            raise ExpressionFailed(
                f"{text}。表达式：{self.text[:200]}", reason=kind, column=at, text=self.text
            )
        if len(self.warnings) < 100:  # more help nobody
            self.warnings = [*self.warnings, text]
        return None

    def charge(self, count: int) -> None:
        """Count operations; raises LimitReached beyond the budget."""
        self.ops += count
        if self.ops > MAX_OPERATIONS:
            raise LimitReached(f"计算量过大（超过 {MAX_OPERATIONS} 步）")

    def sized(self, items: list[Value]) -> list[Value]:
        """Pass a new list on, unless it is too long."""
        if len(items) > self.list_limit:
            raise LimitReached(f"列表过长（超过 {self.list_limit} 项）")
        return items

    def text_sized(self, text: str) -> str:
        """Pass a new text on, unless it is too long; long texts cost operations."""
        length = len(text)
        if length > 512:
            self.charge(length >> 9)
            if length * 4 > MAX_STRING and len(text.encode("utf-8", "replace")) > MAX_STRING:
                raise LimitReached(f"文本过长（超过 {MAX_STRING // 1024} KB）")
        return text

    def zone(self) -> tzinfo:
        """Give the zone local times are taken in."""
        return zone_named(self.moment.zone) or UTC

    def enter(self, height: int) -> None:
        """Begin the call of a function whose body has HEIGHT levels."""
        self.calls += 1
        self.levels += height
        if self.calls > MAX_CALLS or self.levels > MAX_LEVELS:
            raise LimitReached(f"函数调用过深（超过 {MAX_CALLS} 层）")

    def deepen(self, height: int) -> None:
        """Begin an expression of HEIGHT levels inside another; leave it with -HEIGHT."""
        self.levels += height
        if self.levels > MAX_LEVELS:
            raise LimitReached("决策逻辑嵌套过深")

    def leave(self, height: int) -> None:
        """End the call begun with HEIGHT."""
        self.calls -= 1
        self.levels -= height
