"""What PDF and docx hold: all of the text, broken over pages, inert, the same each time."""

import io
import zipfile
from datetime import date

import docx
import pytest
from PIL import Image
from pypdf import PdfReader

from engine.base.errors import NotFound
from engine.prints.model import Album, Band, Document, Grid, Pairs, Picture, Prose, Sign
from engine.prints.paper import Kind, Paper

KINDS: tuple[Kind, ...] = ("pdf", "docx")
PHOTO, BROKEN, HUGE = "a" * 64, "b" * 64, "c" * 64
HOSTILE = "<b>&amp;<script>alert(1)</script> =1+1 {{7*7}} <img src='file:///etc/passwd'/>"
FORM = Document(
    "自然保护区问题整改销号表",
    (
        Band("问题"),
        Pairs((("问题编号", "TN-2025-0001"), ("保护区名称", "某国家级自然保护区"))),
        Pairs((("问题描述", HOSTILE),)),
        Sign("自验意见", "整改到位。", "管理局", "张三", date(2025, 11, 20)),
        Sign("审核意见"),
        Grid(("序号", "措施"), (("1", "拆除平台"),), "整改措施"),
        Grid(("序号", "措施"), (), "空表"),
        Prose("特此说明。"),
    ),
    annex="附件3",
    number="编号：TN-2025-0001",
)


def read(sha256: str) -> bytes:
    if sha256 == PHOTO:
        out = io.BytesIO()
        Image.new("RGB", (3000, 2000), "green").save(out, "PNG")
        return out.getvalue()
    if sha256 == HUGE:
        out = io.BytesIO()
        Image.new("1", (10_000, 6_000)).save(out, "PNG")
        return out.getvalue()
    if sha256 == BROKEN:
        return b"GIF89a broken"
    raise NotFound


def text_of(content: bytes, kind: str) -> str:
    """Give all text of a file without white space."""
    if kind == "pdf":
        found = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    else:
        made = docx.Document(io.BytesIO(content))
        parts = (part for part in made.element.iter() if part.tag.endswith("}t"))
        found = "".join(part.text or "" for part in parts)
    return "".join(found.split())


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_a_form_says_stands_in_the_file_and_nothing_acts(kind: Kind) -> None:
    content = Paper(FORM, "x").written(kind, read)
    text = text_of(content, kind)
    for part in (
        *("附件3", FORM.title, "编号：TN-2025-0001", "问题编号", "某国家级自然保护区"),
        *(HOSTILE, "整改到位。", "单位（盖章）：管理局", "张三", "2025年11月20日"),
        *("审核意见", "拆除平台", "本项无内容。", "特此说明。"),
    ):
        assert "".join(part.split()) in text, part
    for word in (b"/JavaScript", b"/URI", b"/Launch", b"/EmbeddedFile"):
        assert word not in content


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_document_gives_the_same_bytes(kind: Kind) -> None:
    assert Paper(FORM, "x").written(kind, read) == Paper(FORM, "x").written(kind, read)


@pytest.mark.parametrize("kind", KINDS)
def test_characters_no_file_can_hold_are_left_out(kind: Kind) -> None:
    odd = "甲\x00乙\x1b丙\ud800丁\u202e戊\ufffe己\U0001f600\r\n庚"
    text = text_of(Paper(Document("表", (Prose(odd),)), "x").written(kind, read), kind)
    assert "甲乙丙丁戊己" in text
    assert "庚" in text


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_stand_in_the_file_and_broken_or_huge_ones_are_named(kind: Kind) -> None:
    names = (PHOTO, BROKEN, HUGE, "d" * 64)
    album = Album("照片", tuple(Picture(f"图{n}", sha) for n, sha in enumerate(names)))
    content = Paper(Document("表", (album,)), "x").written(kind, read)
    text = text_of(content, kind)
    assert text.count("（图片不能显示）") == 3
    assert all(f"图{n}" in text for n in range(4))
    if kind == "pdf":
        assert len(PdfReader(io.BytesIO(content)).pages[0].images) == 1
    else:
        media = [n for n in zipfile.ZipFile(io.BytesIO(content)).namelist() if "media/" in n]
        assert len(media) == 1


def test_a_long_table_goes_on_below_its_heads_and_every_page_is_numbered() -> None:
    rows = tuple((str(n), f"措施{n}") for n in range(150))
    document = Document("表", (Grid(("序号", "整改措施"), rows),))
    pages = PdfReader(io.BytesIO(Paper(document, "x").written("pdf", read))).pages
    texts = ["".join(page.extract_text().split()) for page in pages]
    assert len(pages) > 3
    for number, text in enumerate(texts, 1):
        assert "整改措施" in text
        assert f"第{number}页共{len(pages)}页" in text
    joined = "".join(texts)
    assert all(f"措施{n}" in joined for n in range(150))


@pytest.mark.parametrize("lines", range(20, 32))
def test_a_heading_of_a_form_never_stands_alone_at_the_end_of_a_page(lines: int) -> None:
    rows = tuple(Pairs(((f"项{n}", "值"),)) for n in range(lines))
    document = Document("表", (*rows, Band("意见栏"), Sign("审核意见", "同意。", "局", "人")))
    for page in PdfReader(io.BytesIO(Paper(document, "x").written("pdf", read))).pages:
        text = page.extract_text()
        assert ("意见栏" in text) is ("审核意见" in text)


@pytest.mark.parametrize(
    "block",
    [
        Pairs((("描述", "长" * 5000),)),
        Pairs((("甲", "长" * 3000), ("乙", "长" * 2000))),
        Sign("意见", "长" * 5000, "局", "人"),
        Grid(("甲", "乙"), (("短", "长" * 4999), ("短", "长"))),
        Prose("长" * 5000),
    ],
)
def test_text_longer_than_a_page_goes_on_and_loses_nothing(block: Prose) -> None:
    content = Paper(Document("表", (block,)), "x").written("pdf", read)
    assert len(PdfReader(io.BytesIO(content)).pages) < 12
    assert text_of(content, "pdf").count("长") == 5000


def test_a_draft_is_marked_on_every_page_and_a_wide_table_lies() -> None:
    rows = tuple(tuple("内容" for _ in range(9)) for _ in range(60))
    wide = Grid(tuple(f"列{n}" for n in range(9)), rows)
    for draft in (True, False):
        content = Paper(Document("表", (wide,), draft=draft), "x").written("pdf", read)
        for page in PdfReader(io.BytesIO(content)).pages:
            assert ("草稿" in "".join(page.extract_text().split())) is draft
            assert page.mediabox.width > page.mediabox.height
        written = Paper(Document("表", (wide,), draft=draft), "x").written("docx", read)
        headers = zipfile.ZipFile(io.BytesIO(written))
        marks = [n for n in headers.namelist() if "草 稿".encode() in headers.read(n)]
        assert bool(marks) is draft


def test_the_typefaces_travel_inside_the_file() -> None:
    reader = PdfReader(io.BytesIO(Paper(FORM, "x").written("pdf", read)))
    fonts = reader.pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    embedded = [
        one for one in (f.get_object() for f in fonts.values())
        if "/FontFile2" in one.get("/FontDescriptor", {})
    ]
    assert {str(one["/BaseFont"]).split("+")[1] for one in embedded} >= {
        "NotoSerifSC-Regular",
        "NotoSansSC-Regular",
    }


def test_a_file_name_is_one_name() -> None:
    assert Paper(FORM, "../a/b:c*").file_name("pdf") == "_a_b_c_.pdf"
