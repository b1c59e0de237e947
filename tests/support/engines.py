"""Engines that share what is compiled: a version is compiled once per process and runtime."""

from functools import cache
from typing import Any

from engine import bootstrap
from engine.context import Runtimes
from engine.delivery.services import NAMES
from engine.engine import Engine


@cache
def shared() -> Runtimes:
    """Give what all engines of this process share."""
    return Runtimes(bootstrap.available(), services=NAMES)


def build(*where: Any, override: str | None = None, **options: Any) -> Engine:
    """Build an engine as bootstrap.build does; WHERE is its URL and its folder."""
    return bootstrap.build(*where, runtimes=shared().elsewhere(override), **options)
