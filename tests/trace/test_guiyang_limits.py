"""Every row of the Guiyang deadlines: where it starts, how long, when it ends, who is told."""

import functools
from datetime import date
from typing import Any

import pytest

from engine.base.clock import shanghai
from engine.base.values import Value
from engine.rules.deadlines import Place, due_moment
from engine.rules.escalation import Answer, Ladder, answered, capped, ladder_of
from tests.trace.book import readings
from tests.trace.reading import Reading

WORKING, DAYS, HOURS, MONTHS = "workingDay", "calendarDay", "hour", "month"
LADDERS: dict[str, list[tuple[int, str]]] = {
    "": [],
    "opinion": [(-2, "L0"), (1, "L1"), (4, "L2"), (11, "L3")],
    "submission": [(-5, "L0"), (1, "L1"), (6, "L2")],
    "rectification": [(-10, "L0"), (1, "L1"), (11, "L2")],
    "transfer": [(1, "L1"), (6, "L2")],
}

# key, length, unit, what it is counted from, kind of ladder, warning, the elements that
# begin it, a day it begins on and the day it ends: worked out by hand with the calendar of
# 2026 (6 April, 1-5 May, 19 June, 25 September and 1-7 October off, 9 May and 10 October at
# work). D-08 has no kind for patrols, penalties and meetings: they are only warned of.
ROWS = [
    ("gy.patrol.report", 2, HOURS, "found_at", "", "", "gy_patrol/report",
     "2026-04-07 09:10", "2026-04-07 11:10"),
    ("gy.patrol.stop", 24, HOURS, "found_at", "", "", "gy_patrol/stop",
     "2026-04-07 09:10", "2026-04-08 09:10"),
    ("gy.clue.dispatch", 2, WORKING, "created", "transfer", "",
     "gy_clue/register_clue gy_transfer/send_slip", "2026-04-30", "2026-05-07"),
    ("gy.transfer.four", 5, WORKING, "created", "transfer", "P2D", "gy_transfer/send_four",
     "2026-04-10", "2026-04-17"),
    ("gy.transfer.accept", 5, WORKING, "created", "transfer", "P2D", "gy_transfer/accept",
     "2026-04-08", "2026-04-15"),
    ("gy.transfer.result", 20, WORKING, "sent_on", "transfer", "P5D", "gy_transfer/feedback",
     "2026-04-15", "2026-05-15"),
    ("gy.penalty", 90, DAYS, "filed_on", "", "P10D", "gy_violation_case/decide",
     "2026-04-20", "2026-07-19"),
    ("gy.limitation", 24, MONTHS, "act_end", "", "", "", "2024-04-20", "2026-04-20"),
    ("gy.review.accept", 5, WORKING, "created", "", "P2D", "gy_joint_review/accept",
     "2026-03-09", "2026-03-16"),
    ("gy.review.convene", 10, WORKING, "created", "", "P2D", "gy_joint_review/notice",
     "2026-03-10", "2026-03-24"),
    ("gy.review.opinion", 0, DAYS, "opinion_due", "opinion", "P2D",
     "gy_joint_review/opinions", "2026-03-30", "2026-03-30"),
    ("gy.review.meeting", 5, WORKING, "opinion_due", "", "P2D", "", "2026-03-30", "2026-04-07"),
    ("gy.review.site", 15, WORKING, "created", "", "P5D", "gy_site_visit/visit_record",
     "2026-06-03", "2026-06-25"),
    ("gy.plan", 20, WORKING, "ledger_on", "rectification", "P5D", "gy_closure/plan",
     "2026-06-01", "2026-06-30"),
    ("gy.plan.consent", 10, WORKING, "created", "", "P2D", "gy_closure/consent",
     "2026-06-24", "2026-07-08"),
    ("gy.evidence", 10, WORKING, "created", "submission", "P5D", "gy_closure/evidence",
     "2026-09-21", "2026-10-12"),
    ("gy.ledger", 5, WORKING, "created", "submission", "P2D", "gy_closure/register",
     "2026-09-18", "2026-09-24"),
    ("gy.apply", 10, WORKING, "evidence_on", "submission", "P5D", "gy_closure/apply",
     "2026-09-28", "2026-10-16"),
    ("gy.check.construction", 0, DAYS, "next_check", "", "P10D", "gy_project/check_works",
     "2026-06-01", "2026-06-01"),
    ("gy.check.operation", 0, DAYS, "next_check", "", "P10D", "gy_project/check_operation",
     "2027-11-30", "2027-11-30"),
    ("gy.share.vector", 10, WORKING, "created", "submission", "P2D", "gy_share/provide",
     "2026-10-12", "2026-10-26"),
    ("gy.cross.meeting", 6, MONTHS, "created", "", "P10D", "", "2026-01-01", "2026-07-01"),
    ("cm.report.ack", 15, DAYS, "received_on", "", "P3D",
     "gy_report/examine_report gy_report/acknowledge", "2026-05-06", "2026-05-21"),
    ("cm.report.finish", 60, DAYS, "accepted_on", "", "P10D", "gy_report/record_result",
     "2026-05-06", "2026-07-05"),
    ("cm.public", 3, MONTHS, "created", "", "P5D", "gy_publication/draft_publication",
     "2026-01-01", "2026-04-01"),
]  # fmt: skip


# P-10 says "Overdue → L1" of sharing, though D-08.7 tells the provincial bodies of late
# submissions: the process says it of this very case, so it counts.
HIGHEST = {"gy.share.vector": "L1"}


def reading() -> Reading:
    """Give what the files of the application say."""
    return readings()["guiyang"]


def limit(element: str, key: str) -> dict[str, Any]:
    """Give the limit of ELEMENT ("process/node"): its row, and what the diagram adds."""
    process, _, node = element.partition("/")
    due = reading().process(process).facts[process].nodes[node].due
    assert due["key"] == key
    return {**reading().application.deadlines[key], **due}


def asked(kind: str, days: int) -> Answer | None:
    """Ask D-08 what is done DAYS after the due day."""
    table, moment = reading().deciding("D-08"), shanghai("2026-01-05 09:00")
    return answered(lambda scope: table.decide("D-08", scope, moment), kind, days)


@functools.cache
def ladder(kind: str) -> Ladder:
    """Give the rungs of KIND, as D-08 draws them."""
    return ladder_of(functools.partial(asked, kind))


@pytest.mark.parametrize("told", ROWS, ids=[row[0] for row in ROWS])
def test_a_limit_starts_lasts_ends_and_escalates_as_the_plan_says(told: Any) -> None:
    key, length, unit, base, kind, warning, elements, begun, ends = told
    table = reading().application.deadlines[key]
    for row in [limit(one, key) for one in elements.split()] or [table]:
        assert (row["amount"], row["unit"]) == (length, unit)
        assert base in f"{row['from']} {row.get('field') or ''}"
        assert (row.get("kind", ""), row.get("warn", "")) == (kind, warning)
        assert row.get("warnBefore", warning) == warning
    highest = HIGHEST.get(key)
    assert table.get("highest") == highest
    found = capped(ladder(kind), highest) if kind else ()
    top = [rung for rung in LADDERS[kind] if not highest or rung[1] <= highest]
    assert [(rung.start, rung.level) for rung in found] == top
    calendar = reading().env.calendars[reading().application.calendar]
    hours = " " in begun
    start = shanghai(begun if hours else f"{begun} 10:00")
    due = shanghai(ends if hours else f"{ends} 23:59:59")
    assert due_moment(length, unit, start, Place(calendar)) == due


def test_what_returns_does_so_by_the_month_and_by_the_settings() -> None:
    """Vectors, cross-region meetings: 6 months; publications: 3; opinions: 10 and 5 wd."""
    starts = {"gy_share": "P6M", "gy_cross_meetings": "P6M", "gy_publication": "P3M"}
    files = reading().bundle.files
    for process, cycle in starts.items():
        assert f"/{cycle}</bpmn:timeCycle>" in files[f"{process}.bpmn"].decode()
    values = reading().application.values
    assert (values["review_opinion_days"], values["review_opinion_days_again"]) == (10, 5)
    assert (values["check_months_works"], values["check_months_operation"]) == (3, 12)
    assert reading().application.deadlines["cm.report.finish"]["extendMost"] == 30


HARMED = {"act_harm": True}


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ({"act_end": "2024-04-20", "found_on": "2026-04-20"}, False),
        ({"act_end": "2024-04-20", "found_on": "2026-04-21"}, True),
        ({"act_end": "2021-04-20", "found_on": "2026-04-20", **HARMED}, False),
        ({"act_end": "2021-04-20", "found_on": "2026-04-21", **HARMED}, True),
        ({"act_end": "2020-01-01", "found_on": "2026-04-21", "act_continues": True}, False),
    ],
)
def test_the_limitation_is_two_years_or_five_from_the_end_of_the_act(
    given: dict[str, Value], passed: bool
) -> None:
    """gy.limitation, A-32: proposed from the end of the act; one that goes on never passes."""
    form = reading().form("gy_f17")
    moment = reading().env.moment(shanghai("2026-05-04 09:00"))
    values = form.clean({**given}, known={}, moment=moment, draft=True)
    field = form.get("limitation_passed")
    assert field is not None
    assert field.derived is not None
    assert field.derived({**values, "found_on": _day(given["found_on"])}, moment) is passed


def _day(text: Any) -> Any:
    return date.fromisoformat(str(text))
