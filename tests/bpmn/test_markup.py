"""The XML door refuses what kernel.md 7 lists and lets the nearest harmless file pass."""

import contextlib

import pytest
from lxml import etree

from engine.base.errors import InvalidDefinition
from engine.markup import CHUNK, XmlLimits, parse_xml


def refusal(data: bytes, limits: XmlLimits | None = None):
    with pytest.raises(InvalidDefinition) as caught:
        parse_xml(data, "a.bpmn", limits)
    (finding,) = caught.value.findings
    assert finding.severity == "error"
    assert finding.file == "a.bpmn"
    assert finding.zh
    assert finding.en
    assert finding.repair
    return finding


LIMITS = XmlLimits(size=5_000, depth=5, elements=20, attributes=3, value=40, text=90)

AT_AND_BEYOND = [
    ("xml.size", b"<a>" + b"<!---->" * 713 + b"</a>  ", b"<a>" + b"<!---->" * 713 + b"</a>   "),
    ("xml.depth", b"<a>" * 5 + b"</a>" * 5, b"<a>" * 6 + b"</a>" * 6),
    ("xml.elements", b"<a>" + b"<b/>" * 19 + b"</a>", b"<a>" + b"<b/>" * 20 + b"</a>"),
    ("xml.attributes", b'<a b="" c="" d=""/>', b'<a b="" c="" d="" e=""/>'),
    ("xml.attributes", b'<a b="%s"/>' % (b"x" * 40), b'<a b="%s"/>' % (b"x" * 41)),
    ("xml.text", b"<a>" + b"x" * 90 + b"</a>", b"<a>" + b"x" * 91 + b"</a>"),
]


@pytest.mark.parametrize(("code", "within", "beyond"), AT_AND_BEYOND)
def test_a_limit_holds_at_its_edge(code: str, within: bytes, beyond: bytes) -> None:
    assert parse_xml(within, "a.bpmn", LIMITS).tag == "a"
    assert refusal(beyond, LIMITS).code == code


def test_ids_and_names_have_their_own_lengths() -> None:
    assert parse_xml(b'<a id="%s" name="%s"/>' % (b"x" * 255, b"y" * 1000), "f") is not None
    assert refusal(b'<a id="%s"/>' % (b"x" * 256)).code == "xml.id"
    assert refusal(b'<a name="%s"/>' % (b"x" * 1001)).code == "xml.id"


def test_text_is_measured_over_chunks_and_elements_between_reset_it() -> None:
    text = b"x" * 700_000
    assert parse_xml(b"<a>%s<b/>%s</a>" % (text, text), "f") is not None
    assert len(text) > CHUNK
    assert refusal(b"<a>%s%s</a>" % (text, text)).code == "xml.text"


SECRET = "a line that must not leave the file"


def attacks(path: str) -> dict[str, str]:
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(9))
    return {
        "external entity": f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{path}">]><a>&x;</a>',
        "parameter entity": f'<!DOCTYPE a [<!ENTITY % p SYSTEM "file://{path}"> %p;]><a/>',
        "external DTD": f'<!DOCTYPE a SYSTEM "file://{path}"><a/>',
        "entity bomb": f"<!DOCTYPE a [{bomb}]><a>&e8;</a>",
        "quadratic": '<!DOCTYPE a [<!ENTITY x "' + "y" * 999 + '">]><a>' + "&x;" * 99 + "</a>",
        "plain": "<!DOCTYPE a><a/>",
        "html": "<!DOCTYPE html><html/>",
    }


def test_every_doctype_is_refused_before_its_entities_are_read(tmp_path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    for data in attacks(str(secret)).values():
        assert refusal(data.encode()).code == "xml.doctype"
        assert refusal(data.encode("utf-16")).code == "xml.doctype"


def test_a_permissive_parser_leaks_on_the_same_files(tmp_path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    files = attacks(str(secret))
    loose = etree.XMLParser(resolve_entities=True, load_dtd=True, huge_tree=True)
    assert etree.fromstring(files["external entity"].encode(), loose).text == SECRET
    bomb = etree.fromstring(
        attacks("x")["quadratic"].encode(), etree.XMLParser(resolve_entities=True)
    )
    assert len(bomb.text) == 999 * 99


def test_an_entity_nobody_declared_and_xinclude_read_nothing(tmp_path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    assert refusal(b"<a>&x;</a>").code == "xml.syntax"
    root = parse_xml(
        f'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{secret}" '
        'parse="text"/></a>'.encode(),
        "f",
    )
    assert SECRET not in etree.tostring(root, encoding="unicode")


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("UTF-16", "utf-16-le"),
        ("UTF-16", "utf-16-be"),
        ("GBK", "gbk"),
        ("gb2312", "gb2312"),
        ("GB18030", "gb18030"),
    ],
)
def test_declared_encodings_are_read(encoding: str, codec: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<流程 name="整改">自然保护区</流程>'
    root = parse_xml(text.encode(codec), "f")
    assert (root.tag, root.get("name"), root.text) == ("流程", "整改", "自然保护区")
    assert root.sourceline == 2


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        ("<a>问题</a>".encode("gbk"), 3),
        ('<?xml version="1.0" encoding="UTF-8"?><a>问题</a>'.encode("gbk"), 41),
        (b'<?xml version="1.0" encoding="UTF-16"?><a/>', 0),
        (b'<?xml version="1.0" encoding="latin-1"?><a>\xe9</a>', 30),
        ("<a>问题</a>".encode("utf-16-le"), 9),
    ],
)
def test_bytes_that_do_not_fit_their_encoding_are_never_guessed(data, offset) -> None:
    finding = refusal(data)
    assert finding.code == "xml.encoding"
    assert finding.params["offset"] == offset
    assert "UTF-8" in finding.repair


def test_control_characters_and_surrogates_are_refused() -> None:
    finding = refusal(b"<a>\n\x01</a>")
    assert (finding.code, finding.params) == ("xml.characters", {"line": 2, "point": "0001"})
    assert refusal(b"<a>\xed\xa0\x80</a>").code == "xml.encoding"
    assert refusal("<a>\ufffe</a>".encode()).code == "xml.characters"
    assert refusal(b"<a>&#x1;</a>").code == "xml.syntax"
    assert parse_xml(b"<a>\t\r\n</a>", "f") is not None


@pytest.mark.parametrize("data", [b"", b"  ", b"<a>", b"<a><b></a>", b"PK\x03\x04zip", b"{}"])
def test_what_is_no_xml_says_where(data: bytes) -> None:
    assert refusal(data).code in ("xml.syntax", "xml.characters")


def test_a_syntax_error_names_line_and_column() -> None:
    finding = refusal(b'<?xml version="1.0"?>\n<a>\n  <b></a>')
    assert finding.params["line"] == 3
    assert finding.zh.startswith("文件无法读取：第 3 行第 10 列")


def test_every_truncation_and_bit_flip_gives_a_tree_or_a_finding() -> None:
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    whole = f'{head}<a id="一"><b c="d">问题</b><!-- e --></a>'.encode()
    for cut in range(len(whole)):
        refusal(whole[:cut])
    for place in range(len(whole)):
        for bit in (1, 4, 64, 128):
            damaged = bytearray(whole)
            damaged[place] ^= bit
            with contextlib.suppress(InvalidDefinition):
                assert parse_xml(bytes(damaged), "f") is not None
