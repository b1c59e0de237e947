"""A division keeps its own form or other values of settings; its cases run on them (G-60)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.base.clock import FakeClock
from engine.base.errors import InvalidDefinition, InvalidForm
from engine.queries import instances
from tests.commands.test_overrides import files, lines
from tests.support import tiny
from tests.support.tiny import Tiny, deploy, make

OWN = tiny.bundle().files
COUNTY, CITY = "overrides/990101/", "overrides/990100/"


def base() -> dict[str, Any]:
    """Give the form of the report, with a field that tells a setting."""
    form: dict[str, Any] = json.loads(OWN["forms/report.json"])
    told = {"key": "allowed", "type": "number", "label": "上限", "readonly": True}
    computed = {"computed": "if area > 0 then settings.limit else 0"}
    form["components"].append({**told, "properties": computed})
    return form


def remark(**more: Any) -> bytes:
    """Give the form of the review with a field the county wants filled in."""
    form = json.loads(OWN["forms/remark.json"])
    need = {"key": "county_note", "type": "textfield", "label": "本县说明"}
    form["components"].append({**need, "validate": {"required": True}})
    return json.dumps({**form, **more}, ensure_ascii=False).encode()


def changed(**more: bytes) -> dict[str, bytes | None]:
    """Give the application whose form asks a setting; 试验市 and 甲县 have their own."""
    found = {path: data for path, data in files().items() if not path.startswith("overrides/")}
    return {
        **found,
        "forms/report.json": json.dumps(base()).encode(),
        f"{CITY}application.yaml": b"settings:\n  limit: {value: 50}\n",
        f"{COUNTY}application.yaml": b"settings: {limit: {value: 2, note: own}}\n",
        f"{COUNTY}forms/remark.json": remark(),
        **more,
    }


@pytest.fixture(params=["kernel-postgresql", "spiffworkflow-sqlite"])
def house(request: pytest.FixtureRequest, data_dir: Path, clock: FakeClock) -> Iterator[Tiny]:
    runtime, _, store = request.param.partition("-")
    url = request.getfixturevalue(f"{store}_url")
    made = make(url, data_dir, clock, override=runtime)
    deploy(made.engine, changed(), base_version=1)
    yield made
    made.engine.close()


def shown(house: Tiny, case_id: int) -> tuple[str, str]:
    page = house.engine.ask(instances.case, house.actor("chief"), ref=str(case_id))
    return page.instances[0].division, page.instances[0].division_name


@pytest.mark.requirement("G-60")
def test_cases_of_a_division_run_on_its_form_and_settings(house: Tiny) -> None:
    mine = house.start("field1").instance_id
    other = house.start("field2", station="S2").instance_id
    assert lines(house, mine, "StartInstance")[0]["override"] == "990101"
    assert shown(house, mine) == ("990101", "甲县")
    # A county without files of its own follows its prefecture.
    assert shown(house, other) == ("990100", "试验市")
    for login, case_id in (("field1", mine), ("field2", other)):
        house.complete(login, case_id, "check", outcome="send", data={"area": 5})
    with pytest.raises(InvalidForm) as refused:
        house.complete("wood1", mine, "review", outcome="pass")
    assert [one["field"] for one in refused.value.errors] == ["county_note"]
    house.complete("wood1", mine, "review", outcome="pass", data={"county_note": "已看"})
    assert (allowed(house, mine), allowed(house, other)) == (2, 50)

    # Without the files a new case runs on the application's own; a running one stays.
    gone = {path: None for path in changed() if path.startswith("overrides/")}
    deploy(house.engine, {**changed(), **gone}, base_version=2)
    late = house.start("field1").instance_id
    house.complete("field1", late, "check", outcome="send", data={"area": 5})
    assert allowed(house, late) == 100
    assert shown(house, late) == ("", "")
    assert shown(house, mine) == ("990101", "甲县")


def allowed(house: Tiny, case_id: int) -> Any:
    """Give the limit the form told when it was last sent."""
    found = house.engine.ask(instances.variables, house.actor("chief"), instance_id=case_id)
    return found["allowed"]


def less() -> bytes:
    form = json.loads(OWN["forms/remark.json"])
    return json.dumps({**form, "components": []}).encode()


WRONG = {
    "a field is missing": ({f"{COUNTY}forms/remark.json": less()}, "缺少字段或改变了种类"),
    "another id": ({f"{COUNTY}forms/remark.json": remark(id="other")}, "与文件名不同"),
    "no such setting": ({f"{COUNTY}application.yaml": b"settings: {l: {value: 2}}"}, "没有这"),
    "another kind": ({f"{COUNTY}application.yaml": b"settings: {limit: {value: x}}"}, "同类"),
    "another section": ({f"{COUNTY}application.yaml": b"roles: {A: b}"}, "只能有 settings"),
    "no yaml": ({f"{COUNTY}application.yaml": b"settings: {"}, "格式有误"),
    "no such form": ({f"{COUNTY}forms/remarks.json": remark()}, "没有可替换的文件"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_fit_is_refused_by_name(
    case: str, sqlite_url: str, data_dir: Path, clock: FakeClock
) -> None:
    made = make(sqlite_url, data_dir, clock)
    more, told = WRONG[case]
    with pytest.raises(InvalidDefinition) as refused:
        deploy(made.engine, changed(**more), base_version=1)
    errors = [f for f in refused.value.findings if f.severity == "error"]
    assert any(told in f"{f.file} {f.zh} {f.repair}" for f in errors), [f.zh for f in errors]
    assert all("990101" in f"{f.file} {f.zh}" for f in errors), errors
    made.engine.close()


def test_a_start_form_of_its_own_counts_from_the_first_task(
    sqlite_url: str, data_dir: Path, clock: FakeClock
) -> None:
    made = make(sqlite_url, data_dir, clock)
    form = base()
    form["title"] = "甲县登记表"
    own = json.dumps(form, ensure_ascii=False).encode()
    answer = deploy(made.engine, changed(**{f"{COUNTY}forms/report.json": own}), base_version=1)
    told = [f for f in answer.findings if f["code"] == "override.start"]
    assert [(f["severity"], f["file"]) for f in told] == [
        ("note", f"{COUNTY}forms/report.json")
    ]
    made.engine.close()
