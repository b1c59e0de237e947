"""What a docx says above the line where the reply begins: the part that is sealed."""

import hashlib
import io
import re
import zipfile
import zlib
from dataclasses import dataclass

from engine.base.errors import InvalidRequest, TooLarge
from engine.markup import XmlLimits, parse_xml

MARK = "以下由被征求意见单位填写"
PART = "word/document.xml"
MOST = 20_000_000  # bytes of the text of one paper; designed
LIMITS = XmlLimits(size=MOST, text=MOST)
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CODE = re.compile(r"核验码[:：]?([0-9A-F]{4}(?:-[0-9A-F]{4}){4})")
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Returned:
    """SEAL of the text above the mark, and the CODE printed below it, "" without."""

    seal: str
    code: str


def read(content: bytes) -> Returned:
    """Read a docx; blanks and how the text is cut into runs do not count.

    Raises InvalidRequest for what is no docx, or none that was issued here.
    """
    paragraphs = _paragraphs(content)
    place = next((n for n, text in enumerate(paragraphs) if MARK in text), None)
    if place is None:
        text = "文件不是本系统出具的函件：找不到“以下由被征求意见单位填写”一行。"
        text += "请上传在原函上填写的文件，或上传盖章扫描件。"
        raise InvalidRequest(text, code="paper-foreign")
    told = _CODE.search("\n".join(paragraphs[place:]))
    above = "\n".join(one for one in paragraphs[:place] if one)
    return Returned(hashlib.sha256(above.encode()).hexdigest(), told[1] if told else "")


def code_of(seal: str) -> str:
    """Give the code people read and type: the first 20 digits of SEAL, in groups of four."""
    head = seal[:20].upper()
    return "-".join(head[n : n + 4] for n in range(0, 20, 4))


def plain_code(text: str) -> str:
    """Give a code as a person typed it in the form code_of writes it."""
    digits = re.sub(r"[^0-9A-F]", "", text.upper())
    return "-".join(digits[n : n + 4] for n in range(0, len(digits), 4))


def _paragraphs(content: bytes) -> list[str]:
    """Give the text of each paragraph, those in tables too, without blanks."""
    root = parse_xml(_part(content), PART, LIMITS)
    found = []
    for paragraph in root.iter(f"{_WORD}p"):
        text = "".join(run.text or "" for run in paragraph.iter(f"{_WORD}t"))
        found.append(_BLANK.sub("", text))
    return found


def _part(content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if archive.getinfo(PART).file_size > MOST:
                raise TooLarge("函件文字过长，不能核对；请上传盖章扫描件。")
            return archive.read(PART)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, RuntimeError) as error:
        text = "文件不是有效的 docx，请用 Word 或 WPS 另存为“.docx”，或上传盖章扫描件。"
        raise InvalidRequest(text, code="paper-broken") from error

