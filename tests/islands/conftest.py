"""Fixtures of the build tests: the tiny site and a watched page in real Chromium."""

import os
from collections.abc import Iterator

import pytest

from tests.islands.site import Site


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


class Watched:
    """A page whose faults are collected: console, foreign requests, policy violations."""

    def __init__(self, context, origin):
        self.page = context.new_page()
        self.page.set_default_timeout(20000)
        self.faults = []
        self.origin = origin
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("console", self.note)
        self.page.on("request", self.request)

    def note(self, message):
        if message.type in ("error", "warning"):
            self.faults.append(f"{message.type}: {message.text}")

    def request(self, request):
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.faults.append(f"foreign: {request.url}")

    def open(self, path):
        self.page.goto(self.origin + path)
        self.page.wait_for_selector('body[data-ready="1"]', timeout=15000)
        return self.page

    def shot(self, name):
        folder = os.environ.get("SHOUHU_SHOTS")
        if folder:
            self.page.screenshot(path=f"{folder}/{name}.png")

    def clean(self, *allowed):
        rest = [each for each in self.faults if not any(word in each for word in allowed)]
        assert rest == []

    def translated(self):
        assert (self.page.locator("body").get_attribute("data-untranslated") or "[]") == "[]"


@pytest.fixture
def watched(chromium, site):
    contexts = []

    def make(width=1440, height=860):
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        contexts.append(context)
        return Watched(context, site.origin)

    yield make
    for context in contexts:
        context.close()
