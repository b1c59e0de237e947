"""What a condition demands of a row: values some of its columns must have for it to hold."""

from collections.abc import Collection, Mapping
from typing import TypeAlias

from engine.base.values import Value
from engine.feel import nodes as n

Demand: TypeAlias = tuple[str, Value]  # a column and the value it must equal


def demanded(
    tree: n.Node, columns: Collection[str], around: Mapping[str, Value]
) -> tuple[Demand, ...]:
    """Give what every row for which TREE is true fulfils; there may be more to it.

    Names in COLUMNS are the row's, other names are looked up in AROUND. Read are the
    equations of a chain of `and`, and the branch of an `if name = null` that is taken.
    """
    found: list[Demand] = []
    todo: list[n.Node] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, n.Logic) and node.conjunction:
            todo.extend(node.terms)
        elif isinstance(node, n.If):
            todo.extend(_taken(node, columns, around))
        elif isinstance(node, n.Compare) and node.op == "=":
            for one, two in ((node.left, node.right), (node.right, node.left)):
                if isinstance(one, n.Name) and one.name in columns:
                    found.extend((one.name, value) for value in _known(two, columns, around))
    return tuple(found)


def needed(tree: n.Node) -> tuple[str, ...]:
    """Name what must not be empty for TREE to hold: `name != null`, `count(name) > 0`.

    Read are the terms of a chain of `and`; what only one branch of an `or` asks is not needed.
    """
    found: dict[str, None] = {}
    todo: list[n.Node] = [tree]
    while todo:
        node = todo.pop(0)
        if isinstance(node, n.Logic) and node.conjunction:
            todo.extend(node.terms)
        elif isinstance(node, n.Compare) and isinstance(node.right, n.Const):
            left, against = node.left, (node.op, node.right.value)
            if isinstance(left, n.Name) and against == ("!=", None):
                found[left.name] = None
            elif _counted(left) and against == (">", 0):
                found[_counted(left)] = None
    return tuple(found)


def _counted(node: n.Node) -> str:
    """Give the name whose items NODE counts, "" when it does not."""
    if not isinstance(node, n.Call) or not isinstance(node.callee, n.Builtin):
        return ""
    name = node.args[0] if node.callee.name == "count" and len(node.args) == 1 else None
    return name.name if isinstance(name, n.Name) else ""


def _taken(
    node: n.If, columns: Collection[str], around: Mapping[str, Value]
) -> list[n.Node]:
    """Give the branch that is taken whatever the row holds, nothing when it depends."""
    (condition, value), *more = node.branches
    if more or not isinstance(condition, n.Compare) or condition.op != "=":
        return []
    asked = condition.right
    if not isinstance(asked, n.Const) or asked.value is not None:
        return []
    return [
        value if given is None else node.otherwise
        for given in _known(condition.left, columns, around)
    ]


def _known(
    node: n.Node, columns: Collection[str], around: Mapping[str, Value]
) -> list[Value]:
    """Give the value of NODE if the row has no part in it."""
    if isinstance(node, n.Const):
        return [node.value]
    if isinstance(node, n.Name) and node.name not in columns and node.name in around:
        return [around[node.name]]
    return []
