"""A document as PDF: A4, Chinese typefaces embedded, 第 X 页 共 Y 页, 草稿 while unsigned."""

import dataclasses
import io
from typing import Any

from reportlab import rl_config
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Image, SimpleDocTemplate, Spacer, Table

from engine.prints import fonts, model
from engine.prints.fonts import Faces
from engine.prints.lines import Lines, Style
from engine.prints.pictures import Read, prepared
from engine.prints.rows import Rows, sheet
from engine.prints.text import clean

SIDE, EDGE = 25 * mm, 22 * mm  # frontend.md 9: 25 mm; head and foot leave room for numbers
CELL = 10.5  # 五号
LABEL = 29 * mm
TALL = 24  # lines of one cell in one piece: fits on a page, also a lying one
_PAD = 5
_WORDS = "第页共 　0123456789草稿附件单位（盖章）：签字日期年月本项无内容图片不能显示—、"
_LINE = colors.Color(0.2, 0.2, 0.2)
_SHADE = colors.Color(0.955, 0.96, 0.965)


def write(document: model.Document, read: Read) -> bytes:
    """Write DOCUMENT; READ gives the bytes of a picture. Same document, same bytes."""
    text = _WORDS + "".join(sorted(_characters(document)))
    rl_config.useA85 = 0  # no text around the compressed pages: a fifth smaller, much faster
    out = io.BytesIO()
    with fonts.faces(text) as faces:
        page = landscape(A4) if model.lies(document) else A4
        template = SimpleDocTemplate(
            out,
            pagesize=page,
            leftMargin=SIDE,
            rightMargin=SIDE,
            topMargin=EDGE,
            bottomMargin=EDGE,
            title=clean(document.title),
            author="",
            invariant=1,
        )
        layout = _Layout(faces, page[0] - 2 * SIDE, read)

        def begin(canvas: Any, _: Any) -> None:
            if document.draft:
                _watermark(canvas, page, faces)

        template.build(
            layout.story(document),
            onFirstPage=begin,
            onLaterPages=begin,
            canvasmaker=_numbered(faces),
        )
    return out.getvalue()


def _characters(document: model.Document) -> set[str]:
    found: set[str] = set()
    stack: list[Any] = [dataclasses.astuple(document)]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            found.update(clean(one))
        elif isinstance(one, tuple):
            stack.extend(one)
    return found


def _numbered(faces: Faces) -> type:
    """Make a canvas that knows the number of all pages when it writes the first."""

    class Numbered(Canvas):  # type: ignore[misc]  # reportlab has no types
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802  # the library's name
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, state in enumerate(self._pages, 1):
                self.__dict__.update(state)
                self.setFont(faces.serif, 9)
                line = f"第 {number} 页 共 {len(self._pages)} 页"
                self.drawCentredString(self._pagesize[0] / 2, 12 * mm, line)
                Canvas.showPage(self)
            Canvas.save(self)

    return Numbered


def _watermark(canvas: Any, page: tuple[float, float], faces: Faces) -> None:
    canvas.saveState()
    canvas.setFont(faces.sans, 130)
    canvas.setFillColor(colors.Color(0.93, 0.93, 0.93))
    canvas.translate(page[0] / 2, page[1] / 2)
    canvas.rotate(45)
    canvas.drawCentredString(0, -45, "草 稿")
    canvas.restoreState()


def _styles(faces: Faces) -> dict[str, Style]:
    """Give the looks of text, by what it is."""

    def style(size: float, leading: float, face: str = faces.serif, **more: Any) -> Style:
        font = pdfmetrics.getFont(face)
        known: dict[str, float] = {}  # of single characters, most of what is measured

        def width(text: str, size: float) -> float:
            found = known.get(text)
            if found is None:
                found = float(font.stringWidth(text, 1))
                if len(text) == 1:
                    known[text] = found
            return found * size

        return Style(face, size, leading, width, **more)

    return {
        "cell": style(CELL, 15.2),
        "label": style(10, 14, faces.sans, align="center", balanced=True),
        "small": style(9, 12.5),
        "head": style(9, 12, faces.sans, align="center", balanced=True),
        "band": style(11, 15, faces.sans),
        "right": style(CELL, 17, align="right"),
        "prose": style(12, 21, indent=2),
        "left": style(12, 21),
        "subhead": style(12, 24, faces.sans, indent=2),
        "closing": style(12, 21, align="right"),
        "annex": style(16, 24, faces.sans),
        "title": style(18, 27, align="center", balanced=True, after=8),
    }


class _Layout:
    """Turns blocks into what the library flows over pages WIDTH points wide."""

    def __init__(self, faces: Faces, width: float, read: Read) -> None:
        self.faces = faces
        self.styles = _styles(faces)
        self.width = width
        self.read = read

    def story(self, document: model.Document) -> list[Any]:
        found: list[Any] = []
        if document.annex:
            found.append(self.text(document.annex, "annex"))
        found.append(self.text(document.title, "title"))
        if document.number:
            found += [self.text(document.number, "right"), Spacer(1, 4)]
        form: list[model.Band | model.Pairs | model.Sign] = []
        for block in document.blocks:
            if isinstance(block, model.Band | model.Pairs | model.Sign):
                form.append(block)
                continue
            found += self.form(form)
            form = []
            found += self.other(block)
        return found + self.form(form)

    def text(self, text: str, style: str) -> Lines:
        """Set TEXT as it is."""
        return Lines(self.faces.drawable(clean(text)), self.styles[style])

    def pieces(self, text: str, style: str, room: float) -> list[Any]:
        """Set TEXT of a cell in pieces that fit on one page each."""
        look = self.styles[style]
        lines = look.lines(self.faces.drawable(clean(text)), room - 2 * _PAD - 0.1)
        return [Lines(lines[i : i + TALL], look) for i in range(0, len(lines), TALL)]

    def other(self, block: model.Grid | model.Album | model.Prose) -> list[Any]:
        if isinstance(block, model.Grid):
            return self.grid(block)
        if isinstance(block, model.Album):
            return self.album(block)
        style = block.look if block.look in ("prose", "left", "subhead") else "closing"
        return [self.text(block.text, style)]

    def form(self, blocks: list[model.Band | model.Pairs | model.Sign]) -> list[Any]:
        """Give one table of four columns for the lines of a form."""
        if not blocks:
            return []
        rows: list[list[Any]] = []
        looks = list(_FORM)
        for block in blocks:
            made = self.line(block)
            for number in range(len(rows), len(rows) + len(made)):
                if isinstance(block, model.Band):
                    looks += [
                        ("SPAN", (0, number), (3, number)),
                        ("BACKGROUND", (0, number), (3, number), _SHADE),
                        ("NOSPLIT", (0, number), (0, number + 1)),  # no heading alone
                    ]
                elif isinstance(block, model.Sign) or len(block.pairs) == 1:
                    looks.append(("SPAN", (1, number), (3, number)))
            rows += made
        columns = [LABEL, self.value, LABEL, self.value]
        return [Table(rows, columns, style=looks), Spacer(1, 8)]

    @property
    def value(self) -> float:
        """Give the width of one value of two in a line."""
        return float((self.width - 2 * LABEL) / 2)

    def line(self, block: model.Band | model.Pairs | model.Sign) -> list[list[Any]]:
        """Give the rows of one line of a form: several when it is longer than a page."""
        if isinstance(block, model.Band):
            return _level([[self.text(block.text, "band")]], 4)
        if isinstance(block, model.Sign):
            return self.sign(block)
        room = self.value if len(block.pairs) > 1 else self.width - LABEL
        cells: list[list[Any]] = []
        for label, value in block.pairs:
            cells += [[self.text(label, "label")], self.pieces(value, "cell", room)]
        return _level(cells, 4)

    def sign(self, block: model.Sign) -> list[list[Any]]:
        """Give the rows of an opinion; its end stands above seal, signature and date."""
        unit = f"单位（盖章）：{block.unit or '　' * 8}"
        by = f"签字：{block.person or '　' * 4}　　{model.signed_on(block)}"
        end = [Spacer(1, 8), self.text(unit, "right"), self.text(by, "right")]
        room = self.width - LABEL
        told = self.pieces(block.text, "cell", room) if block.text else [Spacer(1, 26)]
        said: list[Any] = [*told[:-1], [told[-1], *end]]
        return _level([[self.text(block.label, "label")], said], 4)

    def grid(self, block: model.Grid) -> list[Any]:
        found: list[Any] = []
        if block.label:
            found += [CondPageBreak(30 * mm), self.text(block.label, "band"), Spacer(1, 3)]
        if not block.rows:
            return [*found, self.text("本项无内容。", "cell"), Spacer(1, 8)]
        columns = model.widths(block, self.width, 11 * mm)
        heads = [self.text(head, "head") for head in block.heads]
        rows: list[list[Any]] = []
        for row in block.rows:
            told = zip(row, columns, strict=True)
            cells = [self.pieces(cell, "small", room) for cell, room in told]
            rows += _level(cells, len(columns))
        looks = [*_FORM, ("BACKGROUND", (0, 0), (-1, 0), _SHADE)]
        high = [_height(cells, columns) for cells in (heads, *rows)]
        return [*found, Rows(sheet(heads, rows, columns, looks, high)), Spacer(1, 8)]

    def album(self, block: model.Album) -> list[Any]:
        cells: list[Any] = [self.picture(one) for one in block.pictures]
        cells += [""] * (len(cells) % 2)
        rows = [cells[i : i + 2] for i in range(0, len(cells), 2)]
        half = self.width / 2
        head = [CondPageBreak(80 * mm), self.text(block.label, "band"), Spacer(1, 3)]
        return [*head, Table(rows, [half, half], style=list(_FORM)), Spacer(1, 8)]

    def picture(self, one: model.Picture) -> list[Any]:
        image = prepared(one.sha256, self.read)
        caption = self.text(one.caption, "small")
        if image is None:
            return [self.text("（图片不能显示）", "cell"), caption]
        room = self.width / 2 - 12
        scale = min(room / image.width, 60 * mm / image.height)
        size = (image.width * scale, image.height * scale)
        return [Image(io.BytesIO(image.content), *size), Spacer(1, 3), caption]


def _level(cells: list[list[Any]], columns: int) -> list[list[Any]]:
    """Give CELLS, each cut into pieces, as rows of COLUMNS: one row, more for long cells."""
    made = []
    for number in range(max(map(len, cells))):
        row = [cell[number] if number < len(cell) else "" for cell in cells]
        made.append([*row, *[""] * (columns - len(row))])
    return made


def _height(cells: list[Any], columns: list[float]) -> float:
    """Give the height of a row of CELLS, each set text or empty, with its padding."""
    told = (
        cell.wrap(room - 2 * _PAD, 0)[1]
        for cell, room in zip(cells, columns, strict=True)
        if cell != ""
    )
    return max(told, default=0.0) + _ABOVE + _BELOW


_ABOVE, _BELOW = 4, 5
_FORM: tuple[Any, ...] = (
    ("GRID", (0, 0), (-1, -1), 0.6, _LINE),
    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ("TOPPADDING", (0, 0), (-1, -1), _ABOVE),
    ("BOTTOMPADDING", (0, 0), (-1, -1), _BELOW),
    ("LEFTPADDING", (0, 0), (-1, -1), _PAD),
    ("RIGHTPADDING", (0, 0), (-1, -1), _PAD),
)
