"""A bundle as a zip file: written the same every time, read as if it were hostile."""

import io
import stat
import zipfile
import zlib
from collections.abc import Mapping

from engine.base.errors import InvalidRequest, TooLarge
from engine.library.bundle import (
    FORMS,
    MAIN,
    MAX_BUNDLE_BYTES,
    MAX_FILE_BYTES,
    MAX_FILES,
    Bundle,
    from_files,
    place,
)
from engine.library.sharing import SHARED, included, merge

MAX_RATIO = 100  # reliability.md 6.4
_EPOCH = (1980, 1, 1, 0, 0, 0)
_DEFECTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)


def to_zip(bundle: Bundle) -> bytes:
    """Give BUNDLE as a zip of processes/<application>/… and forms/<application>/….

    Shared files stand in their own folder; the list of them lies beside application.yaml.
    """
    target = io.BytesIO()
    found = bundle.places()
    if SHARED in bundle.files:
        found[place(bundle.application, SHARED)] = bundle.files[SHARED]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in found.items():
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return target.getvalue()


def from_zip(data: bytes) -> Bundle:
    """Read a bundle from the zip DATA; counts, sizes, ratio and paths are all checked."""
    if len(data) > MAX_BUNDLE_BYTES:
        raise TooLarge(f"压缩包超过 {MAX_BUNDLE_BYTES // 1_000_000} MB。")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _bundle(_entries(archive))
    except NotImplementedError as error:
        raise _bad("压缩方式不支持，请用普通 zip 重新打包。") from error
    except _DEFECTS as error:
        raise _bad("无法读取：文件损坏或不是 zip。") from error


def _entries(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(archive.infolist()) > 2 * MAX_FILES or len(entries) > MAX_FILES:
        raise TooLarge(f"压缩包内文件多于 {MAX_FILES} 个。")
    files: dict[str, bytes] = {}
    total = 0
    for entry in entries:
        _check(entry)
        if entry.filename in files:
            raise _bad(f"“{entry.filename}”出现两次。")
        files[entry.filename] = _content(archive, entry)
        total += len(files[entry.filename])
        if total > MAX_BUNDLE_BYTES:
            raise TooLarge(f"解压后超过 {MAX_BUNDLE_BYTES // 1_000_000} MB。")
    return files


def _check(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 0x1:
        raise _bad("已加密，请去掉密码后再导入。")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise _bad(f"“{entry.filename}”是链接或特殊文件。")
    ratio = entry.file_size / max(entry.compress_size, 1)
    if entry.file_size > 10_000 and ratio > MAX_RATIO:
        raise TooLarge(f"“{entry.filename}”的压缩比超过 {MAX_RATIO}，可能有害。")


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    # The size in the directory may lie: read one byte more than allowed and see.
    with archive.open(entry) as stream:
        data = stream.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise TooLarge(f"“{entry.filename}”解压后超过 {MAX_FILE_BYTES // 1_000_000} MB。")
    return data


def _bundle(files: Mapping[str, bytes]) -> Bundle:
    rooms: dict[str, dict[str, bytes]] = {}
    for name, data in files.items():
        top, _, rest = name.partition("/")
        room, _, path = rest.partition("/")
        if top not in ("processes", "forms") or not room or not path:
            raise _bad(f"“{name[:200]}”不在 processes/<应用>/ 或 forms/<应用>/ 之下。")
        rooms.setdefault(room, {})[path if top == "processes" else FORMS + path] = data
    return _merged(rooms)


def _merged(rooms: dict[str, dict[str, bytes]]) -> Bundle:
    """Make the bundle of the one application of ROOMS; the others must be shared folders."""
    keys = [room for room, files in rooms.items() if MAIN in files] or list(rooms)
    if len(keys) != 1:
        raise _bad("应当只含一个应用。")
    own = rooms.pop(keys[0])
    if set(rooms) - set(included(own.get(MAIN))):
        raise _bad("应当只含一个应用；其他目录须在 includes 中列出。")
    known = own.pop(SHARED, None)
    files = merge(own, rooms)
    if known is not None:
        files[SHARED] = known  # it also says what the application changed
    return from_files(keys[0], files)


def _bad(text: str) -> InvalidRequest:
    return InvalidRequest(f"压缩包{text}", code="bundle.zip")
