"""Decision models written in a few words."""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from engine.base.expressions import Moment
from engine.base.findings import Finding
from engine.dmn.checks import compile_checked
from engine.dmn.evaluate import DecisionResult, Decisions, compile_model
from engine.dmn.model import Model
from engine.dmn.parse import parse

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def literal(text: str, kind: str = "") -> str:
    typed = f" typeRef={quoteattr(kind)}" if kind else ""
    return f"<literalExpression{typed}><text>{escape(text)}</text></literalExpression>"


def column(text: str, kind: str = "", allowed: str = "", label: str = "") -> str:
    typed = f" typeRef={quoteattr(kind)}" if kind else ""
    values = f"<inputValues><text>{escape(allowed)}</text></inputValues>" if allowed else ""
    return (
        f"<input label={quoteattr(label)}><inputExpression{typed}><text>{escape(text)}</text>"
        f"</inputExpression>{values}</input>"
    )


def output(name: str = "", kind: str = "", allowed: str = "", default: str = "") -> str:
    typed = f" typeRef={quoteattr(kind)}" if kind else ""
    values = f"<outputValues><text>{escape(allowed)}</text></outputValues>" if allowed else ""
    other = (
        f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>"
        if default
        else ""
    )
    return f"<output name={quoteattr(name)}{typed}>{values}{other}</output>"


def table(
    policy: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    extra: str = "",
) -> str:
    """Write a table; each rule holds its input cells, then its output cells."""
    name, _, aggregation = policy.partition("/")
    head = f'<decisionTable id="T" hitPolicy={quoteattr(name)}'
    head += f" aggregation={quoteattr(aggregation)}" if aggregation else ""
    rows = ""
    for number, cells in enumerate(rules, 1):
        rows += f'<rule id="r{number}">'
        for index, cell in enumerate(cells):
            kind = "inputEntry" if index < len(inputs) else "outputEntry"
            rows += f"<{kind}><text>{escape(cell)}</text></{kind}>"
        rows += "</rule>"
    return f"{head} {extra}>{''.join(inputs)}{''.join(outputs)}{rows}</decisionTable>"


def decision(
    key: str,
    logic: str,
    *,
    inputs: Sequence[str] = (),
    decisions: Sequence[str] = (),
    knowledge: Sequence[str] = (),
    kind: str = "",
    name: str = "",
) -> str:
    needs = "".join(
        f"<informationRequirement><requiredInput href={quoteattr(ref)}/>"
        "</informationRequirement>"
        for ref in map(_ref, inputs)
    )
    needs += "".join(
        f"<informationRequirement><requiredDecision href={quoteattr(ref)}/>"
        "</informationRequirement>"
        for ref in map(_ref, decisions)
    )
    needs += "".join(
        f"<knowledgeRequirement><requiredKnowledge href={quoteattr(ref)}/>"
        "</knowledgeRequirement>"
        for ref in map(_ref, knowledge)
    )
    typed = f" typeRef={quoteattr(kind)}" if kind else ""
    title = name or key
    return (
        f"<decision id={quoteattr(key)} name={quoteattr(title)}>"
        f"<variable name={quoteattr(title)}{typed}/>{needs}{logic}</decision>"
    )


def _ref(key: str) -> str:
    return key if "#" in key else f"#{key}"


def data(key: str, kind: str = "", name: str = "") -> str:
    typed = f" typeRef={quoteattr(kind)}" if kind else ""
    title = name or key
    return (
        f"<inputData id={quoteattr(key)} name={quoteattr(title)}>"
        f"<variable name={quoteattr(title)}{typed}/></inputData>"
    )


def function(params: Sequence[tuple[str, str]], body: str, tag: str = "") -> str:
    words = "".join(
        f"<formalParameter name={quoteattr(name)} typeRef={quoteattr(kind)}/>"
        for name, kind in params
    )
    tag = tag or "functionDefinition"
    return f"<{tag}>{words}{body}</{tag}>"


def knowledge(
    key: str, params: Sequence[tuple[str, str]], body: str, needs: Sequence[str] = ()
) -> str:
    required = "".join(
        f'<knowledgeRequirement><requiredKnowledge href="#{ref}"/></knowledgeRequirement>'
        for ref in needs
    )
    logic = function(params, body, "encapsulatedLogic")
    return (
        f"<businessKnowledgeModel id={quoteattr(key)} name={quoteattr(key)}>"
        f"<variable name={quoteattr(key)}/>{logic}{required}</businessKnowledgeModel>"
    )


def document(*parts: str, namespace: str = "urn:test") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="{NAMESPACE}" id="D" '
        f'name="test" namespace="{namespace}">{"".join(parts)}</definitions>'
    ).encode()


def models(*parts: str) -> dict[str, Model]:
    return {"a.dmn": parse(document(*parts), "a.dmn")}


def compiled(*parts: str) -> Decisions:
    return compile_model(models(*parts))


def evaluate(key: str, scope: Mapping[str, Any], *parts: str) -> DecisionResult:
    return compiled(*parts).evaluate(key, scope, Moment())


def findings(*parts: str) -> list[Finding]:
    return list(compile_checked(models(*parts))[1])


def codes(*parts: str) -> list[str]:
    return [found.code for found in findings(*parts) if found.code != "dmn.undeclared"]
