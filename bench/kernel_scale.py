"""Cost of one step at the beginning and at the end of 5,000: sequence, loop, items.

    python -m bench.kernel_scale [N]

Prints CPU microseconds per step (state decoded, advanced, encoded) in the first and in the
last tenth, median of chunks, and their ratio; the target is a ratio of at most 1.5.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from engine.base import events
from engine.kernel import effects as fx
from engine.kernel.advance import advance
from engine.kernel.step import Need
from tests.support.driving import decode, encode
from tests.support.plans import (
    end,
    exclusive,
    flow,
    multi,
    path,
    process,
    start,
    user,
)

AT = datetime(2025, 7, 18, tzinfo=UTC)


def tasks(plan: Any, n: int, variables: dict[str, Any]) -> Iterator[float]:
    """Complete the one open task N times; give the CPU seconds of each cycle."""
    step = advance(plan, None, events.Start(vars=variables, at=AT))
    data = encode(step.state)
    for _ in range(n):
        wait = next(e.wait for e in step.effects if isinstance(e, fx.TaskOpened))
        begun = time.process_time()
        step = advance(plan, decode(data), events.CompleteTask(wait=wait, at=AT))
        data = encode(step.state)
        yield time.process_time() - begun


def sequence(n: int) -> Iterator[float]:
    """Walk through N tasks in a row."""
    names = [f"n{k}" for k in range(n)]
    plan = process(
        start("s"), *(user(name) for name in names), end("e"), path(f"s {' '.join(names)} e")
    )
    return tasks(plan, n, {})


def turns(n: int) -> Iterator[float]:
    """Turn N times round a drawn loop."""
    plan = process(
        start("s"), user("a", outputs={"n": "n + 1"}), exclusive("g"), end("e"),
        path("s a g"), flow("g e", when=f"n >= {n}"), flow("g a", default=True),
    )  # fmt: skip
    return tasks(plan, n, {"n": 0})


def items(n: int) -> Iterator[float]:
    """Complete N parallel items; the last one, which reads all rows, is not in the tenth."""
    plan = process(
        start("s"), user("a", fields="x", multi=multi(count="n", output="r", item="x")),
        end("e"), path("s a e"),
    )  # fmt: skip
    step = advance(plan, None, events.Start(vars={"n": n}, at=AT))
    (opened,) = [e for e in step.effects if isinstance(e, fx.TasksOpened)]
    data, outputs = encode(step.state), {}
    for item in range(1, n + 1):
        rows = {Need("mi_results", opened.wait): dict(outputs)} if item == n else {}
        event = events.CompleteTask(
            wait=opened.wait, item=item, result={"x": 1}, at=AT, env=events.Env(rows=rows)
        )
        begun = time.process_time()
        step = advance(plan, decode(data), event)
        data = encode(step.state)
        if item < n:
            yield time.process_time() - begun
        outputs[item] = 1


def tenth(costs: list[float]) -> float:
    """Give the median of ten chunk means, in microseconds."""
    size = max(1, len(costs) // 10)
    chunks = [costs[k : k + size] for k in range(0, len(costs), size)]
    return statistics.median(statistics.fmean(chunk) for chunk in chunks) * 1e6


def main(n: int = 5_000) -> None:
    """Run the three cases with N steps each and print one line each."""
    cases: dict[str, Callable[[int], Iterator[float]]] = {
        "sequence": sequence,
        "loop": turns,
        "items": items,
    }
    for name, case in cases.items():
        costs = list(case(n))
        size = n // 10
        first, last = tenth(costs[20 : size + 20]), tenth(costs[-size:])
        print(f"{name:9} n={n} first={first:7.1f} us last={last:7.1f} us "
              f"ratio={last / first:.2f}")  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
