"""Names and parameters of the built-in functions: what a call must look like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# One overload a line: name(parameter: types, …) [= implementation]
# types: s text, n number, b boolean, d date, t time, D date and time, w days-and-time
# duration, m years-and-months duration, l list, c context, r range, f function, v any value
# but null, a anything. `?` = may be left out, `*` = any number of them.
_TABLE = """
not(negand: a)
number(from: s|n, grouping separator: s?, decimal separator: s?)
string(from: a)
date(from: s|d|D)
date(year: n, month: n, day: n) = date of
time(from: s|t|D|d)
time(hour: n, minute: n, second: n, offset: w?) = time of
date and time(from: s|d|D)
date and time(date: d|D, time: t) = date and time of
date and time(date: D, timezone: s) = date and time in
date and time(year: n, month: n, day: n, hour: n, minute: n, second: n, offset: w|s?) = \
date and time parts
duration(from: s|w|m)
years and months duration(from: d|D, to: d|D)
range(from: s)
substring(string: s, start position: n, length: n?)
string length(string: s)
upper case(string: s)
lower case(string: s)
substring before(string: s, match: s)
substring after(string: s, match: s)
contains(string: s, match: s)
starts with(string: s, match: s)
ends with(string: s, match: s)
matches(input: s, pattern: s, flags: s?)
replace(input: s, pattern: s, replacement: s, flags: s?)
split(string: s, delimiter: s)
string join(list: l, delimiter: s?)
trim(string: s)
list contains(list: l, element: a)
count(list: l)
min(list: l)
min(*values: a)
max(list: l)
max(*values: a)
sum(list: l)
sum(*values: a)
mean(list: l)
mean(*values: a)
all(list: l)
all(*values: a)
any(list: l)
any(*values: a)
product(list: l)
product(*values: a)
median(list: l)
median(*values: a)
stddev(list: l)
stddev(*values: a)
mode(list: l)
mode(*values: a)
sublist(list: l, start position: n, length: n?)
append(list: l, *item: a)
concatenate(*list: l)
union(*list: l)
insert before(list: l, position: n, newItem: a)
remove(list: l, position: n)
list replace(list: l, position: n, newItem: a)
list replace(list: l, match: f, newItem: a)
reverse(list: l)
index of(list: l, match: a)
distinct values(list: l)
flatten(list: l)
sort(list: l, precedes: f?)
decimal(n: n, scale: n)
floor(n: n, scale: n?)
ceiling(n: n, scale: n?)
round up(n: n, scale: n?)
round down(n: n, scale: n?)
round half up(n: n, scale: n?)
round half down(n: n, scale: n?)
abs(n: n|w|m)
modulo(dividend: n, divisor: n)
sqrt(number: n)
log(number: n)
exp(number: n)
odd(number: n)
even(number: n)
day of year(date: d|D)
day of week(date: d|D)
month of year(date: d|D)
week of year(date: d|D)
first day of month(date: d|D)
last day of month(date: d|D)
first day of year(date: d|D)
last day of year(date: d|D)
now()
today()
is(value1: a, value2: a)
get value(context: c, key: s)
get value(context: c, keys: l)
get entries(context: c)
context(entries: l)
put(context: c, key: s, value: a) = context put
put(context: c, keys: l, value: a) = context put
context put(context: c, key: s, value: a)
context put(context: c, keys: l, value: a)
merge(contexts: l) = context merge
context merge(contexts: l)
before(point1: v, point2: v)
after(point1: v, point2: v)
meets(range1: r, range2: r)
met by(range1: r, range2: r)
overlaps(range1: r, range2: r)
overlaps before(range1: r, range2: r)
overlaps after(range1: r, range2: r)
finishes(point: v, range: r)
finished by(range: r, point: v)
includes(range: r, point: v)
during(point: v, range: r)
starts(point: v, range: r)
started by(range: r, point: v)
coincides(point1: v, point2: v)
add working days(date: d|D, days: n, calendar: s?)
is working day(date: d|D, calendar: s?)
working days between(from: d|D, to: d|D, calendar: s?)
amount in words(amount: n)
region level(code: s)
region parent(code: s)
region within(code: s, ancestor: s)
register(kind: s, code: s, on: d|D?)
register codes(kind: s, on: d|D?)
"""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; TYPES are the letters above."""

    name: str
    types: frozenset[str]
    optional: bool = False
    variadic: bool = False


@dataclass(frozen=True, slots=True)
class Overload:
    """One way to call a function; KEY names its implementation."""

    key: str
    parameters: tuple[Parameter, ...]

    def order(self, count: int, names: Sequence[str] | None) -> tuple[int, ...] | None:
        """Say which argument each parameter takes (-1 = left out), None if it cannot be."""
        if names is None:
            return self._by_position(count)
        known = {parameter.name: parameter for parameter in self.parameters}
        if len(set(names)) != len(names) or not set(names) <= set(known):
            return None
        if any(not p.optional and p.name not in names for p in self.parameters):
            return None
        return tuple(
            names.index(p.name) if p.name in names else -1 for p in self.parameters
        )

    def _by_position(self, count: int) -> tuple[int, ...] | None:
        least = sum(not p.optional for p in self.parameters)
        rest = bool(self.parameters) and self.parameters[-1].variadic
        if count < least or (count > len(self.parameters) and not rest):
            return None
        size = max(count, len(self.parameters))
        return tuple(index if index < count else -1 for index in range(size))

    def parameter(self, index: int) -> Parameter:
        """Give the parameter that takes argument INDEX; the last one may repeat."""
        return self.parameters[min(index, len(self.parameters) - 1)]


@dataclass(frozen=True, slots=True)
class Signature:
    """A built-in function and its overloads."""

    name: str
    overloads: tuple[Overload, ...]

    def problem(self, count: int, names: Sequence[str] | None) -> str | None:
        """Say in Chinese what is wrong with a call, None when nothing is."""
        if self.candidates(count, names):
            return None
        ways = "；".join(
            "(" + ", ".join(parameter.name for parameter in way.parameters) + ")"
            for way in self.overloads
        )
        return f"的参数不对，应为 {ways}"

    def candidates(
        self, count: int, names: Sequence[str] | None
    ) -> tuple[tuple[Overload, tuple[int, ...]], ...]:
        """Give the overloads a call may mean, with the order of its arguments."""
        found = ((way, way.order(count, names)) for way in self.overloads)
        return tuple((way, order) for way, order in found if order is not None)


def _parameter(text: str) -> Parameter:
    name, _, types = text.strip().partition(": ")
    return Parameter(
        name.lstrip("*"),
        frozenset(types.rstrip("?").split("|")),
        types.endswith("?"),
        name.startswith("*"),
    )


def _table() -> dict[str, Signature]:
    ways: dict[str, list[Overload]] = {}
    for line in _TABLE.strip().splitlines():
        head, _, key = line.partition(") = ")
        name, _, inside = head.rstrip(")").partition("(")
        parts = tuple(_parameter(part) for part in inside.split(",") if part.strip())
        ways.setdefault(name, []).append(Overload(key or name, parts))
    return {name: Signature(name, tuple(found)) for name, found in ways.items()}


SIGNATURES: Mapping[str, Signature] = _table()
CLOCK = frozenset({"now", "today"})  # functions that read the moment
