"""shouhu check reads requirements.yaml: unknown ids, lost references, nothing carried."""

from pathlib import Path
from shutil import copytree

import pytest

from engine.cli import main

ROOT = Path(__file__).resolve().parents[1] / "third_application"
MORE = """\
  - {id: Y-92, title: 落空, summary: 没有落实处。}
  - {id: Y-93, title: 丢失, summary: 引用不存在。, carriers: ["deadline:none"]}
  - {id: Y-94, title: 背景, summary: 背景。, explained: 没有规则。}
"""


def told(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Check the folder; give the lines that speak of clauses."""
    assert main(["check", str(folder)]) == 0
    return [line.strip() for line in capsys.readouterr().out.splitlines() if "clause." in line]


def test_check_names_file_and_element_of_what_does_not_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for room in ("processes", "forms"):
        copytree(ROOT / room, tmp_path / room)
    folder = tmp_path / "processes" / "yunling"
    assert told(folder, capsys) == []  # nothing is demanded, nothing is missed
    drawing = next(folder.glob("*.bpmn"))
    text = drawing.read_text("utf-8")
    demanded = folder / "requirements.yaml"
    demanded.write_text(demanded.read_text("utf-8").rstrip() + "\n" + MORE, "utf-8")
    mark = '<gov:clause document="d" requirement="Y-99, A-01" basis="designed"/>'
    first, _, rest = text.partition("<bpmn:extensionElements>")
    drawing.write_text(f"{first}<bpmn:extensionElements>{mark}{rest}", "utf-8")
    lines = told(folder, capsys)
    assert [line.split()[:2] for line in lines] == [
        ["警告", "clause.unknown"],
        ["警告", "clause.uncarried"],
        ["警告", "clause.lost"],
        ["警告", "clause.uncarried"],
    ]
    assert f"{drawing.name}#" in lines[0]
    assert "Y-99" in lines[0]
    assert ["Y-92" in line for line in lines] == [False, True, False, False]
    assert "requirements.yaml#Y-93" in lines[2]
    assert "deadline:none" in lines[2]
    assert "A-01" not in str(lines)  # a family nobody declares
