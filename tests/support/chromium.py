"""One real Chromium for every test of a process: two drivers cannot live side by side."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
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


OFTEN = 50  # a page is used; what the designers leave in its memory is then let go


class Windows:
    """Pages of one Chromium, each as of another person; a page given back is used again.

    A process for each new page, and our scripts compiled anew in it, cost more than most
    tests. What a page has fetched stays known to it; cookies and what it kept are gone.
    """

    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self.free: list[Any] = []
        self.used: Counter[Any] = Counter()

    def take(self, width: int, height: int) -> Any:
        """Give an empty page of that size, in a context of its own."""
        size = {"width": width, "height": height}
        if not self.free:
            context = self.browser.new_context(
                viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai"
            )
            return context.new_page()
        page = self.free.pop()
        page.set_viewport_size(size)
        return page

    def give_back(self, page: Any, origin: str, listeners: Mapping[str, Any]) -> None:
        """Leave ORIGIN and forget what it kept; LISTENERS are the test's, by event."""
        for event, heard in listeners.items():
            page.remove_listener(event, heard)
        if page.url.startswith(origin):
            page.evaluate("sessionStorage.clear()")
        page.goto("about:blank")
        page.unroute_all()
        page.emulate_media(media="null")
        session = page.context.new_cdp_session(page)
        kept = {"origin": origin, "storageTypes": "cookies,local_storage,indexeddb"}
        session.send("Storage.clearDataForOrigin", kept)
        session.detach()
        page.context.clear_cookies()
        self.used[page] += 1
        if self.used[page] < OFTEN:
            self.free.append(page)
        else:
            page.context.close()
