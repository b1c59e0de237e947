"""Tasks, services, scripts, decisions, calls, and what they write (kernel.md 2.1, 2.5, 3)."""

from datetime import timedelta

import pytest

from engine.base import events
from engine.base.errors import CalendarMissing, ExpressionFailed
from engine.kernel import effects as fx
from engine.kernel import plan as p
from tests.support.building import Part
from tests.support.driving import MORNING, Drive
from tests.support.plans import (
    boundary,
    call,
    end,
    error,
    escalation,
    manual,
    parallel,
    path,
    process,
    receive,
    rule,
    script,
    service,
    start,
    sub,
    task,
    user,
)


def one(part: Part, *more: object, **variables: object) -> Drive:
    plan = process(start("s"), part, *more, user("after"), path(f"s {part.id} after"))
    return Drive(plan).start(**variables)


def test_a_user_task_tells_who_form_due_and_priority() -> None:
    d = one(user("a", who="boss", form="f1", days=10, priority=70), boss="p1")
    (opened,) = d.told(fx.TaskOpened)
    assert opened.assignment == {"assignee": "p1"}
    assert (opened.form, opened.priority, opened.kind) == ("f1", 70, "user")
    assert opened.due == MORNING + timedelta(days=10)
    assert opened.due_steps == {"days": 10}


def test_declared_fields_and_outcome_are_written_together_others_refused() -> None:
    d = one(user("a", fields="x y", required="z"))
    assert d.complete("a", x=1).status == "refused"
    told = d.complete("a", x=1, z=2, evil=3)
    assert told.status == "refused"
    assert "evil" in told.reason
    d.complete("a", outcome="ok", x=1, z=2)
    (written,) = d.told(fx.VariablesWritten)
    assert written.patch == {"x": 1, "z": 2, "outcome": "ok"}


def test_the_outcome_may_have_a_name_of_its_own() -> None:
    d = one(user("a", outcome="decision"))
    d.complete("a", outcome="ok")
    assert d.vars == {"decision": "ok"}


def test_an_output_mapping_writes_exactly_the_mapped_values() -> None:
    d = one(user("a", fields="x y", outputs={"total": "x + y", "case.sum": "x"}),
            case={"id": 1})  # fmt: skip
    d.complete("a", x=1, y=2)
    assert d.vars == {"case": {"id": 1, "sum": 1}, "total": 3}


def test_earlier_values_never_change_with_later_writes() -> None:
    d = one(user("a", outputs={"case.list": "[1]", "case.deep.x": "2"}),
            case={"list": [0], "deep": {"x": 1, "y": 1}})  # fmt: skip
    first = d.log[0]
    assert isinstance(first, fx.VariablesWritten)
    d.complete("a")
    assert first.patch == {"case": {"list": [0], "deep": {"x": 1, "y": 1}}}
    assert d.vars == {"case": {"list": [1], "deep": {"x": 2, "y": 1}}}


def test_a_manual_task_is_confirmed_or_passes() -> None:
    d = one(manual("m"))
    assert d.told(fx.TaskOpened)[0].kind == "manual"
    d.complete("m")
    assert d.open == ["after"]
    assert one(manual("m", passes=True)).open == ["after"]


def test_a_service_waits_and_its_result_goes_to_the_result_variable() -> None:
    d = one(service("v", "notify", inputs={"to": "who"}, variable="answer"), who="p2")
    (asked,) = d.told(fx.ServiceRequested)
    assert (asked.name, asked.inputs) == ("notify", {"to": "p2"})
    d.serve("v", {"sent": True})
    assert d.vars == {"who": "p2", "answer": {"sent": True}}
    assert d.told(fx.ServiceCancelled) == []


def test_a_service_result_is_spread_mapped_or_dropped() -> None:
    for more, expected in [
        ({"spread": True}, {"a": 1, "b": 2}),
        ({"outputs": {"sum": "a + b"}}, {"sum": 3}),
        ({}, {}),
    ]:
        d = one(service("v", **more))
        d.serve("v", {"a": 1, "b": 2})
        assert d.vars == expected


def test_a_service_that_gave_up_is_an_incident_and_keeps_its_key_on_retry() -> None:
    d = one(service("v"))
    first = d.told(fx.ServiceRequested)[0]
    d.serve("v", failure="timeout")
    assert d.incidents == [("service_failed", "v")]
    d.resolve("retry")
    again = d.told(fx.ServiceRequested)[0]
    assert (again.wait, again.idem) == (first.wait, first.idem)
    d.serve("v", failure="timeout")
    d.resolve("skip")
    assert d.open == ["after"]
    assert len(d.told(fx.ServiceCancelled)) == 1


def test_scripts_write_their_variable_or_spread() -> None:
    assert one(script("c", "1 + 1", "x")).vars == {"x": 2}
    d = one(script("c", "dict(a=1, b=2)", spread=True))
    assert d.vars == {"a": 1, "b": 2}
    assert one(script("c", "5", spread=True)).incidents == [("result_type", "c")]


def test_a_failing_script_is_an_incident_and_can_be_repaired() -> None:
    d = one(script("c", "1 // zero", "x"), zero=0)
    assert d.incidents == [("expression", "c")]
    d.resolve("retry", vars={"zero": 1})
    assert d.vars["x"] == 1
    assert d.entered.count("c") == 1


def test_a_decision_is_recorded_with_its_rows() -> None:
    d = one(rule("r", "x * 2", "y"), x=4)
    (taken,) = d.all(fx.DecisionEvaluated)
    assert (taken.decision, taken.version, taken.outputs) == ("d", "1", 8)
    assert taken.tables[0]["rows"] == ["r1"]
    assert d.vars["y"] == 8


def test_warnings_of_values_are_told() -> None:
    class Warned:
        text, reads, clock = "w", frozenset[str](), False

        def __call__(self, scope: object, moment: object) -> None:
            return None

        def with_warnings(self, scope: object, moment: object) -> object:
            return None, ("unknown name",)

    d = one(Part("c", p.Kind.SCRIPT, {"script": Warned(), "result": p.Result(variable="x")}))
    assert [(w.node, w.text) for w in d.all(fx.ExpressionWarning)] == [("c", "unknown name")]


def test_a_missing_calendar_is_an_incident_no_guess() -> None:
    def due(_scope: object, _moment: object) -> p.TimerDue:
        raise CalendarMissing

    d = one(Part("a", p.Kind.USER, {"work": p.Work(due=due)}))
    assert d.incidents == [("calendar_missing", "a")]
    assert d.all(fx.TaskOpened) == []


def test_half_opened_waits_leave_no_trace_when_the_assignment_fails() -> None:
    def who(_scope: object, _moment: object) -> dict[str, object]:
        raise ExpressionFailed("nobody")

    host = Part("a", p.Kind.USER, {"work": p.Work(assignment=who)})
    d = one(host, boundary("b", "a", escalation("x")), user("h"), path("b h"))
    assert d.incidents == [("expression", "a")]
    assert d.state is not None
    assert d.state["waits"] == {}


def test_a_receive_task_carries_boundaries_and_maps_its_payload() -> None:
    d = one(receive("m", "paper", outputs={"got": "text"}))
    d.message("m", {"text": "hi"})
    assert d.vars == {"got": "hi"}
    assert d.open == ["after"]


# Scopes


def test_only_declared_names_live_in_a_sub_process() -> None:
    plan = process(
        start("s"),
        sub("sp", start("is"), user("u", fields="mine yours"), user("v"), path("is u v"),
            declared="mine"),
        user("after"), path("s sp after"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("u", mine=1, yours=2)
    assert d.vars == {"yours": 2}
    assert d.state is not None
    assert d.state["scopes"]["s3"]["vars"] == {"mine": 1}
    d.complete("v")
    assert d.vars == {"yours": 2}
    assert list(d.state["scopes"]) == ["s1"]


def test_a_sub_process_hands_out_its_data_only_by_mapping() -> None:
    plan = process(
        start("s"),
        sub("sp", start("is"), user("u", fields="mine"), path("is u"), declared="mine",
            outputs={"result": "mine + 1"}),
        user("after"), path("s sp after"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("u", mine=1)
    assert d.vars == {"result": 2}


def test_inputs_are_local_to_the_activity() -> None:
    d = one(user("a", who="boss", inputs={"boss": "'p' + who"}), who="9")
    assert d.told(fx.TaskOpened)[0].assignment == {"assignee": "p9"}
    d.complete("a")
    assert d.vars == {"who": "9"}


def test_a_global_task_sees_only_what_it_is_given() -> None:
    part = script("g", "seen + (hidden or 0)", inputs={"seen": "x"}, isolated=True,
                  outputs={"r": "result"})  # fmt: skip
    assert one(part, x=1, hidden=5).vars["r"] == 1


def test_concurrent_writers_the_last_committed_wins_and_both_are_told() -> None:
    plan = process(
        start("s"), parallel("p"), user("a", fields="x"), user("b", fields="x"),
        path("s p a"), path("p b"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("b", x="b")
    d.complete("a", x="a")
    assert d.vars == {"x": "a"}
    assert [w.patch["x"] for w in d.all(fx.VariablesWritten)] == ["b", "a"]


@pytest.mark.parametrize("key", ["$", "v", "", "n", "status", "f", "loop Counter", "键"])
def test_reserved_looking_keys_are_only_data(key: str) -> None:
    d = Drive(process(start("s"), user("a"), path("s a")))
    d.tell(events.Start(vars={key: {key: 1}} if key != "$" else {"x": 1}))
    assert d.status == "active"


def test_a_value_that_is_too_large_is_refused_from_people_and_held_elsewhere() -> None:
    d = Drive(process(start("s"), user("a", fields="x"), script("c", "x * 3", "y"),
                      path("s a c")))  # fmt: skip
    d.limits = events.Limits(value_bytes=100)
    d.start()
    assert d.complete("a", x="字" * 40).status == "refused"
    d.complete("a", x="字" * 20)
    assert d.incidents == [("value_size", "c")]


def test_a_state_that_is_too_large_takes_no_event() -> None:
    d = Drive(process(start("s"), user("a", fields="x"), user("b"), path("s a b"))).start()
    d.limits = events.Limits(state_bytes=1_000)
    assert not d.complete("a", x="n" * 2_000).consumed
    assert d.incidents == [("state_size", "s")]
    assert d.open == ["a"]
    assert d.complete("a", x="n").consumed


def test_start_data_that_are_too_large_are_refused() -> None:
    d = Drive(process(start("s"), user("a"), path("s a")))
    d.limits = events.Limits(state_bytes=1_000)
    assert d.tell(events.Start(vars={"x": "n" * 2_000})).status == "refused"
    d.limits = events.Limits(value_bytes=1_000)
    assert d.tell(events.Start(vars={"x": "n" * 2_000})).status == "refused"


# Called processes


def test_a_call_sends_listed_variables_and_takes_back_listed_ones_only() -> None:
    d = one(call("c", "other", {"n": "x + 1"}, outputs={"back": "res"}), x=1, secret=2)
    (asked,) = d.told(fx.ChildRequested)
    assert (asked.key, asked.vars, asked.depth) == ("other", {"n": 2}, 1)
    d.child("c", out={"res": 9, "noise": 1})
    assert d.vars == {"x": 1, "secret": 2, "back": 9}


def test_a_call_without_mapping_sends_a_copy_and_takes_nothing_back() -> None:
    d = one(call("c", "other"), x=1)
    assert d.told(fx.ChildRequested)[0].vars == {"x": 1}
    d.child("c", "terminated", out={"x": 5})
    assert d.vars == {"x": 1}
    assert d.open == ["after"]


def test_the_error_and_escalation_of_a_child_are_thrown_at_the_call() -> None:
    def called() -> Drive:
        return one(call("c", "other"), boundary("b", "c", error("E")), user("h"), path("b h"),
                   boundary("x", "c", escalation("up"), interrupting=False), user("hx"),
                   path("x hx"))  # fmt: skip

    d = called()
    d.child("c", "error", code="E")
    assert d.open == ["h"]
    assert d.told(fx.ChildCancelRequested) == []
    d = called()
    d.tell(events.ChildEscalated(wait=d.view.children[0]["wait"], code="up"))
    assert d.open == ["hx"]
    d.child("c")
    assert d.open == ["hx", "after"]


def test_interrupting_a_call_cancels_the_child() -> None:
    plan = process(
        start("s"), parallel("p"), user("a"), call("c", "other"), end("k", p.EventDef(
            p.Trigger.TERMINATE)), path("s p c"), path("p a k"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("a")
    assert len(d.told(fx.ChildCancelRequested)) == 1
    d.assert_clean()


def test_an_uncaught_child_error_is_an_incident_and_a_retry_calls_again() -> None:
    d = one(call("c", "other"))
    d.child("c", "error", code="E")
    assert d.incidents == [("uncaught_error", "c")]
    d.resolve("retry")
    assert len(d.told(fx.ChildRequested)) == 1


def test_calls_nested_too_deep_are_an_incident() -> None:
    plan = process(start("s"), call("c", "test"), path("s c"))
    d = Drive(plan)
    d.tell(events.Start(depth=50))
    assert d.incidents == [("call_depth", "c")]
    assert d.all(fx.ChildRequested) == []


def test_an_abstract_task_passes_leaving_history() -> None:
    d = one(task("t"))
    assert d.entered == ["s", "t", "after"]
