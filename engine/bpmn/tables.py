"""The decision tables of a deployment: compiled together, their findings passed on."""

from collections.abc import Mapping

from engine.base import overrides
from engine.base.errors import ExpressionFailed, InvalidDefinition
from engine.base.expressions import Moment
from engine.base.values import Value
from engine.bpmn.decisions import Decisions, Outcome
from engine.bpmn.regional import Regional, Variant, unlike
from engine.bpmn.report import Report
from engine.dmn.checks import compile_checked
from engine.dmn.model import Model
from engine.dmn.parse import parse


class NoDecisions:
    """The decisions of an application without tables."""

    def evaluate(
        self, decision_id: str, scope: Mapping[str, Value], moment: Moment
    ) -> Outcome:
        """Refuse: there is none."""
        del scope, moment
        raise ExpressionFailed(f"没有决策“{decision_id}”。")


def load_decisions(
    files: Mapping[str, bytes], names: frozenset[str], report: Report
) -> tuple[Decisions, Mapping[str, str]]:
    """Compile the .dmn FILES; give the decisions and the version of each by id.

    NAMES are the variables of the processes, so that names with spaces are understood.
    """
    parsed = _parsed(files, report)
    models = {path: model for path, model in parsed.items() if not overrides.parts(path)}
    if not models:
        return NoDecisions(), {}
    decisions, findings = compile_checked(models, names)
    for finding in findings:
        report.take(finding)
    if decisions is None:
        return NoDecisions(), {}
    versions = {name: decisions.version(name) for name in decisions.ids()}
    variants = {
        division: made
        for division in overrides.divisions(files, overrides.TABLE)
        if (made := _variant(division, parsed, names, report)) is not None
    }
    return (Regional(decisions, variants) if variants else decisions), versions


def _parsed(files: Mapping[str, bytes], report: Report) -> dict[str, Model]:
    found: dict[str, Model] = {}
    for path in sorted(path for path in files if path.lower().endswith(".dmn")):
        try:
            found[path] = parse(files[path], path)
        except InvalidDefinition as error:
            take(error, report)
    return found


def _variant(
    division: str, parsed: Mapping[str, Model], names: frozenset[str], report: Report
) -> Variant | None:
    """Compile the tables as they stand in DIVISION; what only repeats is told once."""
    by_path: dict[str, bytes] = dict.fromkeys(parsed, b"")
    chosen = overrides.replaced(by_path, division, overrides.TABLE)
    chosen = {path: own for path, own in chosen.items() if path in parsed}
    for path, own in chosen.items():
        for finding in unlike(own, parsed[own], parsed[path]):
            report.take(finding)
    models = {
        chosen.get(path, path): parsed[chosen.get(path, path)]
        for path in parsed
        if not overrides.parts(path)
    }
    decisions, findings = compile_checked(models, names)
    for finding in findings:
        if finding.severity == "error" or finding.file in chosen.values():
            report.take(finding)
    if decisions is None:
        return None
    return Variant(decisions, frozenset(parsed[own].version for own in chosen.values()))


def take(error: InvalidDefinition, report: Report) -> None:
    """Pass on the findings of a file that was refused."""
    for finding in error.findings:
        report.take(finding)
