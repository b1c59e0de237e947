"""Stale, refused, suspended, cancelled, repaired: the events of kernel.md 1.3."""

from engine.base import events
from engine.kernel import effects as fx
from engine.kernel.advance import advance
from tests.support.driving import Drive
from tests.support.plans import (
    boundary,
    call,
    error,
    exclusive,
    flow,
    message,
    parallel,
    path,
    process,
    script,
    service,
    start,
    sub,
    timer,
    user,
)


def simple() -> Drive:
    plan = process(
        start("s"), user("a"), boundary("b", "a", timer(1), message("m")), user("c"),
        path("s a c"), path("b c"),
    )  # fmt: skip
    return Drive(plan).start()


def test_an_event_for_a_wait_that_is_gone_is_stale_and_changes_nothing() -> None:
    d = simple()
    wait = d.wait("a")
    d.complete("a")
    before = d.state
    for event in (
        events.CompleteTask(wait=wait),
        events.FinishService(wait=wait),
        events.ChildEnded(wait=wait),
        events.Correlate(wait=wait, message="m"),
        events.ThrowError(wait=wait, code="E"),
        events.ThrowEscalation(wait=wait, code="E"),
        events.FireTimer(wait=wait, due=d.at),
        events.ResolveIncident(incident="i99"),
        events.Cancel(scope="s99"),
        events.UpdateVariables(patch={"x": 1}, scope="s99"),
    ):
        told = d.tell(event)
        assert (told.status, told.effects) == ("stale", ()), event
    assert d.state == before


def test_an_event_of_the_wrong_kind_is_refused() -> None:
    d = simple()
    wait = d.wait("a")
    for event in (
        events.FinishService(wait=wait),
        events.ChildEnded(wait=wait),
        events.Correlate(wait=wait, message="m"),
        events.CompleteTask(wait=wait, item=1),
        events.Resume(),
    ):
        told = d.tell(event)
        assert told.status == "refused", event
        assert told.reason
    timer_wait = d.view.timers[0]["wait"]
    assert d.tell(events.CompleteTask(wait=timer_wait)).status == "refused"


def test_a_second_start_and_an_event_before_the_start_are_refused() -> None:
    d = simple()
    assert d.tell(events.Start()).status == "refused"
    told = advance(d.plan, None, events.CompleteTask(wait="w1"))
    assert (told.status, told.state) == ("refused", None)


def test_a_suspended_instance_takes_only_what_the_contract_names() -> None:
    d = simple()
    d.tell(events.Suspend())
    assert d.status == "suspended"
    assert d.complete("a").status == "refused"
    assert d.fire("b").status == "refused"
    assert d.tell(events.EvaluateConditions()).status == "refused"
    assert d.write(x=1).status == "accepted"
    d.tell(events.Resume())
    assert d.complete("a").status == "accepted"


def test_cancelling_closes_everything_and_ends_as_asked() -> None:
    for terminate, how in ((True, "terminated"), (False, "cancelled")):
        d = simple()
        d.tell(events.Cancel(terminate=terminate))
        assert d.status == how
        assert d.told(fx.InstanceEnded)[0].how == how
        d.assert_clean()


def test_cancel_is_possible_while_suspended_and_nothing_after_the_end() -> None:
    d = simple()
    d.tell(events.Suspend())
    d.tell(events.Cancel())
    assert d.tell(events.Cancel()).status == "refused"
    assert d.write(x=1).status == "refused"
    assert d.signal("x").status == "stale"


def test_cancelling_a_sub_process_ends_only_it() -> None:
    plan = process(
        start("s"), parallel("p"), sub("sp", start("is"), user("a"), path("is a")),
        user("other"), user("never"), path("s p sp never"), path("p other"),
    )  # fmt: skip
    d = Drive(plan).start()
    assert d.state is not None
    inner = next(sid for sid, scope in d.state["scopes"].items() if scope["up"])
    d.tell(events.Cancel(scope=inner))
    assert d.open == ["other"]
    d.complete("other")
    d.assert_clean()


def test_engine_names_cannot_be_written_by_hand() -> None:
    d = simple()
    assert d.write(loopCounter=3).status == "refused"
    assert d.write(errorCode="x").status == "refused"
    assert d.write(plain=3).status == "accepted"
    assert d.vars == {"plain": 3}


# Incidents


def broken() -> Drive:
    plan = process(
        start("s"), parallel("p"), script("bad", "1 // n", "r"), user("a"), user("b"),
        boundary("x", "bad", error("E")), user("h"),
        path("s p bad a"), path("p b"), path("x h"),
    )  # fmt: skip
    return Drive(plan).start(n=0)


def test_an_incident_is_resolved_by_retry_skip_error_or_move() -> None:
    d = broken()
    d.resolve("retry", vars={"n": 1})
    assert d.open == ["b", "a"]
    d = broken()
    d.resolve("skip")
    assert sorted(d.open) == ["a", "b"]
    assert d.vars == {"n": 0}
    d = broken()
    d.resolve("error", code="E")
    assert sorted(d.open) == ["b", "h"]
    d = broken()
    d.resolve("move", node="h")
    assert sorted(d.open) == ["b", "h"]
    assert d.left("withdrawn") == ["bad"]
    for told in (d.view.incidents, d.state["incidents"] if d.state else {}):
        assert not told


def test_an_error_nobody_catches_is_a_new_incident() -> None:
    d = broken()
    d.resolve("error", code="other")
    assert d.incidents == [("uncaught_error", "bad")]


def test_a_move_to_nowhere_or_another_scope_is_refused() -> None:
    plan = process(
        start("s"), script("bad", "1 // 0", "r"),
        sub("sp", start("is"), user("u"), path("is u")), path("s bad sp"),
    )  # fmt: skip
    d = Drive(plan).start()
    for node in (None, "nowhere", "u", "s"):
        assert d.resolve("move", node=node).status == "refused", node
    d.resolve("move", node="sp")
    assert d.open == ["u"]


def test_a_choice_without_default_cannot_be_skipped() -> None:
    plan = process(start("s"), exclusive("g"), user("a"), path("s g"), flow("g a", when="x"))
    d = Drive(plan).start()
    assert d.resolve("skip").status == "refused"


def test_an_incident_goes_with_the_token_it_held() -> None:
    d = broken()
    d.tell(events.Cancel())
    assert [cleared.how for cleared in d.told(fx.IncidentCleared)] == ["cancelled"]
    d.assert_clean()


def test_a_boundary_stays_armed_while_a_service_is_broken() -> None:
    plan = process(
        start("s"), service("v"), boundary("b", "v", timer(1)), user("h"), path("s v"),
        path("b h"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.serve("v", failure="no")
    d.fire("b")
    assert d.open == ["h"]
    assert d.incidents == []


def test_a_cancelled_child_holds_the_call() -> None:
    plan = process(start("s"), call("c", "other"), user("a"), path("s c a"))
    d = Drive(plan).start()
    d.child("c", "cancelled")
    assert d.incidents == [("child_cancelled", "c")]
    d.resolve("retry")
    assert len(d.told(fx.ChildRequested)) == 1
    d.child("c", "cancelled")
    d.resolve("skip")
    assert d.open == ["a"]


def test_what_is_not_supported_is_refused_by_name() -> None:
    class Reopen(events.Event):
        """An event this kernel has no handler for."""

    told = simple().tell(Reopen())
    assert told.status == "refused"
    assert "Reopen" in told.reason
