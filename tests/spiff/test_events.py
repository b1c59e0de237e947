"""Services, called processes, incidents and the events of a whole case on both runtimes."""

import pytest

from engine.base import events
from engine.base.errors import NotSupported
from engine.kernel import effects as fx
from engine.spiff.runtime import SpiffRuntime
from tests.bpmn.build import end, ext, mapped, node, process, start, user
from tests.bpmn.shapes import ERR, MSG
from tests.spiff.case import Case, compiled
from tests.spiff.test_boundaries import CITY, TRIGGERS, edge, hosted
from tests.spiff.test_multi import EXTERNAL, people

CAUGHT = (edge(TRIGGERS["error"]), user("h"), end(id="eb"), "b -> h -> eb")


def service(*more: str, inner: str = "", **attrs: str) -> tuple[str, ...]:
    part = node("serviceTask", "u", inner, **EXTERNAL, **attrs)
    return process(start(), CITY, part, user("z"), *more, end(), "s -> u -> z -> e"), ERR


def call(*more: str, inner: str = "") -> tuple[str, ...]:
    part = node("callActivity", "u", inner, calledElement="other")
    inside = '<startEvent id="os"/>' + user("ow")
    inside += '<endEvent id="oe"/><sequenceFlow id="o1" sourceRef="os" targetRef="ow"/>'
    inside += '<sequenceFlow id="o2" sourceRef="ow" targetRef="oe"/>'
    other = process(inside, key="other", name="另一个")
    return process(start(), CITY, part, user("z"), *more, end(), "s -> u -> z -> e"), other, ERR


def test_a_service_is_asked_with_its_inputs_and_its_result_is_mapped(run) -> None:
    inner = ext(
        '<camunda:inputOutput><camunda:inputParameter name="who">=city</camunda:inputParameter>'
        '<camunda:outputParameter name="city">=found</camunda:outputParameter>'
        "</camunda:inputOutput>"
    )
    case = run(*service(inner=inner)).start(city="甲")
    (asked,) = case.of(fx.ServiceRequested)
    assert (asked.name, dict(asked.inputs)) == ("lookup", {"who": "甲"})
    case.serve("u", {"found": "乙", "other": 1})
    assert case.vars == {"city": "乙"}
    assert case.open == ["z"]


def test_an_error_of_a_service_leaves_through_its_boundary(run) -> None:
    case = run(*service(*CAUGHT)).start().serve("u", error="E1")
    assert case.open == ["h"]
    case.complete("h").assert_clean()


@pytest.mark.parametrize("how", ["retry", "skip", "error"])
def test_a_service_that_gave_up_is_decided_by_a_person(run, how) -> None:
    case = run(*service(*CAUGHT)).start().serve("u", failure="连不上")
    assert [i["code"] for i in case.view.incidents] == ["service_failed"]
    assert [e.text for e in case.now(fx.IncidentRaised)] == ["连不上"]
    case.resolve(how, code="E1", vars={"city": "改"})
    assert case.view.incidents == ()
    assert case.vars["city"] == "改"
    if how == "retry":
        first, again = case.of(fx.ServiceRequested)
        assert first.idem == again.idem
        case.serve("u", {})
    assert case.open == (["h"] if how == "error" else ["z"])
    case.complete(case.open[0]).assert_clean()


def test_an_incident_goes_with_the_work_it_belongs_to(run) -> None:
    timer = (edge(TRIGGERS["timer"]), *CAUGHT[1:])
    case = run(*service(*timer)).start().serve("u", failure="连不上").fire("b")
    assert case.view.incidents == ()
    case.complete("h").assert_clean()


def test_a_decided_incident_is_stale(run) -> None:
    case = run(*service()).start().serve("u", failure="连不上")
    incident = case.view.incidents[0]["id"]
    case.resolve("retry")
    step = case.try_(events.ResolveIncident, incident=incident, how="retry")
    assert step.status == "stale"


def test_a_called_process_gets_and_gives_only_what_is_mapped(run) -> None:
    inner = ext('<camunda:in source="city" target="x"/><camunda:out source="y" target="city"/>')
    case = run(*call(inner=inner)).start(city="甲")
    (asked,) = case.of(fx.ChildRequested)
    assert (asked.key, dict(asked.vars), asked.depth) == ("other", {"x": "甲"}, 1)
    assert [c["node"] for c in case.view.children] == ["u"]
    case.child("u", out={"y": "乙", "secret": 1})
    assert case.vars == {"city": "乙"}
    case.complete("z").assert_clean()


def test_an_error_of_a_called_process_leaves_through_the_boundary(run) -> None:
    case = run(*call(*CAUGHT)).start().child("u", "error", code="E1")
    assert case.open == ["h"]
    case.complete("h").assert_clean()


def test_an_error_of_a_called_process_nobody_catches_is_an_incident(run) -> None:
    case = run(*call()).start().child("u", "error", code="E1")
    assert [i["code"] for i in case.view.incidents] == ["uncaught_error"]


def test_an_error_nobody_catches_ends_a_called_process(run) -> None:
    case = run(*hosted(TRIGGERS["error"])).tell(events.Start, vars={"city": "甲"}, depth=1)
    case.error("u", "E9")
    assert case.status == "error"
    assert [(e.how, e.code) for e in case.now(fx.InstanceEnded)] == [("error", "E9")]
    case.assert_clean()


def test_a_cancelled_called_process_is_an_incident(run) -> None:
    case = run(*call()).start().child("u", "cancelled")
    assert [i["code"] for i in case.view.incidents] == ["child_cancelled"]
    case.resolve("skip")
    assert case.open == ["z"]


def test_a_called_process_is_cancelled_with_its_boundary(run) -> None:
    timer = (edge(TRIGGERS["timer"]), *CAUGHT[1:])
    case = run(*call(*timer)).start().fire("b")
    assert [e.wait for e in case.now(fx.ChildCancelRequested)] == [case.wait("u")]


def test_calls_nest_only_so_deep(run) -> None:
    case = run(*call())
    case.limits = events.Limits(call_depth=0)
    case.try_(events.Start)
    held = case.step.status == "accepted" and case.view.incidents[0]["code"] == "call_depth"
    assert held or case.step.status == "refused"
    assert case.of(fx.ChildRequested) == []


@pytest.mark.parametrize("terminate", [True, False])
def test_cancelling_closes_everything(run, terminate) -> None:
    case = run(*hosted(TRIGGERS["message"])).start(city="甲")
    case.tell(events.Cancel, terminate=terminate)
    assert case.status == ("terminated" if terminate else "cancelled")
    assert [e.how for e in case.now(fx.TaskClosed)] == ["cancelled"]
    assert [e.how for e in case.now(fx.InstanceEnded)] == [case.status]
    case.assert_clean()


def test_cancelling_drops_the_items_of_a_body(run) -> None:
    model = process(
        start(), '<dataObject id="cities"/><dataObject id="found"/>',
        people(output="opinion", sequential=True), end(), "s -> u -> e",
    )  # fmt: skip
    case = run(model).start(cities=["甲", "乙"]).tell(events.Cancel)
    case.assert_clean()


def test_a_suspended_case_takes_no_work_until_it_is_resumed(run) -> None:
    case = run(*hosted(TRIGGERS["timer"])).start(city="甲").tell(events.Suspend)
    assert case.status == "suspended"
    timer = case.of(fx.TimerSet)[0]
    refused = [
        case.try_(events.CompleteTask, wait=case.wait("u")),
        case.try_(events.FireTimer, wait=timer.wait, due=timer.due),
        case.try_(events.Signal, name="通报"),
    ]
    assert [step.status for step in refused] == ["refused"] * 3
    case.tell(events.UpdateVariables, patch={"city": "乙"})
    case.tell(events.Resume).complete("u").complete("n")
    assert case.vars["city"] == "乙"
    case.assert_clean()


def test_a_running_case_cannot_be_resumed(run) -> None:
    case = run(*hosted(TRIGGERS["timer"])).start()
    assert case.try_(events.Resume).status == "refused"


def test_a_written_variable_is_seen_by_the_next_condition(run) -> None:
    model = process(
        start(), CITY, user(), node("exclusiveGateway", "g", default="g_b"), user("a"),
        user("b"), end(id="ea"), end(id="eb"), "s -> u -> g", 'g -> a : city = "乙"',
        "g -> b", "a -> ea", "b -> eb",
    )  # fmt: skip
    case = run(model).start(city="甲").tell(events.UpdateVariables, patch={"city": "乙"})
    assert [e.patch for e in case.now(fx.VariablesWritten)] == [{"city": "乙"}]
    assert case.complete("u").open == ["a"]


def test_engine_names_cannot_be_written(run) -> None:
    case = run(*hosted(TRIGGERS["timer"])).start()
    step = case.try_(events.UpdateVariables, patch={"numberOfInstances": 1})
    assert step.status == "refused"


def test_unknown_fields_missing_fields_and_large_values_are_refused(run) -> None:
    task = user("u", camunda__formRef="f1")
    case = run(process(start(), CITY, task, end(), "s -> u -> e")).start()
    wait = case.wait("u")
    unknown = case.try_(events.CompleteTask, wait=wait, result={"secret": 1})
    large = case.try_(events.CompleteTask, wait=wait, result={"city": "甲" * 300_000})
    assert (unknown.status, large.status) == ("refused", "refused")
    assert "secret" in unknown.reason
    assert case.complete("u", city="乙").vars["city"] == "乙"


def test_the_outcome_is_written(run) -> None:
    case = run(process(start(), CITY, user(), end(), "s -> u -> e")).start()
    assert case.complete("u", outcome="同意").vars["outcome"] == "同意"


def test_an_event_for_another_kind_of_wait_is_refused(run) -> None:
    case = run(*hosted(TRIGGERS["message"])).start(city="甲")
    work, message = case.wait("u"), case.of(fx.SubscriptionOpened)[0].wait
    told = [
        case.try_(events.CompleteTask, wait=message),
        case.try_(events.FinishService, wait=work, result={}),
        case.try_(events.ChildEnded, wait=work),
        case.try_(events.Correlate, wait=work, message="到达"),
        case.try_(events.ThrowError, wait=message, code="E1"),
    ]
    assert [step.status for step in told] == ["refused"] * 5
    assert case.open == ["u"]


def test_items_must_fit_the_work(run) -> None:
    model = process(
        start(), '<dataObject id="cities"/><dataObject id="found"/>',
        people(sequential=True), end(), "s -> u -> e",
    )  # fmt: skip
    case = run(model).start(cities=["甲", "乙"])
    wait = case.wait("u")
    told = [case.try_(events.CompleteTask, wait=wait, item=n) for n in (None, 0, 2, 3)]
    assert [step.status for step in told] == ["refused"] * 4
    single = run(*hosted(TRIGGERS["timer"])).start()
    assert single.try_(events.CompleteTask, wait=single.wait("u"), item=1).status == "refused"


def test_what_is_gone_is_stale(run) -> None:
    case = run(*hosted(TRIGGERS["message"])).start(city="甲")
    work, opened = case.wait("u"), case.of(fx.SubscriptionOpened)[0]
    case.complete("u")
    told = [
        case.try_(events.CompleteTask, wait=work),
        case.try_(events.Correlate, wait=opened.wait, message=opened.name, keys=opened.keys),
        case.try_(events.ThrowError, wait=work, code="E1"),
        case.try_(events.FireTimer, wait="w999", due=case.at),
    ]
    assert [step.status for step in told] == ["stale"] * 4


def test_an_ended_case_takes_nothing(run) -> None:
    case = run(process(start(), user(), end(), "s -> u -> e")).start().complete("u")
    assert case.try_(events.CompleteTask, wait="w1").status == "stale"
    assert case.try_(events.Signal, name="通报").status == "stale"
    for kind in (events.Cancel, events.Suspend):
        assert case.try_(kind).status == "refused"


def test_a_failing_step_changes_nothing_of_the_reference() -> None:
    """Row "held" of the table: the kernel holds the token, the reference refuses."""
    model = process(start(), CITY, user(), node("receiveTask", "r", messageRef="m"), end(),
                    "s -> u -> r -> e")  # fmt: skip
    case = Case(*compiled("spiffworkflow", model, MSG)).start()
    step = case.try_(events.CompleteTask, wait=case.wait("u"))
    assert step.status == "refused"
    assert step.reason
    assert case.open == ["u"]
    held = Case(*compiled("kernel", model, MSG)).start().complete("u")
    assert [i["code"] for i in held.view.incidents] == ["correlation_null"]


def test_the_reference_neither_rewinds_nor_moves() -> None:
    case = Case(*compiled("spiffworkflow", *hosted(TRIGGERS["timer"]))).start()
    runtime = SpiffRuntime()
    for event in (
        events.Rewind(waits=(case.wait("u"),), node="u", at=case.at),
        events.Move(tokens=("t1",), node="n", at=case.at),
        events.Cancel(scope="s2", at=case.at),
    ):
        with pytest.raises(NotSupported):
            runtime.advance(case.plan, case.state, event)


def test_a_mapped_result_of_a_person_hides_the_form(run) -> None:
    task = user("u", mapped(city='="县" + city'), camunda__formRef="f1")
    case = run(process(start(), CITY, task, end(), "s -> u -> e")).start()
    assert case.complete("u", city="乙").vars == {"city": "县乙"}


AGAIN = node("startEvent", "again", '<messageEventDefinition messageRef="m"/>')


def test_an_ended_case_is_reopened_at_a_start_event_with_its_variables(run) -> None:
    parts = (start(), CITY, user("u"), user("z"), end(), AGAIN, "s -> u -> z -> e")
    case = run(process(*parts, "again -> z"), MSG).start(node="s", city="甲")
    case.complete("u").complete("z")
    assert case.state["status"] == "completed"
    case.tell(events.Reopen, node="again", vars={"city": "乙"})
    assert (case.state["status"], case.open, case.vars) == ("active", ["z"], {"city": "乙"})
    assert case.try_(events.Reopen, node="again").status == "refused"
    case.complete("z").assert_clean()


def test_the_reference_reopens_at_a_start_event_only() -> None:
    case = Case(*compiled("spiffworkflow", process(start(), user("u"), end(), "s -> u -> e")))
    case.start().complete("u")
    refused = case.try_(events.Reopen, node="u")
    assert refused.status == "refused"
    assert "请改用 kernel" in refused.reason
