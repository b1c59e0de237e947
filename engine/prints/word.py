"""A document as docx: the same content for editing, with the typefaces of official papers."""

import io
import zipfile
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT as VERTICAL
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from engine.prints import model
from engine.prints.pictures import Read, prepared
from engine.prints.text import clean

SONG, HEI, FANG = "宋体", "黑体", "仿宋"
A4 = (210, 297)
SIDE, EDGE = 25, 22
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # zip knows no earlier one
_MARK = """<w:r {w}><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" id="draft"
 type="#_x0000_t136" style="position:absolute;width:300pt;height:130pt;rotation:315;
z-index:-251;mso-position-horizontal:center;mso-position-horizontal-relative:margin;
mso-position-vertical:center;mso-position-vertical-relative:margin" fillcolor="#e4e4e4"
 stroked="f"><v:textpath on="t" fitshape="t" style="font-family:'黑体'" string="草 稿"/>
</v:shape></w:pict></w:r>"""


def write(document: model.Document, read: Read) -> bytes:
    """Write DOCUMENT; READ gives the bytes of a picture. Same document, same bytes."""
    made = docx.Document()
    made.core_properties.title = clean(document.title)[:255]
    made.core_properties.author = ""
    writer = _Writer(made, read, model.lies(document))
    writer.page(document)
    writer.fill(document)
    out = io.BytesIO()
    made.save(out)
    return _sealed(out.getvalue())


def _sealed(content: bytes) -> bytes:
    """Give the archive CONTENT with the clock taken out of it."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            info = zipfile.ZipInfo(name, _FIRST_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return out.getvalue()


class _Writer:
    def __init__(self, made: Any, read: Read, lies: bool) -> None:
        self.made = made
        self.read = read
        self.size = (A4[1], A4[0]) if lies else A4
        self.width = self.size[0] - 2 * SIDE  # mm

    def page(self, document: model.Document) -> None:
        """Set paper, margins, page numbers and the mark of a draft."""
        section = self.made.sections[0]
        wide = self.size[0] > self.size[1]
        section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(self.size[0]), Mm(self.size[1])
        section.left_margin = section.right_margin = Mm(SIDE)
        section.top_margin = section.bottom_margin = Mm(EDGE)
        foot = section.footer.paragraphs[0]
        foot.alignment = ALIGN.CENTER
        for part in ("第 ", "=PAGE", " 页 共 ", "=NUMPAGES", " 页"):
            if part.startswith("="):
                _field(foot, part[1:])
            else:
                _run(foot, part, SONG, 9)
        if document.draft:
            mark = parse_xml(_MARK.format(w=nsdecls("w")))
            section.header.paragraphs[0]._p.append(mark)

    def fill(self, document: model.Document) -> None:
        """Write all blocks in order; lines of a form that follow each other share a table."""
        if document.annex:
            self.line(document.annex, HEI, 16)
        self.line(document.title, "方正小标宋简体", 18, ALIGN.CENTER, after=8)
        if document.number:
            self.line(document.number, SONG, 10.5, ALIGN.RIGHT)
        form: list[model.Band | model.Pairs | model.Sign] = []
        for block in document.blocks:
            if isinstance(block, model.Band | model.Pairs | model.Sign):
                form.append(block)
                continue
            self.form(form)
            form = []
            self.other(block)
        self.form(form)

    def line(
        self, text: str, font: str, size: float, align: Any = ALIGN.LEFT, after: float = 3
    ) -> None:
        """Write one paragraph of its own."""
        made = self.made.add_paragraph()
        made.alignment = align
        made.paragraph_format.space_after = Pt(after)
        _run(made, text, font, size)

    def other(self, block: model.Grid | model.Album | model.Prose) -> None:
        if isinstance(block, model.Grid):
            self.grid(block)
        elif isinstance(block, model.Album):
            self.album(block)
        else:
            self.prose(block)

    def prose(self, block: model.Prose) -> None:
        """Write a paragraph the way it stands on the page."""
        made = self.made.add_paragraph()
        if block.look == "right":
            made.alignment = ALIGN.RIGHT
        elif block.look != "left":
            made.paragraph_format.first_line_indent = Pt(24)
        _run(made, block.text, HEI if block.look == "subhead" else FANG, 12)

    def form(self, blocks: Sequence[model.Band | model.Pairs | model.Sign]) -> None:
        """Write one table of four columns for the lines of a form."""
        if not blocks:
            return
        label = 29.0
        value = (self.width - 2 * label) / 2
        table = self.table(len(blocks), [label, value, label, value])
        for row, block in zip(table.rows, blocks, strict=True):
            cells = row.cells
            if isinstance(block, model.Band):
                _write(cells[0].merge(cells[3]), block.text, HEI, 11, shade=True)
            elif isinstance(block, model.Sign):
                _write(cells[0], block.label, HEI, 10, ALIGN.CENTER)
                _sign(cells[1].merge(cells[3]), block)
            else:
                _pairs(cells, block)
        self.gap()

    def grid(self, block: model.Grid) -> None:
        """Write a table whose heads stand on every page."""
        if block.label:
            self.line(block.label, HEI, 11)
        if not block.rows:
            self.line("本项无内容。", FANG, 10.5)
            return
        table = self.table(2, model.widths(block, self.width, 11))
        head, pattern = (row._tr for row in table.rows)
        head.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
        for cell, text in zip(table.rows[0].cells, block.heads, strict=True):
            _write(cell, text, HEI, 9, ALIGN.CENTER, shade=True)
        for cell in table.rows[1].cells:
            _write(cell, "　", FANG, 9)
        table._tbl.remove(pattern)
        for row in block.rows:  # copies of one row: 2,000 made cell by cell take a minute
            made = deepcopy(pattern)
            for run, text in zip(made.iter(qn("w:r")), row, strict=True):
                _say(run, clean(text))
            table._tbl.append(made)
        self.gap()

    def album(self, block: model.Album) -> None:
        """Write pictures two in a row, each with what it is."""
        self.line(block.label, HEI, 11)
        half = self.width / 2
        table = self.table((len(block.pictures) + 1) // 2, [half, half])
        for number, one in enumerate(block.pictures):
            cell = table.cell(number // 2, number % 2)
            image = prepared(one.sha256, self.read)
            made = cell.paragraphs[0]
            if image is None:
                _run(made, "（图片不能显示）", FANG, 10.5)
            else:
                scale = min((half - 5) / image.width, 60 / image.height)
                made.add_run().add_picture(
                    io.BytesIO(image.content), width=Mm(image.width * scale)
                )
            _run(cell.add_paragraph(), one.caption, FANG, 9)
        self.gap()

    def table(self, rows: int, columns: Sequence[float]) -> Any:
        """Make a bordered table with COLUMNS of so many millimetres."""
        table = self.made.add_table(rows, len(columns), style="Table Grid")
        table.autofit = False
        for column, width in zip(table.columns, columns, strict=True):
            column.width = Mm(width)
        for cell, width in zip(table._cells, list(columns) * rows, strict=True):
            cell.width = Mm(width)
            cell.vertical_alignment = VERTICAL.CENTER
        return table

    def gap(self) -> None:
        """Leave a little room, so that two tables do not grow together."""
        made = self.made.add_paragraph()
        made.paragraph_format.space_after = Pt(0)
        _run(made, "", SONG, 5)


def _pairs(cells: Any, block: model.Pairs) -> None:
    if len(block.pairs) == 1:
        cells = (cells[0], cells[1].merge(cells[3]))
    for number, (label, value) in enumerate(block.pairs):
        _write(cells[2 * number], label, HEI, 10, ALIGN.CENTER)
        _write(cells[2 * number + 1], value, FANG, 10.5)


def _sign(cell: Any, block: model.Sign) -> None:
    _write(cell, block.text, FANG, 10.5)
    unit = f"单位（盖章）：{block.unit or '　' * 8}"
    by = f"签字：{block.person or '　' * 4}　　{model.signed_on(block)}"
    for text in ("", unit, by):
        made = cell.add_paragraph()
        made.alignment = ALIGN.RIGHT
        _run(made, text, FANG, 10.5)


def _write(
    cell: Any, text: str, font: str, size: float, align: Any = ALIGN.LEFT, shade: bool = False
) -> None:
    made = cell.paragraphs[0]
    made.alignment = align
    _run(made, text, font, size)
    if shade:
        look = f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="F3F5F6"/>'
        cell._tc.get_or_add_tcPr().append(parse_xml(look))


def _run(paragraph: Any, text: str, font: str, size: float) -> None:
    run = paragraph.add_run(clean(text))
    run.font.size, run.font.name = Pt(size), "Times New Roman"
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _say(run: Any, text: str) -> None:
    """Put TEXT into a run that holds one text."""
    if "\n" in text or text != text.strip():
        run.text = text
    else:
        run.find(qn("w:t")).text = text


def _field(paragraph: Any, name: str) -> None:
    """Write a field the reader's program counts: PAGE, NUMPAGES."""
    kind = nsdecls("w")
    for inner in (
        '<w:fldChar w:fldCharType="begin"/>',
        f'<w:instrText xml:space="preserve">{name}</w:instrText>',
        '<w:fldChar w:fldCharType="separate"/>',
        "<w:t>1</w:t>",
        '<w:fldChar w:fldCharType="end"/>',
    ):
        paragraph._p.append(parse_xml(f"<w:r {kind}>{inner}</w:r>"))
