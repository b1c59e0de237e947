"""Findings collected in any order, given in the order and the words of kernel.md 5."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from engine.base.findings import ORDER, Finding
from engine.bpmn.model import Element

MOST = 200  # findings shown; the rest is counted
LOOKED_AT = 500  # names compared for a proposal
SAME = 300  # findings of one code written out; more of them are only counted


@cache
def texts() -> Mapping[str, Any]:
    """Read the table of texts once."""
    source = files("engine.bpmn").joinpath("texts.json").read_text(encoding="utf-8")
    table: Mapping[str, Any] = json.loads(source)
    return table


def kind_zh(kind: str) -> str:
    """Give the Chinese word for an element KIND."""
    word: str = texts()["kinds"].get(kind, kind)
    return word


def kind_en(kind: str) -> str:
    """Give the English words of a BPMN local name: "complex gateway"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()


def label(element: Element) -> str:
    """Give what the user sees: the name, of a flow without one its ends, else kind and id."""
    if element.name:
        return element.name
    if element.kind == "sequenceFlow" and element.parent is not None:
        ends = [element.attrs.get("sourceRef"), element.attrs.get("targetRef")]
        names = {e.id: e.name or e.id for e in element.parent.children if e.id in ends}
        return " → ".join(names.get(end or "", end or "？") for end in ends)
    return f"{kind_zh(element.kind)} {element.id or element.line}"


def near(name: str, options: Iterable[str]) -> dict[str, Any]:
    """Ask for a proposal of names like NAME; worked out only for findings written out."""
    return {"proposal": (name, options)}


def proposed(name: str, options: Iterable[str]) -> dict[str, str]:
    """Give the proposal in both languages; empty when no name is close."""
    others = [option for option in sorted(options) if option != name]
    close = get_close_matches(name, others[:LOOKED_AT], n=3, cutoff=0.5)
    if not close:
        return {"near": "", "near_en": ""}
    return {
        "near": "（是否指 " + "、".join(close) + "？）",
        "near_en": " (did you mean " + ", ".join(close) + "?)",
    }


@dataclass(slots=True)
class Entry:
    """A finding with its place in the order."""

    rank: tuple[int, str, int, int]
    finding: Finding


class Report:
    """The findings of one deployment."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.seen: set[tuple[str, str, str, str]] = set()
        self.counts: Counter[str] = Counter()
        self.unwritten = 0

    def add(self, code: str, at: Element | str, **params: Any) -> None:
        """Add finding CODE at an element, or at a file by its name; never twice the same.

        CODE may name a variant of the text after a colon: "sound.deadlock:always".
        """
        self.counts[code] += 1
        if self.counts[code] > SAME:
            self.unwritten += 1
            return
        if "proposal" in params:
            params.update(proposed(*params.pop("proposal")))
        usual, chinese, english, repair = texts()["findings"][code]
        values = {**self.defaults(at), **params}
        finding = Finding(
            code=code.partition(":")[0],
            severity=usual,
            file=at if isinstance(at, str) else at.file,
            element="" if isinstance(at, str) else self.anchor(at),
            name="" if isinstance(at, str) else label(at),
            zh=chinese.format(**values),
            en=english.format(**values),
            repair=repair.format(**values),
            params=params,
        )
        self.take(finding, 0 if isinstance(at, str) else at.order)

    def take(self, finding: Finding, order: int = 0) -> None:
        """Add a finished finding, for example of the XML door or of a decision table."""
        key = (finding.code, finding.file, finding.element, finding.zh)
        if key in self.seen:
            return
        self.seen.add(key)
        rank = (ORDER[finding.severity], finding.file, order, len(self.entries))
        self.entries.append(Entry(rank, finding))

    @staticmethod
    def anchor(element: Element) -> str:
        """Give the id of the nearest element with one, so that the designer can jump."""
        at: Element | None = element
        while at is not None and not at.id:
            at = at.parent
        return at.id if at is not None else ""

    @staticmethod
    def defaults(at: Element | str) -> dict[str, Any]:
        """Give the values every text may use."""
        if isinstance(at, str):
            return {"n": at}
        return {
            "n": label(at),
            "k": kind_zh(at.kind),
            "kind": kind_en(at.kind),
            "id": at.id,
            "line": at.line,
        }

    @property
    def failed(self) -> bool:
        """Tell whether a finding forbids the deployment."""
        return any(e.finding.severity == "error" for e in self.entries)

    def findings(self) -> tuple[Finding, ...]:
        """Give the findings by severity, file and document order, at most 200 and a count."""
        ordered = sorted(self.entries, key=lambda entry: entry.rank)
        shown = [entry.finding for entry in ordered[:MOST]]
        rest = len(ordered) - len(shown) + self.unwritten
        if rest:
            usual, chinese, english, repair = texts()["findings"]["findings.more"]
            shown.append(
                Finding(
                    code="findings.more",
                    severity=usual,
                    file="",
                    zh=chinese.format(count=rest),
                    en=english.format(count=rest),
                    repair=repair,
                    params={"count": rest},
                )
            )
        return tuple(shown)
