"""A day of the staff in a real browser: sign in, look, judge, register, be refused."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def template(begun: Path) -> Path:
    """Start from three problems on their way."""
    return begun


def test_a_wrong_password_says_so_and_the_right_one_opens_the_work_list(visitor) -> None:
    person = visitor()
    page = person.open("/login")
    person.check()
    page.fill("[name=login]", "county")
    page.fill("[name=password]", "not this one")
    page.click("button[type=submit]")
    assert "用户名或密码不正确" in page.locator("[role=alert]").inner_text()
    person.check("401")
    page.fill("[name=password]", person.live.password)
    page.click("button[type=submit]")
    page.wait_for_url("**/todo")
    person.ready()
    assert page.locator("h1").inner_text() == "待办"
    person.check("401")
