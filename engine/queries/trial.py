"""Trying what is being edited: a decision with given inputs, a form as its page shows it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.base.errors import InvalidDefinition, NotFound
from engine.base.expressions import Moment
from engine.base.values import Value
from engine.context import View
from engine.dmn.evaluate import Decisions, compile_model
from engine.dmn.model import Model, TableBox
from engine.dmn.parse import parse
from engine.forms.compile import compile_form
from engine.forms.page import Page, page_form
from engine.queries import deployed
from engine.queries.studio import working_application, working_bundle

ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a decision reads: its id, its title, the NAMES of its variables."""

    decision: str
    title: str
    names: tuple[str, ...]
    types: Mapping[str, str]  # declared type of a variable, where the file names one
    labels: Mapping[str, str]  # heading of a variable's column, where a table has one


@dataclass(frozen=True, slots=True)
class Tried:
    """What a decision answered and which rows of its tables matched."""

    result: Value
    matched: tuple[str, ...]
    warnings: tuple[str, ...]


def decisions_of(view: View, *, application: str, path: str) -> tuple[Inputs, ...]:
    """Give the decisions of one file with their inputs; () while the file has errors."""
    bundle = working_bundle(view, application)
    if path not in bundle.files:
        raise NotFound
    try:
        model = parse(bundle.files[path], path)
        compiled = _compiled(bundle.matching(".dmn"))
        labels = _labels(model)
        types = {one.name: one.type for one in model.inputs.values()}
        own = {decision.id for decision in model.decisions.values()}
        return tuple(
            Inputs(key, compiled.names(key), compiled.inputs(key), types, labels)
            for key in compiled.ids()
            if key in own
        )
    except InvalidDefinition:
        return ()


def _labels(model: Model) -> dict[str, str]:
    """Give the headings of columns that read one variable as it is."""
    tables = (d.logic for d in model.decisions.values() if isinstance(d.logic, TableBox))
    return {i.text: i.label for table in tables for i in table.inputs if i.label}


def _compiled(files: Mapping[str, bytes]) -> Decisions:
    return compile_model({path: parse(data, path) for path, data in files.items()})


def decide(
    view: View, *, application: str, decision: str, variables: Mapping[str, Value]
) -> Tried:
    """Evaluate DECISION of the working copy with VARIABLES; nothing is recorded."""
    bundle = working_bundle(view, application)
    app = working_application(view, bundle)
    calendars = deployed.latest(view, application).calendars
    moment = Moment(view.now, ZONE, calendars, app.register)
    found = _compiled(bundle.matching(".dmn")).evaluate(decision, variables, moment)
    matched = [str(row) for table in found.tables for row in _rows(table)]
    return Tried(found.value, tuple(matched), tuple(found.warnings))


def _rows(table: Mapping[str, Value]) -> list[Value]:
    rows = table["rows"]
    return list(rows) if isinstance(rows, list) else []


def form_preview(view: View, *, application: str, path: str) -> dict[str, Any]:
    """Give the form-js schema of a form of the working copy as its page would show it."""
    bundle = working_bundle(view, application)
    if path not in bundle.files:
        raise NotFound
    app = working_application(view, bundle)
    schema, findings = compile_form(bundle.files[path], path, app.values)
    if schema is None:
        raise InvalidDefinition(findings)
    moment = Moment(view.now, ZONE, {}, app.register)
    page = Page({}, moment, None, app.choices)
    return page_form(json.loads(bundle.files[path]), schema, page)
