"""One real Chromium for every test of a process: two drivers cannot live side by side."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

DIST = Path(__file__).resolve().parents[2] / "web/static/dist"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def missing(reason: str) -> None:
    """Skip with REASON; fail in a complete run, where nothing may be left out."""
    if os.environ.get("SHOUHU_TEST"):
        pytest.fail(reason)
    pytest.skip(reason)


def launched() -> Iterator[Any]:
    """Give a running Chromium, or skip with the reason."""
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = os.environ.get("SHOUHU_CHROMIUM") or shutil.which("chromium")
    if not (DIST / "manifest.json").is_file():
        missing("the browser assets are not built: python hatch_build.py")
    with sync.sync_playwright() as tool:
        if path is None and not os.path.exists(tool.chromium.executable_path):
            missing("no Chromium: set SHOUHU_CHROMIUM or install chromium")
        browser = tool.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
