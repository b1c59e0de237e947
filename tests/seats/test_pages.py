"""加签, 减签 and 委派 on the page of the task, in its history and on paper."""

import pytest

from engine.base.actor import SYSTEM
from engine.queries import papers, people
from tests.seats.house import Round
from tests.support.site import Site
from tests.web.test_pages import open_page, press, pytestmark  # noqa: F401 -- need the assets

SQLITE = pytest.mark.parametrize("site", ["sqlite"], indirect=True)


def page(one: Round, login: str) -> str:
    return open_page(one.site, login, f"/case/{one.case}/task/{one.task}").text


def send(one: Round, login: str, noun: str, **form: str) -> str:
    version = one.seat(login.upper().replace("V", "U-V"))["version"]
    form = {"version": str(version), "composition": "0", **form}
    form["submission_id"] = str(one.site.engine.ids.uid())
    answer = press(one.site, login, f"/case/{one.case}/task/{one.task}/{noun}", **form)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


@SQLITE
def test_seats_are_added_and_taken_out_on_the_page(site: Site) -> None:
    one = Round.of(site, "vote")
    shown = page(one, "v0")
    assert all(f'id="{word}"' in shown for word in ("add-seats", "delegate"))
    assert 'id="remove-seat"' not in shown  # nothing of one's own to take out
    assert '<option value="U-V5局">' in shown
    assert '<option value="U-V1局">' not in shown  # has a seat
    told = send(one, "v0", "seats", who="U-V5局", reason="涉及水域")
    assert told.endswith("told=seats-added")
    after = page(one, "v0")
    assert "委员0 加签" in after
    assert 'id="remove-seat"' in after
    seat = one.seat("U-V5")
    log = open_page(site, "scheduler", f"/case/{one.case}?tab=log").text
    assert "U-V5局，5 席 → 6 席，需 4 → 4：涉及水域" in log
    sent = {"seat": f"{seat['id']}/{seat['version']}", "composition": "1"}
    told = send(one, "v0", "seats/remove", reason="该单位与本事项没有关系", **sent)
    assert told.endswith("told=seat-removed")
    assert one.seat("U-V5")["state"] == "removed"
    fixed = page(Round.of(site, "fixed"), "v0")
    assert not any(f'id="{word}"' in fixed for word in ("add-seats", "delegate"))


@SQLITE
def test_an_opinion_is_asked_and_given_on_the_page_and_printed(site: Site) -> None:
    one = Round.of(site, "small")
    told = send(one, "v0", "delegation", who="v5", reason="是否涉及河道？")
    assert told.endswith("told=delegated")
    waiting = page(one, "v0")
    assert "正在征求 <b>委员5</b> 的意见" in waiting
    assert "data-island" not in waiting
    assert "征求意见：委员5" in page(one, "v1")
    asked = page(one, "v5")
    assert "只作参考，不参加表决" in asked
    assert "委员0 请您提出意见：<b>是否涉及河道？</b>" in asked
    assert 'data-island="formview"' in asked
    assert 'id="delegate"' not in asked
    assert one.say("v5", "no", seat="v5", opinion="涉及河道").status_code == 200
    assert 'id="delegate"' in page(one, "v0")
    for path in (f"/case/{one.case}", f"/case/{one.case}/task/{one.task}"):
        assert "征求意见：委员5" in open_page(site, "v0", path).text, path
    log = open_page(site, "scheduler", f"/case/{one.case}?tab=log").text
    assert all(word in log for word in ("委派征求意见", "答复征求意见", "是否涉及河道？"))
    actor = site.engine.ask(people.actor_of, SYSTEM, login="v0")
    paper = site.engine.ask(papers.of_task, actor, task_id=one.task)
    assert "征求意见：委员5" in repr(paper.document)
    assert send(one, "v0", "delegation", who="U-V6局").endswith("delegated")
    assert send(one, "v0", "delegation/recall").endswith("recalled")
