"""加签 and 减签 meet a vote at the commit: one order or the other, never a third state."""

from typing import Any

import pytest

from engine.base.actor import SYSTEM, Actor
from engine.commands.adding import AddSeats, RemoveSeat
from engine.commands.tasks import CompleteTask
from engine.queries import people
from tests.races.parking import meet, won
from tests.seats.house import Round
from tests.support.site import Site

FIRST = pytest.mark.parametrize("voting_first", [False, True], ids=["seats", "vote"])


def actor(site: Site, login: str) -> Actor:
    found = site.engine.ask(people.actor_of, SYSTEM, login=login)
    assert found is not None
    return found


def met(site: Site, change: tuple[str, Any], vote: tuple[str, Any], turned: bool) -> list[Any]:
    """Let both meet; give the answer to the change, then that to the vote."""
    pairs = [(command, actor(site, login)) for login, command in (change, vote)]
    if turned:
        return list(reversed(meet(site.engine, pairs[1], pairs[0])))
    return list(meet(site.engine, pairs[0], pairs[1]))


@FIRST
def test_more_seats_meet_the_deciding_vote(site: Site, voting_first: bool) -> None:
    one = Round.of(site, "vote")
    for voter in ("v0", "v1", "v2"):
        assert one.say(voter, "yes").json["closed"] is False
    add = AddSeats(one.task, ("U-V5", "U-V6"), expected_version=1, composition_version=0)
    vote = CompleteTask(one.task, outcome="yes", expected_version=1)
    added, voted = met(site, ("v4", add), ("v3", vote), voting_first)
    assert won(voted)
    row = one.row()
    if voting_first:
        assert added.problem_code == "round-closed"
        assert (row["state"], row["outcome"], len(row["seats"])) == ("completed", "yes", 5)
    else:
        assert (added.seats, added.need) == (7, 5)
        assert (row["state"], voted.closed, len(row["seats"])) == ("open", False, 7)
        assert one.seat("U-V3")["decision"] == "AGREE"


@FIRST
def test_a_removal_meets_the_vote_of_that_seat(site: Site, voting_first: bool) -> None:
    one = Round.of(site, "vote")
    assert one.add("v0", "U-V5").status_code == 200
    seat = one.seat("U-V5")["id"]
    reason = "该单位与本事项没有关系"
    remove = RemoveSeat(one.task, seat, reason, expected_version=1, composition_version=1)
    vote = CompleteTask(one.task, outcome="yes", expected_version=1)
    removed, voted = met(site, ("v0", remove), ("v5", vote), voting_first)
    assert won(removed) != won(voted)
    state = one.seat("U-V5")["state"]
    if voting_first:
        assert (removed.problem_code, state) == ("seat-decided", "done")
    else:
        assert (voted.problem_code, state) == ("seat-void", "removed")
