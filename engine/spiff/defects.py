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


DEFECTS: tuple[Defect, ...] = (
    Defect("1-2", "a path about 1,000 tasks deep ends unfinished", "13.2", "open"),
    Defect("3", "a parallel join merges lists and loses items", "10.4.2", "avoided"),
    Defect("4", "data of completed tasks change later", "10.4.2", "avoided"),
    Defect("5-7", "event sub-processes start unconditionally or never", "13.5.4", "refused"),
    Defect("8", "conditional events are evaluated once", "10.5.5", "refused"),
    Defect("9", "no implicit end", "10.5.3", "refused"),
    Defect("10-12", "signal ends, links, compensation do nothing", "10.5.5", "refused"),
    Defect("13", "work after an interrupting throw still runs", "13.5.4", "refused"),
    Defect("14-15", "eventDefinitionRef ignored; timers must be quoted", "10.5.5", "avoided"),
    Defect("16", "flows are tried by the canvas's y coordinate", "13.4.2", "avoided"),
    Defect("17-18", "quantities and multi-instance behaviour ignored", "10.3.8", "refused"),
    Defect("31", "host language is executed in six places of a model", "-", "avoided"),
    Defect("35", "the clock is hard-wired", "10.5.5", "avoided"),
    Defect("36-37", "a called process copies all data both ways", "10.3.6", "avoided"),
    Defect("38-39", "each completion scans the whole tree", "-", "open"),
    Defect("held", "a failing expression refuses the step, it holds no token", "-", "open"),
)
