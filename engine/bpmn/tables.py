"""The decision tables of a deployment: compiled together, their findings passed on."""

from collections.abc import Mapping

from engine.base.errors import ExpressionFailed, InvalidDefinition
from engine.base.expressions import Moment
from engine.base.values import Value
from engine.bpmn.decisions import Decisions, Outcome
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
    models: dict[str, Model] = {}
    for path in sorted(path for path in files if path.lower().endswith(".dmn")):
        try:
            models[path] = parse(files[path], path)
        except InvalidDefinition as error:
            take(error, report)
    if not models:
        return NoDecisions(), {}
    decisions, findings = compile_checked(models, names)
    for finding in findings:
        report.take(finding)
    if decisions is None:
        return NoDecisions(), {}
    return decisions, {name: decisions.version(name) for name in decisions.ids()}


def take(error: InvalidDefinition, report: Report) -> None:
    """Pass on the findings of a file that was refused."""
    for finding in error.findings:
        report.take(finding)
