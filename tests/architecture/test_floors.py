"""Every floor contract goes red when it is broken on purpose."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# contract -> (file to damage, forbidden import put into it)
BREAKS = {
    "The house stands on its floors": ("engine/base/values.py", "import web.app"),
    "Floors inside the engine": ("engine/base/values.py", "import engine.store.codec"),
    "The kernel stands on base alone": ("engine/kernel/plan.py", "import engine.feel.compile"),
    "Rules, store and library stand on base alone": (
        "engine/rules/votes.py",
        "import engine.feel.compile",
    ),
    "Delivery stands on base alone": (
        "engine/delivery/messages.py",
        "import engine.store.codec",
    ),
    "Web enters by the front door": ("web/app.py", "import engine.store.codec"),
    "Only bootstrap chooses the runtime": ("engine/worker.py", "import engine.spiff.runtime"),
    "API and pages do not know each other": ("web/api/__init__.py", "import web.pages"),
    "No circles among siblings": ("engine/base/values.py", "import engine.kernel.effects"),
    "SpiffWorkflow lives in one room": ("engine/worker.py", "import SpiffWorkflow"),
    "SQL lives in the store and the queries": ("engine/worker.py", "import sqlalchemy"),
    "Trees are walked in four rooms": ("engine/worker.py", "import lxml.etree"),
    "marshmallow stands at the borders": ("engine/worker.py", "import marshmallow"),
    "Encryption lives in the store": ("engine/rules/votes.py", "import cryptography"),
    "Web libraries live in the web": ("engine/worker.py", "import flask"),
    "APScheduler ticks in the worker": ("engine/engine.py", "import apscheduler"),
    "chinesecalendar lives in the calendar": ("engine/worker.py", "import chinese_calendar"),
    "Spreadsheets are read and written in one room": (
        "engine/worker.py",
        "import openpyxl",
    ),
    "Documents are set in the print room": ("engine/worker.py", "import docx"),
    "YAML is read in the library": ("engine/worker.py", "import yaml"),
}


def lint(folder: Path) -> dict[str, str]:
    """Run the contracts in FOLDER; give contract -> KEPT or BROKEN."""
    done = subprocess.run(
        ["lint-imports", "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )
    found = dict(re.findall(r"^(.+?) (KEPT|BROKEN)", done.stdout, re.MULTILINE))
    assert found, done.stdout + done.stderr
    return found


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    target = tmp_path / "house"
    target.mkdir()
    ignore = shutil.ignore_patterns("node_modules", "__pycache__", "dist")
    for room in ("engine", "web", "tests", "bench"):
        shutil.copytree(ROOT / room, target / room, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", target)
    return target


def test_the_floors_are_kept_and_each_break_goes_red(copy: Path) -> None:
    before = lint(copy)
    assert set(before) == set(BREAKS)
    assert set(before.values()) == {"KEPT"}
    for name, statement in BREAKS.values():
        path = copy / name
        path.write_text(f"{path.read_text()}\n{statement}\n")
    after = lint(copy)
    assert {name for name, state in after.items() if state == "KEPT"} == set()


def test_a_new_room_must_be_given_a_floor(copy: Path) -> None:
    (copy / "engine" / "attic.py").write_text('"""A room nobody planned."""\n')
    done = subprocess.run(
        ["lint-imports", "--no-cache"], cwd=copy, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "attic" in done.stdout + done.stderr
