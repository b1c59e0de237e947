"""委派 through HTTP: an opinion without a vote, the asking seat waits, its clock goes on."""

from dataclasses import dataclass, field

import sqlalchemy as sa
from werkzeug.test import TestResponse

from engine.base.actor import SYSTEM
from engine.commands import entitled, escalating
from engine.commands.results import Nothing
from engine.context import Context
from engine.queries import people, supervision
from engine.rules.escalation import HANDLERS
from engine.store.machine import notice
from tests.seats.house import Round
from tests.support.site import Site


@dataclass
class Reminded:
    """Whom a reminder of the limit goes to."""

    task: int
    found: list[str] = field(default_factory=list)

    def run(self, ctx: Context) -> Nothing:
        held = entitled.hold_task(ctx, self.task, "view")
        self.found = escalating.recipients(held, [HANDLERS])
        return Nothing()


def ask(one: Round, login: str, **more: object) -> TestResponse:
    seat = one.seat(login.upper().replace("V", "U-V"))
    body = {"question": "是否涉及河道？", "expectedVersion": seat["version"], **more}
    return one.send(login, "POST", "delegation", **body)


def counted(one: Round) -> int:
    return sum(s["duty"] != "asked" for s in one.row()["seats"])


def test_an_opinion_has_no_vote_and_the_seat_comes_back(site: Site) -> None:
    """operations.md 2.14 (a) and (b)."""
    one = Round.of(site, "small")
    told = ask(one, "v0", person="v5")
    assert told.status_code == 200, told.text
    assert (told.json["asked"], counted(one)) == ("委员5", 3)
    side, own = one.seat("v5"), one.seat("U-V0")
    assert (side["state"], side["label"], side["duty"]) == ("open", "征求意见：委员5", "asked")
    assert (own["state"], own["person"]) == ("held", "v0")
    early = one.say("v0", "yes")
    assert (early.status_code, early.json["code"]) == (409, "delegated")
    assert early.json["detail"] == "已委派 委员5 征求意见，请等待或先收回。"
    assert one.add("v0", "U-V6").json["code"] == "delegated"
    assert one.say("v1", "yes").json["closed"] is False
    assert one.seat("U-V0")["state"] == "held"  # a vote of others does not bring it back
    said = one.say("v5", "no", seat="v5", opinion="涉及河道，建议补充论证")
    assert said.status_code == 200, said.text
    assert said.json["closed"] is False  # 不同意 of who is asked decides nothing
    assert one.seat("U-V0")["state"] == "open"
    assert one.say("v0", "yes").json["closed"] is False
    last = one.say("v2", "yes").json
    assert (last["closed"], last["outcome"], counted(one)) == (True, "yes", 3)
    assert last["arithmetic"] == "3 席 需 3，已同意 3"
    assert [line["to"] for line in one.lines("DelegateTask")] == ["委员5"]
    assert one.lines("GiveOpinion")[0]["opinion"] == "涉及河道，建议补充论证"


def seen(one: Round) -> dict[str, int]:
    return {"expectedVersion": one.seat("U-V0")["version"]}


def test_the_asking_seat_is_overdue_and_its_holder_is_told(site: Site) -> None:
    """operations.md 2.14 (c)."""
    one = Round.of(site, "small")
    before = one.row()["dueAt"]
    assert ask(one, "v0", person="v5").status_code == 200
    assert (one.row()["dueAt"], one.seat("v5")["dueAt"]) == (before, None)
    assert one.seat("U-V0")["dueAt"] == before
    site.pass_until("2025-07-25 09:00")
    row = one.row()
    assert row["due"]["state"] == "overdue", row["due"]
    chief = site.engine.ask(people.actor_of, SYSTEM, login="scheduler")
    late = site.engine.ask(supervision.late, chief).items
    units = [code for one in late for code, _ in one.units]
    assert sorted(units) == ["U-V0", "U-V1", "U-V2"]  # who asks, not who is asked
    with site.engine.database.read() as conn:
        heard = conn.execute(sa.select(notice.c.recipient)).scalars().all()
    assert "person:v5" in heard
    reminded = Reminded(one.task)
    site.engine.execute(reminded, SYSTEM)
    assert reminded.found == ["person:v0", "unit:U-V1", "unit:U-V2", "person:v5"]


def test_a_question_is_taken_back_and_only_who_has_a_voice_may_ask(site: Site) -> None:
    one = Round.of(site, "small")
    assert ask(one, "v0", person="v1").json["code"] == "already-seated"
    assert ask(one, "v0", person="v0").json["code"] == "delegate-self"
    assert ask(one, "v0").json["code"] == "nobody-named"
    assert ask(one, "v0", toUnit="U-S1").json["code"] == "not-eligible"
    assert ask(one, "v0", person="v0b").status_code == 200  # a colleague
    side = {"expectedVersion": 1, "person": "v6"}
    assert one.send("v0b", "POST", "delegation", **side).json["code"] == "opinion-only"
    assert ask(one, "v0", person="v6").json["code"] == "delegated"
    back = one.send("v0", "DELETE", "delegation", **seen(one))
    assert back.status_code == 200, back.text
    assert (one.seat("U-V0")["state"], one.seat("v0b")["state"]) == ("open", "void")
    again = one.send("v0", "DELETE", "delegation", **seen(one))
    assert (again.status_code, again.json["code"]) == (409, "not-delegated")
    assert ask(one, "v0", toUnit="U-V6").status_code == 200
    assert one.say("v6", "yes").status_code == 200
    assert one.say("v0", "yes").status_code == 200
    fixed = ask(Round.of(site, "fixed"), "v0", person="v5")
    assert (fixed.status_code, fixed.json["code"]) == (409, "delegate-not-allowed")
    assert ask(Round.of(site, "queue"), "v1", person="v5").json["code"] == "not-your-turn"


def test_a_round_that_ends_takes_the_question_with_it(site: Site) -> None:
    one = Round.of(site, "small")
    assert ask(one, "v0", person="v5").status_code == 200
    assert one.say("v1", "no").json["closed"] is True
    assert one.seat("v5")["state"] == "void"
    late = one.say("v5", "yes", seat="v5", opinion="没有意见")
    assert (late.status_code, late.json["code"]) == (409, "round-closed")
