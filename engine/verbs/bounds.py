"""shouhu limits: show or change the limits of the installation, for all its nodes."""

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict

from engine.base import bounds
from engine.base.actor import SYSTEM
from engine.base.events import Limits
from engine.commands.limits import SetLimits
from engine.engine import Engine

Print = Callable[[str], None]


def ask(args: argparse.Namespace) -> None:
    """Put what --limit names beside the limits of the environment, for this process."""
    words = getattr(args, "limit", None) or ()
    if words:
        given = os.environ.get(bounds.ENVIRONMENT, "")
        os.environ[bounds.ENVIRONMENT] = " ".join((given, *words))


def ask_nothing() -> None:
    """Let this process take the limits as they are: it is here to change them."""
    os.environ.pop(bounds.ENVIRONMENT, None)


def run(engine: Engine, words: Sequence[str], say: Print) -> None:
    """Change what WORDS ("name=number") name, then show all limits."""
    if words:
        kept = bounds.changed(engine.runtimes.bounds) | bounds.parse_some(" ".join(words))
        engine.execute(SetLimits(bounds.changed(bounds.limits_of(kept))), SYSTEM)
    now, usual = asdict(engine.runtimes.bounds), asdict(Limits())
    for name, one in bounds.BOUNDS.items():
        told = "" if now[name] == usual[name] else f"（默认 {usual[name]}）"
        say(f"{name:<13} {now[name]:>10} {one.unit}  {one.title}{told}")
