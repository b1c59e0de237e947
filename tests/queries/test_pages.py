"""The task page, the diagram, clauses, registers and phases as pages read them."""

from datetime import date

from engine.commands.tasks import SaveTaskDraft
from engine.queries import clauses, diagram, instances, phases, registers, task_page
from tests.queries.conftest import House


def test_the_task_page_holds_all_a_page_needs(house: House) -> None:
    case_id = house.start()
    task_id = house.task(case_id, "check").id
    house.engine.execute(SaveTaskDraft(task_id, {"what": "草稿"}, 0), house.actor("field1"))
    page = house.ask("field1", task_page.form, task_id=task_id)
    assert (page.form_id, page.form_title) == ("report", "问题报告")
    assert page.schema["components"][0]["key"] == "station"
    assert page.data["county"] == "990101"
    assert page.data["found_on"] == date(2025, 7, 1)
    assert page.writable == ("area", "what")
    assert [(o.value, o.label, o.primary) for o in page.outcomes] == [("send", "报送", True)]
    assert page.draft is not None
    assert (page.draft.version, page.draft.data) == (1, {"what": "草稿"})
    assert len(page.my_seats) == 1
    rights = {right.verb: right for right in page.rights}
    assert rights["complete"].allowed
    assert not rights["remind"].allowed
    viewer = house.ask("head", task_page.form, task_id=task_id)
    assert (viewer.my_seats, viewer.draft) == ((), None)
    refused = {right.verb: right.reason for right in viewer.rights if not right.allowed}
    assert "不能执行“办理”" in refused["complete"]


def test_reasons_and_return_targets_come_from_the_diagram(house: House) -> None:
    case_id = house.review()
    page = house.ask("wood1", task_page.form, task_id=house.task(case_id, "review").id)
    assert {o.value: o.reason_min for o in page.outcomes} == {"pass": 0, "back": 10}
    assert (page.returns.allowed, page.returns.then) == (True, "direct")
    assert [target.node for target in page.returns.targets] == ["check"]
    assert page.task.due.working_days == 10
    assert page.task.due_steps


def test_what_colleagues_wrote_in_the_round_is_shown(house: House) -> None:
    case_id = house.review()
    house.complete("wood1", case_id, "review", "pass", data={"remark": "已到现场"})
    page = house.ask("water1", task_page.form, task_id=house.task(case_id, "review").id)
    assert [(e["person"], e["data"]["remark"]) for e in page.entries] == [("wood1", "已到现场")]
    assert page.task.arithmetic == "2 席 需 2，已同意 1"


def test_the_diagram_marks_what_is_done_current_and_late(house: House) -> None:
    case_id = house.review()
    house.clock.set(house.clock.now().replace(month=9))
    shown = house.ask("wood1", diagram.diagram, instance_id=case_id)
    marks = {mark.element: mark for mark in shown.marks}
    assert (marks["check"].state, marks["check"].done) == ("done", 1)
    assert (marks["review"].state, marks["review"].running) == ("current", 1)
    assert marks["review"].overdue == 1
    assert shown.flows == ("f1", "f2")
    house.complete("wood1", case_id, "review", "back", opinion="面积与附图不符，请核实后再报")
    shown = house.ask("wood1", diagram.diagram, instance_id=case_id)
    check = {mark.element: mark for mark in shown.marks}["check"]
    assert (check.state, check.done, check.running) == ("current", 1, 1)


def test_the_case_page_names_places_people_and_children(house: House) -> None:
    page = house.ask("head", instances.case, ref=str(house.review()))
    assert (page.region_name, page.place_name) == ("甲县", "清水保护地")
    assert (page.starter_name, page.starter_unit_name) == ("王一", "清水管护站")
    assert {f.name: f.value for f in page.fields}["area"] == 12
    assert {f.name: f.value for f in page.fields}["region"] == "990101"
    assert [seat.unit for seat in page.tasks[0].seats] == ["U-WOOD-1", "U-WATER-1"]
    assert page.tasks[0].mine is False


def test_registers_are_searched_by_code_label_and_parent(house: House) -> None:
    found = house.ask("field1", registers.search, kind="division", parent="990100")
    assert [row.label for row in found] == ["甲县", "乙县"]
    found = house.ask("field1", registers.search, kind="station", text="高山")
    assert [row.code for row in found] == ["S2"]
    assert house.ask("field1", registers.search, kind="division", text="%") == ()
    assert len(house.ask("field1", registers.search, kind="division", limit=1)) == 1


def test_phases_know_where_today_stands(house: House) -> None:
    strip = house.ask("field1", phases.year_strip, application="tiny")
    assert (strip.year, strip.today, strip.phases[0].standing) == (
        2025,
        date(2025, 7, 18),
        "current",
    )
    later = house.ask("field1", phases.year_strip, application="tiny", year=2028)
    assert (later.phases[0].standing, later.today_share) == ("future", None)


def test_anchors_lead_from_clause_to_element(house: House) -> None:
    assert house.ask("owner", clauses.anchors, application="tiny") == ()
