"""Engines that share what is compiled: a version is compiled once per process and runtime."""

from functools import cache
from typing import Any

from engine import bootstrap
from engine.base.recent import Recent
from engine.context import Runtimes
from engine.delivery.services import NAMES
from engine.engine import Engine

KEPT = 500


@cache
def shared() -> Runtimes:
    """Give what all engines of this process share.

    More than an installation keeps: a large application must not go for many small ones.
    """
    made = Runtimes(bootstrap.available(), services=NAMES)
    made._compiled = Recent(KEPT)
    return made


def build(*where: Any, override: str | None = None, **options: Any) -> Engine:
    """Build an engine as bootstrap.build does; WHERE is its URL and its folder."""
    return bootstrap.build(*where, runtimes=shared().elsewhere(override), **options)
