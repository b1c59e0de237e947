"""A figure as a document: what it counts, its breakdowns, and as of when."""

from collections.abc import Iterator

from engine.context import View
from engine.prints.model import Block, Document, Grid, Pairs, Prose
from engine.prints.paper import MEDIA, Kind, Paper
from engine.prints.text import NOTHING, shown
from engine.queries import metrics
from engine.reports.figures import Figure

__all__ = ["MEDIA", "Kind", "Paper", "of_figure"]


def of_figure(view: View, *, wanted: metrics.Wanted) -> Paper:
    """Give the figure WANTED names, now or as it was frozen, with all its breakdowns."""
    found = metrics.detail(view, wanted=wanted)
    metric = found.metric
    title = f"{found.year}年{metric.title}"
    basis = "年终冻结于" if found.frozen else "截至"
    document = Document(
        title,
        tuple(_blocks(found)),
        number=f"{metric.application_title}　{basis} {shown(found.at)}",
    )
    return Paper(document, metrics.numbered(metric.id, title))


def _blocks(found: metrics.Detail) -> Iterator[Block]:
    figure = found.figure
    parts = [("数值", figure.shown), ("结论", figure.verdict or "未设目标")]
    if figure.numerator is not None:
        parts += [("其中达到", str(figure.numerator))]
    parts += [("计入数", _counted(figure))]
    parts += [(label, shown(figure.sums.get(key))) for key, label in found.sums.items()]
    for at in range(0, len(parts), 2):
        yield Pairs(tuple(parts[at : at + 2]))
    if found.metric.note:
        yield Prose(found.metric.note)
    for one in found.breakdowns:
        heads = ("序号", one.label, "数值", "达到", "计入数", *found.sums.values())
        rows = tuple(
            (str(n), group.text or NOTHING, *_cells(group.figure, list(found.sums)))
            for n, group in enumerate(one.groups, 1)
        )
        yield Grid(heads, rows, f"按{one.label}")


def _cells(figure: Figure, sums: list[str]) -> tuple[str, ...]:
    hit = NOTHING if figure.numerator is None else str(figure.numerator)
    plain = (figure.shown, hit, _counted(figure))
    return (*plain, *(shown(figure.sums.get(key)) for key in sums))


def _counted(figure: Figure) -> str:
    """Write the denominator; a suppressed one is not told."""
    return NOTHING if figure.few and not figure.denominator else str(figure.denominator)
