"""Every row of the Jiangxi deadlines: where it starts, how long, in what, how it escalates."""

import functools
import re

import pytest

from engine.base.clock import shanghai
from engine.rules.escalation import Answer, answered, ladder_of
from tests.trace.book import readings

DAY_OF_YEAR, WORKING, DAYS, MONTHS = "date", "workingDay", "calendarDay", "month"
SUBMISSION = [(-5, "L0"), (1, "L1"), (6, "L2")]
RECTIFICATION = [(-10, "L0"), (1, "L1"), (11, "L2")]
YEAR_END = [(0, "L4")]
LADDERS = {
    "": [],
    "submission": SUBMISSION,
    "rectification": RECTIFICATION,
    "year_end": YEAR_END,
}

# key, length, unit, what it is counted from, kind of ladder, the elements that begin it;
# D-08 knows no kind for tip-offs, public notices and publications: they are only warned of
ROWS = [
    ("jx.f1.due", "07-31", DAY_OF_YEAR, "", "submission", "submit city_review"),
    ("jx.f2.due", "08-31", DAY_OF_YEAR, "", "submission", "compile_list sign_list"),
    ("jx.joint.due", "09-20", DAY_OF_YEAR, "", "submission", "joint_forestry joint_ecology"),
    ("jx.feedback", 5, WORKING, "created", "submission", "form_list"),
    ("jx.plan", 10, WORKING, "created", "rectification", "plan"),
    ("jx.progress", "month-end", DAY_OF_YEAR, "", "submission", "report_progress"),
    ("jx.f34.due", "12-20", DAY_OF_YEAR, "", "submission", "fill_f3 fill_f4"),
    ("jx.approve", 7, WORKING, "created", "submission", "county_gov prov_approve"),
    ("jx.filing", 5, WORKING, "created", "submission", "file_forestry file_ecology"),
    ("jx.summary", "12-31", DAY_OF_YEAR, "", "submission", "compile_summary"),
    ("jx.escalate", "01-15", DAY_OF_YEAR, "", "year_end", "compile_f11 sign_f11"),
    ("jx.notice", 5, WORKING, "created", "", "public_notice"),
    ("cm.report.ack", 15, DAYS, "received_on", "", "examine_report acknowledge"),
    ("cm.report.finish", 60, DAYS, "accepted_on", "", "record_result"),
    ("cm.public", 3, MONTHS, "created", "", "draft_publication"),
]
MORE = {
    "jx.joint.due": ("earliest", "date(year, 9, 30)"),  # what is added late: 30 September
    "jx.progress": ("roll", "preceding"),  # the last working day
    "jx.summary": ("roll", "preceding"),
    "jx.filing": ("latest", "date(today().year, 12, 31)"),
    "jx.escalate": ("year", 1),
    "cm.report.finish": ("extendMost", 30),
}


@functools.cache
def begun() -> dict[str, set[str]]:
    """Name the elements that carry each key of the due table."""
    found: dict[str, set[str]] = {}
    files = readings()["jiangxi"].bundle.matching(".bpmn")
    for data in (one for path, one in files.items() if "/" not in path):
        for name, body in re.findall(
            r'<bpmn:\w+ id="(\w+)"((?:(?!<bpmn:\w+ id=).)*)', data.decode(), re.DOTALL
        ):
            for key in re.findall(r'<gov:due key="([^"]+)"', body):
                found.setdefault(key, set()).add(name)
    return found


def asked(kind: str, days: int) -> Answer | None:
    """Ask D-08 what is done DAYS after the due day."""
    table = readings()["jiangxi"].deciding("D-08")
    moment = shanghai("2026-01-05 09:00")
    return answered(lambda scope: table.decide("D-08", scope, moment), kind, days)


@functools.cache
def rungs(kind: str) -> list[tuple[int, str]]:
    """Give the first day and the level of each rung of KIND, as D-08 draws them."""
    return [(one.start, one.level) for one in ladder_of(functools.partial(asked, kind))]


@pytest.mark.parametrize(
    ("key", "length", "unit", "base", "kind", "elements"), ROWS, ids=[row[0] for row in ROWS]
)
def test_a_limit_starts_lasts_and_escalates_as_the_plan_says(
    key: str, length: str | int, unit: str, base: str, kind: str, elements: str
) -> None:
    row = readings()["jiangxi"].application.deadlines[key]
    if unit == DAY_OF_YEAR:
        assert (row["date"], "amount" in row) == (length, False)
    else:
        assert (row["amount"], row["unit"]) == (length, unit)
        assert base in (row["from"], *re.findall(r"\w+", str(row.get("field") or "")))
    name, said = MORE.get(key, ("title", row["title"]))
    assert str(said) in str(row[name])
    assert set(elements.split()) <= begun()[key]
    assert row.get("kind", "") == kind
    assert (rungs(kind) if kind else []) == LADDERS[kind]
