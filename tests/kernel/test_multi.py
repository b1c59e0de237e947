"""Multi-instance over every activity: counters in the state, items as rows (kernel.md 2.6)."""

from decimal import Decimal
from typing import Any

import pytest

from engine.base import events
from engine.kernel import effects as fx
from engine.kernel.step import Need
from tests.support.driving import MORNING, Drive, encode
from tests.support.plans import (
    boundary,
    call,
    end,
    error,
    multi,
    path,
    process,
    receive,
    rule,
    script,
    send,
    service,
    start,
    sub,
    task,
    timer,
    user,
)


def around(part: Any, *more: Any, **variables: Any) -> Drive:
    plan = process(
        start("s"), part, *more, user("after"), path(f"s {part.id} after")
    )
    return Drive(plan).start(**variables)


def reviews(**more: Any) -> Drive:
    settings = {"element": "area", "output": "opinions", "item": "opinion", **more}
    return around(
        user("a", fields="opinion", multi=multi("areas", **settings)), areas=["x", "y", "z"]
    )


def test_parallel_tasks_open_as_one_effect_with_their_locals() -> None:
    d = reviews()
    (opened,) = d.told(fx.TasksOpened)
    assert [item["area"] for item in opened.locals] == ["x", "y", "z"]
    assert [item["loopCounter"] for item in opened.locals] == [1, 2, 3]
    assert d.view.tasks[0]["open"] == 3


def test_the_output_list_is_in_item_order_with_duplicates_kept() -> None:
    d = reviews()
    d.complete("a", item=3, opinion="no")
    assert d.told(fx.ItemFinished)[0].output == "no"
    assert d.asked == []
    assert d.vars == {"areas": ["x", "y", "z"]}  # no single result before the body is done
    d.complete("a", item=1, opinion="yes")
    assert d.asked == []  # rows are read once, at the end
    d.complete("a", item=2, opinion="yes")
    assert [need.kind for need in d.asked] == ["mi_results"]
    assert d.vars["opinions"] == ["yes", "yes", "no"]
    assert d.told(fx.ItemsDropped) != []
    assert [(c.how, c.item) for c in d.told(fx.TaskClosed)] == [("completed", 2)]
    assert d.open == ["after"]


def test_a_completion_condition_withdraws_the_rest_and_leaves_null() -> None:
    d = reviews(until="numberOfCompletedInstances >= 2")
    d.complete("a", item=2, opinion="b")
    assert d.asked == []
    d.complete("a", item=3, opinion="c")
    assert d.vars["opinions"] == [None, "b", "c"]
    closed = d.told(fx.TaskClosed)
    assert [(c.how, c.item) for c in closed] == [("completed", 3), ("withdrawn", None)]
    assert d.open == ["after"]


def test_the_tally_counts_outcomes_and_steers_the_completion() -> None:
    enough = "(tally['agree'] if 'agree' in tally else 0) > 1"
    d = around(user("a", multi=multi("people", until=enough)), people=[1, 2, 3, 4])
    d.complete("a", "agree", item=1)
    d.complete("a", "reject", item=2)
    assert d.open == ["a"]
    d.complete("a", "agree", item=3)
    assert d.open == ["after"]
    assert "outcome" not in d.vars


def test_a_condition_over_all_results_asks_for_the_rows() -> None:
    d = reviews(until="'no' in opinions", reads_results=True)
    d.complete("a", item=2, opinion="yes")
    d.complete("a", item=1, opinion="no")
    assert [need.kind for need in d.asked] == ["mi_results"]
    assert d.vars["opinions"] == ["no", "yes", None]


def test_without_an_output_item_the_whole_result_is_kept() -> None:
    d = around(
        user("a", fields="x", multi=multi("people", output="all")), people=[1, 2]
    )
    d.complete("a", "ok", item=1, x=5)
    d.complete("a", item=2, x=6)
    assert d.vars["all"] == [{"x": 5, "outcome": "ok"}, {"x": 6}]


def test_an_output_item_may_read_its_element() -> None:
    d = reviews(item="area + opinion")
    assert d.told(fx.ItemsRecorded)[0].values == ("x", "y", "z")
    for number in (2, 1, 3):
        d.complete("a", item=number, opinion="!")
    assert Need("mi_item", d.asked[0].wait, 3) in d.asked
    assert d.vars["opinions"] == ["x!", "y!", "z!"]


def test_sequential_tasks_open_one_at_a_time_with_their_element() -> None:
    d = reviews(sequential=True)
    assert d.told(fx.ItemsRecorded)[0].values == ("x", "y", "z")
    seen = []
    while d.open == ["a"]:
        (opened,) = d.told(fx.TaskOpened)
        seen.append((opened.item, opened.locals["area"]))
        d.complete("a", item=opened.item, opinion=opened.locals["area"] * 2)
    assert seen == [(1, "x"), (2, "y"), (3, "z")]
    assert d.vars["opinions"] == ["xx", "yy", "zz"]


def test_sequential_completion_condition_opens_no_further_item() -> None:
    d = reviews(sequential=True, until="numberOfCompletedInstances == 1")
    d.complete("a", item=1, opinion="q")
    assert d.vars["opinions"] == ["q", None, None]
    assert d.told(fx.TaskOpened)[0].node == "after"


def test_a_turn_out_of_order_or_a_missing_item_is_refused() -> None:
    d = reviews(sequential=True)
    assert d.complete("a", item=2, opinion="x").status == "refused"
    assert d.complete("a", opinion="x").status == "refused"
    parallel = reviews()
    assert parallel.complete("a", item=4, opinion="x").status == "refused"
    assert parallel.complete("a", item=0, opinion="x").status == "refused"


@pytest.mark.parametrize("areas", [[], None])
def test_an_empty_list_completes_at_once_and_null_is_an_incident(areas: Any) -> None:
    plan = process(
        start("s"), user("a", multi=multi("areas", output="all")), user("after"),
        path("s a after"),
    )  # fmt: skip
    d = Drive(plan).start(areas=areas)
    if areas is None:
        assert d.incidents == [("mi_count", "a")]
        d.resolve("retry", vars={"areas": [1]})
        assert d.open == ["a"]
    else:
        assert d.open == ["after"]
        assert d.vars["all"] == []


@pytest.mark.parametrize("count", [-1, Decimal("1.5"), "3", True, 10**9, {"a": 1}])
def test_a_senseless_count_is_an_incident_never_a_hang(count: Any) -> None:
    plan = process(start("s"), user("a", multi=multi(count="n")), end("e"), path("s a e"))
    d = Drive(plan).start(n=count)
    assert d.incidents == [("mi_count", "a")]


def test_a_cardinality_of_zero_completes_at_once() -> None:
    assert around(user("a", multi=multi(count="0"))).open == ["after"]


def test_the_collection_is_read_once() -> None:
    d = reviews(sequential=True)
    d.write(areas=["other"])
    d.complete("a", item=1, opinion="q")
    assert d.told(fx.TaskOpened)[0].locals["area"] == "y"


def test_an_interrupting_boundary_belongs_to_the_body_and_cancels_all_items() -> None:
    plan = process(
        start("s"), user("a", multi=multi("areas")), boundary("b", "a", timer(5)), user("h"),
        path("s a"), path("b h"),
    )  # fmt: skip
    d = Drive(plan).start(areas=[1, 2, 3])
    assert len(d.told(fx.TimerSet)) == 1
    d.complete("a", item=1)
    d.fire("b")
    assert d.open == ["h"]
    assert [(c.how, c.item) for c in d.told(fx.TaskClosed)] == [("cancelled", None)]


def test_assignment_may_differ_by_item_and_due_is_told_once() -> None:
    part = user("a", who="area", per_item=True, days=3, multi=multi("areas", element="area"))
    d = around(part, areas=["x", "y"])
    (opened,) = d.told(fx.TasksOpened)
    assert [who["assignee"] for who in opened.assignments] == ["x", "y"]
    assert (opened.due - MORNING).days == 3


def test_scripts_and_rules_run_in_order_within_the_step() -> None:
    parts = [
        script("a", "x * loopCounter", multi=multi("nums", element="x", output="r")),
        rule("a", "x + 1", "v", multi=multi("nums", element="x", output="r")),
    ]
    assert around(parts[0], nums=[5, 6, 7]).vars["r"] == [5, 12, 21]
    d = around(parts[1], nums=[5, 6])
    assert d.vars["r"] == [6, 7]
    assert len(d.all(fx.DecisionEvaluated)) == 2
    assert "v" not in d.vars


def test_instant_items_stop_at_the_completion_condition() -> None:
    part = script(
        "a", "x", multi=multi("nums", element="x", output="r",
                              until="numberOfCompletedInstances == 2"),
    )  # fmt: skip
    assert around(part, nums=[1, 2, 3]).vars["r"] == [1, 2, None]


def test_a_send_task_sends_once_for_each_item() -> None:
    d = around(send("a", "m", multi=multi("nums", element="x")), nums=[1, 2, 3])
    assert len(d.all(fx.MessageThrown)) == 3
    assert around(task("a", multi=multi("nums")), nums=[1, 2]).open == ["after"]


def test_services_are_requested_for_each_item_with_a_key_of_its_own() -> None:
    part = service("v", inputs={"q": "x"}, multi=multi("nums", element="x", output="r"))
    d = around(part, nums=[4, 5])
    assert [(r.inputs, r.item) for r in d.all(fx.ServiceRequested)] == [
        ({"q": 4}, 1),
        ({"q": 5}, 2),
    ]
    assert len({r.idem for r in d.all(fx.ServiceRequested)}) == 2
    d.serve("v", {"ok": 2}, item=2)
    d.serve("v", {"ok": 1}, item=1)
    assert d.vars["r"] == [{"ok": 1}, {"ok": 2}]


def test_a_service_item_that_gave_up_is_retried_with_its_own_inputs() -> None:
    part = service("v", inputs={"q": "x"}, multi=multi("nums", element="x", output="r"))
    d = around(part, nums=[4, 5])
    d.serve("v", failure="no answer", item=2)
    assert d.incidents == [("service_failed", "v")]
    d.resolve("retry")
    (again,) = d.told(fx.ServiceRequested)
    assert (again.inputs, again.item) == ({"q": 5}, 2)
    assert again.idem == d.all(fx.ServiceRequested)[1].idem
    d.serve("v", {"ok": 2}, item=2)
    d.serve("v", failure="no answer", item=1)
    d.resolve("skip")
    assert d.vars["r"] == [None, {"ok": 2}]
    assert d.open == ["after"]


def test_child_instances_are_items_and_a_cancelled_child_counts_as_terminated() -> None:
    part = call("c", "other", {"in": "x"}, multi=multi("nums", element="x", output="r"))
    d = around(part, nums=[4, 5, 6])
    assert [r.vars for r in d.all(fx.ChildRequested)] == [{"in": 4}, {"in": 5}, {"in": 6}]
    d.child("c", out={"res": 1}, item=1)
    d.child("c", "cancelled", item=2)
    d.child("c", "terminated", out={"res": 3}, item=3)
    assert d.vars["r"] == [{"res": 1}, None, {"res": 3}]


def bodies(**more: Any) -> Any:
    return sub(
        "sp", start("is"), user("u", fields="y"), script("sc", "y * 2 + loopCounter", "z"),
        path("is u sc"),
        multi=multi("nums", element="x", output="r", item="(x, z)", **more),
    )  # fmt: skip


def test_sub_process_items_have_scopes_of_their_own() -> None:
    d = around(bodies(), nums=[10, 20])
    assert d.open == ["u", "u"]
    d.complete("u", which=1, y=7)
    d.complete("u", which=0, y=3)
    assert d.vars == {"nums": [10, 20], "r": [[10, 7], [20, 16]]}
    assert d.open == ["after"]


def test_sequential_sub_process_items_run_one_after_another() -> None:
    d = around(bodies(sequential=True), nums=[10, 20, 30])
    for y in (1, 2, 3):
        assert d.open == ["u"]
        d.complete("u", y=y)
    assert d.vars["r"] == [[10, 3], [20, 6], [30, 9]]


def test_a_completion_condition_ends_the_other_sub_processes() -> None:
    d = around(bodies(until="numberOfCompletedInstances == 1"), nums=[10, 20])
    d.complete("u", which=1, y=1)
    assert d.vars["r"] == [None, [20, 4]]
    assert d.open == ["after"]
    assert len(d.left("terminated")) == 1


def test_an_error_in_one_item_cancels_the_others_through_the_boundary() -> None:
    part = sub(
        "sp", start("is"), user("u"), end("bad", error("E")), path("is u bad"),
        multi=multi("nums"),
    )  # fmt: skip
    d = around(part, boundary("b", "sp", error("E")), user("h"), path("b h"), nums=[1, 2])
    d.complete("u", which=0)
    assert d.open == ["h"]


def test_receive_items_wait_for_a_message_each() -> None:
    part = receive("m", "paper", {"no": "x"}, multi=multi("nums", element="x", output="r"))
    d = around(part, nums=[1, 2])
    assert [opened.keys for opened in d.all(fx.SubscriptionOpened)] == [{"no": 1}, {"no": 2}]
    second = d.view.subscriptions[1]["wait"]
    d.tell(events.Correlate(wait=second, message="paper", payload={"p": 2}, keys={"no": 2}))
    d.message("m", {"p": 1}, no=1)
    assert d.vars["r"] == [{"p": 1}, {"p": 2}]
    assert d.open == ["after"]


def test_cancelling_one_item_scope_counts_it_as_terminated() -> None:
    d = around(bodies(), nums=[10, 20])
    assert d.state is not None
    second = next(sid for sid, s in d.state["scopes"].items() if s.get("item") == 2)
    d.tell(events.Cancel(scope=second))
    d.complete("u", y=1)
    assert d.vars["r"] == [[10, 3], None]


def test_counters_are_read_inside_an_item() -> None:
    part = sub(
        "sp", start("is"), user("u"), script("sc", "numberOfCompletedInstances", "n"),
        path("is u sc"), multi=multi(count="3", output="r", item="n"),
    )  # fmt: skip
    d = around(part)
    for _ in range(3):
        d.complete("u")
    assert d.vars["r"] == [0, 1, 2]


def test_the_state_does_not_grow_with_the_number_of_task_items() -> None:
    def size(n: int) -> int:
        d = around(user("a", multi=multi("areas", element="area", output="r")), areas=[])
        d = Drive(d.plan, check=False)
        d.tell(events.Start(vars={"areas": list(range(n))}))
        d.complete("a", item=1)
        assert d.state is not None
        state = {**d.state, "scopes": {k: {**v, "vars": {}} for k, v in
                                       d.state["scopes"].items()}}  # fmt: skip
        return len(encode(state))

    assert abs(size(5_000) - size(10)) <= 16
