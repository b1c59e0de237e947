"""Types of a model: base types, item definitions, allowed values, collections."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.base.errors import InvalidExpression
from engine.base.values import Value
from engine.dmn import model as m
from engine.dmn.names import prefix_of
from engine.feel.compile import Expression, compile_expression
from engine.feel.nodes import Type
from engine.feel.run import Run
from engine.feel.types import is_instance

BASE: Mapping[str, str] = {
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "dateTime": "date and time",
    "date and time": "date and time",
    "dayTimeDuration": "days and time duration",
    "days and time duration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "years and months duration": "years and months duration",
    "context": "context",
    "Any": "Any",
    # words other tools write
    "integer": "number",
    "long": "number",
    "double": "number",
}
Problem = Callable[[str, InvalidExpression], None]  # id of an item definition, what is wrong


@dataclass(slots=True, eq=False)
class Kind:
    """A type: a BASE type of FEEL or PARTS by name, ALLOWED tests, or a list of them."""

    name: str
    base: Type | None = None
    parts: "dict[str, Kind] | None" = None
    allowed: Expression | None = None
    above: "Kind | None" = None  # the type it is defined by
    collection: bool = False

    def fits(self, run: Run, value: Value) -> bool:
        """Tell whether VALUE is of this type; null fits everywhere."""
        stack: list[tuple[Kind, Value, bool]] = [(self, value, self.collection)]
        while stack:
            kind, item, listed = stack.pop()
            run.charge(1)
            if item is None:
                continue
            if listed:
                if type(item) is not list:
                    return False
                stack.extend((kind, part, False) for part in item)
            elif not kind._shallow(run, item, stack):
                return False
        return True

    def _shallow(
        self, run: Run, value: Value, stack: "list[tuple[Kind, Value, bool]]"
    ) -> bool:
        if self.above is not None:
            stack.append((self.above, value, self.above.collection))
        if self.parts is not None:
            if type(value) is not dict:
                return False
            stack.extend(
                (part, value.get(name), part.collection) for name, part in self.parts.items()
            )
        if self.base is not None and not is_instance(run, value, self.base):
            return False
        return self.allowed is None or test(run, self.allowed, value) is True


def test(run: Run, expression: Expression, value: Value) -> Value:
    """Ask the unary tests EXPRESSION about VALUE."""
    outer, run.question = run.question, value
    try:
        return expression.within(run)
    finally:
        run.question = outer


def conform(run: Run, value: Value, kind: Kind | None, what: str) -> Value:
    """Give VALUE as KIND: itself, its single item, a list of it, else null and a warning."""
    if kind is None or value is None or kind.fits(run, value):
        return value
    if type(value) is list and len(value) == 1 and kind.fits(run, value[0]):
        return value[0]
    if kind.collection and type(value) is not list and kind.fits(run, [value]):
        return [value]
    return run.warn("type", f"{what}的值不符合类型“{kind.name}”", 0)


class TypeBook:
    """The types all models define; one is worked out when first asked for."""

    def __init__(self, models: Mapping[str, m.Model], problem: Problem) -> None:
        self._models = models
        self._problem = problem
        self._kinds: dict[tuple[str, str], Kind] = {}
        self._items = {
            (model.namespace, name): (model, item)
            for model in models.values()
            for name, item in model.items.items()
        }

    def kind(self, model: m.Model, name: str) -> Kind | None:
        """Give the type NAME as MODEL means it; None when any value will do.

        Raises KeyError for a name nobody defines.
        """
        plain = name.strip().removeprefix("feel:")
        if not plain or plain == "Any":
            return None
        own = self._items.get((model.namespace, plain))
        if own is not None:
            return self._defined(*own)
        if plain in BASE:
            return Kind(plain, base=Type("simple", BASE[plain]))
        prefix, _, rest = plain.partition(".")
        for namespace in {other.namespace for other in self._models.values()}:
            if prefix_of(model, namespace) == prefix:
                found = self._items.get((namespace, rest))
                if found is not None:
                    return self._defined(*found)
        raise KeyError(name)

    def _defined(self, model: m.Model, item: m.Item) -> Kind:
        key = (model.namespace, item.name)
        if key not in self._kinds:
            kind = self._kinds[key] = Kind(item.name)  # known first: types may be recursive
            self._fill(kind, model, item)
        return self._kinds[key]

    def _fill(self, kind: Kind, model: m.Model, item: m.Item) -> None:
        kind.collection = item.collection
        if item.components:
            kind.parts = {part.name: self._part(model, part) for part in item.components}
        elif item.type:
            kind.above = self.kind(model, item.type)
        if item.allowed:
            kind.allowed = self._tests(item)

    def _part(self, model: m.Model, item: m.Item) -> Kind:
        kind = Kind(item.name)
        self._fill(kind, model, item)
        return kind

    def _tests(self, item: m.Item) -> Expression | None:
        try:
            return compile_expression(item.allowed, kind="unary", mode="spec", limit=4096)
        except InvalidExpression as error:
            self._problem(item.id, error)
            return None
