"""并加签 and 减签 through HTTP: base and need counted anew, and what is refused."""

import sqlalchemy as sa

from engine.store.machine import notice
from engine.worker import Worker
from tests.seats.house import Round
from tests.support.site import Site


def test_two_more_seats_raise_the_need_and_one_less_decides(site: Site) -> None:
    """operations.md 2.16 (a) and 2.17 (a): need 4 of 5, 5 of 7, 4 of 6."""
    one = Round.of(site, "vote")
    for voter in ("v0", "v1"):
        assert one.say(voter, "yes").status_code == 200
    assert one.say("v2", "no").status_code == 200
    assert one.say("v3", "yes").json["closed"] is False  # 3 同意 1 不同意 1 open
    told = one.add("v4", "U-V5", "U-V6", reason="涉及水域，请两局一并表决")
    assert told.status_code == 200, told.text
    answer = told.json
    assert (answer["seats"], answer["need"], answer["closed"]) == (7, 5, False)
    assert "7 席" in answer["arithmetic"]
    line = one.lines("AddSeats")[0]
    wanted = {"seats_before": 5, "need_before": 4, "seats_after": 7, "need_after": 5}
    assert line.items() >= (wanted | {"reason": "涉及水域，请两局一并表决"}).items()
    assert line["added"] == ["U-V5局", "U-V6局"]
    assert one.seat("U-V5")["addedBy"] == "v4"
    Worker(site.engine).run_due()
    with site.engine.database.read() as conn:
        heard = conn.execute(sa.select(notice.c.recipient)).scalars().all()
    assert {"unit:U-V5", "unit:U-V6"} <= set(heard)
    assert one.say("v4", "yes").json["closed"] is False  # 4 同意 1 不同意 2 open
    decided_by_removal(one)


def decided_by_removal(one: Round) -> None:
    removed = one.remove("v4", "U-V6")
    assert removed.status_code == 200, removed.text
    assert (removed.json["seats"], removed.json["need"]) == (6, 4)
    assert (removed.json["closed"], removed.json["outcome"]) == (True, "yes")
    assert removed.json["arithmetic"].startswith("因减签达到")
    row = one.row()
    assert row["arithmetic"].startswith("因减签达到：6 席")
    assert one.seat("U-V6")["state"] == "removed"
    assert one.seat("U-V5")["state"] == "void"
    late = one.say("v5", "yes")
    assert (late.status_code, late.json["code"]) == (409, "round-closed")
    over = one.add("v5", "U-V7")
    assert (over.status_code, over.json["code"]) == (409, "round-closed")


def test_who_and_what_may_not_be_added_is_said(site: Site) -> None:
    one = Round.of(site, "small")
    seated = one.add("v0", "U-V1")
    assert (seated.status_code, seated.json["code"]) == (409, "already-seated")
    assert seated.json["detail"] == "U-V1局 已在本环节办理席位中。"
    colleague = one.add("v0", persons=["v0b"])
    assert colleague.json["code"] == "already-seated"
    assert one.add("v0", "U-S1").json["code"] == "not-eligible"  # nobody there
    assert one.add("v0", "U-NONE").json["code"] == "unit-unknown"
    assert one.add("v0", persons=["nobody"]).json["code"] == "not-eligible"
    assert one.add("v0").json["code"] == "nobody-named"
    assert one.add("v0", "U-V4", kind="before").status_code == 422  # named, not pretended
    assert one.add("v0", "U-V4", "U-V5").json["code"] == "max-seats"  # 3 of at most 4
    assert one.add("v0", "U-V4", expectedVersion=None).json["code"] == "version-required"
    stale = one.add("v0", "U-V4", compositionVersion=7)
    assert (stale.status_code, stale.json["code"]) == (409, "version-conflict")
    assert one.send("v5", "POST", "seats", units=["U-V4"]).status_code == 404  # not theirs
    assert one.add("v0", persons=["v4"]).json["seats"] == 4
    assert one.seat("v4")["unit"] == ""
    assert one.row("v4")["id"] == one.task  # the person sees the case now
    assert one.say("v0", "yes").json["closed"] is False
    assert one.add("v0", "U-V5").json["code"] == "seat-decided"
    fixed = Round.of(site, "fixed").add("v0", "U-V4")
    assert (fixed.status_code, fixed.json["code"]) == (409, "add-not-allowed")
    assert "表决" in fixed.json["detail"]


def test_a_seat_is_taken_out_by_who_added_it_or_a_supervisor(site: Site) -> None:
    one = Round.of(site, "small")
    assert one.add("v0", "U-V3").status_code == 200
    foreign = one.remove("v1", "U-V3")
    assert (foreign.status_code, foreign.json["code"]) == (403, "not-yours")
    assert one.remove("v0", "U-V1").json["code"] == "not-yours"  # drawn, not added
    short = one.remove("v0", "U-V3", reason="不需要")
    assert (short.status_code, short.json["code"]) == (422, "reason-too-short")
    assert one.say("v3", "yes").status_code == 200
    spoken = one.remove("v0", "U-V3")
    assert (spoken.status_code, spoken.json["code"]) == (409, "seat-decided")
    assert one.remove("scheduler", "U-V1").json["seats"] == 3
    assert one.remove("scheduler", "U-V2").json["seats"] == 2
    assert one.remove("scheduler", "U-V2").json["code"] == "seat-void"
    assert one.remove("scheduler", "U-V0").json["closed"] is True  # v3's voice was enough
    alone = Round.of(site, "small")
    for code in ("U-V1", "U-V2"):
        assert alone.remove("scheduler", code).status_code == 200
    last = alone.remove("scheduler", "U-V0")
    assert (last.status_code, last.json["code"]) == (409, "last-seat")


def test_in_a_sequence_the_added_act_next_and_the_removed_are_passed_over(site: Site) -> None:
    one = Round.of(site, "queue")
    assert one.add("v0", "U-V5").status_code == 200
    states = [(s["unit"], s["state"]) for s in one.row()["seats"]]
    assert states == [
        ("U-V0", "open"),
        ("U-V5", "held"),
        ("U-V1", "held"),
        ("U-V2", "held"),
    ]
    assert one.remove("scheduler", "U-V1").status_code == 200  # 2.4 (d)
    assert one.say("v0", "yes").status_code == 200
    assert one.seat("U-V5")["state"] == "open"
    assert one.say("v5", "yes").status_code == 200
    assert one.seat("U-V2")["state"] == "open"
    assert one.say("v2", "yes").json["closed"] is True
