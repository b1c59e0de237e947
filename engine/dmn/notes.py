"""Findings of one compilation, gathered instead of raised at the first."""

from collections.abc import Iterable
from typing import Any

from engine.base.errors import InvalidExpression
from engine.base.findings import Finding
from engine.dmn.texts import finding


class Notes:
    """A notebook opened at one element: FILE, its id ELEMENT and NAME on the screen.

    KNOWN are variables of the processes: reading them undeclared deserves no note.
    """

    def __init__(
        self,
        file: str = "",
        element: str = "",
        name: str = "",
        book: list[Finding] | None = None,
        known: frozenset[str] = frozenset(),
    ) -> None:
        self.file = file
        self.element = element
        self.name = name
        self.book: list[Finding] = [] if book is None else book
        self.known = known

    def at(self, file: str, element: str, name: str) -> "Notes":
        """Open the same notebook at another element."""
        return Notes(file, element, name, self.book, self.known)

    def add(self, code: str, /, **params: Any) -> None:
        """Note the finding CODE."""
        self.book.append(finding(code, self.file, self.element, self.name, **params))

    def expression(self, error: InvalidExpression, where: str) -> None:
        """Note a FEEL text that cannot be compiled; WHERE it stands, in Chinese."""
        place = f"〔{self.name}〕{where}："
        self.book.append(
            Finding(
                code=error.problem_code,
                severity="error",
                file=self.file,
                element=self.element,
                name=self.name,
                zh=place + error.message,
                en=f"“{self.name}” {where}: column {error.column}: the expression is wrong",
                repair="请更正表达式。",
                params={"column": error.column, "where": where},
            )
        )

    def expression_of(self, element: str, error: InvalidExpression) -> None:
        """Note a FEEL text of the item definition ELEMENT."""
        self.at(self.file, element, element).expression(error, "可选值")

    def unknown(self, code: str, names: Iterable[str]) -> None:
        """Note names that are read without being required, each once an element."""
        for name in sorted(set(names) - self.known):
            known = any(
                note.code == code
                and note.element == self.element
                and note.params["name"] == name
                for note in self.book
            )
            if not known:
                self.add(code, name=name)
