"""The ways of transfer slips and of documents that name a lead, on their way to a problem."""

from tests.trace.cases_gy import (
    ANSWERED,
    ANSWERS,
    CASE,
    CONCLUDED,
    DAY,
    POINT,
    SLIP,
    TWO_DOCUMENTS,
)
from tests.trace.journey import Journey

SLIPS = (
    Journey("gy_document_lead", "较高层级", vars=TWO_DOCUMENTS),
    Journey(
        "gy_document_lead",
        "会商",
        vars={
            **TWO_DOCUMENTS,
            "other_documents": [
                {**TWO_DOCUMENTS["other_documents"][0], "level": "省级", "on": DAY}
            ],
        },
        answers={"meeting_concluded": CONCLUDED},
    ),
    Journey("gy_clue", "首家受理", start="note_accepted", vars=ANSWERS),
    Journey(
        "gy_clue",
        "其后受理",
        start="note_accepted",
        vars={**ANSWERS, "accepted_slips": [{**ANSWERED, "asked": "WATER"}]},
    ),
    Journey("gy_transfer", "移送四类", vars=SLIP),
    Journey(
        "gy_transfer",
        "线索",
        vars={**SLIP, "sent_on": DAY, "slip": {**SLIP["slip"], "of_clue": True}},
    ),
    Journey(
        "gy_violation",
        "牵头有异议",
        start="from_clue",
        trigger={
            **POINT,
            "clue_number": "XS-2026-00001",
            "pending": ["CULTURE_TOURISM"],
            "acts": ["违法排污"],
        },
        answers={
            "lead_accepted": {"settled_asked": "CULTURE_TOURISM", "settled_role": "WATER"},
            "lead_accepted_2": {"settled_asked": "CULTURE_TOURISM", "settled_role": "WATER"},
            "more_cases": "none",
        },
    ),
    Journey(
        "gy_violation_case",
        "等候受理",
        vars={**CASE, "eco_damage": True, "slip_key": "XS-2026-00001/ECOLOGY/立案"},
        answers={"slip_settled": {"settled_asked": "ECOLOGY", "settled_role": "FORESTRY"}},
    ),
)
