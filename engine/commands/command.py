"""The base of all commands: one frozen record a wish, run in one transaction."""

from typing import Protocol, TypeGuard

from engine.commands.results import Result
from engine.context import Context, View


class Command(Protocol):
    """A wish; RUN checks, decides and writes inside one transaction and may be re-run."""

    def run(self, ctx: Context) -> Result:
        """Do it; raise a ShouhuError to refuse."""
        ...


class Prepared(Protocol):
    """A command with slow work that must not happen inside the write transaction."""

    def prepare(self, view: View) -> None:
        """Do the slow work before, reading only; its result is cached in the runtimes."""
        ...


class Following(Protocol):
    """A command with something to do in memory after its commit."""

    def committed(self, ctx: Context) -> None:
        """Do it; the transaction of CTX is over."""
        ...


# isinstance on a protocol looks through all its members each time, at forty times the cost.
def is_prepared(command: object) -> TypeGuard[Prepared]:
    """Tell whether COMMAND has slow work to do before its transaction."""
    return hasattr(command, "prepare")


def is_following(command: object) -> TypeGuard[Following]:
    """Tell whether COMMAND has something to do after its commit."""
    return hasattr(command, "committed")
