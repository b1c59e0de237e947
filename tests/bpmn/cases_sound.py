"""Findings of the soundness search: waits for ever, work repeated, loops without exit."""

from tests.bpmn.build import end, node, process, start, user
from tests.bpmn.shapes import Case

TASKS = user("a") + user("b")


def diamond(split: str, join: str) -> tuple[str, ...]:
    """Two branches between a split and a join of these kinds."""
    choice = split == "exclusiveGateway"
    first = "f -> a : 1 = 1" if choice else "f -> a"
    gates = node(split, "f", default="f_b") if choice else node(split, "f")
    flows = ("s -> f", first, "f -> b", "a -> j", "b -> j", "j -> e")
    return (process(start(), gates, TASKS, node(join, "j"), end(), *flows),)


def sometimes(target: str) -> tuple[str, ...]:
    """One of two parallel branches may go to TARGET instead of the join."""
    gates = node("parallelGateway", "f") + node("exclusiveGateway", "x", default="x_j")
    parts = [start(), gates, TASKS, node("parallelGateway", "j"), end()]
    parts += ["s -> f", "f -> a -> x -> j", "f -> b -> j", "j -> e"]
    if target:
        parts += [end(id=target), f"x -> {target} : 1 = 2"]
    return (process(*parts),)


def lap(*way_out: str) -> tuple[str, ...]:
    """A loop of two tasks beside a straight way, with or without a way out."""
    gates = node("exclusiveGateway", "g", default="g_e")
    gates += node("exclusiveGateway", "x", default="x_a")
    flows = ("s -> g -> e", "g -> a : 1 = 2", "a -> b -> x -> a")
    return (process(start(), gates, TASKS, end(), *flows, *way_out),)


def behind(join: str) -> tuple[str, ...]:
    """A task behind a join of two choices, beside a straight way to the end."""
    gates = node("exclusiveGateway", "g", default="g_e")
    gates += node("exclusiveGateway", "f", default="f_b") + node(join, "j")
    flows = ("s -> g -> e", "g -> f : 1 = 2", "f -> a : 1 = 1", "f -> b", "a -> j", "b -> j")
    return (process(start(), gates, TASKS, user(), end(), *flows, "j -> u -> e"),)


def waiting_for_each_other(between: str) -> tuple[str, ...]:
    """Two inclusive joins, each behind the other."""
    gates = node("parallelGateway", "f") + node("inclusiveGateway", "j1")
    gates += node(between, "x") + node("inclusiveGateway", "j2") + node(between, "y")
    flows = ("s -> f", "f -> a -> j1", "f -> b -> j2", "j1 -> x", "j2 -> y")
    loops = ("x -> j2 : 1 = 1", "x -> e", "y -> j1 : 1 = 1", "y -> e2")
    text = process(start(), gates, TASKS, end(), end(id="e2"), *flows, *loops)
    text = text.replace('id="x"', 'id="x" default="x_e"').replace(
        'id="y"', 'id="y" default="y_e2"'
    )
    return (text,)


SOUND: dict[str, Case] = {
    "a join that waits for both of two choices": Case(
        "sound.deadlock",
        "j",
        diamond("exclusiveGateway", "parallelGateway"),
        diamond("parallelGateway", "parallelGateway"),
    ),
    "a path behind a join that never opens": Case(
        "path.dead", "u", behind("parallelGateway"), behind("exclusiveGateway")
    ),
    "a join that may wait for a branch gone elsewhere": Case(
        "sound.deadlock", "j", sometimes("e2"), sometimes("")
    ),
    "parallel work not joined": Case(
        "sound.improper",
        "e",
        diamond("parallelGateway", "exclusiveGateway"),
        diamond("parallelGateway", "inclusiveGateway"),
    ),
    "work repeated by each branch": Case(
        "sound.unsync",
        "u",
        (
            process(
                start(),
                node("parallelGateway", "f"),
                TASKS,
                user(),
                end(),
                "s -> f -> a -> u -> e",
                "f -> b -> u",
            ),
        ),
        (
            process(
                start(),
                node("parallelGateway", "f"),
                TASKS,
                node("parallelGateway", "j"),
                user(),
                end(),
                "s -> f -> a -> j -> u -> e",
                "f -> b -> j",
            ),
        ),
    ),
    "a loop some run cannot leave": Case("sound.livelock", "a", lap(), lap("x -> e : 1 = 2")),
    "a loop no run can leave": Case(
        "sound.livelock",
        "a",
        (process(start(), TASKS, "s -> a -> b -> a"),),
        (process(start(), TASKS, "s -> a -> b"),),
    ),
    "joins waiting for each other": Case(
        "sound.join_cycle",
        "j2",
        waiting_for_each_other("inclusiveGateway"),
        diamond("inclusiveGateway", "inclusiveGateway"),
    ),
}
