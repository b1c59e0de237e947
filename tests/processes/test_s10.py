"""Story S10, the timers: the joint meeting and the vectors of each half year; late shares."""

import pytest

from tests.support.scenario import Json, Scenario

QINGZHEN, GUANSHANHU, FORESTRY = "520181-ZF", "520115-ZF", "GY-LY"
PRESET = "乡镇（街道办）、派出所、渔政"


@pytest.mark.requirement("G-59", "G-62")
def test_every_half_year_areas_across_regions_meet_and_vectors_are_shared(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    story.when_passes("2026-07-01 09:00")
    meetings = {c["title"]: c for c in story.cases("gy_meeting")}
    areas = {  # the areas across regions, each with the units of its places
        "红枫湖风景名胜区": (QINGZHEN, "GA-GWH", "GY-01-GL"),
        "百花湖风景名胜区": (GUANSHANHU, QINGZHEN, "GY-02-GL"),
        "贵州贵阳阿哈湖国家湿地公园": ("520102-ZF", "520111-ZF", "GY-03-GL"),
    }
    assert set(meetings) == {f"{name}2026年下半年跨区域联席会议" for name in areas}
    for name, (convener, *others) in areas.items():
        case = meetings[f"{name}2026年下半年跨区域联席会议"]
        story.then_waits_at(case, ("convene", convener))
        form = story.form(convener, "convene", case)
        assert (form["kind"], form["invited_others"]) == ("跨区域联席会议", PRESET)
        assert set(form["units"]) == {convener, FORESTRY, *others}
    (share,) = story.cases("gy_share")
    assert share["title"] == "矢量边界：2026年下半年自然保护地矢量边界"
    the_late_share_reaches_level_one(story, share)
    story.then_all_is_on_record(share, *meetings.values())


@pytest.mark.requirement("G-58", "G-59")
def the_late_share_reaches_level_one(story: Scenario, share: Json) -> None:
    story.then_waits_at(share, ("provide", FORESTRY))
    story.then_due(share, "provide", "2026-07-15")
    story.when_passes("2026-07-16 18:00")
    (task,) = story.tasks(share)
    assert task["due"]["level"] == "L1"
    data = {
        "receivers": ["GY-ST", "GY-ZR", "GY-JT", "GY-SW", "GY-NY", "GY-WL"],
        "version": "2026-06-30",
        "file": story.when_uploads(FORESTRY, "矢量边界"),
    }
    story.when_completes(FORESTRY, "provide", "share", case=share, data=data)
    why = "坐标系不是CGCS2000，请重新提供。"
    for unit in data["receivers"]:
        outcome, said = ("faulty", why) if unit == "GY-ZR" else ("received", "")
        story.when_completes(unit, "confirm", outcome, case=share, opinion=said)
    story.then_waits_at(share, ("provide", FORESTRY))
