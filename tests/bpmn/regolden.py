"""Write the agreed texts anew after a wording was changed on purpose; read the difference."""

import json

from tests.bpmn.cases import CASES
from tests.bpmn.test_findings import GOLDEN, shown

if __name__ == "__main__":
    table = {}
    for name, case in CASES.items():
        finding = shown(case)[0]
        table[name] = [finding.zh, finding.en, finding.repair]
    text = json.dumps(table, ensure_ascii=False, indent=1)
    GOLDEN.write_text(text + "\n", encoding="utf-8")
