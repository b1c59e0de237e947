"""Diagrams run as drawn: one story for each family of elements, from XML to effects."""

from engine.base import events
from engine.kernel import effects
from tests.bpmn.build import compile_one, end, mapped, node, process, start, user
from tests.bpmn.drive import Driver
from tests.bpmn.shapes import MSG, script


def run(*roots: str, key: str = "p") -> Driver:
    return Driver(compile_one(*roots), key)


def test_a_form_decides_the_way_at_a_gateway() -> None:
    model = process(
        start(),
        user(camunda__formRef="f1"),
        node("exclusiveGateway", "g", default="g_e"),
        user("big"),
        end(),
        "s -> u -> g",
        "g -> big : amount > 3",
        "g -> e",
        "big -> e",
    )
    few = run(model).start().complete("u", amount=2, city="甲")
    assert few.status == "completed"
    many = run(model).start().complete("u", amount=4, city="甲")
    assert many.open == ["big"]
    assert many.variables["amount"] == 4


def test_the_order_of_outgoing_beats_the_order_of_the_flows() -> None:
    def first(listed: str) -> str:
        gateway = node("exclusiveGateway", "g", listed)
        flows = ("s -> g", "g -> a : 1 = 1", "g -> b : 2 = 2", "a -> e", "b -> e")
        return (
            run(process(start(), gateway, user("a"), user("b"), end(), *flows)).start().open[0]
        )

    assert first("") == "a"
    assert first("<outgoing>g_b</outgoing><outgoing>g_a</outgoing>") == "b"
    assert first("<outgoing>g_b</outgoing>") == "a"


def test_parallel_branches_wait_for_each_other_and_inclusive_ones_for_the_chosen() -> None:
    model = process(
        start(),
        node("parallelGateway", "f"),
        user("a"),
        user("b"),
        node("parallelGateway", "j"),
        end(),
        "s -> f -> a -> j -> e",
        "f -> b -> j",
    )
    case = run(model).start()
    assert case.open == ["a", "b"]
    assert case.complete("a").open == ["b"]
    assert case.complete("b").status == "completed"


def test_an_inclusive_join_waits_for_the_chosen_branches_only() -> None:
    flows = ("s -> f", "f -> a : x > 0", "f -> b : x > 1", "f -> c : x > 9", "a -> j", "b -> j")
    model = process(
        start(),
        '<dataObject id="x" name="x"/>',
        node("inclusiveGateway", "f"),
        user("a"),
        user("b"),
        user("c"),
        node("inclusiveGateway", "j"),
        end(),
        *flows,
        "c -> j -> e",
    )
    case = run(model).start(x=5)
    assert case.open == ["a", "b"]
    case.complete("a")
    assert case.status == "active"
    assert case.complete("b").status == "completed"


def test_scripts_write_one_variable_or_every_key() -> None:
    spread = script(
        '{双倍: n * 2, 名称: "保护区"}', camunda__resultVariable="", gov__resultMode="spread"
    )
    case = run(process(start(), '<dataObject id="n"/>', spread, end(), "s -> c -> e")).start(
        n=4
    )
    assert (case.variables["双倍"], case.variables["名称"]) == (8, "保护区")
    case = run(process(start(), '<dataObject id="n"/>', script("n + 1"), end(), "s -> c -> e"))
    assert case.start(n=4).variables["x"] == 5


def test_settings_are_read_in_expressions() -> None:
    case = run(
        process(start(), script("count(settings.cities) * settings.rate"), end(), "s -> c -> e")
    )
    assert case.start().variables["x"] == 1


def test_a_service_gets_its_inputs_and_gives_its_outputs() -> None:
    values = "<camunda:value>=city</camunda:value><camunda:value>乙</camunda:value>"
    listed = f"<camunda:list>{values}</camunda:list>"
    inputs = mapped("input", who="=city", kind="通知", list=listed)
    both = inputs + mapped(sent__at="=sent_on")
    task = node("serviceTask", "c", both, camunda__type="external", camunda__topic="notify")
    case = run(process(start(), '<dataObject id="city"/>', task, end(), "s -> c -> e"))
    case.start(city="甲")
    (asked,) = case.of(effects.ServiceRequested)
    assert asked.name == "notify"
    assert asked.inputs == {"who": "甲", "kind": "通知", "list": ["甲", "乙"]}
    case.serve("c", sent_on="今天")
    assert case.variables["sent"] == {"at": "今天"}
    assert "sent_on" not in case.variables
    assert "who" not in case.variables


def test_a_message_carries_its_payload_and_its_key() -> None:
    carried = mapped("input", city="=town")
    send = node("sendTask", "c", carried, messageRef="m")
    case = run(process(start(), '<dataObject id="town"/>', send, end(), "s -> c -> e"), MSG)
    (thrown,) = case.start(town="甲").of(effects.MessageThrown)
    assert (thrown.name, thrown.payload, thrown.keys) == ("到达", {"city": "甲"}, {"key": "甲"})
    assert thrown.time_to_live == "P1D"


def test_many_messages_carry_the_element_of_their_row() -> None:
    carried = mapped("input", city="=row.town")
    many = (
        '<multiInstanceLoopCharacteristics camunda:collection="=rows" '
        'camunda:elementVariable="row"/>'
    )
    send = node("sendTask", "c", carried + many, messageRef="m")
    case = run(process(start(), '<dataObject id="rows"/>', send, end(), "s -> c -> e"), MSG)
    case.start(rows=[{"town": "甲"}, {"town": "乙"}])
    thrown = case.of(effects.MessageThrown)
    assert [t.keys for t in thrown] == [{"key": "甲"}, {"key": "乙"}]
    assert case.status == "completed"


def test_a_message_is_awaited_with_the_key_and_mapped_on_arrival() -> None:
    inner = mapped(answer="=result") + '<messageEventDefinition messageRef="m"/>'
    catch = node("intermediateCatchEvent", "c", inner)
    case = run(process(start(), '<dataObject id="city"/>', catch, end(), "s -> c -> e"), MSG)
    case.start(city="甲")
    (opened,) = case.of(effects.SubscriptionOpened)
    assert (opened.kind, opened.name, opened.keys) == ("message", "到达", {"key": "甲"})
    case.message("c", result="同意", secret="x")
    assert case.status == "completed"
    assert case.variables["answer"] == "同意"
    assert "secret" not in case.variables


def test_a_process_started_by_a_message_maps_what_came() -> None:
    begin = start(mapped(city="=city_code") + '<messageEventDefinition messageRef="m"/>')
    case = run(process(begin, user(), end(), "s -> u -> e"), MSG)
    case.tell(events.Start, node="s", trigger={"city_code": "360100"})
    assert case.variables["city"] == "360100"
    assert case.open == ["u"]
