"""Files a division keeps in place of the application's own (G-60): where they lie, which count.

`overrides/<division>/<path>` replaces `<path>` for the cases of that division; a county's
file comes before that of its prefecture, that before the province's.
"""

from collections.abc import Iterable, Mapping

FOLDER = "overrides/"
TABLE, DIAGRAM = ".dmn", ".bpmn"
OWN = (DIAGRAM, ".json", "application.yaml")  # what gives a division a version of its own


def parts(path: str) -> tuple[str, str] | None:
    """Give (division, path it replaces) of an override, None for any other file."""
    if not path.startswith(FOLDER):
        return None
    division, _, inner = path.removeprefix(FOLDER).partition("/")
    return division, inner


def chain(region: str) -> tuple[str, ...]:
    """Give the divisions REGION lies in, the narrowest first.

    Codes of GB/T 2260: two digits a level, zeros to fill; longer ones (towns) begin with
    the code of their county. An internal code with a letter stands for itself alone.
    """
    if not (region.isdecimal() and len(region) >= 6):
        return (region,) if region else ()
    wider = (region, region[:6], region[:4] + "00", region[:2] + "0000")
    return tuple(dict.fromkeys(wider))


def divisions(paths: Iterable[str], suffix: str) -> tuple[str, ...]:
    """Name the divisions that replace a file ending with SUFFIX, sorted."""
    found = {known[0] for path in paths if (known := parts(path)) and path.endswith(suffix)}
    return tuple(sorted(found))


def own(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give the FILES without what divisions keep in their place."""
    return {path: data for path, data in files.items() if parts(path) is None}


def replaced(
    files: Mapping[str, bytes], division: str, suffix: str | tuple[str, ...]
) -> dict[str, str]:
    """Give path -> path of the override that counts in DIVISION, for files like SUFFIX."""
    found: dict[str, str] = {}
    for code in reversed(chain(division)):
        start = f"{FOLDER}{code}/"
        for path in files:
            if path.startswith(start) and path.endswith(suffix):
                found[path.removeprefix(start)] = path
    return found
