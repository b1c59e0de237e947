"""The service "ledger": rows of a ledger as a variable, for work that follows of each row."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.base.errors import InvalidRequest
from engine.base.values import Value
from engine.commands.case import Case, Live, load
from engine.store import ledger_rows
from engine.store.rows import Row

SERVICE = "ledger"  # the service name in a diagram


def rows(case: Case, live: Live, node: str, inputs: Mapping[str, Value]) -> dict[str, Value]:
    """Give the rows of INPUTS {"ledger", "columns", "where"} as they stand now.

    WHERE names columns with the value, or the list of values, a row must have; COLUMNS are
    the keys wanted. All cases are looked at, whoever works on this one. Answers {"rows":
    [{column: value}], "count"}; more than 2,000 rows are refused.
    """
    del node
    declared = live.deployed.application.ledgers.get(str(inputs.get("ledger")))
    if declared is None:
        raise InvalidRequest(f"没有台账“{inputs.get('ledger')}”。")
    known = {str(column["key"]) for column in declared["columns"]}
    where = _where(inputs.get("where"))
    keys = [str(key) for key in _listed(inputs.get("columns"))]
    strange = sorted({*keys, *where} - known)
    if strange or not keys:
        raise InvalidRequest(f"台账没有这些列：{'、'.join(strange) or '（columns 为空）'}。")
    conn = case.ctx.conn
    found = ledger_rows.chosen(
        conn, declared, where, keys, lambda row: load(case.ctx, row).variables()
    )
    if len(found) > ledger_rows.MOST:
        raise InvalidRequest(f"台账超过 {ledger_rows.MOST} 行，请用 where 缩小范围。")
    zone = ZoneInfo(live.deployed.zone)
    plain: list[Value] = [_row(row, zone) for row in found]
    return {"rows": plain, "count": len(plain)}


def _where(given: Value) -> dict[str, list[Value]]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InvalidRequest("where 应为 {列: 值} 或 {列: [值, …]}。")
    return {str(key): _listed(value) for key, value in given.items()}


def _listed(given: Value) -> list[Value]:
    return list(given) if isinstance(given, list) else [] if given is None else [given]


def _row(row: Row, zone: ZoneInfo) -> dict[str, Value]:
    return {
        key: value.astimezone(zone) if isinstance(value, datetime) else value
        for key, value in row.items()
    }
