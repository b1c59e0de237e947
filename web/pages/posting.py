"""Plain forms that change something: one submission id each, the same answer twice."""

import hashlib
from datetime import date
from typing import Any

from flask import Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from engine.base.errors import InvalidRequest, ShouhuError
from engine.commands.command import Command
from engine.commands.results import Result
from web import limits, session
from web.pages import frame

KEY = "submission_id"
# What a page says after an act; the address carries the key only.
TOLD = {
    "begun": "草稿已建立，由您编辑。",
    "locked": "草稿现由您编辑。",
    "unlocked": "已停止编辑，草稿留着，他人可以接着改。",
    "discarded": "草稿已放弃，已发布的版本没有变化。",
    "created": "新文件已加入草稿。",
    "deleted": "文件已从草稿中删除；已发布的版本没有变化。",
    "saved": "已保存到草稿。",
    "published": "已发布。新案件用新版本，在办案件留在原版本。",
    "same": "内容与最新版本相同，没有产生新版本。",
    "paused": "工作进程已暂停，到期的工作不会执行。",
    "resumed": "工作进程已继续。",
    "fired": "已提前到现在，工作进程随即执行。",
    "retried": "已重新排队执行。",
    "resolved": "已处理。",
    "entered": "已保存。以后的时限按新的安排计算；已经算出的时限不变。",
    "urged": "已催办，已通知尚未办理的单位和人员。",
    "limit-stop": "已停表。恢复计时前不会超期，也不会提醒。",
    "limit-restart": "已恢复计时，期限已按停表时间顺延。",
    "limit-extend": "已延期，原期限保留在时限计算中。",
    "late": "逾期意见已留存，并已通知牵头单位研究；不计入本轮结论。",
    "reopened": "案件已重启，编号不变；以前各轮的记录和已经冻结的数字不变。",
    "kept": "已保存。",
    "undone": "已撤销最近一次修改，记录保留。",
    "appointed": "已任职，仍有环节没有办理人。",
    "manned": "已任职，该单位的待办由其办理。",
    "handed": "席位已移交，接收单位可以办理。",
    "filled": "席位已补齐，案件从原环节继续。",
    "unfilled": "仍然没有符合条件的办理人，案件停在原环节。",
    "look-asked": "已申请查看。本单位同事或调度人员同意后，一小时内可以查看。",
    "look-granted": "已同意。申请人一小时内可以查看，每次查看都有记录。",
    "look-refused": "已答复不同意。",
    "paper-issued": "函件已出具并列入本案材料，请下载打印后送达；收到回函后在这里登记。",
    "paper-received": "回函已登记，与发出的函件一致。请照回函录入意见。",
    "paper-recorded": "已代录，计为该单位的意见。",
    "deputised": "代理已设置，到开始日期生效，到期自动失效。",
    "deputy-ended": "代理已收回，代理人认领的任务已退回。",
    "recused": "已登记回避：有关人员不再看到、也不能办理本案。",
    "recusal-lifted": "已解除回避。",
    "columns": "列设置已保存，下次打开台账仍按此显示；只影响自己。",
    "seats-added": "已加签，已通知新的席位；席位数和通过所需票数已重新计算。",
    "seat-removed": "已减签，席位数和通过所需票数已重新计算。",
    "delegated": "已委派征求意见。对方答复或您收回后，由您继续办理；期限照常计算。",
    "recalled": "已收回委派，由您继续办理。",
    "scans-attached": "签章页已附上，随签名显示和打印。",
    "transferred": "已转办，由对方办理；您可以在案件中继续查看。",
    "withdrawn": "已撤回，后续席位失效；您提交的内容已放回表单，可以修改后再次提交。",
    "moved": "演示时钟已推进，到期的工作正在执行。",
}
UNTOLD = ("csrf_token", "password")  # fields the stored fingerprint of a form leaves out


def page(template: str, refused: ShouhuError | None = None, **values: Any) -> Response:
    """Render a page with forms; a refusal keeps what was typed and is no success."""
    response = frame.page(
        template, told=told(), submission=fresh(), refused=refused, **values
    )
    response.status_code = 422 if refused else 200
    return response


def day(name: str) -> date | None:
    """Read the day in the field NAME of the form sent; None when it was left out."""
    return limits.day_or_none(request.form.get(name, ""))


def fresh() -> str:
    """Give the submission id of one rendering of a form."""
    return session.engine().ids.uid()


def run(command: Command, content: bytes = b"") -> Result:
    """Execute COMMAND as the signed-in person under the form's submission id.

    CONTENT is an uploaded file, which is part of what was sent.
    """
    key = request.form.get(KEY) or None
    if key is None:
        raise InvalidRequest("页面已过期，请刷新后重试。", code="submission-id-missing")
    sent = sorted((k, v) for k, v in request.form.items(multi=True) if k not in UNTOLD)
    return session.engine().execute(
        command,
        session.require_actor(),
        key=key,
        route=f"{request.method} {request.path}",
        body_hash=hashlib.sha256(repr(sent).encode() + content).hexdigest(),
    )


def back(path: str, told: str = "") -> BaseResponse:
    """Lead to PATH, which says what was done."""
    joint = "&" if "?" in path else "?"
    return redirect(f"{path}{joint}told={told}" if told else path, 303)


def told() -> str:
    """Give the sentence about the act that led here, "" without one."""
    return TOLD.get(request.args.get("told", ""), "")
