"""Small values made by the thousand: immutable to the type checker, cheap at run time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def record(cls: type[T], /) -> type[T]: ...


@overload
def record(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[T] | None = None, /, *, kw_only: bool = False) -> Any:
    """Make CLS a dataclass with slots whose fields nobody assigns.

    A dataclass that is frozen at run time sets each field through object.__setattr__, four
    times the cost of the rest of its creation: a tenth of a step of the kernel. Here mypy
    alone refuses assignments; equality and hash are those of the fields.
    """

    def made(found: type[T]) -> type[T]:
        return dataclass(slots=True, unsafe_hash=True, kw_only=kw_only)(found)

    return made if cls is None else made(cls)
