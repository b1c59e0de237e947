"""FEEL texts the kernel does not evaluate: they must compile at deployment all the same."""

from collections.abc import Iterator

from engine.bpmn.formulas import Formulas, Place
from engine.bpmn.model import Element

REQUIRES = Place("的办理结果条件（requires）", "condition of an outcome")
EVIDENCE = Place("的佐证材料条件（when）", "condition of an evidence item")
SEARCH = Place("的检索字段（from）", "search field")


def check_side_formulas(element: Element, formulas: Formulas) -> None:
    """Compile what the shell will evaluate later, for its findings only."""
    for text, place in texts(element):
        if text.strip():
            formulas.compile(text, element, place, "spec")


def texts(element: Element) -> Iterator[tuple[str, Place]]:
    """Give the texts of one element with the place they stand in."""
    for outcome in element.governed("outcome"):
        yield outcome.attrs.get("requires", ""), REQUIRES
    for field in element.governed("searchField"):
        yield field.attrs.get("from", ""), SEARCH
    for group in element.governed("evidence"):
        for item in group.all("evidenceItem"):
            yield item.attrs.get("when", ""), EVIDENCE

