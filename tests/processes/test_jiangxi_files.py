"""The files of the Jiangxi application: readable, complete, drawn clearly, anchored."""

import re
from pathlib import Path

import pytest

from engine.library.application import read_application
from engine.library.bundle import read_folder
from engine.markup import parse_xml
from tests.support import layout
from tests.support.engines import shared
from tests.support.form_files import components

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "processes" / "jiangxi"
FORMS = ROOT / "forms" / "jiangxi"
DIAGRAMS = sorted(path.name for path in HOME.glob("*.bpmn"))
TABLES = {"d05.dmn": 4, "d10.dmn": 4, "d14.dmn": 4}
GOV = "{urn:shouhu:bpmn:gov:1}"

# requirements.md 9: every field of the official forms.
FIELDS = {
    "jx_f1": "problem_no year reserve_id reserve_level ownership county_code town_village lon "
    "lat zone_scheme zone area_ha source source_ref problem_type key4 is_new built_on subject "
    "subject_unknown permit_status permit_no description prior_state prior_problem_no "
    "immediate_measure suggestion rect_unit supervise_unit photos checked_by checked_on "
    "mgmt_opinion county_lf_opinion county_eco_opinion city_lf_opinion city_eco_opinion",
    "jx_f2": "city_code year batch rows total_new total_key4 permits_attached lf_signoff "
    "eco_signoff nil_report sent_on",
    "jx_f3": "problem_no reserve_id location problem_desc source rect_goal rect_measures "
    "rect_due rect_done_on result_type exit_ok restored_ha effect condition_id punish account "
    "before_photos after_photos evidence self_check county_lf county_eco county_gov closed_on "
    "filed_lf_on filed_eco_on",
    "jx_f4": "problem_no reserve_id location problem_desc source rect_goal rect_measures "
    "rect_due rect_done_on result_type exit_ok restored_ha effect condition_id punish account "
    "before_photos after_photos evidence self_check prov_lf_review prov_lf closed_on "
    "filed_lf_on filed_eco_on",
    "jx_f6": "reserve_id found fixed rows unit on",
    "jx_f7": "unit year listed done closed rate unfinished accountability publicity summary "
    "city_lf city_eco",
    "jx_f8": "batch_no issued_on point_no verify_due rect_due img_before img_after rs_type "
    "change field_type is_problem legal_basis field_on photos",
    "jx_f9": "problem_no goal measures rect_unit leader due immediate progress cause "
    "evidence_taken accountability",
    "jx_f10": "batch members_forestry members_ecology places problems findings advice on",
    "jx_f11": "year rows rate lf_sign eco_sign sent_on reply",
}
ROW_LABELS = (
    "序号 问题编号 保护区名称 级别 县（市、区） 功能区 问题类型 4类重点 来源 新增/存量/反弹 "
    "面积（公顷） 主体 问题描述 整改措施 整改时限 责任单位 督导单位 当前状态"
)
DEADLINES = (
    "jx.f1.due jx.f2.due jx.joint.due jx.feedback jx.plan jx.progress jx.f34.due jx.approve "
    "jx.filing jx.summary jx.escalate jx.notice cm.report.ack cm.report.finish cm.public"
)
PHASES = {
    "jx.phase.inspect": ("01-01", "06-30"),
    "jx.phase.audit": ("07-01", "09-30"),
    "jx.phase.rectify": ("09-01", "11-30"),
    "jx.phase.close": ("12-01", "12-31"),
}


def test_the_application_file_has_no_findings() -> None:
    application, findings = read_application(read_folder(ROOT, "jiangxi"))
    assert [f.code for f in findings if f.code != "app.contact"] == []  # J-35 warns
    assert application is not None
    assert set(DEADLINES.split()) <= set(application.deadlines)
    windows = {row["key"]: (row["from"], row["to"]) for row in application.phases}
    assert windows == PHASES
    assert all(row["basis"] for row in application.deadlines.values())
    assert all(row["basis"] for row in application.settings.values())


def test_every_reserve_city_and_county_has_its_units() -> None:
    application, _ = read_application(read_folder(ROOT, "jiangxi"))
    assert application is not None
    held = {(u["region"], role) for u in application.units for role in u["roles"].split(";")}
    places = {u["place"]: u for u in application.units if u["roles"] == "MGMT_BODY"}
    for code in application.settings["cities"]["value"]:
        assert {(code, "FORESTRY"), (code, "ECOLOGY")} <= held
    for code, reserve in application.registers["reserve"].rows.items():
        assert code in places
        for county in reserve["county_codes"]:
            assert {(county, r) for r in ("FORESTRY", "ECOLOGY", "LOCAL_GOV")} <= held
    assert {("360000", "PROV_FORESTRY"), ("360000", "PROV_ECOLOGY")} <= held
    assert len(application.settings["cities"]["value"]) == 11


@pytest.mark.requirement("J-06")
def test_reserves_of_province_and_nation_are_inspected() -> None:
    application, _ = read_application(read_folder(ROOT, "jiangxi"))
    assert application is not None
    levels = application.settings["scope_levels"]["value"]
    rows = application.registers["reserve"].rows
    assert len([code for code, row in rows.items() if row["level"] in levels]) == 25
    assert rows["JX-C01"]["level"] not in levels


@pytest.mark.parametrize("form", sorted(FIELDS))
def test_a_form_has_every_field_of_the_official_table(form: str) -> None:
    path = FORMS / f"{form}.json"
    path = path if path.exists() else FORMS.parent / "common" / path.name
    keys = [c["key"] for c in components(path) if "key" in c]
    assert set(FIELDS[form].split()) <= set(keys)
    assert len(keys) == len(set(keys))
    assert all(c.get("label") for c in components(path) if "key" in c)


@pytest.mark.requirement("J-41")
def test_the_city_list_has_the_columns_of_attachment_2() -> None:
    rows = next(c for c in components(FORMS / "jx_f2.json") if c.get("key") == "rows")
    assert [column["label"] for column in rows["columns"]] == ROW_LABELS.split()


def test_every_form_a_diagram_names_exists() -> None:
    named = set()
    for name in DIAGRAMS:
        named |= set(re.findall(r'camunda:formRef="([^"]+)"', (HOME / name).read_text("utf-8")))
    own = {path.stem for path in FORMS.glob("*.json")}
    assert own <= named
    assert named <= own | {path.stem for path in (FORMS.parent / "common").glob("*.json")}


@pytest.mark.parametrize("name", DIAGRAMS)
def test_a_diagram_is_drawn_without_overlaps_and_askew_lines(name: str) -> None:
    assert layout.faults(layout.read(HOME / name)) == []


@pytest.mark.parametrize("name", DIAGRAMS)
def test_every_task_and_event_of_a_diagram_is_anchored_to_a_clause(name: str) -> None:
    root = parse_xml((HOME / name).read_bytes(), name)
    bare = []
    for element in root.iter():
        kind = str(element.tag).rpartition("}")[2]
        if kind.endswith(("Task", "callActivity", "CatchEvent", "boundaryEvent")):
            anchors = list(element.iter(f"{GOV}clause"))
            if not anchors:
                bare.append(element.get("id"))
    assert bare == []


def test_clauses_point_at_known_documents_and_requirements() -> None:
    application, _ = read_application(read_folder(ROOT, "jiangxi"))
    assert application is not None
    documents = {row["id"] for row in application.documents}
    for name in DIAGRAMS:
        root = parse_xml((HOME / name).read_bytes(), name)
        for clause in root.iter(f"{GOV}clause"):
            assert clause.get("document") in documents
            assert re.fullmatch(r"(J|A)-\d\d|S\d+", clause.get("requirement", "")), name
            assert clause.get("basis") in ("plan", "sourced", "designed")


@pytest.mark.parametrize("name", sorted(TABLES))
def test_rows_of_a_decision_table_are_numbered_and_carry_their_basis(name: str) -> None:
    root = parse_xml((HOME / name).read_bytes(), name)
    space = root.tag.rpartition("}")[0] + "}"
    decision = root.find(f"{space}decision").get("id")
    rules = list(root.iter(f"{space}rule"))
    expected = [f"{decision}.{number}" for number in range(1, TABLES[name] + 1)]
    assert [rule.get("id") for rule in rules] == expected
    for rule in rules:
        assert rule.find(f"{space}annotationEntry/{space}text").text


@pytest.mark.parametrize("runtime", ["kernel", "spiffworkflow"])
def test_the_whole_application_is_checked_without_errors_and_warnings(runtime: str) -> None:
    bundle = read_folder(ROOT, "jiangxi")
    made = shared().assemble(bundle, runtime=runtime, processes=frozenset())
    known = ("note", "app.contact")  # J-35: a phone or mailbox that is missing is a warning
    assert [f for f in made.findings if not {f.severity, f.code} & set(known)] == []
    assert made.deployed is not None
