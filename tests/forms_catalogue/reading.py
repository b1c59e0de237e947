"""The catalogue of the requirements beside the forms as they are deployed, and what to try."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from engine.base.clock import shanghai
from engine.base.errors import InvalidForm
from engine.base.expressions import Moment
from engine.context import Deployed
from engine.forms.fields import Field
from engine.forms.schema import FormSchema
from engine.library.bundle import read_folder
from engine.markup import parse_xml
from tests.support.engines import shared

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
GOV = "{urn:shouhu:bpmn:gov:1}"
MEDIA = {
    "png": "image/png",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "geojson": "application/geo+json",
    "big": "image/png",
}
BIG = 60_000_000  # bytes, more than any form takes
Json = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """One field of the catalogue: LABEL, TYPE, whether it is REQUIRED, the text of its RULE."""

    key: str
    label: str
    type: str
    required: str
    rule: str

    @property
    def options(self) -> list[str]:
        """Give the options the rule lists; [] when it says something else."""
        found = re.fullmatch(r"(?:[^;|]+\|)+[^;|]+", self.rule)
        plain = re.sub(r"^(hydropower: |tourism: |date, )|（理由）", "", self.rule)
        return [one.strip() for one in plain.split("|")] if found else []

    @property
    def says_more(self) -> bool:
        """Tell whether a pair of an accepted and a refused value must show a rule."""
        return self.required == "cond" or bool(self.rule and not self.options)


@dataclass(frozen=True)
class Tried:
    """One form of the catalogue with the cases told for it."""

    id: str
    fields: Mapping[str, Wanted]
    cases: Json

    @property
    def application(self) -> str:
        """Name the application whose deployed form is looked at."""
        return str(self.cases["application"])

    @property
    def schema(self) -> FormSchema:
        """Give the deployed form."""
        return deployed(self.application).forms[self.cases["form"]]

    @property
    def moment(self) -> Moment:
        """Give the moment of the cases."""
        found = deployed(self.application).moment(shanghai(self.cases["now"]))
        more = self.cases.get("registers") or {}

        def register(kind: str, code: str) -> Any:
            return more.get(kind, {}).get(code) or found.row(kind, code)

        return replace(found, register=register)

    def place(self, key: str) -> list[str]:
        """Give where the field KEY of the catalogue lives: keys, form.key, outcome:…"""
        found = (self.cases.get("names") or {}).get(key, key)
        return found if isinstance(found, list) else [found]

    def clean(self, patch: Json, known: Json | None = None) -> Json:
        """Submit the base with PATCH over what is KNOWN."""
        data = {**self.cases["base"], **patch}
        data = {key: spread(value) for key, value in data.items() if value != "-"}
        before = {**(self.cases.get("known") or {}), **(known or {})}
        writable = self.cases.get("writable")
        return self.schema.clean(
            data,
            known={key: exact(spread(value)) for key, value in before.items()},
            moment=self.moment,
            writable=None if writable is None else frozenset(writable),
            attachments=attachment,
        )

    def refused(self, patch: Json, known: Json | None = None) -> set[str]:
        """Name the fields that are refused; empty when all is accepted."""
        try:
            self.clean(patch, known)
        except InvalidForm as error:
            return {str(one["field"]).split(".")[0] for one in error.errors}
        return set()


def spread(value: Any) -> Any:
    """Make files of "@code code:kind", everything else stays."""
    if isinstance(value, str) and value.startswith("@"):
        return [_file(one, n) for n, one in enumerate(value[1:].split())]
    return value


def exact(value: Any) -> Any:
    """Make stored numbers exact, as the store gives them."""
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [exact(item) for item in value]
    return Decimal(str(value)) if isinstance(value, float) else value


def _file(text: str, number: int) -> Json:
    code, _, rest = text.partition(":")
    kind, _, taken = rest.partition("=")
    told = {"attachmentId": f"{kind or 'png'}-{code}-{number}", "code": code, "name": code}
    return {**told, "takenAt": taken} if taken else told


def attachment(key: str) -> Json:
    """Answer what is stored of the file KEY."""
    kind = key.partition("-")[0]
    return {"sha256": "", "media": MEDIA[kind], "size": BIG if kind == "big" else 1000}


@cache
def deployed(application: str) -> Deployed:
    """Assemble APPLICATION once, as it would be deployed."""
    bundle = read_folder(ROOT, application)
    made = shared().assemble(bundle, runtime="kernel", processes=frozenset())
    assert made.deployed is not None
    return made.deployed


@cache
def sources(application: str) -> Mapping[str, Json]:
    """Give the files of the forms of APPLICATION, its own and the shared ones."""
    files = read_folder(ROOT, application).forms()
    return {Path(path).stem: json.loads(data) for path, data in files.items()}


@cache
def outcomes(application: str, element: str) -> tuple[str, ...]:
    """Give the labels of the outcomes of the task ELEMENT ("diagram/task")."""
    diagram, _, task = element.partition("/")
    path = ROOT / "processes" / application / f"{diagram}.bpmn"
    root = parse_xml(path.read_bytes(), path.name)
    (node,) = (one for one in root.iter() if one.get("id") == task)
    return tuple(str(one.get("label")) for one in node.iter(f"{GOV}outcome"))


def field_at(tried: Tried, place: str) -> Field | None:
    """Give the deployed field at PLACE: key, key.column, form:key or form:key.column."""
    form, _, key = place.rpartition(":")
    schema = deployed(tried.application).forms[form] if form else tried.schema
    name, _, column = key.partition(".")
    one = schema.get(name)
    if one is None or not column:
        return one
    return next((found for found in one.rows.columns if found.key == column), None)


@cache
def catalogue() -> Mapping[str, Tried]:
    """Read the catalogue and the cases of every form that has some."""
    told: Json = {}
    for path in sorted((HERE / "cases").glob("*.yaml")):
        told |= yaml.safe_load(path.read_text("utf-8"))
    listed = json.loads((HERE / "catalogue.json").read_text("utf-8"))
    return {
        name: Tried(
            name,
            {key: Wanted(key, *row) for key, row in entry["fields"].items()},
            told.get(name, {}),
        )
        for name, entry in listed.items()
    }
