"""Freezing figures inside the transaction: reports as of a moment, with their rows."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine import measuring
from engine.base.actor import SYSTEM
from engine.base.errors import InvalidRequest
from engine.base.values import Value
from engine.commands.case import Case, Live
from engine.measuring import Asking
from engine.reports.compile import Report
from engine.store import codec, snapshots
from engine.store.rows import Row

SERVICE = "freeze"  # the service name in a diagram


def freeze(case: Case, live: Live, node: str, inputs: Mapping[str, Value]) -> dict[str, Value]:
    """Keep the figures of INPUTS {"year", "as_of", "reports"} and their rows; give a summary.

    Counted is what the histories held before AS_OF (default now), however late the timer
    fires; the rows are those of all cases, whoever asks. Answers {"snapshot", "year",
    "as_of", "rows", "figures": [{"id", "title", "denominator", "numerator", "rate",
    "shown", "state"}]}, whose size does not depend on the number of cases.
    """
    asking = _asking(case, live, inputs)
    wanted = _reports(live, inputs.get("reports"))
    return _keep(case, live, node, asking, measuring.taken(asking, wanted))


def _asking(case: Case, live: Live, inputs: Mapping[str, Value]) -> Asking:
    ctx, year, at = case.ctx, inputs.get("year"), inputs.get("as_of")
    if not isinstance(year, int | Decimal) or isinstance(year, bool):
        raise InvalidRequest("冻结需要输入 year（年度，数字）。")
    if at is None:
        at = ctx.now
    if not isinstance(at, datetime):
        raise InvalidRequest("冻结的 as_of 应为日期时间。")
    if at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(live.deployed.zone))
    if at > ctx.now:
        raise InvalidRequest("冻结时刻还没有到，不能冻结。")
    return Asking(ctx.conn, ctx.runtimes, SYSTEM, live.deployed, int(year), at, ctx.now)


def _reports(live: Live, names: Value) -> list[Report]:
    known = live.deployed.reports
    if names is None:
        return [report for report in known.values() if report.frozen]
    wanted = [str(name) for name in (names if isinstance(names, list) else [names])]
    missing = [name for name in wanted if name not in known]
    if missing:
        raise InvalidRequest(f"没有指标“{'、'.join(missing)}”，请检查 reports/。")
    return [known[name] for name in wanted]


def _keep(
    case: Case,
    live: Live,
    node: str,
    asking: Asking,
    found: tuple[dict[str, list[Row]], list[dict[str, Value]]],
) -> dict[str, Value]:
    rows, figures = found
    body = codec.encode(rows)
    uid, count = case.ctx.ids.uid(), sum(map(len, rows.values()))
    snapshots.keep(
        case.ctx.conn,
        {
            "uid": uid,
            "root_id": case.id,
            "application": live.deployed.application.key,
            "year": asking.year,
            "as_of": asking.at,
            "taken_at": case.ctx.now,
            "figures": codec.encode(figures),
            "rows": body,
        },
    )
    answer: dict[str, Value] = {
        "snapshot": uid,
        "year": asking.year,
        "as_of": asking.scope["as_of"],
        "rows": count,
        "figures": [dict(figure) for figure in figures],
    }
    case.note(
        live, snapshots.FROZEN, {**answer, "digest": snapshots.digest(body)}, node=node
    )
    return answer
