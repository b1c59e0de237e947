"""The base of all commands: one frozen record a wish, run in one transaction."""

from dataclasses import dataclass
from typing import Protocol

from engine.commands.results import Result
from engine.context import Context


class Command(Protocol):
    """A wish; RUN checks, decides and writes inside one transaction and may be re-run."""

    def run(self, ctx: Context) -> Result:
        """Do it; raise a ShouhuError to refuse."""
        ...


@dataclass(frozen=True, slots=True)
class SystemOnly:
    """The base of commands only the worker gives; never reachable from the web."""
