"""The user guides: one for each kind of user, every picture there, nobody locked out."""

import re
from pathlib import Path

import pytest

from tests.support.site import Site
from tests.web.test_pages import open_page, pytestmark  # noqa: F401 -- needs the assets too
from web.pages.help import GUIDES

WEB = Path(__file__).parents[2] / "web"


@pytest.mark.parametrize("key", GUIDES)
def test_every_picture_of_a_guide_is_shipped_and_every_shipped_one_shown(key: str) -> None:
    text = (WEB / "guide" / f"{key}.md").read_text("utf-8")
    shown = re.findall(r"!\[[^\]]+\]\(\.\./static/guide/([a-z-]+\.png)\)", text)
    assert shown, "a guide without pictures"
    for name in shown:
        assert (WEB / "static/guide" / name).is_file(), name


def test_no_picture_lies_about_unused() -> None:
    told = "".join((WEB / "guide" / f"{key}.md").read_text("utf-8") for key in GUIDES)
    for picture in (WEB / "static/guide").iterdir():
        assert picture.name in told


def test_help_leads_each_person_to_the_guide_of_their_work(site: Site) -> None:
    assert "办理人员使用说明" in open_page(site, "field1", "/help").text
    assert "流程负责人使用说明" in open_page(site, "owner", "/help").text


def test_an_unknown_guide_is_not_found(site: Site) -> None:
    assert open_page(site, "field1", "/help/nobody").status_code == 404
