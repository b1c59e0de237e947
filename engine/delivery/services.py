"""Service name in the diagram → function from inputs to result; called outside transactions.

A function gets {"key": idempotency key, …inputs} and gives a dict; it raises
ServiceRefused for a permanent error and any other exception for one worth another try.
`notify`, `freeze` and `ledger` run inside the transaction (engine.commands.waiting).
"""

from collections.abc import Callable, Mapping
from typing import Any

from engine.base.errors import ShouhuError

Service = Callable[[Mapping[str, Any]], dict[str, Any]]


class ServiceRefused(ShouhuError):
    """服务拒绝了请求。"""

    code = "service-refused"  # permanent: not tried again


def echo(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Give the inputs back; for trying out a diagram and for tests."""
    return {name: value for name, value in inputs.items() if name != "key"}


SERVICES: Mapping[str, Service] = {"echo": echo}
NAMES: frozenset[str] = frozenset({*SERVICES, "notify", "freeze", "ledger"})
