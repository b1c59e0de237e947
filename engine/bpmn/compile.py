"""The compiler: the files of one application in, plans, facts and findings out."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.base import overrides
from engine.bpmn.activities import Scene
from engine.bpmn.assemble import Assembler
from engine.bpmn.checks.choices import choices
from engine.bpmn.checks.reading import read_first
from engine.bpmn.checks.run import check
from engine.bpmn.checks.soundness import soundness
from engine.bpmn.checks.support import refuse
from engine.bpmn.checks.together import check_together
from engine.bpmn.decisions import Decisions
from engine.bpmn.deploy import Compiled, DeployEnv, Limit
from engine.bpmn.describe import describe
from engine.bpmn.dues import DateRule, DueRule
from engine.bpmn.extensions import check_extensions
from engine.bpmn.formulas import Formulas, plain_value
from engine.bpmn.gov import GovCheck
from engine.bpmn.kinds import field_kinds
from engine.bpmn.model import File
from engine.bpmn.names import known_names
from engine.bpmn.outline import outline
from engine.bpmn.parse import parse
from engine.bpmn.report import Report
from engine.bpmn.schema import check_schema
from engine.bpmn.tables import load_decisions
from engine.kernel.data import ENGINE_NAMES
from engine.kernel.plan import Plan

REVISION = "1"  # of this compiler; part of every digest


def compile_files(files: Mapping[str, bytes], env: DeployEnv) -> Compiled:
    """Compile the .bpmn and .dmn FILES together; never raises on bad input.

    Gives a plan and facts for each executable process, or, when one finding is an error,
    neither. The same bytes give the same result.
    """
    report = Report()
    models = read(files, env, report)
    processes = [p for file in models for p in file.processes if p.executable]
    made = Built()
    for file in models:
        refuse(file, report)
        check_vocabulary(file, env, report)
    for process in processes:
        check(process, report)
    check_together(models, env, report)
    if sound_enough(report):
        made = build(files, models, env, report)
    findings = report.findings()
    if report.failed:
        return Compiled(findings=findings)
    facts = {process.key: describe(process, env) for process in processes}
    limits = {key: limits_of(plan) for key, plan in made.plans.items()}
    return Compiled(made.plans, facts, findings, made.decisions, made.tables, limits)


def limits_of(plan: Plan) -> dict[str, Limit]:
    """Give the due rules of PLAN whose moment follows the data of the case."""
    found: dict[str, Limit] = {}
    for node in plan.nodes:
        rule = node.work.due if node.work is not None else None
        if isinstance(rule, DueRule | DateRule) and rule.reads - ENGINE_NAMES:
            found[node.id] = Limit(rule, rule.reads - ENGINE_NAMES)
    return found


@dataclass(frozen=True, slots=True)
class Built:
    """The plans by process key, and the decisions they share with the ids of these."""

    plans: dict[str, Plan] = field(default_factory=dict)
    decisions: Decisions | None = None
    tables: frozenset[str] = frozenset()


def sound_enough(report: Report) -> bool:
    """Tell whether plans can be built at all: ids and flows must be what they seem."""
    broken = {"id.missing", "id.duplicate", "model.size", "model.nesting"}
    return not any(entry.finding.code in broken for entry in report.entries)


def read(files: Mapping[str, bytes], env: DeployEnv, report: Report) -> list[File]:
    """Parse and outline every .bpmn file, in the order of the paths."""
    paths = sorted(overrides.own(files))
    paths = [path for path in paths if path.lower().endswith(".bpmn")]
    if not paths:
        report.add("compile.none", "")
    found = []
    for path in paths:
        root = parse(files[path], path, report)
        if root is not None:
            found.append(outline(root, env.roles, report))
    return found


def check_vocabulary(file: File, env: DeployEnv, report: Report) -> None:
    """Check the words of a whole file: BPMN itself, gov:, camunda: and foreign ones."""
    governed = GovCheck(env, report)
    check_schema(file.root, report)
    for element in file.root.children:
        governed.process = next((p for p in file.processes if p.element is element), None)
        for one in element.walk():
            check_schema(one, report)
            if one.gov or one.extensions:
                governed.element(one)
            if one.camunda or one.extensions or one.foreign or one.kind == "extension":
                check_extensions(one, report)


def build(
    files: Mapping[str, bytes], models: list[File], env: DeployEnv, report: Report
) -> Built:
    """Build the plans; with errors in the report they are thrown away again."""
    processes = [p for file in models for p in file.processes if p.executable]
    names = known_names(models, env)
    every = frozenset().union(*names.values())
    kinds = field_kinds(models, env)
    decisions, versions = load_decisions(files, every, report)
    settings = {key: plain_value(value) for key, value in env.settings.items()}
    keys = frozenset(process.key for process in processes)
    plans: dict[str, Plan] = {}
    for process in processes:
        scene = Scene(
            file=process.file,
            env=env,
            formulas=Formulas(report, names[process.key], settings, env.strict_names, kinds),
            calendar=process.element.gov.get("calendar", "cn"),
            decisions=versions,
            engine=decisions,
            processes=keys,
        )
        plan = Assembler(process, scene).build(digest(files, process.key))
        choices(plan, process, report)
        plans[process.key] = plan
    if not report.failed:  # the rules on plans need plans without holes
        for process in processes:
            read_first(plans[process.key], process, env, report)
            soundness(plans[process.key], process, report)
    return Built(plans, decisions, frozenset(versions))


def digest(files: Mapping[str, bytes], key: str) -> str:
    """Identify what a plan was made of: the bytes, the process, this compiler."""
    total = hashlib.sha256(f"{REVISION}\n{key}\n".encode())
    for path in sorted(files):
        if path.lower().endswith((".bpmn", ".dmn")):
            total.update(path.encode() + b"\0" + hashlib.sha256(files[path]).digest())
    return total.hexdigest()
