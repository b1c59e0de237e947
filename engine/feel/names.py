"""Names with spaces, operators and any letters, found by longest match."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from engine.feel.lexer import NAME, Token, is_one_name, tokens

KEYWORDS = frozenset(
    {
        "and", "or", "if", "then", "else", "for", "in", "return", "some", "every",
        "satisfies", "between", "instance", "of", "function", "external", "true", "false",
        "null",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """What is known where an expression stands: variables, and names only behind a dot."""

    names: Collection[str] = ()
    members: Collection[str] = ()


class Names:
    """A set of names to be recognised in a sequence of tokens."""

    __slots__ = ("_long", "plain")

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.plain: set[str] = set()
        self._long: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name in names:
            self.add(name)

    def __contains__(self, name: object) -> bool:
        return name in self.plain

    def more(self, names: Iterable[str]) -> "Names":
        """Give a set of its own with these names and NAMES."""
        made = Names()
        made.plain = set(self.plain)
        made._long = {first: list(found) for first, found in self._long.items()}
        for name in names:
            made.add(name)
        return made

    def add(self, name: str) -> None:
        """Know NAME from now on."""
        if name in self.plain:
            return
        self.plain.add(name)
        if is_one_name(name):
            return  # most are, and every expression gets to know all there are
        parts = tuple(token.text for token in tokens(name)[:-1])
        if len(parts) > 1:
            self._long.setdefault(parts[0], []).append((parts, name))

    def match(self, stream: Sequence[Token], at: int) -> tuple[str, int] | None:
        """Give the longest name of several tokens starting at AT, and where it ends."""
        candidates = self._long.get(stream[at].text)
        if not candidates:
            return None
        best: tuple[str, int] | None = None
        for parts, name in candidates:
            end = at + len(parts)
            if best is not None and end <= best[1]:
                continue
            if tuple(token.text for token in stream[at:end]) == parts:
                best = (name, end)
        return best


def is_name(text: str) -> bool:
    """Tell whether TEXT can be written as a variable without declaring it first."""
    found = tokens(text)
    return (
        len(found) == 2
        and found[0].kind == NAME
        and found[0].text == text
        and text not in KEYWORDS
        and text != "?"
    )
