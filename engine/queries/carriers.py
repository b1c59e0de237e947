"""Which parts of an application carry a requirement, as its files themselves declare it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.base import overrides
from engine.bpmn.facts import NodeFacts, ProcessFacts
from engine.dmn import model, parse
from engine.library.application import Application
from engine.library.bundle import Bundle

ID = re.compile(r"\b[A-Z]+-\d+\b")
KINDS: Mapping[str, str] = {
    "process": "流程",
    "element": "流程元素",
    "rule": "决策规则",
    "form": "表单",
    "field": "表单字段",
    "deadline": "时限",
    "phase": "阶段",
    "setting": "设置",
    "document": "文件",
    "role": "角色",
    "register": "登记表",
    "row": "登记表条目",
    "ledger": "台账",
    "column": "台账栏目",
    "metric": "指标",
    "import": "导入表",
    "campaign": "专项行动",
    "override": "区划自定",
    "includes": "共用目录",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One thing of an application that can carry a requirement.

    KIND is a key of KINDS; HOLDER names what it belongs to (process key, decision, form id,
    register, ledger; a key of application.yaml for its own) and PART the thing within, ""
    for the holder itself. REQUIREMENTS are the ids its file names.
    """

    kind: str
    file: str
    holder: str
    part: str
    name: str
    requirements: tuple[str, ...] = ()
    basis: str = ""
    text: str = ""

    @property
    def reference(self) -> str:
        """Give how requirements.yaml and the printed trace name it: kind:holder.part."""
        return f"{self.kind}:{self.holder}" + (f".{self.part}" if self.part else "")


def ids_of(text: object) -> tuple[str, ...]:
    """Give the requirement ids a text names, each once, in order."""
    return tuple(dict.fromkeys(ID.findall(str(text or ""))))


def parts(
    bundle: Bundle, application: Application, facts: Iterable[ProcessFacts]
) -> tuple[Part, ...]:
    """Give every part of an application that is able to carry a requirement."""
    return (
        *_processes(facts),
        *_rules(bundle.matching(".dmn")),
        *_forms(bundle.forms()),
        *_declared(application),
        *_registers(application),
        *_ledgers(application),
        *_campaign(application),
        *_overrides(bundle),
    )


def _campaign(application: Application) -> Iterator[Part]:
    """Give the campaign, which says what its years are for."""
    if application.campaign:
        key = str(application.campaign["process"])
        yield _of_row("campaign", "application.yaml", key, application.campaign)


def _overrides(bundle: Bundle) -> Iterator[Part]:
    """Give the files divisions keep of their own."""
    for path in bundle.files:
        found = overrides.parts(path)
        if found is not None:
            division, inner = found
            yield Part("override", path, division, inner, f"{division} {inner}")


def _processes(facts: Iterable[ProcessFacts]) -> Iterator[Part]:
    for process in facts:
        own = NodeFacts("", "process", process.name, clauses=process.clauses)
        for node in (own, *process.nodes.values()):
            first = node.clauses[0] if node.clauses else {}
            yield Part(
                "element" if node.id else "process",
                process.file,
                process.key,
                node.id,
                node.name or node.id or process.key,
                ids_of(" ".join(str(row.get("requirement") or "") for row in node.clauses)),
                str(first.get("basis") or ""),
                "；".join(str(row["text"]) for row in node.clauses if row.get("text")),
            )


def _rules(tables: Mapping[str, bytes]) -> Iterator[Part]:
    """Give the rows of the tables; of a division's own table those the base has not."""
    known: set[str] = set()
    for path, data in sorted(tables.items(), key=lambda one: "/" in one[0]):
        for decision in parse.parse(data, path).decisions.values():
            if isinstance(decision.logic, model.TableBox):
                rows = tuple(_rows(path, decision.id, decision.name, decision.logic))
                yield from (row for row in rows if row.part not in known)
                known |= {row.part for row in rows}


def _rows(path: str, key: str, name: str, table: model.TableBox) -> Iterator[Part]:
    for number, rule in enumerate(table.rules, start=1):
        named = ids_of(" ".join(rule.annotations))
        yield Part("rule", path, key, rule.id, f"{name}第 {number} 行", named, "", "")


def _forms(forms: Mapping[str, bytes]) -> Iterator[Part]:
    for path, data in forms.items():
        form: dict[str, Any] = json.loads(data)
        key = str(form.get("id") or path)
        own = (form.get("properties") or {}).get("requirement")
        yield Part("form", path, key, "", str(form.get("title") or key), ids_of(own))
        waiting = list(form.get("components") or ())
        while waiting:
            one = waiting.pop(0)
            waiting[:0] = one.get("components") or ()
            if one.get("key"):
                extras = one.get("properties") or {}
                named = ids_of(extras.get("requirement"))
                label = str(one.get("label") or one["key"])
                yield Part("field", path, key, str(one["key"]), label, named)


def _declared(application: Application) -> Iterator[Part]:
    main = "application.yaml"
    for key, row in application.deadlines.items():
        yield _of_row("deadline", main, key, row)
    for phase in application.phases:
        yield _of_row("phase", main, str(phase["key"]), phase)
    for key, row in application.settings.items():
        yield _of_row("setting", main, key, row)
    for document in application.documents:
        yield _of_row("document", main, str(document["id"]), document)
    for role, title in application.roles.items():
        yield Part("role", main, role, "", title)
    for key, row in application.reports.items():
        yield _of_row("metric", f"reports/{key}.yaml", key, row)
    for key, row in application.imports.items():
        yield _of_row("import", f"imports/{key}.yaml", key, row)


def _of_row(kind: str, file: str, key: str, row: Mapping[str, Any]) -> Part:
    title = str(row.get("title") or key)
    named = ids_of(row.get("requirement"))
    return Part(kind, file, key, "", title, named, str(row.get("basis") or ""))


def _registers(application: Application) -> Iterator[Part]:
    for key, register in application.registers.items():
        yield Part("register", register.file, key, "", register.title)
        rows = {} if register.same_as else register.rows  # told once, at the first name
        for code, row in rows.items():
            named = ids_of(row.get("basis"))
            if named:
                label = str(row.get(register.label) or code)
                yield Part("row", register.file, key, code, label, named)


def _ledgers(application: Application) -> Iterator[Part]:
    for key, row in application.ledgers.items():
        file = f"ledgers/{key}.yaml"
        yield _of_row("ledger", file, key, row)
        for column in row.get("columns") or ():
            named = ids_of(column.get("requirement"))
            yield Part("column", file, key, str(column["key"]), str(column["label"]), named)
