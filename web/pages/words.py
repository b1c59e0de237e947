"""How pages write dates, moments, states and sizes."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.queries.due_state import Due
from engine.queries.metrics import numbered

SHANGHAI = ZoneInfo("Asia/Shanghai")
_WEEK = "一二三四五六日"
_DUE = {"normal": "", "warning": "w", "overdue": "o", "stopped": "st", "none": ""}
STATUS = {
    "active": "办理中",
    "suspended": "已挂起",
    "completed": "已办结",
    "terminated": "已终止",
    "cancelled": "已撤销",
    "error": "异常结束",
}
SEAT = {
    "open": "待办",
    "done": "已办",
    "void": "失效",
    "removed": "已减",
    "transferred": "已转",
    "held": "暂挂",
    "silent": "逾期未反馈",
}
TASK = {
    "open": "办理中",
    "completed": "已办结",
    "cancelled": "已取消",
    "returned": "已退回",
    "withdrawn": "已撤回",
    "incident": "异常",
}
RULE = {
    "any": "或签",
    "all": "会签",
    "sequential": "依次办理",
    "vote": "票签",
    "consult": "联审",
}


def local(value: datetime) -> datetime:
    """Give VALUE in local time."""
    return value.astimezone(SHANGHAI)


def day(value: datetime | date | None) -> str:
    """Write a date as 2025-07-18."""
    if value is None:
        return ""
    return (local(value) if isinstance(value, datetime) else value).strftime("%Y-%m-%d")


def short_day(value: datetime | date | None) -> str:
    """Write a date as 07-18."""
    return day(value)[5:]


def moment(value: datetime | None) -> str:
    """Write a moment as 2025-07-18 09:00."""
    return local(value).strftime("%Y-%m-%d %H:%M") if value else ""


def long_moment(value: datetime) -> str:
    """Write a moment with the day of the week: 2025-07-18 周五 09:00."""
    at = local(value)
    return f"{at:%Y-%m-%d} 周{_WEEK[at.weekday()]} {at:%H:%M}"


def due_class(due: Due) -> str:
    """Give the class of a due badge: shape and colour."""
    return _DUE.get(due.state, "")


def level_class(due: Due) -> str:
    """Give the class of the tag of a level: yellow before the due moment, red after it."""
    return "x" if due.state == "overdue" else "y"


def size(count: int) -> str:
    """Write a size in bytes for people."""
    if count < 1024:
        return f"{count} B"
    return f"{count / 1024:.0f} KB" if count < 1024 * 1024 else f"{count / 1048576:.1f} MB"


def shown(value: Any) -> str:
    """Write any value of a case for a table."""
    if value is None or value == "":
        return "—"
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return str(write(value))
    return str(value)


def number(value: Decimal) -> str:
    """Write an exact number without trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


_WRITERS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (bool, lambda value: "是" if value else "否"),
    (Decimal, number),
    (datetime, moment),
    (date, day),
    (list, lambda value: "、".join(shown(item) for item in value)),
    (tuple, lambda value: "、".join(shown(item) for item in value)),
    (dict, lambda value: "；".join(f"{key}：{shown(item)}" for key, item in value.items())),
)

_UNITS = {
    "workingDay": "个工作日",
    "workingHour": "个工作小时",
    "calendarDay": "天",
    "hour": "小时",
    "month": "个月",
}


def due_sentences(steps: Mapping[str, Any]) -> list[str]:
    """Say how a due moment was computed, step by step (operations.md 1, row 18)."""
    told = []
    unit = str(steps.get("unit", ""))
    if unit == "date":
        told.append("固定日期。" if steps.get("rolled_from") else "固定日期，遇休息日不顺延。")
    elif unit in _UNITS and steps.get("amount") is not None:
        base = moment_of(steps.get("from"))
        zero = "" if unit in ("hour", "workingHour") else "，当日为第 0 日"
        told.append(f"自 {base} 起算{zero}，加 {steps['amount']} {_UNITS[unit]}。")
    if steps.get("revision"):
        told.append(f"按工作日历计算（版本 {str(steps['revision'])[:12]}）。")
    if steps.get("rolled_from"):
        before, to = (moment_of(steps.get(key))[:10] for key in ("rolled_from", "due"))
        way = "提前到" if to < before else "顺延到"
        told.append(f"{before} 为休息日，{way} {to}。")
    if steps.get("latest"):
        told.append(f"最迟不超过 {steps['latest']}。")
    if steps.get("due"):
        told.append(f"到期：{moment_of(steps['due'])}。")
    return told


def moment_of(value: Any) -> str:
    """Write a moment that was stored as text or kept as a moment."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return str(value)
    return moment(value) if isinstance(value, datetime) else shown(value)


def wait_word(name: str) -> str:
    """Name what a case waits for; a message known by its code only is not for people."""
    return "其他环节的消息" if name.isascii() else name


FILTERS = {
    "wait_word": wait_word,
    "due_sentences": due_sentences,
    "day": day,
    "short_day": short_day,
    "moment": moment,
    "long_moment": long_moment,
    "due_class": due_class,
    "level_class": level_class,
    "moment_of": moment_of,
    "size": size,
    "numbered": numbered,
    "shown": shown,
    "status_word": lambda key: STATUS.get(key, key),
    "seat_word": lambda key: SEAT.get(key, key),
    "task_word": lambda key: TASK.get(key, key),
    "rule_word": lambda key: RULE.get(key, key),
}
