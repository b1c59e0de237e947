"""One minimal failing model a finding, and the nearest model that passes."""

from tests.bpmn.cases_names import NAMES
from tests.bpmn.cases_rules import RULES
from tests.bpmn.cases_sound import SOUND
from tests.bpmn.cases_structure import STRUCTURE
from tests.bpmn.shapes import Case

CASES: dict[str, Case] = {**STRUCTURE, **NAMES, **RULES, **SOUND}
