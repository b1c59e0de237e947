"""Every form of every application prints what it holds: all fields that show, both files."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import pytest
import sqlalchemy as sa

from engine.base.actor import SYSTEM
from engine.base.expressions import Moment
from engine.base.values import Value
from engine.forms.fields import Field
from engine.forms.schema import FormSchema
from engine.forms.scope import Scope
from engine.prints.paper import Kind
from engine.prints.text import shown
from engine.queries import papers
from engine.store import codec
from engine.store.tables import form_entry
from tests.prints.test_files import KINDS, text_of
from tests.processes import jiangxi, reviews
from tests.support.scenario import Scenario

FORMS = Path(__file__).resolve().parents[2] / "forms"
jiangxi_once = pytest.mark.parametrize(
    ("jiangxi_runtime", "store_url"), [("kernel", "sqlite")], indirect=True
)
guiyang_once = pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"), [("kernel", "sqlite")], indirect=True
)


def value_of(one: Field) -> Value:
    """Make a value that shows whether it was printed."""
    if one.options is not None:
        values = [value for value, _ in one.options.fixed]
        picked: Value = values[0] if values else f"选{one.key}"
        return [picked] if one.type == "choices" else picked
    plain: dict[str, Value] = {"boolean": True, "integer": 7, "number": 3.25, "files": []}
    if one.type == "table":
        return [{c.key: value_of(c) for c in one.rows.columns} for _ in range(2)]
    if one.type in ("date", "datetime"):
        return "2025-07-09"
    if one.type in plain:
        return plain[one.type]
    return f"甲{one.key}乙"


def expected(schema: FormSchema, data: dict[str, Value], moment: Moment) -> list[str]:
    """Give the texts that must stand in the file."""
    scope = Scope(data, moment)
    found = [schema.title.split("（附件")[0]]
    for one in schema.all:
        if scope.hidden(one):
            continue
        found.append(one.label)
        if one.type in ("string", "text", "boolean", "integer", "number", "date"):
            found.append(shown(data[one.key]))
        if one.type == "table":
            found += [column.label for column in one.rows.columns]
            rows = data[one.key]
            assert isinstance(rows, list)
            found += [
                shown(row[c.key]) for row in rows for c in one.rows.columns if not c.options
            ]
    return found


@dataclass(frozen=True)
class Filled:
    """A case whose start form is told to be any form of the application."""

    story: Scenario
    case: int

    def keep(self, schema: FormSchema) -> dict[str, Value]:
        """Keep SCHEMA, filled with values of every type, as what the case began with."""
        data = {one.key: value_of(one) for one in schema.all if one.type != "signoff"}
        with self.story.worker.engine.database.write() as conn:
            query = sa.update(form_entry).where(
                form_entry.c.root_id == self.case, form_entry.c.task_id.is_(None)
            )
            conn.execute(query.values(form=schema.id, data=codec.encode(data)))
        return data

    def texts(self, kinds: tuple[Kind, ...]) -> dict[str, str]:
        """Give the text of the files of KINDS."""
        engine = self.story.worker.engine
        paper = engine.ask(papers.of_start, SYSTEM, case=str(self.case))
        return {kind: text_of(paper.written(kind, engine.files.read), kind) for kind in kinds}


@pytest.fixture
def as_pdf(request: pytest.FixtureRequest, seed: int) -> Callable[[str], bool]:
    """Say which forms are printed as PDF too: a quarter, all in the long profile.

    Cutting its typefaces takes a quarter of a second; what stands in a file is decided before.
    """
    whole = bool(request.config.getoption("--faults"))
    return lambda name: whole or crc32(name.encode()) % 4 == seed % 4


def all_forms_print(
    filled: Filled, application: str, as_pdf: Callable[[str], bool]
) -> None:
    engine = filled.story.worker.engine
    with engine.database.read() as conn:
        version = engine.runtimes.version(conn, 1, application)
    folders = (application, "common") if application == "jiangxi" else (application,)
    names = sorted(path.stem for one in folders for path in (FORMS / one).glob("*.json"))
    assert names
    assert set(names) <= set(version.forms)
    for name in names:
        schema = version.forms[name]
        data = filled.keep(schema)
        moment = version.moment(filled.story.clock.now())
        for kind, text in filled.texts(KINDS if as_pdf(name) else ("docx",)).items():
            for part in expected(schema, data, moment):
                assert "".join(part.split()) in text, (name, kind, part)


@jiangxi_once
def test_every_form_of_jiangxi_prints_all_it_holds(
    jiangxi_story: Scenario, as_pdf: Callable[[str], bool]
) -> None:
    jiangxi_story.when_passes("2025-03-18 10:00")
    case = jiangxi.registered(jiangxi_story, jiangxi.YANGJIFENG)
    all_forms_print(Filled(jiangxi_story, case["id"]), "jiangxi", as_pdf)


@guiyang_once
def test_every_form_of_guiyang_prints_all_it_holds(
    guiyang_story: Scenario, as_pdf: Callable[[str], bool]
) -> None:
    story = guiyang_story
    story.when_passes("2026-03-09 10:00")
    docs = story.when_uploads("520123-ZF", "请示", "论证报告")
    case = story.when_started("520123-ZF", "gy_joint_review", reviews.filing(docs=docs))
    all_forms_print(Filled(story, case["id"]), "guiyang", as_pdf)
