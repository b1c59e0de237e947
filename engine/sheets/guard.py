"""The door for spreadsheets: zip bombs, entities, macros and links outside are refused."""

import io
import re
import zipfile
import zlib

from engine.base.errors import InvalidRequest, TooLarge

MOST_ENTRIES = 2_000  # reliability.md 6.4, as the next two
MOST_BYTES = 200_000_000
MOST_RATIO = 100
SMALL = 10_000_000  # below this a high ratio is no bomb: empty cells pack well
CHUNK = 1 << 20
OVERLAP = 64  # bytes carried from piece to piece, so that no word is cut
_FORBIDDEN = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING = re.compile(rb"^\s*<\?xml[^>]*encoding\s*=\s*[\"']([^\"']*)")
_OUTSIDE = re.compile(
    rb"<Relationship\b(?=[^>]*TargetMode\s*=\s*[\"']External)(?![^>]*/hyperlink[\"'])",
    re.IGNORECASE,
)
_PARTS = {
    "vbaproject": "宏",
    "macrosheets/": "宏",
    "externallinks/": "外部链接",
    "activex/": "控件",
    "embeddings/": "嵌入的对象",
    "connections.xml": "数据连接",
    "querytables/": "数据连接",
}


def check(content: bytes) -> None:
    """Refuse a spreadsheet that is no zip, a bomb, or holds more than plain cells.

    Raises TooLarge for bombs, InvalidRequest for everything else, each saying what to do.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_entries(archive, len(content))
            for entry in archive.infolist():
                if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _check_part(archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise broken() from error
    except RuntimeError as error:  # an encrypted entry
        text = "表格加了密码，请取消密码后再上传。"
        raise InvalidRequest(text, code="sheet-locked") from error


def broken() -> InvalidRequest:
    """Make the refusal of a file that cannot be read."""
    text = "文件不是有效的 xlsx 表格，请用 Excel 或 WPS 另存为“.xlsx”后再上传。"
    return InvalidRequest(text, code="sheet-broken")


def _check_entries(archive: zipfile.ZipFile, packed: int) -> None:
    entries = archive.infolist()
    whole = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or whole > MOST_BYTES:
        raise TooLarge(f"表格展开后超过 {MOST_BYTES // 1_000_000} MB 或文件过多，请拆分。")
    if whole > SMALL and whole > packed * MOST_RATIO:
        raise TooLarge("表格的压缩比异常，不能读取；请复制到新表格后再上传。")
    for entry in entries:
        name = entry.filename.lower().replace("\\", "/")
        for mark, word in _PARTS.items():
            if mark in name:
                text = f"表格含有{word}，不能导入；请复制数据到模板中再上传。"
                raise InvalidRequest(text, code="sheet-active")


def _check_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Look at every byte of one XML part; its declared size is the limit of reading."""
    tail, first = b"", True
    with archive.open(entry) as part:
        while piece := part.read(CHUNK):
            if first:
                _check_encoding(piece)
                first = False
            seen = tail + piece
            if _FORBIDDEN.search(seen):
                raise InvalidRequest("表格含有外部实体声明，不能读取。", code="sheet-entity")
            tail = seen[-OVERLAP:]
    if entry.filename.lower().endswith(".rels") and _OUTSIDE.search(archive.read(entry)):
        raise InvalidRequest("表格链接到外部文件，请先断开链接。", code="sheet-active")


def _check_encoding(head: bytes) -> None:
    """Accept UTF-8 only: in another encoding the words above would look different."""
    named = _ENCODING.match(head.removeprefix(b"\xef\xbb\xbf"))
    plain = named is None or named.group(1).lower() in (b"utf-8", b"us-ascii", b"ascii")
    if b"\x00" in head[:256] or not plain:
        raise InvalidRequest("表格的文字编码不是 UTF-8，请重新保存。", code="sheet-encoding")
