"""The scheduler's routes: jobs, clock, phases, dry run, incidents, messages."""

from typing import Any

from tests.support.site import Site


def waiting_case(site: Site) -> int:
    case_id = int(site.start()["instanceId"])
    site.complete("field1", case_id, "check", "send", data={})
    return case_id


def everything(site: Site) -> Any:
    """Give all rows of all tables, to see that nothing was saved."""
    with site.engine.database.read() as conn:
        names = [
            row[0]
            for row in conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        return {n: conn.exec_driver_sql(f"SELECT * FROM {n}").fetchall() for n in sorted(names)}


def test_a_dry_run_shows_timers_and_saves_nothing(site: Site) -> None:
    case_id = waiting_case(site)
    scheduler = site.browser("scheduler")
    before = everything(site)
    answer = scheduler.post("/campaigns/dry-run", {"until": "2026-01-02T00:00:00+08:00"})
    assert answer.status_code == 200, answer.text
    assert everything(site) == before
    cases = {row["processKey"]: row for row in answer.json["cases"]}
    steps = cases["tiny_case"]["steps"]
    assert cases["tiny_case"]["caseId"] == case_id
    assert steps[0]["at"] == "2025-07-21T09:00:00+08:00"
    texts = [step["text"] for step in steps]
    assert texts[:2] == ["定时器到时", "通知有关单位和人员"]
    started = [step["text"] for step in cases["tiny_year"]["steps"]]
    assert started[:2] == ["定时器到时", "打开任务“年度安排”：试验市主管局"]
    soon = scheduler.post("/campaigns/dry-run", {"until": "2025-07-19T00:00:00+08:00"}).json
    assert soon["cases"] == []
    other = {"until": "2026-01-02T00:00:00+08:00", "application": "another"}
    assert scheduler.post("/campaigns/dry-run", other).json["cases"] == []


def test_a_timer_is_listed_and_fired_early(site: Site) -> None:
    case_id = waiting_case(site)
    scheduler = site.browser("scheduler")
    body = {"filter": {"kind": "timer", "caseId": case_id}}
    jobs = scheduler.post("/jobs/search", body).json["items"]
    assert [(j["node"], j["dueAt"]) for j in jobs] == [("late", "2025-07-21T09:00:00+08:00")]
    fired = scheduler.post(f"/jobs/{jobs[0]['id']}/activation", {"reason": "提前提醒"})
    assert fired.status_code == 200, fired.text
    site.pass_until("2025-07-18 09:01")
    assert scheduler.post("/jobs/search", body).json["items"] == []


def test_the_worker_can_be_paused_with_a_reason(site: Site) -> None:
    scheduler = site.browser("scheduler")
    assert scheduler.get("/worker").json["word"] == "正常"
    assert scheduler.call("PUT", "/worker/pause", {"reason": "演练"}).status_code == 204
    state = scheduler.get("/worker").json
    assert (state["word"], state["paused"], state["pauseReason"]) == ("需处理", True, "演练")
    assert site.browser("owner").call("DELETE", "/worker/pause").status_code == 403
    assert scheduler.call("DELETE", "/worker/pause").status_code == 204
    assert scheduler.get("/worker").json["paused"] is False


def test_lateness_is_told(site: Site) -> None:
    waiting_case(site)
    site.clock.set(site.clock.now().replace(month=8))
    state = site.browser("scheduler").get("/worker").json
    assert state["word"] == "有延迟"
    lanes = {lane["name"]: lane for lane in state["lanes"]}
    assert lanes["engine"]["due"] == 1
    assert lanes["engine"]["latenessSeconds"] == 28 * 86_400


def test_the_phases_of_a_year_stand_on_a_strip(site: Site) -> None:
    strip = site.browser("field1").get("/campaigns/tiny/phases", year=2024).json
    assert (strip["year"], strip["todayShare"]) == (2024, None)
    phase = strip["phases"][0]
    assert (phase["firstOn"], phase["lastOn"]) == ("2024-01-01", "2024-12-31")
    assert (phase["standing"], phase["shareFrom"], phase["shareTo"]) == ("past", 0, 1)
    assert site.browser("field1").get("/campaigns/none/phases").status_code == 404


def test_an_unfilled_seat_becomes_an_incident_with_its_reason(site: Site) -> None:
    case_id = int(site.start(login="field2", station="S2")["instanceId"])
    site.complete("field2", case_id, "check", "send", data={})
    body = {"filter": {"state": "OPEN"}}
    rows = site.browser("scheduler").post("/incidents/search", body).json
    assert [(r["caseId"], r["node"], r["code"]) for r in rows["items"]] == [
        (case_id, "review", "no-handler")
    ]
    assert "水务部门" in rows["items"][0]["text"]
    groups = site.browser("scheduler").get("/incidents/groups").json
    assert [(g["code"], g["node"], g["count"]) for g in groups] == [("no-handler", "review", 1)]
    marks = site.browser("field2").get(f"/process-instances/{case_id}/diagram").json["marks"]
    assert {m["element"]: m["state"] for m in marks}["review"] == "incident"
    one = site.browser("scheduler").get(f"/incidents/{rows['items'][0]['id']}").json
    assert one["number"] == "TN-2025-990102-001"


def test_a_message_nobody_waits_for_is_kept_and_listed(site: Site) -> None:
    scheduler = site.browser("scheduler")
    body = {"name": "tiny_go", "correlationKeys": {"key": "none"}, "messageId": "m-1"}
    assert scheduler.post("/messages/publication", body).json["state"] == "waiting"
    assert scheduler.post("/messages/correlation", {**body, "messageId": "m-2"}).json == {
        "uid": "m-2",
        "state": "dead",
        "instanceId": None,
        "reason": "no-receiver",
    }
    rows = scheduler.post("/messages/search", {"filter": {"state": "waiting"}}).json["items"]
    assert [row["uid"] for row in rows] == ["m-1"]


def test_the_preview_names_who_is_next(site: Site) -> None:
    case_id = int(site.start()["instanceId"])
    task = site.open_task(case_id, "check")
    before = everything(site)
    body = {"outcome": "send", "data": {"area": 3}}
    shown = site.browser("field1").post(f"/user-tasks/{task['id']}/next-handlers", body).json
    assert shown["decided"] is True
    assert [(n["node"], [s["unit"] for s in n["seats"]]) for n in shown["next"]] == [
        ("review", ["U-WOOD-1", "U-WATER-1"])
    ]
    assert everything(site) == before
    stranger = site.browser("head").post(f"/user-tasks/{task['id']}/next-handlers", body)
    assert stranger.status_code == 409
    by_case = {**body, "taskId": task["id"]}
    path = f"/process-instances/{case_id}/next-handlers"
    assert site.browser("field1").post(path, by_case).json["next"] == shown["next"]
