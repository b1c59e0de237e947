"""What divisions replace of an application's files (G-60), and the version they then have."""

from collections.abc import Mapping

from engine.base import overrides
from engine.library.bundle import Bundle, from_files
from engine.library.reading import Reader
from engine.library.tables import Register

DIVISIONS = "division"  # the register that names the divisions, where there is one


def check_overrides(bundle: Bundle, registers: Mapping[str, Register], main: Reader) -> None:
    """Report overrides of an unknown division, of no file, or of a kind that cannot be."""
    known = registers.get(DIVISIONS)
    for path in bundle.files:
        found = overrides.parts(path)
        if found is None:
            continue
        division, inner = found
        if known is not None and division not in known.rows:
            text = f"没有编码为“{division}”的行政区划"
            main.report(path, text, "目录名用区划代码，如 overrides/110101/", code="override")
        if not inner.endswith((overrides.TABLE, overrides.DIAGRAM)):
            text = "只有流程图（.bpmn）和决策表（.dmn）可以按区划替换"
            main.report(path, text, "移走该文件", code="override")
        elif inner not in bundle.files:
            text = f"应用中没有“{inner}”，没有可替换的文件"
            main.report(path, text, "改为与原文件相同的文件名", code="override")


def diagrams(bundle: Bundle) -> dict[str, tuple[str, ...]]:
    """Give division -> the diagrams it replaces itself, by the path of the original."""
    found: dict[str, list[str]] = {}
    for path in sorted(bundle.files):
        parts = overrides.parts(path)
        if parts is not None and path.endswith(overrides.DIAGRAM):
            found.setdefault(parts[0], []).append(parts[1])
    return {division: tuple(paths) for division, paths in found.items()}


def variant(bundle: Bundle, division: str) -> Bundle:
    """Give BUNDLE as it stands in DIVISION: its diagrams in place of the originals.

    Tables stay beside each other: which counts is judged when one is evaluated.
    """
    chosen = overrides.replaced(bundle.files, division, overrides.DIAGRAM)
    files = {
        path: bundle.files[chosen.get(path, path)]
        for path in bundle.files
        if overrides.parts(path) is None or not path.endswith(overrides.DIAGRAM)
    }
    return from_files(bundle.application, files)
