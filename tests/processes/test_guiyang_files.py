"""The files of the Guiyang application: readable, complete, drawn clearly, anchored."""

import re
from functools import cache
from pathlib import Path

import pytest

from engine.base.findings import Finding
from engine.library.application import Application, read_application
from engine.library.bundle import read_folder
from engine.markup import parse_xml
from tests.support import layout
from tests.support.engines import shared
from tests.support.form_files import components

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "processes" / "guiyang"
FORMS = ROOT / "forms" / "guiyang"
DIAGRAMS = sorted(path.name for path in HOME.glob("*.bpmn"))
GOV = "{urn:shouhu:bpmn:gov:1}"
# requirements.md 9: every field of the forms of joint review, rectification, closure and
# penalty. Opinion, reasons and conclusion (F3, F5) are what the act itself carries.
FIELDS = {
    "gy_f1": "matter_no matter_type pa_id applicant_govs title summary area_before area_after "
    "involves historic_issues complex_eco vector docs received_on",
    "gy_f2": "matter_no meeting_on place participants opinion_due",
    "gy_f3": "matter_no round unit mods complex_flag legacy_flag attach signer signed_on",
    "gy_f4": "ref_no units on findings legacy_plan visit_tasks photos sign",
    "gy_f5": "matter_no opinions_table adopted minutes next",
    "gy_f6": "pa_id unit people start end route found found_at reported_at stop_measure "
    "stopped_at publicity photos",
    "gy_f7": "clue_no from_org to_org cc source pa_id location county_codes problem_type acts "
    "eco_damage happened_on subject facts evidence urgent sent_on reply_due receipt result",
    "gy_f15": "meeting_no kind convener reason items units invited decisions escalate minutes",
    "gy_f8": "problem_no lead_unit rect_subject goal measures restoration due accept_std "
    "gov_consents attach",
    "gy_f9": "problem_no gs_no pa_name county point type source lead_unit penalty_unit "
    "plan_no gov_consent_on due progress status evidence_ok entered_by applied_on closed_on",
    "gy_f10": "E1 E2 E3 E4 E5 E6 E7 E8 E9 E10",
    "gy_f11": "project_no inspect_on units within_scope area_used camps eco_measures "
    "monitoring issues disposal due photos",
    "gy_f12": "project_no inspect_on temp_land_restored discharge eco_flow visitors "
    "operation_measures monitoring issues disposal photos",
    "gy_f13": "project_no project_name project_owner pa_id project_zone admission_matters docs",
    "gy_f14": "problem_no cause subject_known find_proof",
    "gy_f16": "kind pa_id provider receivers version period file ack",
    "gy_f18": "fund_type applicant guide_unit project amount status approved",
    "gy_f17": "case_no clue_no enforce_unit act filed_on act_end limitation_passed decide_due "
    "decision decision_no fine decided_on",
}


@cache
def read() -> tuple[Application | None, tuple[Finding, ...]]:
    """Read the application once for all tests of this file."""
    return read_application(read_folder(ROOT, "guiyang"))


def test_the_application_file_has_no_findings() -> None:
    application, findings = read()
    assert [f.code for f in findings if f.code != "app.contact"] == []  # J-35 warns
    assert application is not None
    assert all(row["basis"] for row in application.deadlines.values())
    assert all(row["basis"] for row in application.settings.values())


@pytest.mark.requirement("G-05")
def test_every_department_is_a_unit_that_holds_its_role() -> None:
    application, _ = read()
    assert application is not None
    held = {row["code"]: row["roles"].split(";") for row in application.units}
    departments = application.registers["department"].rows
    for role, row in departments.items():
        assert role in application.roles
        assert not row["unit"] or role in held[row["unit"]]
    single = {role for roles in held.values() for role in roles} - {"MGMT_BODY", "LOCAL_GOV"}
    assert single <= set(departments)


@pytest.mark.requirement("G-03")
def test_every_area_and_county_has_its_unit() -> None:
    application, _ = read()
    assert application is not None
    governments = {u["region"] for u in application.units if u["roles"] == "LOCAL_GOV"}
    bodies = {u["place"] for u in application.units if u["roles"] == "MGMT_BODY"}
    divisions = application.registers["division"].rows
    for code, area in application.registers["area"].rows.items():
        assert code in bodies
        inside = [c for c in area["county_codes"] if divisions[c]["level"] != "external"]
        assert set(inside) <= governments


@pytest.mark.parametrize("form", sorted(FIELDS))
def test_a_form_has_every_field_of_the_requirements(form: str) -> None:
    keys = [c["key"] for c in components(FORMS / f"{form}.json") if "key" in c]
    assert set(FIELDS[form].split()) <= set(keys)
    assert len(keys) == len(set(keys))
    assert all(c.get("label") for c in components(FORMS / f"{form}.json") if "key" in c)


@pytest.mark.parametrize("name", DIAGRAMS)
def test_a_diagram_is_drawn_without_overlaps_and_askew_lines(name: str) -> None:
    assert layout.faults(layout.read(HOME / name)) == []


@pytest.mark.parametrize("name", DIAGRAMS)
def test_every_task_and_event_of_a_diagram_is_anchored_to_a_clause(name: str) -> None:
    application, _ = read()
    assert application is not None
    documents = {row["id"] for row in application.documents}
    root = parse_xml((HOME / name).read_bytes(), name)
    for element in root.iter():
        kind = str(element.tag).rpartition("}")[2]
        if kind.endswith(("Task", "callActivity", "CatchEvent", "boundaryEvent")):
            assert list(element.iter(f"{GOV}clause")), element.get("id")
    for clause in root.iter(f"{GOV}clause"):
        assert clause.get("document") in documents
        assert re.fullmatch(r"(G|A)-\d\d", clause.get("requirement", ""))
        assert clause.get("basis") in ("plan", "sourced", "designed")


@pytest.mark.parametrize("runtime", ["kernel", "spiffworkflow"])
def test_the_whole_application_is_checked_without_errors_and_warnings(runtime: str) -> None:
    bundle = read_folder(ROOT, "guiyang")
    made = shared().assemble(bundle, runtime=runtime, processes=frozenset())
    known = ("note", "app.contact")  # J-35: a phone or mailbox that is missing is a warning
    assert [f for f in made.findings if not {f.severity, f.code} & set(known)] == []
    assert made.deployed is not None
