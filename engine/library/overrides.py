"""What divisions replace of an application's files (G-60), and the version they then have."""

from collections.abc import Mapping
from typing import Any

from engine.base import overrides
from engine.base.errors import InvalidRequest
from engine.base.findings import Finding
from engine.library.bundle import FORMS, MAIN, Bundle, from_files
from engine.library.entries import SETTING_KEYS
from engine.library.reading import Reader
from engine.library.tables import Register
from engine.library.yaml_text import read_yaml, write_yaml

DIVISIONS = "division"  # the register that names the divisions, where there is one
SETTINGS = "settings"  # the one section of application.yaml a division may replace in part
Settings = Mapping[str, Mapping[str, Any]]


def check_overrides(
    bundle: Bundle, registers: Mapping[str, Register], settings: Settings, main: Reader
) -> None:
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
        if not _replaceable(inner):
            text = "只有流程图、决策表、表单和 application.yaml 的 settings 可以按区划替换"
            main.report(path, text, "移走该文件", code="override")
        elif inner not in bundle.files:
            text = f"应用中没有“{inner}”，没有可替换的文件"
            main.report(path, text, "改为与原文件相同的文件名", code="override")
        elif inner == MAIN:
            main.findings.extend(_settings_findings(path, bundle.files[path], settings))


def _replaceable(inner: str) -> bool:
    """Tell whether a division may have a file of its own in place of INNER."""
    drawn = inner.endswith((overrides.TABLE, overrides.DIAGRAM))
    return drawn or inner == MAIN or (inner.startswith(FORMS) and inner.endswith(".json"))


def _settings_findings(path: str, data: bytes, settings: Settings) -> list[Finding]:
    """Give what a division's application.yaml says besides other values of settings."""
    own = Reader(path)
    try:
        found = read_yaml(data)
    except InvalidRequest as error:
        own.report("", error.message, "改正后再部署", code="yaml.syntax")
        return own.findings
    if not isinstance(found, dict) or set(found) - {SETTINGS}:
        text = "区划的 application.yaml 只能有 settings 一节"
        own.report("", text, "只写与本级不同的 settings", code="override")
        return own.findings
    for name, entry in own.section(found, SETTINGS).items():
        where = f"{SETTINGS}.{name}"
        own.known(entry, SETTING_KEYS, where)
        base = settings.get(name)
        if base is None:
            own.report(where, "应用没有这项设置", "只能改已有的设置", code="override")
        elif not _alike(base.get("value"), entry.get("value")):
            text = "值的种类与原设置不同"
            own.report(where, text, f"写成与“{base.get('value')}”同类的值", code="override")
    return own.findings


def _alike(value: Any, other: Any) -> bool:
    """Tell whether both are of one kind: text, number, yes or no, list, mapping."""
    if isinstance(value, bool) or isinstance(other, bool):
        return isinstance(value, bool) and isinstance(other, bool)
    for kind in (str, list, dict):
        if isinstance(value, kind):
            return isinstance(other, kind)
    return value is None or not isinstance(other, str | list | dict | None)


def kept(bundle: Bundle) -> dict[str, tuple[str, ...]]:
    """Give division -> what it replaces so that it has a version of its own.

    Diagrams, forms and settings, by the path of the original; tables are chosen each time.
    """
    found: dict[str, list[str]] = {}
    for path in sorted(bundle.files):
        parts = overrides.parts(path)
        if parts is not None and not path.endswith(overrides.TABLE):
            found.setdefault(parts[0], []).append(parts[1])
    return {division: tuple(paths) for division, paths in found.items()}


def without_divisions(bundle: Bundle) -> Bundle:
    """Give BUNDLE without what gives divisions versions of their own; tables stay."""
    files = {
        path: data
        for path, data in bundle.files.items()
        if overrides.parts(path) is None or path.endswith(overrides.TABLE)
    }
    return from_files(bundle.application, files) if len(files) < len(bundle.files) else bundle


def variant(bundle: Bundle, division: str) -> Bundle:
    """Give BUNDLE as it stands in DIVISION: its files in place of the originals.

    Tables stay beside each other: which counts is judged when one is evaluated. Settings
    are put together, those of the narrower division over those of the wider.
    """
    chosen = overrides.replaced(bundle.files, division, overrides.OWN)
    chosen.pop(MAIN, None)
    files = {
        path: bundle.files[chosen.get(path, path)]
        for path in bundle.files
        if overrides.parts(path) is None or path.endswith(overrides.TABLE)
    }
    files[MAIN] = _settled(bundle.files, division)
    return from_files(bundle.application, files)


def _settled(files: Mapping[str, bytes], division: str) -> bytes:
    """Give application.yaml with the settings of DIVISION."""
    places = [f"{overrides.FOLDER}{code}/{MAIN}" for code in overrides.chain(division)]
    own = [files[place] for place in reversed(places) if place in files]
    if not own:
        return files[MAIN]
    whole = dict(read_yaml(files[MAIN]))
    settings = dict(whole.get(SETTINGS) or {})
    for data in own:
        for name, entry in (read_yaml(data).get(SETTINGS) or {}).items():
            settings[name] = {**settings.get(name, {}), **entry}
    return write_yaml({**whole, SETTINGS: settings}).encode()
