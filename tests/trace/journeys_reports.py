"""The ways through the tip-offs of both applications that the tests of requirements tell."""

from engine.base.clock import shanghai
from tests.trace.journey import Journey

BEGIN = shanghai("2025-03-18 09:00")
MERGED = {"triage_report": "merge", "main_concluded": {"concluded_no": "JB-1"}}


def journeys(process: str) -> tuple[Journey, ...]:
    """Give the ways through PROCESS, the tip-offs of one application."""
    start = "report_registered"
    ways = {"并案": MERGED, "转办": {"triage_report": "transfer"},
            "不予受理": {"triage_report": "refuse"}}  # fmt: skip
    return (
        Journey(process, "举报", start=start, begin=BEGIN),
        Journey(process, "建议会议", start=start, begin=BEGIN, vars={"suggest_meeting": True}),
        *(
            Journey(process, name, start=start, begin=BEGIN, answers=answers)
            for name, answers in ways.items()
        ),
    )


GUIYANG = journeys("gy_report")
JIANGXI = journeys("jx_report")
