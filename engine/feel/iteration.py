"""Loops of expressions: filters, `for`, `some` and `every`, all with counted operations."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.base.values import Value
from engine.feel import nodes as n
from engine.feel.arithmetic import span_of
from engine.feel.numbers import is_number
from engine.feel.paths import item_at, items_of
from engine.feel.run import Run
from engine.feel.scopes import Scopes
from engine.feel.values import Range, kind_name

Code = Callable[[Run], Value]


def source_items(run: Run, value: Value, at: int) -> Value:
    """Give what an iteration runs over: a list, a range of integers, a single value."""
    if value is None or isinstance(value, list | range):
        return value
    if type(value) is Range:
        low, high = value.low, value.high
        if type(low) is int and type(high) is int:
            low += not value.low_closed
            high -= not value.high_closed
            return span_of(run, low, high, at) if low <= high else []
        return span_of(run, low, high, at)
    return [value]


def mentions(node: n.Node, name: str) -> bool:
    """Tell whether NAME stands anywhere below NODE."""
    stack = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, n.Name) and here.name == name:
            return True
        stack.extend(here.parts())
    return False


@dataclass(frozen=True, slots=True)
class _Walk:
    """The combinations of the iterators: SOURCES are (code, slot, column), COST each."""

    sources: tuple[tuple[Code, int, int], ...]
    cost: int

    def __call__(self, run: Run) -> Iterator[bool]:
        """Give True for each combination, and one False when a source is null."""
        stack: list[Iterator[Value]] = []
        while True:
            if len(stack) < len(self.sources):
                code, _, at = self.sources[len(stack)]
                found = source_items(run, code(run), at)
                if found is None:
                    yield False
                    return
                stack.append(iter(found))
            if not self._next(run, stack):
                return
            if len(stack) == len(self.sources):
                yield True

    def _next(self, run: Run, stack: list[Iterator[Value]]) -> bool:
        """Move the innermost iterator that has an item left; False when none has."""
        while stack:
            for item in stack[-1]:
                run.charge(self.cost)
                run.loc[self.sources[len(stack) - 1][1]] = item
                return True
            stack.pop()
        return False


# Bodies of filters that are never an index.
CONDITIONS = (n.Logic, n.Compare, n.Between, n.In, n.Quantified)


class Loops:
    """The part of the builder that makes loops."""

    scopes: Scopes

    def code(self, node: n.Node) -> Code:
        """Make the closure of NODE (given by the builder)."""
        raise NotImplementedError

    def filtered(self, node: n.Filter) -> Code:
        """Make an index or a filter."""
        base, at = self.code(node.base), node.at
        if isinstance(node.body, n.Const) and is_number(node.body.value):
            index = node.body.value
            return lambda run: item_at(run, items_of(base(run)), index, at)
        slot = self.scopes.bind_item()
        body = self.code(node.body)
        self.scopes.close()
        cost = node.body.size + 1

        condition = isinstance(node.body, CONDITIONS)

        def run_filter(run: Run) -> Value:
            items = items_of(base(run))
            if condition and not items:
                return []  # nothing to look at: names of its items are not missing
            run.loc[slot] = items[0] if items else None
            run.charge(cost)
            first = body(run)
            if is_number(first):
                return item_at(run, items, first, at)
            run.charge(cost * max(len(items) - 1, 0))
            kept: list[Value] = []
            for index, item in enumerate(items):
                if index:
                    run.loc[slot] = item
                    first = body(run)
                if _fits(run, first, at):
                    kept.append(item)
            return run.sized(kept)

        return run_filter

    def span(self, node: n.Span) -> Code:
        """Make the iteration `low..high`."""
        low, high, at = self.code(node.low), self.code(node.high), node.at
        return lambda run: span_of(run, low(run), high(run), at)

    def _walk(
        self, node: n.For | n.Quantified, extra: tuple[str, ...]
    ) -> tuple["_Walk", dict[str, int]]:
        """Open a scope and make the walk over all combinations; the caller closes it."""
        slots = self.scopes.bind(())
        sources: list[tuple[Code, int, int]] = []
        for name, source in node.iterators:
            code = self.code(source)
            slots[name] = self.scopes.slot()
            sources.append((code, slots[name], source.at))
        for name in extra:
            slots[name] = self.scopes.slot()
        return _Walk(tuple(sources), node.size), slots

    def loop(self, node: n.For) -> Code:
        """Make `for`; `partial` is the list of the results so far."""
        walk, slots = self._walk(node, ("partial",))
        body = self.code(node.body)
        self.scopes.close()
        partial = slots["partial"] if mentions(node.body, "partial") else None

        def run_loop(run: Run) -> Value:
            found: list[Value] = []
            for present in walk(run):
                if not present:
                    return None
                if partial is not None:
                    run.charge(1 + (len(found) >> 3))
                    run.loc[partial] = list(found)
                found.append(body(run))
                if len(found) > run.list_limit:
                    run.sized(found)
            return found

        return run_loop

    def quantified(self, node: n.Quantified) -> Code:
        """Make `some` or `every`: the or, or the and, of all combinations."""
        walk, _ = self._walk(node, ())
        body = self.code(node.body)
        self.scopes.close()
        decisive, at = node.some, node.body.at

        def run_quantified(run: Run) -> Value:
            unknown = False
            for present in walk(run):
                if not present:
                    return None
                answer = body(run)
                if answer is decisive:
                    return decisive
                if type(answer) is not bool:
                    unknown = True
                    if answer is not None:
                        run.warn("type", f"条件必须为是否，不能是{kind_name(answer)}", at)
            return None if unknown else not decisive

        return run_quantified


def _fits(run: Run, answer: Value, at: int) -> bool:
    """Tell whether an item is kept; an ANSWER that is no truth value is warned of."""
    if answer is not None and not isinstance(answer, bool):
        run.warn("type", f"筛选条件必须为是否或序号，不能是{kind_name(answer)}", at)
    return answer is True
