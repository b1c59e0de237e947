"""Where an error went through: kinds and lines, never messages, which may quote values."""

import traceback

MOST = 4_000  # characters of the end that are kept: the innermost lines


def trace(error: BaseException) -> str:
    """Give the lines ERROR and its causes passed, the first cause first."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines = "".join(traceback.format_tb(current.__traceback__))
        parts.append(f"{lines}{type(current).__module__}.{type(current).__qualname__}\n")
        current = current.__cause__ or current.__context__
    return "".join(reversed(parts))[-MOST:]
