"""Random models: sound blocks complete, random graphs never break (kernel.md 10, 3)."""

import random
import subprocess
import sys
from typing import Any

import pytest

from engine.base import events
from tests.kernel.invariants import check
from tests.support.driving import Drive
from tests.support.plans import (
    boundary,
    catch,
    condition,
    end,
    error,
    escalation,
    esp,
    exclusive,
    first_of,
    flow,
    inclusive,
    loop,
    message,
    multi,
    parallel,
    path,
    process,
    script,
    service,
    signal,
    start,
    sub,
    task,
    throw,
    timer,
    user,
)

SEEDS = range(60)


def dice(seed: int) -> random.Random:
    """Give reproducible choices."""
    return random.Random(seed)  # noqa: S311 choices to repeat, no secret


class Blocks:
    """Random block-structured content: sound by construction."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.count = 0

    def name(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def content(self, depth: int) -> list[Any]:
        """Give the parts of one scope: start, some blocks in a row, end."""
        first, last = self.name("s"), self.name("e")
        parts: list[Any] = [start(first)]
        at = first
        for _ in range(self.chance.randint(1, 3)):
            entry, out, more = self.block(depth)
            parts += [*more, flow(f"{at} {entry}")]
            at = out
        return [*parts, end(last), flow(f"{at} {last}")]

    def block(self, depth: int) -> tuple[str, str, list[Any]]:
        simple = [self.leaf]
        nested = [self.split, self.split, self.looped, self.nested, self.race]
        make = self.chance.choice(simple if depth == 0 else simple + nested)
        return make(depth)

    def leaf(self, _depth: int) -> tuple[str, str, list[Any]]:
        name = self.name("n")
        multiple = {"multi": multi(count="2", output=f"r_{name}")}
        again = {"loop": loop("x", maximum=3)}
        more = self.chance.choice([{}, {}, multiple, {**multiple}, again])
        part = self.chance.choice(
            [
                task(name, **more),
                user(name, fields="x", **more),
                script(name, "1", f"v_{name}", **more),
                service(name, **more),
                throw(name, message("out")),
                throw(name, signal("out")),
                catch(name, timer(1)),
                catch(name, message("in")),
            ]
        )
        return name, name, [part]

    def split(self, depth: int) -> tuple[str, str, list[Any]]:
        make = self.chance.choice([exclusive, parallel, inclusive])
        fork, join = self.name("f"), self.name("j")
        parts: list[Any] = [make(fork), make(join)]
        for branch in range(self.chance.randint(2, 3)):
            entry, out, more = self.block(depth - 1)
            plain = make is parallel
            when = None if plain or branch == 0 else self.chance.choice(["x", "not x"])
            edge = flow(f"{fork} {entry}", when, default=not plain and branch == 0)
            parts += [*more, edge, flow(f"{out} {join}")]
        return fork, join, parts

    def looped(self, depth: int) -> tuple[str, str, list[Any]]:
        merge, fork, work = self.name("m"), self.name("g"), self.name("w")
        entry, out, more = self.block(depth - 1)
        edges = [flow(f"{merge} {work}"), flow(f"{work} {entry}"), flow(f"{out} {fork}"),
                 flow(f"{fork} {merge}", "x")]  # fmt: skip
        ahead = self.name("k")
        parts = [exclusive(merge), user(work, fields="x"), exclusive(fork), task(ahead)]
        return merge, ahead, [*parts, *more, *edges, flow(f"{fork} {ahead}", default=True)]

    def nested(self, depth: int) -> tuple[str, str, list[Any]]:
        name, join, bound = self.name("p"), self.name("x"), self.name("b")
        content = self.content(depth - 1)
        if self.chance.random() < 0.4:
            inner = self.name("h")
            defs = self.chance.choice([signal("stop"), message("in"), timer(2)])
            gentle = self.chance.random() < 0.5
            content.append(
                esp(inner, start(f"{inner}s", defs, interrupting=not gentle),
                    user(f"{inner}u"), path(f"{inner}s {inner}u"))
            )  # fmt: skip
        more = {"multi": multi(count="2")} if self.chance.random() < 0.3 else {}
        host = sub(name, *content, **more)
        interrupting = self.chance.random() < 0.6
        edge = boundary(bound, name, self.chance.choice([timer(1), signal("stop")]),
                        interrupting=interrupting)  # fmt: skip
        if not interrupting:
            done = self.name("d")
            return name, name, [host, edge, task(done), flow(f"{bound} {done}")]
        parts = [host, edge, exclusive(join), flow(f"{name} {join}"), flow(f"{bound} {join}")]
        return name, join, parts

    def race(self, _depth: int) -> tuple[str, str, list[Any]]:
        gate, join, one, two = (self.name(prefix) for prefix in "gjab")
        parts = [first_of(gate), catch(one, timer(1)), catch(two, message("in"))]
        edges = [flow(f"{gate} {one}"), flow(f"{gate} {two}"), flow(f"{one} {join}")]
        return gate, join, [*parts, exclusive(join), *edges, flow(f"{two} {join}")]


def move(d: Drive, chance: random.Random, *, calm: bool) -> None:
    """Tell one random event that something waits for."""
    view = d.view
    choices: list[Any] = [*view.tasks, *view.timers, *view.subscriptions, *services(d)]
    if not choices:
        return
    chosen = chance.choice(choices)
    if "due" in chosen:
        d.fire(chosen["node"])
    elif "kind" in chosen and chosen["kind"] == "signal":
        d.signal(chosen["name"])
    elif "kind" in chosen:
        d.tell(events.Correlate(wait=chosen["wait"], message=chosen["name"]))
    elif "service" in chosen:
        finish(d, chosen["wait"])
    else:
        answer(d, chosen, x=False if calm else chance.random() < 0.4)


def services(d: Drive) -> list[dict[str, str]]:
    assert d.state is not None
    kinds = ("service", "child")
    return [{"wait": w, "service": "1"} for w, r in d.state["waits"].items() if r["k"] in kinds]


def body_of(d: Drive, wait: str) -> Any:
    assert d.state is not None
    record = d.state["waits"][wait]
    return d.state["scopes"][record["s"]]["tokens"][record["t"]].get("mi")


def finish(d: Drive, wait: str) -> None:
    body = body_of(d, wait)
    item = None if body is None else body["done"] + 1
    d.tell(events.FinishService(wait=wait, item=item, result={}))


def answer(d: Drive, chosen: Any, *, x: bool) -> None:
    fields = d.plan.nodes[d.plan.by_id[chosen["node"]]].result.fields
    result = {"x": x} if "x" in fields else {}
    body = body_of(d, chosen["wait"])
    item = None if body is None else body["done"] + 1
    d.tell(events.CompleteTask(wait=chosen["wait"], result=result, item=item, outcome="ok"))


def run(plan: Any, seed: int, *, moves: int = 400) -> Drive:
    chance = dice(seed)
    d = Drive(plan).start(x=False)
    for turn in range(moves):
        assert d.state is not None
        check(plan, d.state, d.log)
        if d.status != "active" or (not d.view.nodes):
            break
        move(d, chance, calm=turn > 60)
    return d


@pytest.mark.parametrize("seed", SEEDS)
def test_sound_blocks_complete_and_leave_nothing(seed: int) -> None:
    plan = process(*Blocks(dice(seed)).content(3))
    d = run(plan, seed)
    assert d.incidents == []
    assert d.status == "completed", d.view
    d.assert_clean()
    entered, left = d.entered, [e for e in d.log if type(e).__name__ == "NodeLeft"]
    assert len(entered) == len(left)


def graph(seed: int) -> Any:
    """Random nodes and random edges: mostly unsound on purpose."""
    chance = dice(seed)
    makers = [
        lambda n: task(n), lambda n: user(n, fields="x"), lambda n: script(n, "1", "x"),
        lambda n: exclusive(n), lambda n: parallel(n), lambda n: inclusive(n),
        lambda n: end(n, error("E")), lambda n: end(n, escalation("X")),
        lambda n: throw(n, signal("go")), lambda n: catch(n, signal("go")),
        lambda n: catch(n, timer(1)), lambda n: catch(n, condition("x")),
        lambda n: script(n, "1 // zero", "y"), lambda n: end(n),
        lambda n: user(n, multi=multi(count="2", until="x")),
        lambda n: sub(n, start(f"{n}s"), user(f"{n}u", fields="x"), path(f"{n}s {n}u"),
                      esp(f"{n}h", start(f"{n}hs", signal("go")), task(f"{n}ht"),
                          path(f"{n}hs {n}ht"))),
    ]  # fmt: skip
    names = [f"n{k}" for k in range(chance.randint(4, 12))]
    parts = [chance.choice(makers)(name) for name in names]
    closed = {part.id for part in parts if part.kind.value == "endEvent"}
    edges = []
    for name in ["s", *names]:
        for _ in range(chance.choice([1, 1, 1, 2, 3])):
            if name not in closed:
                when = chance.choice([None, None, "x", "not x"]) if name != "s" else None
                edges.append(flow(f"{name} {chance.choice(names)}", when))
    hosts = [part.id for part in parts if part.kind.value in ("userTask", "subProcess")]
    for host in hosts[:2]:
        defs = chance.choice([timer(1), signal("go"), error(), condition("x"), escalation()])
        gentle = chance.random() < 0.5 and defs.trigger.value != "error"
        parts.append(boundary(f"b{host}", host, defs, interrupting=not gentle))
        edges.append(flow(f"b{host} {chance.choice(names)}"))
    return process(start("s"), *parts, *edges)


@pytest.mark.parametrize("seed", range(150))
def test_random_graphs_never_break_and_cancel_leaves_nothing(seed: int) -> None:
    plan = graph(seed)
    chance = dice(seed)
    d = Drive(plan)
    d.limits = events.Limits(step_visits=300)
    d.start(x=False, zero=0)
    for _ in range(25):
        assert d.state is not None
        check(plan, d.state, d.log)
        if d.status != "active":
            break
        if d.view.incidents and chance.random() < 0.3:
            how = chance.choice(["retry", "skip"])
            d.resolve(how, which=chance.randrange(len(d.view.incidents)))
        else:
            move(d, chance, calm=False)
    if d.status == "active":
        d.tell(events.Cancel())
    d.assert_clean()
    assert d.state is not None
    check(plan, d.state, d.log)


def test_the_hash_seed_changes_nothing() -> None:
    """The same random runs in two fresh processes with different seeds: equal bytes."""
    script_text = (
        "import hashlib\n"
        "from tests.kernel.test_random import Blocks, dice, run\n"
        "from tests.support.driving import encode\n"
        "from tests.support.plans import process\n"
        "digest = hashlib.sha256()\n"
        "for seed in range(12):\n"
        "    d = run(process(*Blocks(dice(seed)).content(2)), seed, moves=40)\n"
        "    digest.update(encode(d.state)); digest.update(repr(d.log).encode())\n"
        "print(digest.hexdigest())\n"
    )
    found = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", script_text], check=True, capture_output=True, text=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)}, timeout=120,
        )  # fmt: skip
        found.add(done.stdout.strip())
    assert len(found) == 1
