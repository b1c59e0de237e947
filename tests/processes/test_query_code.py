"""The query code of a tip-off: short enough to be copied by hand, read as it is meant."""

import re

import pytest

from engine.base import receipt
from tests.processes.test_public import NAMED, ONCE, SEND, sent, status_of
from tests.support.scenario import Scenario


@pytest.fixture
def guiyang_runtime() -> str:
    """Codes do not depend on the runtime."""
    return "kernel"


@ONCE
@pytest.mark.requirement("J-36")
def test_the_query_code_is_short_enough_to_be_copied_by_hand(guiyang_story: Scenario) -> None:
    story = guiyang_story
    page = story.app.test_client().get(SEND).text
    code = re.search(r'name="code" value="([^"]+)"', page)[1]
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", code)
    assert code in sent(story, NAMED, code).text
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    for typed in (code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')} ", wide):
        assert "收到" in status_of(story, "jb-2026-00001", typed).text
    other = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert status_of(story, "JB-2026-00001", other).status_code == 404


def test_a_code_is_read_as_it_is_meant_and_an_old_one_as_it_stands() -> None:
    signs = {receipt.written(1 << bit) for bit in range(receipt.BITS)}
    assert len(signs) == receipt.BITS >= 80
    assert receipt.meant("o0il-7abc_defg hjkm") == "00117ABCDEFGHJKM"
    old = "Kf3-x_Tq9ZbN1cVwE5r8tYuI0oPaSdFgHjKlQwErTyU"
    assert receipt.meant(f" {old}") == old
    assert receipt.strong(old)
    assert not receipt.strong("0123-4567-89AB-CDE")
