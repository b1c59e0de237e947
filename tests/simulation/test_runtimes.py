"""One year, one seed, both runtimes: the same report, figure by figure."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine import cli

PROBLEMS = 30
# What names the run or counts steps of the machine; all else must be equal.
OWN = ("timing", "runtime")


def report(folder: Path, runtime: str) -> dict[str, Any]:
    """Give the report of 2025 on RUNTIME."""
    file = folder / f"{runtime}.json"
    words = ["simulate", "--application", "jiangxi", "--year", "2025", "--quiet"]
    words += ["--problems", str(PROBLEMS), "--json", str(file), "--runtime", runtime]
    assert cli.main(words) == 0
    found: dict[str, Any] = json.loads(file.read_text())
    return {key: value for key, value in found.items() if key not in OWN}


@pytest.mark.long
@pytest.mark.timeout(600)
def test_both_runtimes_give_one_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, reference = (report(tmp_path, name) for name in ("kernel", "spiffworkflow"))
    assert ours["states"]
    assert reference == ours
    assert capsys.readouterr().out.count("M-1 整改完成率") == 2
