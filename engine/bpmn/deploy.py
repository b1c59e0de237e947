"""What a deployment brings along, and what compiling it gives: the words of the port."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.base import writable
from engine.base.findings import Finding
from engine.bpmn.decisions import Decisions
from engine.bpmn.facts import ProcessFacts
from engine.kernel.plan import DueRule


@dataclass(frozen=True, slots=True)
class DeployEnv:
    """Names a diagram may refer to, and rules compiled into the plan.

    FORMS: form id -> its declared fields {name: type}, types of engine.forms. DERIVED:
    form id -> its computed and copied fields {name: the names they read}.
    DEADLINES: due-table key -> {"amount","unit","from","date","title","basis",…}, the
    rows of `deadlines` in application.yaml. ROLES: role code -> title. SERVICES: names.
    CALENDARS: published calendar ids -> years with data. SETTINGS: the application's
    settings with their values, readable in FEEL as `settings.<name>`.
    """

    forms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    services: frozenset[str] = frozenset()
    deadlines: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    calendars: Mapping[str, frozenset[int]] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    processes: frozenset[str] = frozenset()  # keys deployed already, callable late
    decisions: frozenset[str] = frozenset()
    strict_names: bool = True
    derived: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)

    def written(self, form: str, properties: Mapping[str, str]) -> tuple[str, ...]:
        """Give the fields of FORM a task with PROPERTIES writes, in the form's order."""
        declared = tuple(self.forms.get(form, ()))
        names = writable.named(properties)
        if names is None:
            return declared
        found = writable.implied(names, self.derived.get(form, {}))
        return tuple(name for name in declared if name in found)


@dataclass(frozen=True, slots=True)
class Limit:
    """The due rule of a task, and the variables of its case it READS."""

    rule: DueRule
    reads: frozenset[str]


@dataclass(frozen=True, slots=True)
class Compiled:
    """Plans and facts by process key; both empty when a finding is an error.

    LIMITS: process key -> task -> its due rule, of tasks whose limit follows the data.
    """

    plans: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, ProcessFacts] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    decisions: Decisions | None = None  # of the application, for what is not a task
    tables: frozenset[str] = frozenset()  # their ids
    limits: Mapping[str, Mapping[str, Limit]] = field(default_factory=dict)
