"""What the people of the Jiangxi stories fill in: valid forms, one problem of each place."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.scenario import Json, Scenario

# Each runtime and each database once; S01 to S03 run on all four pairs.
CROSSED = pytest.mark.parametrize(
    ("jiangxi_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)

BASIC = ("E1", "E2", "E3", "E4", "E9")


@dataclass(frozen=True)
class Place:
    """A reserve with the units around it."""

    reserve: str
    county: str
    city: str
    town: str = "双圳林场西坑"
    lon: float = 117.218412
    lat: float = 28.006723

    @property
    def body(self) -> str:
        """Give the management body."""
        return f"{self.reserve}-GL"

    def both(self, level: str) -> tuple[str, str]:
        """Give forestry and ecology of the county or the city."""
        code = self.county if level == "county" else self.city
        return f"{code}-LY", f"{code}-ST"


YANGJIFENG = Place("JX-N11", "360681", "360600")
ANOTHER = Place("JX-N14", "361103", "361100", "铜钹山镇岑源", 118.281500, 28.136200)


def problem(place: Place = YANGJIFENG, **changes: Any) -> Json:
    """Give JX-F1: a viewing platform of 0.12 ha in the buffer zone, without a permit."""
    data: Json = {
        "year": 2025,
        "reserve_id": place.reserve,
        "county_code": place.county,
        "town_village": place.town,
        "lon": place.lon,
        "lat": place.lat,
        "zone_scheme": "三区",
        "zone": ["缓冲区"],
        "area_ha": 0.12,
        "source": ["自行排查"],
        "problem_type": "C1",
        "is_new": "新增",
        "subject": "西坑旅游开发有限公司",
        "permit_status": "未办理",
        "description": "缓冲区山脊新建木结构观景平台一处，占地约0.12公顷，"
        "未办理任何许可手续，现场已停工。",
        "prior_state": "首次发现",
        "suggestion": "责令停止使用，限期拆除平台并恢复植被。",
        "rect_unit": place.body,
        "supervise_unit": place.both("county")[0],
        "photos": [],
        "checked_by": [f"{place.body}-1", f"{place.body}-2"],
        "checked_on": "2025-03-18",
    }
    return {**data, **changes}


def plan(due: str, place: Place = YANGJIFENG) -> Json:
    """Give JX-F9 with the date of completion DUE."""
    measure = {
        "measure": "拆除观景平台，清运建筑垃圾，补植乡土树种",
        "unit": "西坑旅游开发有限公司",
        "from": min("2025-09-25", due),
        "to": due,
    }
    return {
        "goal": "拆除违建，恢复缓冲区植被0.12公顷。",
        "measures": [measure],
        "rect_unit": place.body,
        "leader": f"{place.body}-1",
        "due": due,
        "cause": "经营单位未经批准在缓冲区建设旅游设施，日常巡护发现不及时。",
    }


def closing(story: Scenario, unit: str, done_on: str = "2025-11-14") -> Json:
    """Give JX-F3 or F4: CC2, 0.12 ha restored, improving, evidence E1–E4, E6, E9."""
    before = story.when_uploads(unit, "整改前")
    after = story.when_uploads(unit, "整改后")
    return {
        "rect_measures": "平台已全部拆除并清运，补植乡土树种0.12公顷。",
        "rect_done_on": done_on,
        "result_type": "退出拆除",
        "restored_ha": 0.12,
        "effect": "趋好",
        "condition_id": "CC2",
        "before_photos": before,
        "after_photos": after,
        "evidence": story.when_uploads(unit, *BASIC, "E6"),
    }


def city_list(story: Scenario, city: str, year: int = 2025) -> Json:
    """Find the list YEAR opened for CITY."""
    lists = story.cases("jx_city_list")
    found = [case for case in lists if (case["region"], case["year"]) == (city, year)]
    assert len(found) == 1
    return found[0]


def registered(story: Scenario, place: Place, **changes: Any) -> Json:
    """Let the reserve of PLACE register a problem."""
    photos = story.when_uploads(place.body, "全景", "细部")
    data = problem(place, photos=photos, **changes)
    return story.when_started(place.body, "jx_audit", data)


def reviewed_by_the_city(story: Scenario, place: Place, **changes: Any) -> Json:
    """Take a problem of PLACE through county and city."""
    case = registered(story, place, **changes)
    story.when_completes(place.body, "submit", "submit", case=case)
    for unit in place.both("county"):
        story.when_completes(unit, "county_review", "agree", case=case)
    for unit in place.both("city"):
        story.when_completes(unit, "city_review", "agree", case=case)
    return case


def sent_by_the_city(story: Scenario, place: Place, year: int = 2025) -> None:
    """Send attachment 2 of the city of PLACE with both signatures and no permits."""
    case = city_list(story, place.city, year)
    forestry, ecology = place.both("city")
    rows = story.form(forestry, "compile_list", case)["rows"]
    data = {"rows": rows, "nil_report": not rows, "permits_none": True}
    story.when_completes(forestry, "compile_list", "submit", case=case, data=data)
    for unit in (forestry, ecology):
        story.when_completes(unit, "sign_list", "send", case=case)


def fed_back(story: Scenario, batch: int, year: int = 2025) -> None:
    """Let the provincial forestry bureau feed back what is listed and not fed back yet."""
    data = {"year": year, "batch": batch}
    case = story.when_started("JX-LYJ", "jx_prov_list", data)
    rows = story.form("JX-LYJ", "form_list", case)["rows"]
    story.when_completes("JX-LYJ", "form_list", "feed_back", case=case, data={"rows": rows})


def listed(story: Scenario, place: Place, *changes: Json, year: int = 2025) -> list[Json]:
    """Bring one problem of PLACE per entry of CHANGES through to the feedback of the list."""
    story.when_passes(f"{year}-07-02")
    own = {"year": year, "checked_on": f"{year}-03-18"}
    cases = [reviewed_by_the_city(story, place, **{**own, **change}) for change in changes]
    sent_by_the_city(story, place, year)
    for case in cases:
        story.when_completes("JX-LYJ", "joint_forestry", "list", case=case)
        story.when_completes("JX-STT", "joint_ecology", "list", case=case)
    story.when_passes(f"{year}-09-12")
    fed_back(story, batch=1, year=year)
    return cases


def planned(story: Scenario, place: Place, case: Json, due: str, **changes: Any) -> None:
    """Let the county make the plan of CASE with the date of completion DUE."""
    data = {**plan(due, place), **changes}
    story.when_completes(place.both("county")[0], "plan", "submit", case=case, data=data)


def rectified(story: Scenario, place: Place, case: Json) -> None:
    """Complete the work of CASE; the reserve has checked it."""
    story.when_completes(place.both("county")[0], "rectify", "done", case=case)
    story.when_completes(place.body, "self_check", "pass", case=case)


def checked_by_the_county(story: Scenario, place: Place, case: Json, done_on: str) -> None:
    """Submit the closing form of CASE and let both county units agree."""
    data = closing(story, place.body, done_on)
    story.when_completes(place.body, "fill_f3", "submit", case=case, data=data)
    for unit in place.both("county"):
        story.when_completes(unit, "county_check", "pass", case=case)


def ready_to_close(story: Scenario, place: Place, **plan_changes: Any) -> Json:
    """Bring a problem of PLACE to 1 December with its rectification completed."""
    (case,) = listed(story, place, {})
    planned(story, place, case, "2025-11-20", **plan_changes)
    story.when_passes("2025-11-14")
    rectified(story, place, case)
    story.when_passes("2025-12-01")
    return case


def closed_in_2024(story: Scenario, place: Place = YANGJIFENG, **changes: Any) -> Json:
    """Bring a problem found late in November 2024 (增补) to 已销号 on 9 December 2024.

    The story has begun in November 2024; a county reserve owned by the province goes its
    own way.
    """
    body, county = place.body, place.both("county")
    owned = changes.pop("owned", False)
    changes = {"year": 2024, "checked_on": "2024-11-20", "request_supplement": True, **changes}
    case = registered(story, place, **changes)
    data = {"supplement_batch": 2, "supplement_due": "2024-12-15"}
    story.when_completes("JX-LYJ", "approve_supplement", "approve", case=case, data=data)
    if not owned:
        story.when_completes("JX-STT", "approve_supplement", "approve", case=case)
    story.when_completes(body, "submit", "submit", case=case)
    worker = body if owned else county[0]
    data = plan("2024-12-15", place)
    data["measures"][0]["from"] = "2024-11-25"
    story.when_completes(worker, "plan", "submit", case=case, data=data)
    story.when_completes(worker, "rectify", "done", case=case)
    story.when_completes(body, "self_check", "pass", case=case)
    story.when_passes("2024-12-09 10:00" if story.today() < "2024-12-09" else story.today())
    form = "fill_f4" if owned else "fill_f3"
    done = story.written(case, "completed_on")[-1]
    data = closing(story, body, done_on=done)
    story.when_completes(body, form, "submit", case=case, data=data)
    if owned:
        story.when_completes("JX-LYJ", "prov_check", "pass", case=case)
        story.when_completes("JX-LYJ", "prov_approve", "approve", case=case)
    else:
        for unit in county:
            story.when_completes(unit, "county_check", "pass", case=case)
        story.when_completes(f"{place.county}-ZF", "county_gov", "approve", case=case)
    story.then_state(case, "已销号")
    return case


def looked_back(story: Scenario, unit: str, result: str, **changes: Any) -> Json:
    """Give CM-F3 of today with RESULT."""
    data: Json = {
        "checked_on": story.today(),
        "people": [f"clerk-{unit.lower()}", "clerk-jx-lyj"],
        "result": result,
        "photos": story.when_uploads(unit, "全景", "细部"),
    }
    return {**data, **changes}
