"""日志 in Chinese: what each kind of history line is called and what it says."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.queries.history import Line
from web.pages.words import moment_of

Detail = Mapping[str, Any]

KINDS: Mapping[str, str] = {
    "StartInstance": "发起案件",
    "ImportRow": "导入",
    "MergeRow": "导入合并",
    "Started": "流程启动",
    "InstanceStarted": "流程启动",
    "InstanceEnded": "流程结束",
    "SuspendInstance": "暂停案件",
    "Recuse": "登记回避",
    "LiftRecusal": "解除回避",
    "SeatMoved": "席位改由上级办理",
    "IssuePaper": "出具书面函件",
    "ReceivePaper": "登记回函",
    "RecordReply": "代录回函意见",
    "SeatHandedOver": "席位移交",
    "AddSeats": "加签",
    "RemoveSeat": "减签",
    "DelegateTask": "委派征求意见",
    "RecallDelegation": "收回委派",
    "GiveOpinion": "答复征求意见",
    "ReopenInstance": "重启案件",
    "ReopenSkipped": "重启消息未采用（案件尚在办理）",
    "ResumeInstance": "恢复案件",
    "CancelInstance": "撤销案件",
    "NodeEntered": "到达环节",
    "NodeLeft": "离开环节",
    "VariablesWritten": "写入数据",
    "DecisionEvaluated": "按决策表判定",
    "ExpressionWarning": "公式提示",
    "TaskOpened": "产生待办",
    "TaskClosed": "待办关闭",
    "CompleteTask": "办理",
    "ClaimTask": "认领",
    "ReleaseTask": "退回单位",
    "AttachScans": "附签章页",
    "RoundDecided": "本轮结论",
    "RoundDue": "本轮到期",
    "ReturnTask": "退回",
    "TransferTask": "转办",
    "WithdrawTask": "撤回",
    "RemindTask": "催办",
    "Escalated": "时限提醒与升级",
    "StopClock": "停表",
    "RestartClock": "恢复计时",
    "ExtendDue": "延期",
    "DueMoved": "期限重新计算",
    "Notified": "通知",
    "TimerSet": "设定时限",
    "TimerFired": "时限到期",
    "SubscriptionOpened": "等待消息",
    "MessageThrown": "发出消息",
    "SendMessage": "收到消息",
    "MessageReceived": "收到消息",
    "SignalThrown": "发出信号",
    "SignalReceived": "收到信号",
    "ServiceRequested": "调用服务",
    "ServiceFinished": "服务完成",
    "ChildStarted": "子流程启动",
    "ChildMissing": "子流程缺失",
    "EscalationThrown": "升级处理",
    "IncidentRaised": "出现异常",
    "IncidentCleared": "异常已处理",
    "FireJobNow": "提前触发",
    "RetryJob": "重试作业",
    "ResolveIncident": "处理异常",
}
HOW: Mapping[str, str] = {
    "completed": "正常完成",
    "terminated": "被终止",
    "withdrawn": "因退回或撤回收回",
    "cancelled": "被取消",
    "failed": "出错",
    "error": "出错",
    "retry": "重试",
    "skip": "跳过",
}


def kind_word(kind: str) -> str:
    """Name a KIND of history line; kinds added later are at least readable as such."""
    return KINDS.get(kind, "其他记录")


def sentence(line: Line) -> str:
    """Say what LINE records, in one phrase; "" when kind and element say it all."""
    tell = _TELLERS.get(line.kind)
    return tell(line.detail) if tell else ""


def _entered(detail: Detail) -> str:
    state = detail.get("state")
    return f"案件状态变为“{state}”" if state else ""


def _how(detail: Detail) -> str:
    how = str(detail.get("how") or "")
    return HOW.get(how, "") if how != "completed" else ""


def _written(detail: Detail) -> str:
    return f"{len(detail.get('patch') or {})} 项"


def _decided(detail: Detail) -> str:
    rows = [str(row) for table in detail.get("tables") or () for row in table.get("rows", ())]
    own = f"（区划 {detail['override']} 的替换表）" if detail.get("override") else ""
    return f"{detail.get('decision', '')}{own}，命中 {'、'.join(rows) or '无'}"


def _act(detail: Detail) -> str:
    head = "，".join(str(detail[key]) for key in ("unit_name", "label") if detail.get(key))
    opinion = detail.get("opinion")
    return f"{head}：{opinion}" if opinion else head


def _handed(detail: Detail) -> str:
    one_voice = "（已有席位，合为一席）" if detail.get("merged") else ""
    units = f"{detail.get('from', '')} → {detail.get('to', '')}"
    return f"{units}{one_voice}：{detail.get('reason', '')}"


def _recomposed(detail: Detail) -> str:
    """Tell who joined or left a round, and what it takes now to pass."""
    whom = "、".join(map(str, detail.get("added") or ())) or str(detail.get("removed") or "")
    seats = f"{detail.get('seats_before')} 席 → {detail.get('seats_after')} 席"
    need = f"需 {detail.get('need_before')} → {detail.get('need_after')}"
    reason = f"：{detail['reason']}" if detail.get("reason") else ""
    return f"{whom}，{seats}，{need}{reason}"


def _asked(detail: Detail) -> str:
    reason = f"：{detail['reason']}" if detail.get("reason") else ""
    return f"{detail.get('unit_name', '')} → {detail.get('to', '')}{reason}"


def _passed(detail: Detail) -> str:
    """Tell who had the seat, who has it now, and why."""
    persons = f"{detail.get('from_name', '')} → {detail.get('to_name', '')}"
    unit = f"{detail['unit_name']}：" if detail.get("unit_name") else ""
    return f"{unit}{persons}" + (f"，{detail['reason']}" if detail.get("reason") else "")


def _paper(detail: Detail) -> str:
    signed = f"，{detail['signed_by']} 签字" if detail.get("signed_by") else ""
    by = f"，{detail['recorded_by']} 代录" if detail.get("recorded_by") else ""
    return f"{detail.get('unit_name', '')}{signed}{by}，核验码 {detail.get('code', '')}"


def _scanned(detail: Detail) -> str:
    return f"{detail.get('unit_name', '')}，{len(detail.get('files') or ())} 页"


def _due(detail: Detail) -> str:
    return f"期限 {moment_of(detail['due'])}" if detail.get("due") else "无期限"


def _escalated(detail: Detail) -> str:
    to = f"，通知 {len(detail['to'])} 处" if detail.get("to") else ""
    rows = [str(row) for row in (detail.get("decision") or {}).get("rows") or ()]
    by = f"（依据 {'、'.join(rows)}）" if rows else ""
    return f"{detail.get('level', '')} {detail.get('action', '')}{to}{by}"


def _moved(detail: Detail) -> str:
    parts = [f"{word} {moment_of(detail[key])}" for key, word in _MOVED if detail.get(key)]
    return "，".join([*parts, *(str(detail[key]) for key in ("reason",) if detail.get(key))])


_MOVED = (("due_before", "原期限"), ("due", "现期限"))


def _started(detail: Detail) -> str:
    return str(detail.get("number") or "")


def _first(*keys: str) -> Callable[[Detail], str]:
    """Tell the first of KEYS the detail has."""

    def tell(detail: Detail) -> str:
        return next((str(detail[key]) for key in keys if detail.get(key)), "")

    return tell


def _repaired(detail: Detail) -> str:
    parts = (HOW.get(str(detail.get("how") or ""), ""), str(detail.get("reason") or ""))
    return "：".join(part for part in parts if part)


_TELLERS: Mapping[str, Callable[[Detail], str]] = {
    "StartInstance": _started,
    "NodeEntered": _entered,
    "NodeLeft": _how,
    "TaskClosed": _how,
    "InstanceEnded": _how,
    "IncidentCleared": _how,
    "VariablesWritten": _written,
    "DecisionEvaluated": _decided,
    "CompleteTask": _act,
    "AttachScans": _scanned,
    "RoundDecided": _first("arithmetic"),
    "TaskOpened": _due,
    "TimerSet": _due,
    "Escalated": _escalated,
    "StopClock": _first("reason"),
    "RestartClock": _moved,
    "ExtendDue": _moved,
    "DueMoved": _moved,
    "ReturnTask": _first("reason", "opinion"),
    "SuspendInstance": _first("reason"),
    "ResumeInstance": _first("reason"),
    "CancelInstance": _first("reason"),
    "ReopenInstance": _first("reason", "cause"),
    "Recuse": _first("name"),
    "LiftRecusal": _first("name"),
    "SeatMoved": _first("to"),
    "IssuePaper": _paper,
    "ReceivePaper": _paper,
    "RecordReply": _paper,
    "SeatHandedOver": _handed,
    "AddSeats": _recomposed,
    "RemoveSeat": _recomposed,
    "DelegateTask": _asked,
    "RecallDelegation": _asked,
    "GiveOpinion": _act,
    "TransferTask": _passed,
    "WithdrawTask": _first("reason"),
    "ReleaseTask": _first("reason"),
    "Notified": _first("title"),
    "IncidentRaised": _first("text"),
    "FireJobNow": _first("reason"),
    "ResolveIncident": _repaired,
    "ExpressionWarning": _first("text"),
}
FILTERS = {"log_kind": kind_word, "log_text": sentence}
