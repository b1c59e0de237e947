"""Decisions of published versions: which there are, and what one gives for test inputs."""

import functools
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from engine.base import overrides
from engine.base.errors import NotFound
from engine.base.values import Value
from engine.context import View
from engine.dmn.evaluate import Decisions, compile_model
from engine.dmn.parse import parse
from engine.queries import deployed
from engine.queries.paging import Page, Paging, Sort
from engine.store import definitions
from engine.store.tables import blob, bundle, bundle_file

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
Files = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision of the newest version of an application, and the inputs it requires."""

    id: str
    title: str
    application: str
    version: int
    table_version: str
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What a decision gave: VALUE, the matched rows of every table, warnings."""

    decision: str
    application: str
    version: int
    value: Value
    tables: tuple[Mapping[str, Value], ...]
    warnings: tuple[str, ...]


def search(
    view: View,
    *,
    wanted: Mapping[str, Any] | None = None,
    sort: Sequence[Sort] = (),
    paging: Paging | None = None,
) -> Page[DecisionRow]:
    """List the decisions; filter by "application" or "id". Small: one page holds all."""
    del sort
    asked = dict(wanted or {})
    found = [
        row
        for row in _all(view, asked.get("application"))
        if asked.get("id") in (None, row.id)
    ]
    limit = (paging or Paging()).limit
    return Page(tuple(found[:limit]), len(found))


def _all(view: View, application: str | None) -> list[DecisionRow]:
    query = sa.select(bundle.c.application).where(definitions.whole()).distinct()
    query = query.order_by(bundle.c.application)
    if application is not None:
        query = query.where(bundle.c.application == application)
    rows: list[DecisionRow] = []
    for (key,) in view.connection.execute(query).all():
        version, decisions, _ = _of(view, key, None)
        rows += [
            DecisionRow(name, title, key, version, decisions.version(name), inputs)
            for name, title in sorted(decisions.ids().items())
            for inputs in [decisions.inputs(name)]
        ]
    return rows


def evaluate(
    view: View,
    *,
    decision: str,
    variables: Mapping[str, Value],
    application: str | None = None,
    version: int | None = None,
    region: str = "",
) -> Evaluated:
    """Evaluate DECISION with VARIABLES on the deployed tables; texts like 2025-12-01 are dates.

    Without APPLICATION the newest version of the one application that has it. REGION: the
    division of the case, whose own tables come first; each record then names the division.
    """
    if application is None:
        application = next((r.application for r in _all(view, None) if r.id == decision), None)
    if application is None:
        raise NotFound(f"没有决策“{decision}”，或尚未发布。")
    number, decisions, own = _of(view, application, version, region)
    if decision not in decisions.ids():
        raise NotFound(f"应用 {application} 第 {number} 版没有决策“{decision}”。")
    known = deployed.latest(view, application)
    scope = {"settings": known.application.values, **_typed(variables)}
    answer = decisions.evaluate(decision, scope, known.moment(view.now))
    tables = tuple(
        {**one, "override": own[one["version"]]} if one["version"] in own else one
        for one in answer.tables
    )
    return Evaluated(decision, application, number, answer.value, tables, answer.warnings)


def _typed(variables: Mapping[str, Value]) -> dict[str, Value]:
    return {name: _day(value) for name, value in variables.items()}


def _day(value: Value) -> Value:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


def _of(
    view: View, application: str, version: int | None, region: str = ""
) -> tuple[int, Decisions, dict[str, str]]:
    """Give version, decisions as they stand in REGION, and sha256 -> division of own files."""
    if version is None:
        row = definitions.latest_bundle(view.connection, application)
    else:
        row = definitions.bundle_at(view.connection, application, version)
    if row is None:
        raise NotFound
    query = (
        sa.select(bundle_file.c.path, blob.c.content)
        .join(blob, blob.c.sha256 == bundle_file.c.sha256)
        .where(bundle_file.c.bundle_id == row["id"], bundle_file.c.path.like("%.dmn"))
        .order_by(bundle_file.c.path)
    )
    stored = {r.path: bytes(r.content) for r in view.connection.execute(query)}
    chosen = _chosen(stored, region)
    files = tuple(
        (chosen.get(path, path), stored[chosen.get(path, path)])
        for path in overrides.own(stored)
    )
    whose = {hashlib.sha256(stored[path]).hexdigest(): path for path in chosen.values()}
    own = {sha: parts[0] for sha, path in whose.items() if (parts := overrides.parts(path))}
    return row["version"], _compiled(files), own


def _chosen(stored: Mapping[str, bytes], region: str) -> dict[str, str]:
    """Give path -> path of the file that counts in REGION, county before prefecture."""
    kept = overrides.divisions(stored, overrides.TABLE)
    first = next((one for one in overrides.chain(region) if one in kept), "")
    return overrides.replaced(stored, first, overrides.TABLE) if first else {}


@functools.lru_cache(maxsize=16)
def _compiled(files: Files) -> Decisions:
    return compile_model({path: parse(data, path) for path, data in files})
