"""Files several applications share: which come from where, and what an application changed."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from engine.base.errors import InvalidRequest
from engine.library.reading import Reader
from engine.library.yaml_text import read_yaml

SHARED = "shared.yaml"  # made when an application is read, never kept in a folder
KEY = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")

Listing = Mapping[str, Mapping[str, str]]  # folder -> path -> sha256 of the shared file


def included(main: bytes | None) -> tuple[str, ...]:
    """Name the folders application.yaml asks for; nothing while it cannot be read.

    What is wrong with it is found by read_application, which reads it anew.
    """
    try:
        data = read_yaml(main or b"")
    except InvalidRequest:
        return ()
    names = data.get("includes") if isinstance(data, dict) else None
    return tuple(name for name in names or () if isinstance(name, str))


def merge(
    own: Mapping[str, bytes], shared: Mapping[str, Mapping[str, bytes]]
) -> dict[str, bytes]:
    """Give the OWN files and those of the SHARED folders, with the list of the latter.

    A file the application keeps itself counts before a shared one of the same path. Raises
    InvalidRequest when two shared folders hold the same path.
    """
    if not shared:
        return dict(own)
    files: dict[str, bytes] = {}
    source: dict[str, str] = {}
    for folder, content in shared.items():
        for path, data in content.items():
            if path in source:
                raise InvalidRequest(
                    f"共用目录 {source[path]} 与 {folder} 都有文件“{path}”，请移去其中一个。",
                    code="bundle.clash",
                    path=path,
                )
            source[path] = folder
            files[path] = data
    listing = {
        folder: {path: digest(data) for path, data in content.items()}
        for folder, content in shared.items()
    }
    return {**files, **own, SHARED: _write(listing)}


def origins(files: Mapping[str, bytes]) -> dict[str, str]:
    """Give the folder of every shared file among FILES, by path.

    A shared file whose bytes were changed belongs to the application from then on.
    """
    return {
        path: folder
        for folder, paths in listing(files).items()
        for path, known in paths.items()
        if path in files and digest(files[path]) == known
    }


def listing(files: Mapping[str, bytes]) -> Listing:
    """Read the list of shared files; raises InvalidRequest for one that was not made here."""
    if SHARED not in files:
        return {}
    found = read_yaml(files[SHARED])
    if not isinstance(found, dict) or not all(map(_sound, found.items())):
        raise InvalidRequest(
            f"{SHARED} 由系统生成，内容不对，请删去后重新部署。", code="bundle.shared"
        )
    return found


def check_includes(files: Mapping[str, bytes], data: Mapping[str, Any], main: Reader) -> None:
    """Report what `includes` asks for and FILES do not hold, and what was changed."""
    names = main.may(data, "includes", list) or []
    known = listing(files)
    for name in names:
        if not isinstance(name, str) or not KEY.fullmatch(name):
            main.report("includes", f"“{name}”不是目录名", "写 processes/ 下的目录名")
        elif name not in known:
            text = f"共用目录“{name}”的文件没有一起送来"
            main.report("includes", text, f"连同 processes/{name} 一起部署", code="app.include")
    for name in sorted(set(known) - set(names)):
        text = f"文件中有共用目录“{name}”，但 includes 没有列出"
        main.report("includes", text, f"在 includes 中补上 {name}", code="app.include")
    _check_paths(files, known, main)


def _check_paths(files: Mapping[str, bytes], known: Listing, main: Reader) -> None:
    for folder, paths in known.items():
        for path, first in paths.items():
            if path not in files:
                text = f"缺少共用目录 {folder} 的文件“{path}”"
                main.report("includes", text, "恢复该文件，或不再引用", code="app.include")
            elif digest(files[path]) != first:
                text = f"“{path}”与共用目录 {folder} 中的不同，本应用使用自己的"
                hint = "要各应用一致，请改共用目录中的文件，并删去本应用的这一份"
                main.report("includes", text, hint, code="app.own", severity="note")


def digest(data: bytes) -> str:
    """Give the sha256 by which a shared file is known again."""
    return hashlib.sha256(data).hexdigest()


def _write(found: Listing) -> bytes:
    lines: list[str] = []
    for folder in sorted(found):
        lines.append(f"{folder}:")
        lines.extend(f'  "{path}": {known}' for path, known in sorted(found[folder].items()))
    return "".join(f"{line}\n" for line in lines).encode()


def _sound(entry: tuple[Any, Any]) -> bool:
    folder, paths = entry
    if not isinstance(folder, str) or not KEY.fullmatch(folder) or not isinstance(paths, dict):
        return False
    names: Iterable[Any] = paths.keys()
    return all(isinstance(name, str) for name in names) and all(
        isinstance(known, str) and _DIGEST.fullmatch(known) for known in paths.values()
    )
