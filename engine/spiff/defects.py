"""The one table of known differences of SpiffWorkflow 3.2.0 (kernel.md 4)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Defect:
    """NUMBER in kernel.md 4, NAME, PARAGRAPH of BPMN 2.0.2 that decides, tests it excuses."""

    number: str
    name: str
    paragraph: str
    handled: str  # refused: `lacks` refuses it; avoided: the runtime goes round it; open
    excuses: tuple[str, ...] = ()


_SPIFF = "tests/spiff"
DEFECTS: tuple[Defect, ...] = (
    Defect("1-2", "a path about 1,000 tasks deep ends unfinished", "13.2", "refused"),
    Defect("3", "a parallel join merges lists and loses items", "10.4.2", "avoided"),
    Defect("4", "data of completed tasks change later", "10.4.2", "avoided"),
    Defect("5-7", "event sub-processes start unconditionally or never", "13.5.4", "refused"),
    Defect("8", "conditional events are evaluated once", "10.5.5", "refused"),
    Defect("9", "no implicit end", "10.5.3", "refused"),
    Defect("10", "a signal end does nothing", "10.5.5", "avoided"),
    Defect("11-12", "links and compensation do nothing", "10.5.5", "refused"),
    Defect("13", "work after an interrupting throw still runs", "13.5.4", "refused"),
    Defect("14-15", "eventDefinitionRef ignored; timers must be quoted", "10.5.5", "avoided"),
    Defect("16", "flows are tried by the canvas's y coordinate", "13.4.2", "avoided"),
    Defect("17-18", "quantities and multi-instance behaviour ignored", "10.3.8", "refused"),
    Defect("19", "a negative number of items is stuck for ever", "10.3.8", "avoided"),
    Defect("26-27", "specifications and serializer are shared and changed", "-", "avoided"),
    Defect("28", "the whole specification in every stored instance", "-", "avoided"),
    Defect("29", "data with a reserved key break the stored instance", "-", "avoided"),
    Defect("30", "a message matches with no key or any one key", "10.5.5", "avoided"),
    Defect("31", "host language is executed in six places of a model", "-", "avoided"),
    Defect("32", "a failing script does not reach its error boundary", "10.5.5", "refused"),
    Defect("35", "the clock is hard-wired", "10.5.5", "avoided"),
    Defect("36-37", "a called process copies all data both ways", "10.3.6", "avoided"),
    Defect("38-39", "each completion scans the whole tree", "-", "open"),
    Defect("lap", "a join counts an earlier lap's arrivals again", "13.4.1", "avoided"),
    Defect("cycle", "an activity's end cancels the paths of its cycle", "13.5.3", "avoided"),
    Defect(
        "held",
        "a failing expression refuses the step, it holds no token",
        "-",
        "open",
        (
            f"{_SPIFF}/test_events.py::test_a_failing_step_changes_nothing_of_the_reference",
            f"{_SPIFF}/test_flow.py::test_no_true_flow_and_no_default_moves_nothing",
            f"{_SPIFF}/test_multi.py::test_a_list_that_is_none_moves_nothing_wrongly",
            f"{_SPIFF}/test_events.py::test_calls_nest_only_so_deep",
        ),
    ),
)  # fmt: skip
