"""The one door for XML: untrusted bytes in, a harmless tree out, or InvalidDefinition."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from engine.base.errors import InvalidDefinition
from engine.base.findings import Finding

CHUNK = 65_536  # bytes fed at a time, so that a limit stops a long file early


@dataclass(frozen=True, slots=True)
class XmlLimits:
    """Limits of one file (kernel.md 7); sizes in bytes of UTF-8, lengths in characters."""

    size: int = 10_000_000
    depth: int = 200
    elements: int = 300_000
    attributes: int = 64
    value: int = 65_536
    text: int = 1_000_000
    id: int = 255
    name: int = 1_000


# code -> what is wrong, the same in English, what to do
TEXTS = {
    "xml.size": (
        "文件无法读取：超过 {limit} 字节的上限。",
        "the file cannot be read: larger than {limit} bytes",
        "请拆分文件，或删除其中嵌入的图片等内容。",
    ),
    "xml.depth": (
        "文件无法读取：第 {line} 行元素嵌套超过 {limit} 层。",
        "the file cannot be read: line {line}: elements nested deeper than {limit}",
        "请减少嵌套层次。",
    ),
    "xml.elements": (
        "文件无法读取：第 {line} 行起元素超过 {limit} 个。",
        "the file cannot be read: line {line}: more than {limit} elements",
        "请把流程拆分成几个文件。",
    ),
    "xml.attributes": (
        "文件无法读取：第 {line} 行元素“{name}”的属性过多或过长。",
        "the file cannot be read: line {line}: too many or too long attributes on {name}",
        "每个元素最多 64 个属性，每个值最多 65536 个字符；请缩短。",
    ),
    "xml.text": (
        "文件无法读取：第 {line} 行的一段文字超过 {limit} 字节。",
        "the file cannot be read: line {line}: one text is longer than {limit} bytes",
        "请缩短文字，附件请另行上传。",
    ),
    "xml.id": (
        "文件无法读取：第 {line} 行元素“{name}”的编号或名称过长。",
        "the file cannot be read: line {line}: id or name of {name} is too long",
        "编号最多 255 个字符，名称最多 1000 个字符。",
    ),
    "xml.doctype": (
        "文件无法读取：含有 DOCTYPE 声明，为安全起见不予接受。",
        "the file cannot be read: a DOCTYPE is not accepted",
        "请删除 <!DOCTYPE …> 一段后重新上传。",
    ),
    "xml.encoding": (
        "文件无法读取：第 {offset} 字节处与编码 {encoding} 不符。",
        "the file cannot be read: byte {offset} does not fit the encoding {encoding}",
        "请在首行声明正确的编码（UTF-8、UTF-16、GBK、GB2312、GB18030），或另存为 UTF-8。",
    ),
    "xml.characters": (
        "文件无法读取：第 {line} 行含有控制字符（U+{point}）。",
        "the file cannot be read: line {line}: control character U+{point}",
        "请删除该字符。",
    ),
    "xml.syntax": (
        "文件无法读取：第 {line} 行第 {column} 列不符合 XML 语法（{detail}）。",
        "the file cannot be read: line {line}, column {column}: not well-formed ({detail})",
        "请检查该处标签是否配对、文件是否完整。",
    ),
}

# declared name -> Python codec; GB2312 is read by its superset so that 㐀-like names pass
ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "gbk": "gbk",
    "gb2312": "gbk",
    "gb18030": "gb18030",
}
BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
BARE_UTF16 = ((b"<\x00?\x00", "utf-16-le"), (b"\x00<\x00?", "utf-16-be"))
DECLARED = re.compile(rb"""^<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
DECLARATION = re.compile(r"^<\?xml\s[^>]{0,400}\?>")
# Everything XML 1.0 (section 2.2) does not allow; lone surrogates included.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Refused(Exception):
    """A limit was passed; carries the code and what its text needs."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def parse_xml(data: bytes, file: str, limits: XmlLimits | None = None) -> etree._Element:
    """Read DATA and give the root element, without comments and instructions.

    Raises InvalidDefinition with one finding xml.* (kernel.md 7). Nothing outside DATA is
    ever read: no entities, no DTD, no XInclude, no network.
    """
    bounds = limits or XmlLimits()
    try:
        clean = recode(data, bounds)
        sieve(clean, bounds)
        return build(clean)
    except Refused as refused:
        raise InvalidDefinition([finding(refused, file)]) from None


def finding(refused: Refused, file: str) -> Finding:
    """Put a refusal into words."""
    chinese, english, repair = TEXTS[refused.code]
    return Finding(
        code=refused.code,
        severity="error",
        file=file,
        zh=chinese.format(**refused.params),
        en=english.format(**refused.params),
        repair=repair,
        params=dict(refused.params),
    )


def recode(data: bytes, limits: XmlLimits) -> bytes:
    """Decode DATA by what it declares, never by guessing, and give it as plain UTF-8."""
    if len(data) > 2 * limits.size + 4:  # UTF-16 needs at most two bytes where UTF-8 has one
        raise Refused("xml.size", limit=limits.size)
    text = decode(data)
    text = DECLARATION.sub(blank, text, count=1)
    wrong = FORBIDDEN.search(text)
    if wrong:
        line = text.count("\n", 0, wrong.start()) + 1
        raise Refused("xml.characters", line=line, point=f"{ord(wrong.group()):04X}")
    clean = text.encode("utf-8")
    if len(clean) > limits.size:
        raise Refused("xml.size", limit=limits.size)
    return clean


def blank(match: re.Match[str]) -> str:
    """Keep the line breaks of a removed declaration, so that line numbers stay true."""
    return "\n" * match.group().count("\n")


def decode(data: bytes) -> str:
    """Give DATA as text without byte order mark."""
    mark, codec = encoding_of(data)
    try:
        return data[mark:].decode(codec, errors="strict")
    except UnicodeDecodeError as error:
        raise Refused(
            "xml.encoding", offset=mark + error.start, encoding=codec.upper()
        ) from None


def encoding_of(data: bytes) -> tuple[int, str]:
    """Give the length of the byte order mark and the codec to decode by."""
    for mark, codec in BOMS:
        if data.startswith(mark):
            return len(mark), codec
    for start, codec in BARE_UTF16:
        if data.startswith(start):
            return 0, codec
    declared = DECLARED.match(data)
    if declared is None:
        return 0, "utf-8"
    name = declared.group(1).decode("ascii").lower()
    if name not in ENCODINGS:
        raise Refused("xml.encoding", offset=declared.start(1), encoding=name.upper())
    if ENCODINGS[name].startswith("utf-16"):  # the bytes were readable as ASCII: they are not
        raise Refused("xml.encoding", offset=0, encoding=name.upper())
    return 0, ENCODINGS[name]


class Sieve:
    """The parser target that counts and builds nothing."""

    def __init__(self, limits: XmlLimits) -> None:
        self.limits = limits
        self.depth = 0
        self.elements = 0
        self.text = 0
        self.line = 0  # of the chunk being fed; the exact line is not known to a target

    def start(self, tag: str, attrib: dict[str, str]) -> None:
        """Count an element and look at its attributes."""
        self.text = 0
        self.depth += 1
        self.elements += 1
        if self.depth > self.limits.depth:
            raise Refused("xml.depth", line=self.line, limit=self.limits.depth)
        if self.elements > self.limits.elements:
            raise Refused("xml.elements", line=self.line, limit=self.limits.elements)
        if attrib:
            self.look(tag, attrib)

    def look(self, tag: str, attrib: dict[str, str]) -> None:
        """Refuse too many or too long attributes."""
        limits = self.limits
        name = tag.rpartition("}")[2][:80]
        if len(attrib) > limits.attributes or max(map(len, attrib.values())) > limits.value:
            raise Refused("xml.attributes", line=self.line, name=name)
        if len(attrib.get("id", "")) > limits.id or len(attrib.get("name", "")) > limits.name:
            raise Refused("xml.id", line=self.line, name=name)

    def end(self, _tag: str) -> None:
        """Leave an element."""
        self.text = 0
        self.depth -= 1

    def data(self, text: str) -> None:
        """Measure the text node being read."""
        self.text += len(text.encode("utf-8"))
        if self.text > self.limits.text:
            raise Refused("xml.text", line=self.line, limit=self.limits.text)

    def comment(self, text: str) -> None:
        """Measure a comment as if it were text."""
        if len(text) > self.limits.text:
            raise Refused("xml.text", line=self.line, limit=self.limits.text)

    def pi(self, _target: str, data: str | None = None) -> None:
        """Measure a processing instruction; it is never acted on."""
        self.comment(data or "")

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        """Refuse any DOCTYPE before its entities are read."""
        raise Refused("xml.doctype")

    def close(self) -> None:
        """End; nothing was built."""


def sieve(clean: bytes, limits: XmlLimits) -> None:
    """Run CLEAN through a counting parser that stops at the first limit passed."""
    target = Sieve(limits)
    feed(parser(target), clean, target)


def build(clean: bytes) -> etree._Element:
    """Build the tree of bytes that passed the sieve."""
    root = feed(parser(None), clean, None)
    if root is None:
        raise Refused("xml.syntax", line=1, column=1, detail="empty document")
    return root


def parser(target: Any) -> etree.XMLParser:  # the stubs know no target with a doctype
    """Give the parser of kernel.md 7; all openings are shut whatever the defaults are."""
    return etree.XMLParser(
        target=target,
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=target is None,
        remove_pis=target is None,
        collect_ids=False,
    )


def feed(reader: etree.XMLParser, clean: bytes, target: Sieve | None) -> etree._Element | None:
    """Feed CLEAN in chunks and give what the parser built."""
    line = 1
    try:
        for chunk in chunks(clean):
            if target is not None:
                target.line = line
                line += chunk.count(b"\n")
            reader.feed(chunk)
        return reader.close()
    except etree.XMLSyntaxError as error:
        row, column = error.position
        detail = (error.msg or "").split(", line ")[0][:200]
        raise Refused("xml.syntax", line=row, column=column, detail=detail) from None


def chunks(data: bytes) -> Iterator[bytes]:
    """Cut DATA into chunks; an empty file gives one empty chunk."""
    for start in range(0, len(data) or 1, CHUNK):
        yield data[start : start + CHUNK]
