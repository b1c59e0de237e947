"""What repairs an incident, in words: advice and buttons by the kind of its cause."""

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from engine.queries.incidents import IncidentGroup, IncidentRow

SHANGHAI = ZoneInfo("Asia/Shanghai")
NO_HANDLER = "no-handler"
CALENDAR_MISSING = "calendar_missing"
_YEAR = re.compile(r"缺少 (\d{4}) 年")
# Codes of engine.kernel and engine.commands; other codes get the general advice.
ADVICE = {
    NO_HANDLER: "先在单位中补齐岗位，再重新派发；不会自动跳过。",
    CALENDAR_MISSING: "在工作日历中录入该年的安排，再重试；案件从原环节继续。",
    "expression": "案件数据或表达式有误：补正数据后重试；表达式有错则修改流程、发布新版本。",
    "result_type": "结果的类型不对：检查表达式或决策表的输出，发布新版本。",
    "timer_value": "定时器算出的时刻无效：检查所用日期是否已填，再重试。",
    "no_flow": "没有一条连线的条件成立：补正数据后重试，或给网关加默认连线并发布。",
    "correlation_null": "消息的匹配键为空：补正数据后重试。",
    "call_unknown": "被调用的流程没有发布：发布后重试。",
    "child_cancelled": "下级案件已撤销：重试会重新启动，跳过则不再等待。",
    "uncaught_error": "抛出的错误没有人处理：在流程中加错误边界事件并发布，或重试。",
    "service_failed": "外部服务多次失败：确认对方恢复后重试。",
    "step_limit": "一步之内经过的环节太多，可能是死循环：检查流程后重试。",
    "loop_max": "循环次数超过上限：检查循环条件后重试或跳过。",
}
RETRY_WORDS = {NO_HANDLER: "已补岗，重新派发", "service_failed": "已恢复，重试"}


@dataclass(frozen=True, slots=True)
class Cause:
    """One kind of stop with its count and what to do."""

    code: str
    node: str
    text: str
    count: int
    advice: str


@dataclass(frozen=True, slots=True)
class Way:
    """One button."""

    how: str
    label: str
    needs_reason: bool


def advice(code: str) -> str:
    """Say what to do about incidents of CODE."""
    return ADVICE.get(code, "查明原因后重试；确认不再需要时，写明理由跳过。")


def cause(group: IncidentGroup) -> Cause:
    """Give a group of incidents in words."""
    text = said(group.node_name or group.node, group.text)
    return Cause(group.code, group.node, text, group.count, advice(group.code))


def said(where: str, text: str) -> str:
    """Say where something stopped and why, the place only once."""
    place = f"环节“{where}”" if where else "后台作业"
    return text if place in text else f"{place}：{text}"


def remedy(row: IncidentRow) -> str:
    """Give the address where the cause of an incident is removed, "" for none."""
    if row.code == NO_HANDLER:
        return "/admin/unfilled"
    year = _YEAR.search(row.text) if row.code == CALENDAR_MISSING else None
    return f"/ops/workdays?year={year[1]}#import" if year else ""


def ways(row: IncidentRow) -> tuple[Way, ...]:
    """Give the buttons for one incident: a failed job or an empty post is only retried."""
    retry = Way("retry", RETRY_WORDS.get(row.code, "重试"), False)
    if row.job_id is not None or row.code == NO_HANDLER:
        return (retry,)
    return (retry, Way("skip", "跳过本环节", True))
