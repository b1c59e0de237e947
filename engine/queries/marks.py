"""Which tests hold a requirement: read from their marks, nothing is imported or run."""

import ast
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

MARK = "requirement"  # @pytest.mark.requirement("X-01", …): worked out from the text
TESTS = Path(__file__).resolve().parents[2] / "tests"


@dataclass(frozen=True, slots=True)
class Test:
    """One marked test, or step of a test: FILE below the project, NAME of the function."""

    file: str
    name: str
    line: int


def marked_tests(folder: Path = TESTS, root: Path | None = None) -> dict[str, list[Test]]:
    """Find by requirement the tests below FOLDER that are marked with it.

    A step, a function some test of its module calls, may carry the mark as well; one that
    no test reaches counts for nothing.
    """
    found: dict[str, list[Test]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        stamp = path.stat()
        name = path.relative_to(root or folder.parent).as_posix()
        for key, test in _of_file(path, name, (stamp.st_mtime_ns, stamp.st_size)):
            found.setdefault(key, []).append(test)
    return found


@functools.lru_cache(maxsize=2048)
def _of_file(path: Path, name: str, _stamp: tuple[int, int]) -> tuple[tuple[str, Test], ...]:
    """Read the marks of one module; _STAMP, its time and size, tells when to read it again."""
    text = path.read_text(encoding="utf-8")
    if f"mark.{MARK}" not in text:
        return ()
    tree = ast.parse(text)
    whole = _marks(_module_marks(tree))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    reached = _reached(functions)
    return tuple(
        (key, Test(name, node.name, node.lineno))
        for node in functions
        for key in dict.fromkeys(
            [
                *(_marks(node.decorator_list) if node.name in reached else []),
                *(whole if node.name.startswith("test_") else []),
            ]
        )
    )


def _reached(functions: Iterable[ast.FunctionDef]) -> set[str]:
    """Name the tests of a module and every function of it they lead to."""
    named: Mapping[str, set[str]] = {
        one.name: {node.id for node in ast.walk(one) if isinstance(node, ast.Name)}
        for one in functions
    }
    reached: set[str] = set()
    waiting = [name for name in named if name.startswith("test_")]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [other for other in named[name] if other in named]
    return reached


def _module_marks(tree: ast.Module) -> list[ast.expr]:
    """Give what pytestmark of a module is set to."""
    for node in tree.body:
        named = isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark"
            for target in node.targets
        )
        if named and isinstance(node, ast.Assign):
            value = node.value
            return list(value.elts) if isinstance(value, ast.List | ast.Tuple) else [value]
    return []


def _marks(expressions: Iterable[ast.expr]) -> list[str]:
    return [
        argument.value
        for one in expressions
        if isinstance(one, ast.Call)
        and isinstance(one.func, ast.Attribute)
        and one.func.attr == MARK
        for argument in one.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
