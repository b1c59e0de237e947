"""Texts a spreadsheet would take for a formula: marked on the way out, unmarked on return."""

import re

# Beginnings a spreadsheet would run (reliability.md 6.4), behind marks that are there already.
_RUN = re.compile(r"'*[=+\-@\t\r]")


def marked(text: str) -> str:
    """Give TEXT for a cell: with ' before what a spreadsheet would run."""
    return f"'{text}" if _RUN.match(text) else text


def unmarked(text: str) -> str:
    """Give the TEXT of a cell without the ' that `marked` put before it."""
    return text[1:] if text.startswith("'") and _RUN.match(text) else text
