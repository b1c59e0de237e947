"""转办 (operations.md 2.13): the seat passes on, the count and the clock stay."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engine.base.clock import FakeClock, shanghai
from engine.worker import Worker
from tests.support.databases import Content
from tests.support.site import FIRST, Site, open_engine, serve
from tests.web.passing import CONTENT, act, begun
from tests.web.test_pages import open_page, press, pytestmark  # noqa: F401 -- need the assets

MINE = {"filter": {"mine": True}}


@pytest.fixture
def store_content() -> Content:
    return CONTENT


@pytest.fixture
def both(store_url: str, shared_app: Flask, tmp_path: Path) -> Iterator[Site]:
    """Give the installation on both databases."""
    clock, machine = FakeClock(shanghai(FIRST)), FakeClock(shanghai("2026-01-05 08:00"))
    engine = open_engine(store_url, tmp_path, clock)
    yield serve(shared_app, engine, clock, machine)
    engine.close()


def passed(site: Site, case_id: int, login: str, person: str, **said: Any) -> Any:
    return act(site, login, case_id, "vote", "transfer", person=person, **said)


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json.get("code", "")


def test_a_seat_passes_on_and_the_vote_counts_as_before(both: Site) -> None:
    case_id = begun(both)
    before = both.open_task(case_id, "vote")
    seen = next(one["version"] for one in before["seats"] if one["unit"] == "U-WOOD-1")
    assert passed(both, case_id, "wood1", "wood1b", reason="外出检查").status_code == 200
    task = both.open_task(case_id, "vote")
    assert [(one["person"], one["state"]) for one in task["seats"] if one["person"]] == [
        ("wood1b", "open"),
        ("wood1", "transferred"),
    ]
    dues = {one["dueAt"] for one in [*before["seats"], *task["seats"]]}
    assert (len(dues), task["dueAt"]) == (1, before["dueAt"])
    assert both.browser("wood1").get(f"/user-tasks/{task['id']}").status_code == 200
    # A's second tab still shows the form: it hears to whom the seat passed (c).
    late = both.browser("wood1").post(
        f"/user-tasks/{task['id']}/completion", {"outcome": "pass", "expectedVersion": seen}
    )
    assert told(late) == (409, "seat-transferred")
    assert late.json["detail"] == (
        "本席位已由 林一 于 2025-07-18 09:00 转办给 林一乙（甲县林草局），由其办理。"
    )
    assert late.json["holder"] == "林一乙"
    # B and C agree: two of three, as if nothing had been passed on (a).
    first = both.complete("wood1b", case_id, "vote", "pass")
    assert first.json["closed"] is False
    assert first.json["arithmetic"].startswith("3 席，基数（全部席位）3，需 2（≥ 2/3），同意 1")
    assert both.complete("water1", case_id, "vote", "pass").json["closed"] is True


def test_to_whom_and_how_often_a_seat_passes_is_bounded(both: Site) -> None:
    case_id = begun(both)
    assert told(passed(both, case_id, "wood1", "head")) == (422, "not-eligible")
    assert told(passed(both, case_id, "wood1", "nobody")) == (422, "not-eligible")
    assert told(passed(both, case_id, "wood1", "no-such")) == (422, "not-eligible")
    assert both.complete("water1", case_id, "vote", "pass").status_code == 200
    seated = passed(both, case_id, "wood1", "water1")
    assert told(seated) == (409, "already-seated")
    assert seated.json["detail"] == "水一 已在本环节办理席位中。"
    nothing = passed(both, case_id, "wood1", "wood1b", expectedVersion=None)
    assert told(nothing) == (422, "version-required")
    stale = passed(both, case_id, "wood1", "wood1b", expectedVersion=77)
    assert told(stale) == (409, "version-conflict")
    assert told(passed(both, case_id, "field1", "wood1b")) == (403, "not-entitled")
    assert passed(both, case_id, "wood1", "wood1b").status_code == 200
    again = passed(both, case_id, "wood1b", "wood1")
    assert told(again) == (422, "reason-too-short")
    assert passed(both, case_id, "wood1b", "wood1", reason="请收回").status_code == 200
    assert passed(both, case_id, "wood1", "wood1b", reason="再请办理").status_code == 200
    ended = passed(both, case_id, "wood1b", "boss1", reason="请局长办理")
    assert told(ended) == (409, "max-chain")
    assert ended.json["detail"] == "本席位已转办 3 次，不能继续转办。"


def test_who_leads_the_unit_passes_on_what_a_colleague_holds(both: Site) -> None:
    case_id = begun(both)
    task = both.open_task(case_id, "vote")
    assert both.browser("wood1").call(
        "PUT", f"/user-tasks/{task['id']}/assignment", {}
    ).status_code == 200
    taken = passed(both, case_id, "wood1b", "boss1")
    assert told(taken) == (403, "not-entitled")
    assert passed(both, case_id, "boss1", "wood1b", reason="林一请假").status_code == 200
    former = both.open_task(case_id, "vote")["seats"]
    assert {one["person"]: one["state"] for one in former if one["person"]} == {
        "wood1": "transferred",
        "wood1b": "open",
    }


def test_the_page_offers_colleagues_and_history_names_both(both: Site) -> None:
    case_id = begun(both)
    task = both.open_task(case_id, "vote")
    path = f"/case/{case_id}/task/{task['id']}"
    page = open_page(both, "wood1", path).text
    assert '<option value="wood1b">林一乙' in page
    assert '<option value="water1"' not in page
    assert 'id="transfer"' not in open_page(both, "field1", path).text
    seat = next(one for one in task["seats"] if one["unit"] == "U-WOOD-1")
    form = {"person": "wood1b", "reason": "外出检查", "version": str(seat["version"])}
    form["submission_id"] = both.engine.ids.uid()
    answer = press(both, "wood1", f"{path}/transfer", **form)
    assert answer.status_code == 303, answer.text
    after = open_page(both, "wood1", answer.headers["Location"]).text
    assert "已转办，由对方办理" in after
    assert "已转" in after
    assert "转办给 林一乙：外出检查" in after
    assert "票签，3 席" in after
    log = open_page(both, "wood1", f"/case/{case_id}?tab=log").text
    assert "林一 → 林一乙，外出检查" in log
    assert "其他记录" not in log
    paper = both.browser("wood1b").get(f"/user-tasks/{task['id']}/print", format="docx")
    with zipfile.ZipFile(io.BytesIO(paper.data)) as archive:
        document = archive.read("word/document.xml").decode()
    assert "林一（甲县林草局） 2025-07-18 转办给 林一乙：外出检查。" in document
    Worker(both.engine).run_due()
    assert "转办：表决" in open_page(both, "wood1b", "/notices").text
    assert "堆土" in open_page(both, "wood1b", "/todo").text
    assert both.browser("wood1").post("/user-tasks/search", MINE).json["items"] == []
