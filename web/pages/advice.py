"""What to do after a refusal: one sentence per status, never a dead end (mock-up 13)."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import request

ADVICE: Mapping[int, str] = {
    400: "请回到上一页重新操作；仍不成功时请把编号告诉管理员。",
    403: "如工作需要，请本单位调度员或系统管理员授权。",
    404: "请核对编号，或请本单位调度员确认权限。",
    405: "请从页面上的按钮进入，不要直接打开此地址。",
    409: "您填写的内容没有提交。请返回上一页，刷新后按最新情况办理。",
    412: "内容已被他人修改。请返回上一页，对照最新版本后再保存。",
    413: "请压缩文件，或分几次上传。",
    422: "请返回上一页，按提示修改后再提交。",
    423: "请等待对方完成，或联系对方。",
    429: "请稍候一分钟再试。",
    500: "本次操作没有生效。请稍后再试；仍不成功时请把编号告诉管理员。",
    503: "本次提交没有生效。请稍后再试，或请管理员处理。",
}


def advice(status: int) -> str:
    """Say what a person can do after STATUS."""
    return ADVICE.get(status, ADVICE[500])


def back() -> str:
    """Give the page the person came from when it is ours, else the way home."""
    came = urlsplit(request.referrer or "")
    if came.netloc != request.host or not came.path:
        return "/"
    return f"{came.path}?{came.query}" if came.query else came.path
