"""Findings in SARIF 2.1.0, which code hosts show beside the files."""

from collections.abc import Sequence
from typing import Any

from engine.base.findings import Finding


def as_sarif(findings: Sequence[Finding]) -> dict[str, Any]:
    """Give the SARIF document of FINDINGS."""
    results = [
        {
            "ruleId": f.code,
            "level": f.severity,
            "message": {"text": f"{f.zh} {f.repair}".strip()},
            "locations": [
                {
                    "physicalLocation": {"artifactLocation": {"uri": f.file}},
                    "logicalLocations": [{"name": f.element}],
                }
            ],
        }
        for f in findings
    ]
    tool = {"driver": {"name": "shouhu", "rules": []}}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": tool, "results": results}],
    }
