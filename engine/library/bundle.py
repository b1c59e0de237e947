"""A bundle: every file of one application, read from and written back to folders."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from engine.base import overrides
from engine.base.errors import InvalidRequest, NotFound, TooLarge
from engine.library import sharing

MAX_FILES = 2_000  # designed, the limit of reliability.md 6.4 for containers
MAX_FILE_BYTES = 10_000_000  # designed
MAX_BUNDLE_BYTES = 50_000_000  # the upload limit of reliability.md 6.4
FORMS = "forms/"
MAIN = "application.yaml"
_SUFFIXES = frozenset((".yaml", ".bpmn", ".dmn", ".csv", ".json", ".md", ".svg", ".png"))
_TEXT = frozenset((".yaml", ".bpmn", ".dmn", ".csv", ".json", ".md", ".svg"))


@dataclass(frozen=True, slots=True)
class Bundle:
    """All files of one application; the unit that is deployed and versioned.

    FILES maps a path to bytes: `application.yaml`, `audit.bpmn`, `organisation/units.csv`
    for files of processes/<application>/, `forms/<id>.json` for forms/<application>/. Files
    of a shared folder (`includes` in application.yaml) stand under the same paths as if they
    were the application's own. HASH is the SHA-256 over the sorted paths and contents.
    """

    application: str
    files: Mapping[str, bytes]
    hash: str

    def matching(self, suffix: str, folder: str = "") -> dict[str, bytes]:
        """Give the files whose path ends with SUFFIX and lies below FOLDER, by path."""
        return {
            path: data
            for path, data in self.files.items()
            if path.endswith(suffix) and path.startswith(folder)
        }

    def models(self) -> dict[str, bytes]:
        """Give the diagrams and decision tables, path -> bytes; tables of divisions too."""
        return {**overrides.own(self.matching(".bpmn")), **self.matching(".dmn")}

    def forms(self) -> dict[str, bytes]:
        """Give the form files, path -> bytes."""
        return self.matching(".json", FORMS)

    def shared(self) -> dict[str, str]:
        """Give the shared folder of each file that comes from one unchanged, by path."""
        return sharing.origins(self.files)

    def places(self) -> dict[str, bytes]:
        """Give the bytes by the place in the project's folders, as relative paths."""
        shared = self.shared()
        return {
            place(shared.get(path, self.application), path): data
            for path, data in self.files.items()
            if path != sharing.SHARED
        }

    def replacing(self, changes: Mapping[str, bytes | None]) -> "Bundle":
        """Give the bundle with files of CHANGES put in, or left out where None."""
        files = {p: d for p, d in self.files.items() if changes.get(p, b"") is not None}
        files.update({p: d for p, d in changes.items() if d is not None})
        return from_files(self.application, files)


def from_files(application: str, files: Mapping[str, bytes]) -> Bundle:
    """Make a bundle of APPLICATION from FILES (path -> bytes), refusing unsafe paths."""
    check_key(application)
    if len(files) > MAX_FILES:
        raise TooLarge(f"文件多于 {MAX_FILES} 个，不能作为一个应用部署。")
    for path, data in files.items():
        check_path(path)
        if len(data) > MAX_FILE_BYTES:
            raise TooLarge(f"文件“{path}”超过 {MAX_FILE_BYTES // 1_000_000} MB。", path=path)
    if sum(map(len, files.values())) > MAX_BUNDLE_BYTES:
        raise TooLarge(f"应用的文件合计超过 {MAX_BUNDLE_BYTES // 1_000_000} MB。")
    ordered = {path: bytes(files[path]) for path in sorted(files)}
    if application in sharing.listing(ordered):
        raise InvalidRequest(f"“{application}”不能引用自己。", code="bundle.shared")
    return Bundle(application, ordered, _hash(ordered))


def read_folder(root: Path, application: str) -> Bundle:
    """Read APPLICATION from ROOT/processes/<application> and ROOT/forms/<application>.

    The folders `includes` names are read as well. Raises NotFound for one that does not
    exist, InvalidRequest for a path that stands in two of them.
    """
    check_key(application)
    home = root / "processes" / application
    if not home.is_dir():
        raise NotFound(f"没有找到应用目录 processes/{application}。", application=application)
    files = _folder(root, application)
    names = sharing.included(files.get(MAIN))
    shared = {name: _shared_folder(root, application, name) for name in names}
    return from_files(application, sharing.merge(files, shared))


def _shared_folder(root: Path, application: str, name: str) -> dict[str, bytes]:
    check_key(name)
    files = _folder(root, name)
    if MAIN in files or not files:
        text = "是另一个应用" if files else "不存在或没有文件"
        raise NotFound(
            f"应用 {application} 的 includes 引用了“{name}”，但 processes/{name} {text}。"
            "请改正 includes，或建立该共用目录。",
            application=application,
            include=name,
        )
    return files


def _folder(root: Path, name: str) -> dict[str, bytes]:
    """Read processes/<NAME> and forms/<NAME>; a list of shared files lying there is stale."""
    home = root / "processes" / name
    if (home / "forms").exists():
        raise InvalidRequest(
            f"processes/{name}/forms 不是表单的位置，请移到 forms/{name}。",
            code="bundle.path",
        )
    files = dict(_read(home, ""))
    files.update(_read(root / "forms" / name, FORMS))
    files.pop(sharing.SHARED, None)
    return files


def write_folder(bundle: Bundle, root: Path) -> None:
    """Write BUNDLE below ROOT byte for byte; files it no longer holds are removed.

    Shared files go back to their folder; of that folder nothing is removed.
    """
    wanted = bundle.places()
    for folder in ("processes", "forms"):
        home = root / folder / bundle.application
        for path in list(_walk(home)):
            if path.relative_to(root).as_posix() not in wanted:
                path.unlink()
    for relative, data in wanted.items():
        target = root / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def applications(root: Path) -> tuple[str, ...]:
    """Name the applications below ROOT: folders of processes/ with an application.yaml."""
    found = (root / "processes").glob("*/application.yaml")
    return tuple(sorted(path.parent.name for path in found))


def place(application: str, path: str) -> str:
    """Give where PATH of a bundle lies in the project's folders, as a relative path."""
    if path.startswith(FORMS):
        return f"forms/{application}/{path.removeprefix(FORMS)}"
    return f"processes/{application}/{path}"


def is_text(path: str) -> bool:
    """Tell whether PATH names a text file, whose lines can be compared."""
    return PurePosixPath(path).suffix in _TEXT


def check_key(application: str) -> None:
    """Refuse a key of an application that cannot be a folder name."""
    if not sharing.KEY.fullmatch(application):
        raise InvalidRequest(
            "应用标识只能用小写字母、数字、“-”和“_”，以字母开头，最长 64 个字符。",
            code="bundle.key",
            application=application,
        )


def check_path(path: str) -> None:
    """Refuse a path that leaves the application's folder or is of an unknown kind."""
    parts = path.split("/")
    unsafe = any(part in ("", ".", "..") or part.startswith(".") for part in parts)
    if unsafe or "\\" in path or ":" in path or not path.isprintable() or len(path) > 200:
        raise InvalidRequest(
            f"文件路径“{path[:200]}”不安全，不能使用。", code="bundle.path", path=path[:200]
        )
    if PurePosixPath(path).suffix not in _SUFFIXES:
        raise InvalidRequest(
            f"不接受文件“{path}”：应用只包含 {'、'.join(sorted(_SUFFIXES))} 文件，请移走。",
            code="bundle.kind",
            path=path,
        )


def _read(home: Path, prefix: str) -> Iterator[tuple[str, bytes]]:
    for path in _walk(home):
        relative = prefix + path.relative_to(home).as_posix()
        if path.is_symlink():
            raise InvalidRequest(
                f"“{relative}”是链接，不是文件，请换成文件本身。", code="bundle.path"
            )
        if path.stat().st_size > MAX_FILE_BYTES:
            raise TooLarge(f"文件“{relative}”超过 {MAX_FILE_BYTES // 1_000_000} MB。")
        yield relative, path.read_bytes()


def _walk(home: Path) -> Iterator[Path]:
    for path in sorted(home.rglob("*")):
        parts = path.relative_to(home).parts
        hidden = any(part.startswith(".") or part.endswith("~") for part in parts)
        if not hidden and (path.is_symlink() or path.is_file()):
            yield path


def _hash(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path, data in files.items():
        name = path.encode()
        digest.update(len(name).to_bytes(4, "big") + name)
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
