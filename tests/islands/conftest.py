"""Fixtures of the build tests: the tiny site and a watched page in real Chromium."""

import os
from collections.abc import Iterator

import pytest

from tests.islands.site import Site


@pytest.fixture(scope="session")
def standing() -> Iterator[Site]:
    """Give one server for all tests: at one address a script is fetched and compiled once."""
    made = Site()
    yield made
    made.close()


@pytest.fixture
def site(standing: Site) -> Site:
    """Give it without a page or a route."""
    standing.clear()
    return standing


class Watched:
    """A page whose faults are collected: console, foreign requests, policy violations."""

    def __init__(self, page, origin):
        self.page = page
        self.page.set_default_timeout(20000)
        self.faults = []
        self.origin = origin
        self.hears = {"pageerror": self.error, "console": self.note, "request": self.request}
        for event, hear in self.hears.items():
            page.on(event, hear)

    def error(self, error):
        self.faults.append(f"error: {error}")

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
def watched(windows, site):
    made = []

    def make(width=1440, height=860):
        made.append(Watched(windows.take(width, height), site.origin))
        return made[-1]

    yield make
    for one in made:
        windows.give_back(one.page, site.origin, one.hears)
