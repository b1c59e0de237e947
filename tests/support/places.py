"""The places of addresses, filled by what exists in the served installation."""

import re

# The case is one of county 990101.
HELD = {
    "instance_id": "1",
    "task_id": "1",
    "definition_id": "1",
    "bundle_id": "1",
    "job_id": "1",
    "incident_id": "1",
    "deputy_id": "1",
    "recusal_id": "1",
    "release_id": "1",
    "paper_id": "1",
    "application": "tiny",
    "ledger_id": "problem",
    "kind": "division",
    "code": "990101",
    "unit": "U-S1",
    "login": "nobody",
    "tenure_id": "1",
    "number": "TN-2025-990101-001",
    "attachment_id": "x",
    "ref": "TN-2025-990101-001",
    "key": "tiny_case",
    "decision_id": "x",
    "version": "1",
    "side": "draft",
    "path": "tiny_case.bpmn",
    "filename": "nothing.css",
    "report": "M-1",
    "source_id": "x",
    "import_id": "x",
    "run_id": "1",
    "report_id": "M-1",
    "calendar": "cn",
    "day": "2025-05-01",
    "year": "2025",
    "tab": "x",
    "act": "x",
    "layout": "x",
    "name": "x",
}


def filled(path: str, **other: str) -> str:
    """Give PATH with its places filled by what exists."""
    held = HELD | other
    path = re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", path)  # the first of what may stand there
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: held[found.group(1)], path)
