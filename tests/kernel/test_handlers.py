"""Event sub-processes: every trigger, interrupting and not, nested (kernel.md 2.5)."""

import pytest

from engine.base import events
from engine.kernel import effects as fx
from tests.support.driving import Drive
from tests.support.plans import (
    Part,
    boundary,
    condition,
    end,
    error,
    escalation,
    esp,
    message,
    multi,
    parallel,
    path,
    process,
    signal,
    start,
    sub,
    throw,
    timer,
    user,
)

TRIGGERS = {
    "timer": (timer(2), lambda d: d.fire("hs")),
    "message": (message("m"), lambda d: d.message("hs")),
    "signal": (signal("go"), lambda d: d.signal("go")),
    "condition": (condition("x == 1"), lambda d: d.write(x=1)),
    "escalation": (
        escalation("esc"),
        lambda d: d.tell(events.ThrowEscalation(wait=d.wait("a"), code="esc")),
    ),
    "error": (error("E"), lambda d: d.tell(events.ThrowError(wait=d.wait("a"), code="E"))),
}
REPEATING = ["message", "signal", "escalation"]


def handler(trigger: str, *, interrupting: bool) -> Part:
    return esp(
        "h",
        start("hs", TRIGGERS[trigger][0], interrupting=interrupting),
        user("hu"),
        end("he"),
        path("hs hu he"),
    )


def nested(trigger: str, depth: int, *, interrupting: bool) -> Drive:
    inner: tuple[object, ...] = (
        start("s0"), user("a"), end("e0"), path("s0 a e0"),
        handler(trigger, interrupting=interrupting),
    )  # fmt: skip
    for level in range(1, depth):
        name = f"sub{level}"
        inner = (
            start(f"s{level}"), sub(name, *inner), end(f"e{level}"),
            path(f"s{level} {name} e{level}"),
        )  # fmt: skip
    return Drive(process(*inner)).start()


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("trigger", TRIGGERS)
def test_an_interrupting_handler_replaces_the_work_of_its_scope(
    trigger: str, depth: int
) -> None:
    d = nested(trigger, depth, interrupting=True)
    assert d.open == ["a"]
    assert "hs" not in d.entered
    TRIGGERS[trigger][1](d)
    assert d.open == ["hu"]
    assert d.entered.count("hs") == 1
    d.complete("hu")
    d.assert_clean()
    assert d.status == "completed"
    if depth > 1:
        assert "e1" in d.entered  # the enclosing scope went on normally


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("trigger", TRIGGERS)
def test_a_handler_that_is_not_triggered_never_runs(trigger: str, depth: int) -> None:
    d = nested(trigger, depth, interrupting=True)
    d.complete("a")
    d.assert_clean()
    assert not {"h", "hs", "hu"} & set(d.entered)


@pytest.mark.parametrize("trigger", [t for t in TRIGGERS if t != "error"])
def test_a_non_interrupting_handler_runs_beside_and_keeps_the_scope_alive(
    trigger: str,
) -> None:
    d = nested(trigger, 2, interrupting=False)
    TRIGGERS[trigger][1](d)
    assert d.open == ["a", "hu"]
    d.complete("a")
    assert d.open == ["hu"]
    assert d.status == "active"
    d.complete("hu")
    d.assert_clean()


@pytest.mark.parametrize("trigger", REPEATING)
def test_a_non_interrupting_handler_runs_once_for_each_occurrence(trigger: str) -> None:
    d = nested(trigger, 2, interrupting=False)
    for _ in range(3):
        TRIGGERS[trigger][1](d)
    assert d.open == ["a", "hu", "hu", "hu"]
    assert d.view.nodes["h"] == 3


def test_a_waiting_non_interrupting_handler_does_not_keep_the_scope_alive() -> None:
    d = nested("message", 1, interrupting=False)
    d.complete("a")
    d.assert_clean()


def test_an_interrupting_handler_ends_other_runs_and_closes_other_subscriptions() -> None:
    plan = process(
        start("s"), user("a"), path("s a"),
        esp("n", start("ns", message("note"), interrupting=False), user("nu"), path("ns nu")),
        esp("x", start("xs", message("stop")), user("xu"), path("xs xu")),
    )  # fmt: skip
    d = Drive(plan).start()
    d.message("ns")
    assert d.open == ["a", "nu"]
    d.message("xs")
    assert d.open == ["xu"]
    assert d.view.subscriptions == ()
    d.complete("xu")
    d.assert_clean()


def test_handlers_inside_multi_instance_items_are_armed_for_each_item() -> None:
    plan = process(
        start("s"),
        sub(
            "sp", start("is"), user("a"), path("is a"),
            esp("h", start("hs", message("m")), user("hu"), path("hs hu")),
            multi=multi("areas", element="area"),
        ),
        end("e"), path("s sp e"),
    )  # fmt: skip
    d = Drive(plan).start(areas=["x", "y"])
    assert d.open == ["a", "a"]
    assert len(d.view.subscriptions) == 2
    d.message("hs")
    assert sorted(d.open) == ["a", "hu"]
    d.complete("hu")
    d.complete("a")
    d.assert_clean()


def test_the_error_of_a_handler_goes_to_its_scopes_boundary_never_to_itself() -> None:
    plan = process(
        start("s"),
        sub(
            "sp", start("is"), user("a"), path("is a"),
            esp("h", start("hs", error()), end("again", error("E2")), path("hs again")),
        ),
        boundary("b", "sp", error("E2")), user("rescued"), end("e"),
        path("s sp e"), path("b rescued"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.tell(events.ThrowError(wait=d.wait("a"), code="E1"))
    assert d.open == ["rescued"]
    assert d.entered.count("hs") == 1


def test_an_exact_handler_wins_over_a_catch_all_and_inner_wins_over_outer() -> None:
    def caught(code: str) -> list[str]:
        plan = process(
            start("s"),
            sub(
                "sp", start("is"), user("a"), path("is a"),
                esp("any", start("as", error()), user("au"), path("as au")),
                esp("exact", start("xs", error("E")), user("xu"), path("xs xu")),
            ),
            boundary("b", "sp", error("E")), user("bu"), path("s sp"), path("b bu"),
        )  # fmt: skip
        d = Drive(plan).start()
        d.tell(events.ThrowError(wait=d.wait("a"), code=code))
        return d.open

    assert caught("E") == ["xu"]
    assert caught("other") == ["au"]


def test_an_escalation_goes_outward_and_the_thrower_goes_on_after_a_gentle_catch() -> None:
    def run(*, interrupting: bool) -> Drive:
        plan = process(
            start("s"),
            sub("sp", start("is"), throw("t", escalation("esc")), user("a"), path("is t a")),
            boundary("b", "sp", escalation("esc"), interrupting=interrupting), user("bu"),
            path("s sp"), path("b bu"),
        )  # fmt: skip
        return Drive(plan).start()

    assert run(interrupting=False).open == ["a", "bu"]
    assert run(interrupting=True).open == ["bu"]


def test_the_escalation_of_a_gentle_handler_never_starts_it_again() -> None:
    plan = process(
        start("s"), user("a"), path("s a"),
        esp("h", start("hs", escalation("esc"), interrupting=False),
            throw("again", escalation("esc")), path("hs again")),
    )  # fmt: skip
    d = Drive(plan).start()
    d.tell(events.ThrowEscalation(wait=d.wait("a"), code="esc"))
    assert d.entered.count("hs") == 1
    assert [told.code for told in d.told(fx.EscalationThrown)] == ["esc"]


def test_an_uncaught_escalation_is_told_and_the_thrower_goes_on() -> None:
    plan = process(
        start("s"), throw("t", escalation("esc")), end("e", escalation("x")), path("s t e")
    )
    d = Drive(plan).start()
    assert [(told.node, told.code) for told in d.all(fx.EscalationThrown)] == [
        ("t", "esc"),
        ("e", "x"),
    ]
    d.assert_clean()


def test_a_handler_writes_into_the_scope_it_belongs_to() -> None:
    plan = process(
        start("s"), user("a"), path("s a"),
        esp(
            "h", start("hs", message("m"), interrupting=False, outputs={"got": "paper"}),
            path("hs hu"), user("hu", fields="seen"),
        ),
    )  # fmt: skip
    d = Drive(plan).start()
    d.message("hs", {"paper": 3})
    d.complete("hu", seen=True)
    assert d.vars == {"got": 3, "seen": True}


def test_an_escalation_ends_only_the_scope_of_its_interrupting_handler() -> None:
    plan = process(
        start("s"), parallel("p"), user("other"),
        sub(
            "sp", start("is"), throw("t", escalation("esc")), user("never"), path("is t never"),
            esp("h", start("hs", escalation()), user("hu"), path("hs hu")),
        ),
        path("s p other"), path("p sp"),
    )  # fmt: skip
    d = Drive(plan).start()
    assert d.open == ["other", "hu"]
    assert "never" not in d.entered


def test_a_handler_true_at_the_start_of_its_scope_runs_at_once() -> None:
    plan = process(
        start("s"), user("a"), path("s a"),
        esp("h", start("hs", condition("x == 1")), user("hu"), path("hs hu")),
    )  # fmt: skip
    d = Drive(plan).start(x=1)
    assert d.open == ["hu"]


def test_the_runs_of_a_sub_process_end_with_it() -> None:
    plan = process(
        start("s"),
        sub("sp", start("is"), user("a"), path("is a"),
            esp("h", start("hs", message("m"), interrupting=False), user("hu"),
                path("hs hu"))),
        boundary("b", "sp", timer(1)), user("bu"), path("s sp"), path("b bu"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.message("hs")
    d.message("hs")
    d.fire("b")
    assert d.open == ["bu"]
    assert d.left("terminated").count("hu") == 2
    d.complete("bu")
    d.assert_clean()
