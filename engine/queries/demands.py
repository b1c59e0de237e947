"""What the requirements of an application and its files say of each other, as findings."""

from collections.abc import Iterator

from engine.base.findings import Finding
from engine.library.bundle import Bundle
from engine.library.requirements import FILE
from engine.queries.trace import Source, source, trace
from engine.versions import Assembled


def findings(bundle: Bundle, made: Assembled) -> tuple[Finding, ...]:
    """Give a warning for each clause id nobody declared and each requirement not carried.

    Only ids of a family requirements.yaml knows (X-01 of X) are judged: shared files name
    clauses of other applications too.
    """
    if made.deployed is None:
        return ()
    own = source(bundle, made.deployed.application, made.deployed.facts)
    return (*_unknown(own), *_lost(own))


def _unknown(own: Source) -> Iterator[Finding]:
    declared = {one.id for one in own.requirements}
    families = {key.split("-")[0] for key in declared}
    for part in own.parts:
        for key in part.requirements:
            if key not in declared and key.split("-")[0] in families:
                yield _finding(
                    "clause.unknown",
                    (part.file, part.part or part.holder, part.name),
                    f"〔{part.name}〕引用的要求“{key}”没有登记。",
                    f"改正编号，或在 {FILE} 中登记。",
                )


def _lost(own: Source) -> Iterator[Finding]:
    known = {part.reference for part in own.parts}
    for row in trace([own], {}).rows:
        one = row.requirement
        for reference in one.carriers:
            if reference not in known:
                text = f"要求“{one.id}”引用的“{reference}”不存在。"
                yield _finding("clause.lost", (FILE, one.id, one.title), text, "改正引用。")
        if row.status == "missing":
            text = f"要求“{one.id} {one.title}”没有落实处。"
            repair = "在元素、表格、表单上注明编号，写入 carriers，或用 explained 说明。"
            yield _finding("clause.uncarried", (FILE, one.id, one.title), text, repair)


def _finding(code: str, place: tuple[str, str, str], text: str, repair: str) -> Finding:
    file, element, name = place
    english = f"{code}: {element}"
    return Finding(code, "warning", file, element, name, text, english, repair)
