"""Boxed expressions of a DMN file: from elements to boxes."""

from collections.abc import Callable, Iterator, Mapping

from lxml import etree

from engine.base.errors import InvalidDefinition
from engine.dmn import model as m
from engine.dmn.texts import finding, refused
from engine.dmn.xml import local, text_of

MAX_NESTING = 24  # boxes in boxes; designed, far beyond what can be read on a screen
_FEEL = frozenset(
    {
        "",
        "feel",
        "FEEL",
        "http://www.omg.org/spec/FEEL/20140401",
        "http://www.omg.org/spec/DMN/20180521/FEEL/",
        "https://www.omg.org/spec/DMN/20191111/FEEL/",
        "https://www.omg.org/spec/DMN/20211108/FEEL/",
        "https://www.omg.org/spec/DMN/20230324/FEEL/",
    }
)
_POLICIES: Mapping[str, m.HitPolicy] = {
    "UNIQUE": "U",
    "ANY": "A",
    "PRIORITY": "P",
    "FIRST": "F",
    "RULE ORDER": "R",
    "OUTPUT ORDER": "O",
    "COLLECT": "C",
    "COLLECT SUM": "C+",
    "COLLECT COUNT": "C#",
    "COLLECT MIN": "C<",
    "COLLECT MAX": "C>",
}
Reader = Callable[[etree._Element, str, str, int], m.Box]


class Boxes:
    """Read boxed expressions of one file; OWNER and NAME are the element drawn around."""

    def __init__(self, file: str, namespace: str) -> None:
        self.file = file
        self.namespace = namespace
        self._readers: Mapping[str, Reader] = {
            "literalExpression": self._literal,
            "decisionTable": self._table,
            "invocation": self._invocation,
            "context": self._context,
            "list": self._list,
            "relation": self._relation,
            "functionDefinition": self.function,
            "conditional": self._conditional,
            "filter": self._filter,
            "for": self._iterator,
            "some": self._iterator,
            "every": self._iterator,
        }

    def own(self, element: etree._Element, *kinds: str) -> Iterator[etree._Element]:
        """Give the children in the DMN namespace, all or of the given KINDS."""
        for child in element:
            if not isinstance(child.tag, str):
                continue  # comments and processing instructions
            name = etree.QName(child)
            if name.namespace == self.namespace and (not kinds or name.localname in kinds):
                yield child

    def unknown(self, element: etree._Element) -> InvalidDefinition:
        """Explain that ELEMENT cannot be executed."""
        return refused(
            finding(
                "dmn.element",
                self.file,
                element.get("id", ""),
                element.get("name", ""),
                kind=local(element),
                line=element.sourceline or 0,
            )
        )

    def text(self, element: etree._Element) -> str:
        """Give the text inside the `text` child of ELEMENT."""
        found = next(self.own(element, "text"), None)
        return text_of(found) if found is not None else ""

    def only(
        self, element: etree._Element, owner: str, name: str, depth: int = 0
    ) -> m.Box | None:
        """Read the boxed expression directly below ELEMENT, None when there is none."""
        if depth > MAX_NESTING:
            raise refused(finding("dmn.nesting", self.file, owner, name, limit=MAX_NESTING))
        for child in self.own(element):
            reader = self._readers.get(local(child))
            if reader is not None:
                return reader(child, owner, name, depth + 1)
        return None

    def _needed(self, element: etree._Element, owner: str, name: str, depth: int) -> m.Box:
        found = self.only(element, owner, name, depth)
        if found is None:
            raise refused(finding("dmn.missing", self.file, owner, name, what="表达式"))
        return found

    def _child(
        self, element: etree._Element, kind: str, owner: str, name: str, depth: int
    ) -> m.Box:
        child = next(self.own(element, kind), None)
        if child is None:
            raise refused(finding("dmn.missing", self.file, owner, name, what=kind))
        return self._needed(child, owner, name, depth)

    def _language(self, element: etree._Element, owner: str, name: str) -> None:
        language = element.get("expressionLanguage", "")
        if language not in _FEEL:
            raise refused(
                finding("dmn.language", self.file, owner, name, language=language[:80])
            )

    def _literal(self, element: etree._Element, owner: str, name: str, _: int) -> m.Box:
        self._language(element, owner, name)
        if next(self.own(element, "importedValues"), None) is not None:
            raise self.unknown(next(self.own(element, "importedValues")))
        text = self.text(element)
        if not text:
            raise refused(finding("dmn.missing", self.file, owner, name, what="表达式"))
        return m.LiteralBox(element.get("id", owner), text, element.get("typeRef", ""))

    def _table(self, element: etree._Element, owner: str, name: str, _: int) -> m.Box:
        if element.get("preferredOrientation") == "CrossTable":
            raise refused(finding("dmn.orientation", self.file, owner, name))
        policy = element.get("hitPolicy", "UNIQUE")
        if policy == "COLLECT" and element.get("aggregation"):
            policy += " " + element.get("aggregation", "")
        if policy not in _POLICIES:
            raise refused(finding("dmn.hit_policy", self.file, owner, name, policy=policy[:40]))
        rules = list(self.own(element, "rule"))
        table = m.TableBox(
            id=element.get("id", owner),
            policy=_POLICIES[policy],
            inputs=tuple(
                self._input(child, owner, name) for child in self.own(element, "input")
            ),
            outputs=tuple(
                self._output(child, owner, name) for child in self.own(element, "output")
            ),
            rules=tuple(
                self._rule(rule, row, owner, name) for row, rule in enumerate(rules, 1)
            ),
            annotations=tuple(
                child.get("name", "") for child in self.own(element, "annotation")
            ),
            type=element.get("typeRef", ""),
        )
        self._shape(table, owner, name)
        return table

    def _shape(self, table: m.TableBox, owner: str, name: str) -> None:
        """Refuse a table that cannot be evaluated for its shape."""
        names = {output.name for output in table.outputs}
        if not table.outputs:
            raise refused(finding("dmn.missing", self.file, owner, name, what="输出列"))
        if len(table.outputs) > 1 and (len(names) < len(table.outputs) or "" in names):
            raise refused(finding("dmn.output_name", self.file, owner, name))
        if len(table.outputs) > 1 and len(table.policy) == 2:
            raise refused(
                finding("dmn.aggregate", self.file, owner, name, policy=table.policy)
            )
        for row, rule in enumerate(table.rules, 1):
            cells = (len(rule.inputs), len(rule.outputs))
            if cells != (len(table.inputs), len(table.outputs)):
                raise refused(finding("dmn.columns", self.file, owner, name, row=row))
        for output in table.outputs:
            if table.policy in {"P", "O"} and not output.allowed:
                raise refused(
                    finding(
                        "dmn.output_order", self.file, owner, name, column=output.title
                    )
                )

    def _allowed(self, element: etree._Element, kind: str) -> str:
        found = next(self.own(element, kind), None)
        return self.text(found) if found is not None else ""

    def _input(self, element: etree._Element, owner: str, name: str) -> m.Input:
        expression = next(self.own(element, "inputExpression"), None)
        text = self.text(expression) if expression is not None else ""
        label = element.get("label", "").strip()
        if expression is None or not text:
            what = f"输入列“{label}”的表达式"
            raise refused(finding("dmn.missing", self.file, owner, name, what=what))
        self._language(expression, owner, name)
        kind = expression.get("typeRef", "")
        return m.Input(
            element.get("id", ""), label, text, kind, self._allowed(element, "inputValues")
        )

    def _output(self, element: etree._Element, owner: str, name: str) -> m.Output:
        default = next(self.own(element, "defaultOutputEntry"), None)
        if default is not None:
            self._language(default, owner, name)
        return m.Output(
            id=element.get("id", ""),
            label=element.get("label", "").strip(),
            name=element.get("name", "").strip(),
            type=element.get("typeRef", ""),
            allowed=self._allowed(element, "outputValues"),
            default=self.text(default) if default is not None else "",
        )

    def _rule(self, element: etree._Element, row: int, owner: str, name: str) -> m.Rule:
        outputs = list(self.own(element, "outputEntry"))
        inputs = list(self.own(element, "inputEntry"))
        for cell in (*inputs, *outputs):
            self._language(cell, owner, name)
        return m.Rule(
            id=element.get("id") or f"{owner}.{row}",
            inputs=tuple(self.text(cell) or "-" for cell in inputs),
            outputs=tuple(self.text(cell) for cell in outputs),
            annotations=tuple(
                self.text(note) for note in self.own(element, "annotationEntry")
            ),
        )

    def _invocation(
        self, element: etree._Element, owner: str, name: str, depth: int
    ) -> m.Box:
        bindings = []
        for binding in self.own(element, "binding"):
            parameter = next(self.own(binding, "parameter"), None)
            key = parameter.get("name", "").strip() if parameter is not None else ""
            if not key:
                raise refused(finding("dmn.missing", self.file, owner, name, what="参数名"))
            bindings.append((key, self._needed(binding, owner, name, depth)))
        callee = self._needed(element, owner, name, depth)
        return m.InvocationBox(
            element.get("id", owner), callee, tuple(bindings), element.get("typeRef", "")
        )

    def _context(self, element: etree._Element, owner: str, name: str, depth: int) -> m.Box:
        entries = []
        for entry in self.own(element, "contextEntry"):
            variable = next(self.own(entry, "variable"), None)
            key, kind = "", ""
            if variable is not None:
                key, kind = variable.get("name", "").strip(), variable.get("typeRef", "")
            entries.append((key, kind, self._needed(entry, owner, name, depth)))
        names = [key for key, _, _ in entries]
        if len(set(names)) < len(names) or "" in names[:-1]:
            what = "不重复的条目名称"
            raise refused(finding("dmn.missing", self.file, owner, name, what=what))
        return m.ContextBox(
            element.get("id", owner), tuple(entries), element.get("typeRef", "")
        )

    def _list(self, element: etree._Element, owner: str, name: str, depth: int) -> m.Box:
        items = tuple(self._each(element, owner, name, depth))
        return m.ListBox(element.get("id", owner), items, element.get("typeRef", ""))

    def _each(
        self, element: etree._Element, owner: str, name: str, depth: int
    ) -> Iterator[m.Box]:
        if depth > MAX_NESTING:
            raise refused(finding("dmn.nesting", self.file, owner, name, limit=MAX_NESTING))
        for child in self.own(element):
            reader = self._readers.get(local(child))
            if reader is not None:
                yield reader(child, owner, name, depth + 1)

    def _relation(self, element: etree._Element, owner: str, name: str, depth: int) -> m.Box:
        columns = tuple(c.get("name", "").strip() for c in self.own(element, "column"))
        rows = tuple(
            tuple(self._each(row, owner, name, depth)) for row in self.own(element, "row")
        )
        for number, row in enumerate(rows, 1):
            if len(row) != len(columns):
                raise refused(finding("dmn.columns", self.file, owner, name, row=number))
        return m.RelationBox(
            element.get("id", owner), columns, rows, element.get("typeRef", "")
        )

    def function(self, element: etree._Element, owner: str, name: str, depth: int) -> m.Box:
        """Read a function definition; only FEEL bodies are executed."""
        kind = element.get("kind", "FEEL")
        if kind != "FEEL":
            raise refused(finding("dmn.external", self.file, owner, name, kind=kind[:40]))
        params = tuple(
            (child.get("name", "").strip(), child.get("typeRef", ""))
            for child in self.own(element, "formalParameter")
        )
        body = self._needed(element, owner, name, depth)
        return m.FunctionBox(element.get("id", owner), params, body, element.get("typeRef", ""))

    def _conditional(
        self, element: etree._Element, owner: str, name: str, depth: int
    ) -> m.Box:
        parts = [self._child(element, kind, owner, name, depth) for kind in _BRANCHES]
        return m.ConditionalBox(
            element.get("id", owner), parts[0], parts[1], parts[2], element.get("typeRef", "")
        )

    def _filter(self, element: etree._Element, owner: str, name: str, depth: int) -> m.Box:
        source = self._child(element, "in", owner, name, depth)
        match = self._child(element, "match", owner, name, depth)
        return m.FilterBox(element.get("id", owner), source, match, element.get("typeRef", ""))

    def _iterator(self, element: etree._Element, owner: str, name: str, depth: int) -> m.Box:
        kinds: Mapping[str, m.IteratorKind] = {"for": "for", "some": "some", "every": "every"}
        kind = kinds[local(element)]
        body = "return" if kind == "for" else "satisfies"
        variable = element.get("iteratorVariable", "").strip()
        if not variable:
            raise refused(finding("dmn.missing", self.file, owner, name, what="循环变量"))
        return m.IteratorBox(
            element.get("id", owner), kind, variable,
            self._child(element, "in", owner, name, depth),
            self._child(element, body, owner, name, depth),
            element.get("typeRef", ""),
        )  # fmt: skip


_BRANCHES = ("if", "then", "else")
