"""A finding of the checks at deployment: what is wrong, where, and what to change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]
ORDER: Mapping[str, int] = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; CODE is a row of the table of kernel.md 5; texts are ready to show."""

    code: str
    severity: Severity
    file: str
    element: str = ""  # id of the element, "" for the whole file
    name: str = ""  # its name as the user sees it
    zh: str = ""
    en: str = ""
    repair: str = ""  # what to do, Chinese
    params: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Give the JSON shape used by the API and `check --json`."""
        return {
            "code": self.code,
            "severity": self.severity,
            "file": self.file,
            "element": self.element,
            "name": self.name,
            "zh": self.zh,
            "en": self.en,
            "repair": self.repair,
            "params": dict(self.params),
        }


def has_errors(findings: tuple[Finding, ...] | list[Finding]) -> bool:
    """Tell whether one finding forbids deployment."""
    return any(f.severity == "error" for f in findings)
