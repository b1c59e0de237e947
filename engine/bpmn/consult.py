"""The lead's last seat of a consultation: its own form, limit and state (operations.md 2.6)."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.base.expressions import Moment
from engine.base.values import Value
from engine.bpmn.deploy import DeployEnv
from engine.bpmn.dues import DateRule, DueRule, gov_due
from engine.bpmn.formulas import Formulas
from engine.bpmn.gov import typed
from engine.bpmn.model import Element, Extension
from engine.kernel import plan

WORDS = ("label", "form", "state", "after", "late")


@dataclass(frozen=True, slots=True)
class ConclusionRule:
    """What gov:conclusion says; DUE None: no limit of its own."""

    values: Mapping[str, Value]
    due: DueRule | DateRule | None = None

    def __call__(self, scope: plan.Names, moment: Moment) -> dict[str, Value]:
        """Give label, form, state, after, late, and due with its steps, for one round."""
        found = None if self.due is None else self.due(scope, moment)
        if found is None:
            return {**self.values, "due": None, "due_steps": None}
        return {**self.values, "due": found.due, "due_steps": dict(found.steps)}

    @property
    def reads(self) -> frozenset[str]:
        """Name the variables it may read."""
        return frozenset() if self.due is None else self.due.reads


def conclusion(
    element: Element, env: DeployEnv, formulas: Formulas, calendar: str
) -> ConclusionRule | None:
    """Compile gov:conclusion of a task; None without."""
    for governed in element.governed("seats"):
        for extension in governed.all("conclusion"):
            said = typed(extension)
            values: dict[str, Value] = {word: said.get(word) for word in WORDS}
            key = str(said.get("due") or "")
            due = None
            if key:
                rule = Extension("gov", "due", {"key": key})
                due = gov_due(rule, element, env, formulas, calendar)
            return ConclusionRule(values, due)
    return None

