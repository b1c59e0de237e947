"""A case through the API: start, claim, complete, return, message, history."""

import re
from typing import Any

from tests.support.site import Site


def case_of(site: Site, case_id: int) -> Any:
    return site.browser("scheduler").get(f"/process-instances/{case_id}").json


def send_to_review(site: Site, **more: Any) -> int:
    case_id = int(site.start(**more)["instanceId"])
    data = {"what": "堆土", "area": 20}
    answer = site.complete("field1", case_id, "check", "send", data=data)
    assert answer.status_code == 200, answer.text
    return case_id


def test_a_case_goes_from_start_to_the_closing_state(site: Site) -> None:
    case_id = send_to_review(site)
    first = site.complete("wood1", case_id, "review", "pass").json
    assert (first["closed"], first["arithmetic"]) == (False, "2 席 需 2，已同意 1")
    assert site.complete("water1", case_id, "review", "pass").json["closed"] is True
    assert case_of(site, case_id)["stateName"] == "待放行"
    number = case_of(site, case_id)["number"]
    told = site.browser("scheduler").post(
        "/messages/publication",
        {"name": "tiny_go", "correlationKeys": {"key": number}},
    )
    assert (told.status_code, told.json["state"]) == (200, "delivered")
    assert case_of(site, case_id)["stateName"] == "整改中"
    assert site.complete("head", case_id, "do", None).status_code == 200
    site.pass_until("2025-07-24 09:00")
    done = case_of(site, case_id)
    assert (done["stateName"], done["status"]) == ("已销号", "completed")
    assert [row["key"] for row in done["instances"]] == ["tiny_case", "tiny_work"]
    assert done["tasks"] == []
    assert done["endedAt"] == "2025-07-23T09:00:00+08:00"


def test_the_number_is_that_of_year_and_county(site: Site) -> None:
    assert site.start()["number"] == "TN-2025-990101-001"
    assert site.start()["number"] == "TN-2025-990101-002"
    other = site.start(login="field2", station="S2")
    assert other["number"] == "TN-2025-990102-001"


def test_the_same_key_and_body_answers_the_first_result_again(site: Site) -> None:
    case_id = int(site.start()["instanceId"])
    task = site.open_task(case_id, "check")
    path = f"/user-tasks/{task['id']}/completion"
    body = {"outcome": "send", "expectedVersion": 1, "data": {"area": 1}}
    browser = site.browser("field1")
    first = browser.post(path, body, Idempotency_Key="one-and-the-same-key")
    again = browser.post(path, body, Idempotency_Key="one-and-the-same-key")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json == again.json
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    other = browser.post(path, {**body, "opinion": "x"}, Idempotency_Key="one-and-the-same-key")
    assert (other.status_code, other.json["code"]) == (422, "key-reused")


def test_an_act_without_a_key_is_refused(site: Site) -> None:
    answer = site.browser("field1").post("/process-instances", {}, Idempotency_Key="-")
    assert answer.status_code == 422  # the body comes first: it lacks the process
    body = {"processDefinitionKey": "tiny_case"}
    answer = site.browser("field1").post("/process-instances", body, Idempotency_Key="-")
    assert (answer.status_code, answer.json["code"]) == (400, "idempotency-key-missing")
    short = site.browser("field1").post("/process-instances", body, Idempotency_Key="short")
    assert short.status_code == 400


def test_an_act_needs_the_version_that_was_seen(site: Site) -> None:
    case_id = int(site.start()["instanceId"])
    task = site.open_task(case_id, "check")
    path = f"/user-tasks/{task['id']}/completion"
    browser = site.browser("field1")
    missing = browser.post(path, {"outcome": "send"})
    assert (missing.status_code, missing.json["code"]) == (422, "version-required")
    assert browser.call("PUT", f"/user-tasks/{task['id']}/assignment", {}).status_code == 200
    stale = browser.post(path, {"outcome": "send", "expectedVersion": 1})
    assert (stale.status_code, stale.json["code"]) == (409, "version-conflict")
    assert stale.json["currentVersion"] == 2


def test_the_loser_hears_who_was_first_and_when(site: Site) -> None:
    case_id = send_to_review(site)
    task = site.open_task(case_id, "review")
    seat = next(one for one in task["seats"] if one["unit"] == "U-WOOD-1")
    assert site.complete("wood1", case_id, "review", "pass").status_code == 200
    late = site.browser("wood1b").post(
        f"/user-tasks/{task['id']}/completion",
        {"outcome": "pass", "expectedVersion": seat["version"]},
    )
    assert (late.status_code, late.json["code"]) == (409, "seat-decided")
    assert "林一（甲县林草局）已于 2025-07-18 09:00 办理" in late.json["detail"]
    assert late.json["actedAt"] == "2025-07-18T09:00:00+08:00"


def test_claiming_takes_the_seat_and_release_gives_it_back(site: Site) -> None:
    case_id = send_to_review(site)
    task = site.open_task(case_id, "review")
    path = f"/user-tasks/{task['id']}/assignment"
    assert site.browser("wood1").call("PUT", path, {}).json["version"] == 2
    taken = site.browser("wood1b").call("PUT", path, {})
    assert (taken.status_code, taken.json["code"]) == (409, "seat-claimed")
    assert site.browser("wood1").call("DELETE", path, {}).status_code == 200
    assert site.browser("wood1b").call("PUT", path, {}).status_code == 200


def test_a_form_error_names_field_and_reason(site: Site) -> None:
    case_id = int(site.start()["instanceId"])
    data = {"area": -1, "station": "S2", "nonsense": 1}
    answer = site.complete("field1", case_id, "check", "send", data=data)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-form")
    found = {entry["field"]: entry["code"] for entry in answer.json["errors"]}
    assert set(found) == {"area", "station", "nonsense"}
    assert found["station"] == "field-readonly"
    assert all(entry["detail"] for entry in answer.json["errors"])


def test_a_short_reason_is_refused_with_the_count(site: Site) -> None:
    case_id = send_to_review(site)
    answer = site.complete("wood1", case_id, "review", "back", opinion="不行不行")
    assert (answer.status_code, answer.json["code"]) == (422, "reason-too-short")
    assert answer.json["detail"] == "请填写不少于 10 个字的理由（当前 4 个字）。"


def test_returning_sends_the_case_back_and_voids_the_other_seat(site: Site) -> None:
    case_id = send_to_review(site)
    task = site.open_task(case_id, "review")
    form = site.browser("wood1").get(f"/user-tasks/{task['id']}/form").json
    assert form["returns"]["targets"] == [{"node": "check", "name": "核对"}]
    seat = next(one for one in form["task"]["seats"] if one["mine"])
    body = {"target": "check", "reason": "坐标缺失，请补充后再报"}
    body["expectedVersion"] = seat["version"]
    answer = site.browser("wood1").post(f"/user-tasks/{task['id']}/return", body)
    assert answer.status_code == 200, answer.text
    assert site.open_task(case_id, "check")["round"] == 2
    after = site.browser("wood1").get(f"/user-tasks/{task['id']}").json
    assert after["state"] == "returned"
    assert {one["unit"]: one["state"] for one in after["seats"]}["U-WATER-1"] == "void"
    marks = site.browser("wood1").get(f"/process-instances/{case_id}/diagram").json["marks"]
    returned = {m["element"]: (m["state"], m["returned"]) for m in marks}
    assert returned["review"] == ("returned", 1)
    page = site.browser("wood1").client.get(f"/case/{case_of(site, case_id)['number']}").text
    said = re.findall(r'class="voice">.*?：([^<，]*)', page, re.DOTALL)
    assert (said.count("退回"), said.count("报送")) == (1, 1), said


def test_a_draft_is_kept_under_its_version(site: Site) -> None:
    case_id = int(site.start()["instanceId"])
    path = f"/user-tasks/{site.open_task(case_id, 'check')['id']}"
    browser, body = site.browser("field1"), {"data": {"what": "写到一半"}}
    assert browser.call("PUT", f"{path}/draft", body).status_code == 428
    saved = browser.call("PUT", f"{path}/draft", body, If_Match='"0"')
    assert (saved.json, saved.headers["ETag"]) == ({"version": 1}, '"1"')
    stale = browser.call("PUT", f"{path}/draft", body, If_Match='"0"')
    assert stale.status_code == 412
    assert browser.get(f"{path}/form").json["draft"]["data"] == {"what": "写到一半"}
    assert browser.call("PUT", f"{path}/draft", body, If_Match="x").status_code == 400


def test_reminding_is_for_others_and_not_too_often(site: Site) -> None:
    case_id = send_to_review(site)
    path = f"/user-tasks/{site.open_task(case_id, 'review')['id']}/reminders"
    assert site.browser("wood1").post(path, {}).status_code == 403
    assert site.browser("field1").post(path, {"text": "请尽快"}).json == {"count": 2}
    again = site.browser("head").post(path, {})
    assert (again.status_code, again.json["code"]) == (409, "too-soon")


def test_suspending_stops_acts_and_resuming_lets_them_go_on(site: Site) -> None:
    case_id = send_to_review(site)
    version = case_of(site, case_id)["version"]
    body = {"reason": "等待上级批示后继续办理", "expectedVersion": version}
    path = f"/process-instances/{case_id}/suspension"
    assert site.browser("scheduler").post(path, body).status_code == 200
    refused = site.complete("wood1", case_id, "review", "pass")
    assert (refused.status_code, refused.json["code"]) == (409, "case-suspended")
    body["expectedVersion"] = case_of(site, case_id)["version"]
    assert site.browser("scheduler").call("DELETE", path, body).status_code == 200
    assert site.complete("wood1", case_id, "review", "pass").status_code == 200


def test_cancelling_ends_the_case_once(site: Site) -> None:
    case_id = send_to_review(site)
    path = f"/process-instances/{case_id}/cancellation"
    body = {"reason": "重复登记，予以终止处理"}
    body["expectedVersion"] = case_of(site, case_id)["version"]
    assert site.browser("scheduler").post(path, body).status_code == 200
    body["expectedVersion"] = case_of(site, case_id)["version"]
    again = site.browser("scheduler").post(path, body)
    assert (again.status_code, again.json["code"]) == (409, "case-ended")


def test_many_cases_start_together_or_not_at_all(site: Site) -> None:
    rows: list[Any] = [{"station": "S1", "what": f"第{n}处", "area": n} for n in range(1, 4)]
    body = {"processDefinitionKey": "tiny_case", "rows": rows}
    made = site.browser("field1").post("/process-instances/batch", body)
    assert made.status_code == 201, made.text
    assert [one["number"][-3:] for one in made.json["items"]] == ["001", "002", "003"]
    rows[1] = {"station": "nowhere"}
    refused = site.browser("field1").post("/process-instances/batch", body)
    assert refused.status_code == 422
    assert {entry["row"] for entry in refused.json["errors"]} == {2}
    assert site.start()["number"][-3:] == "004"


def test_the_timeline_holds_every_round_with_its_voices(site: Site) -> None:
    case_id = send_to_review(site)
    site.complete("wood1", case_id, "review", "back", opinion="面积与附图不符，请核实")
    timeline = site.browser("water1").get(f"/process-instances/{case_id}/timeline").json
    entries = timeline["rounds"][0]["entries"]
    assert [(e["node"], e["round"], e["state"]) for e in entries] == [
        ("check", 1, "completed"),
        ("review", 1, "completed"),
        ("check", 2, "open"),
    ]
    voices = {voice["unit"]: voice for voice in entries[1]["voices"]}
    assert voices["U-WOOD-1"]["opinion"] == "面积与附图不符，请核实"
    assert voices["U-WOOD-1"]["outcomeLabel"] == "不同意"
    assert voices["U-WATER-1"]["state"] == "void"
    states = [m["text"] for m in timeline["moments"] if m["kind"] == "StateChanged"]
    assert states == ["状态变为“已登记”", "状态变为“审核中”", "状态变为“已登记”"]


def test_the_history_is_paged_and_complete(site: Site) -> None:
    case_id = send_to_review(site)
    browser, after, numbers = site.browser("field1"), "", []
    while True:
        query = {"limit": 5, **({"after": after} if after else {})}
        page = browser.get(f"/process-instances/{case_id}/history", **query).json
        numbers += [line["no"] for line in page["items"]]
        after = page["page"]["endCursor"]
        if not after:
            break
    assert numbers == list(range(1, page["page"]["total"] + 1))
    assert len(numbers) > 10
