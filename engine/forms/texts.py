"""What a form says when a value is not accepted: code → Chinese sentence."""

from collections.abc import Mapping
from typing import Any

TEXTS: Mapping[str, str] = {
    "field-unknown": "表单没有字段“{label}”。",
    "field-readonly": "字段“{label}”在本环节为只读。",
    "required": "请填写“{label}”。",
    "type-string": "“{label}”应为文字。",
    "type-text": "“{label}”应为文字。",
    "type-number": "“{label}”应为数值。",
    "type-integer": "“{label}”应为整数。",
    "type-date": "“{label}”应为日期，例如 2025-07-18。",
    "type-datetime": "“{label}”应为日期和时间，例如 2025-07-18T09:00。",
    "type-boolean": "“{label}”应为是或否。",
    "type-choice": "“{label}”的选项无效。",
    "type-choices": "“{label}”的选项无效。",
    "type-division": "“{label}”应为行政区划代码。",
    "type-unit": "“{label}”应为单位编码。",
    "type-person": "“{label}”应为人员编码。",
    "type-reference": "“{label}”应为编码。",
    "type-files": "“{label}”应为附件列表。",
    "type-table": "“{label}”应为明细行列表。",
    "type-signoff": "“{label}”应为签署信息。",
    "option": "“{label}”没有选项“{value}”。",
    "min": "“{label}”不能小于 {limit}。",
    "max": "“{label}”不能大于 {limit}。",
    "min-length": "“{label}”不少于 {limit} 个字（当前 {current} 个字）。",
    "max-length": "“{label}”不多于 {limit} 个字（当前 {current} 个字）。",
    "decimals": "“{label}”最多 {limit} 位小数。",
    "pattern": "“{label}”格式不符合要求。",
    "reference-unknown": "“{label}”中没有编码“{value}”。",
    "ledger-state": "“{label}”：“{value}”不是您可以查看的{words}案件，请核对编号。",
    "ledger-unknown": "“{label}”：没有您可以查看的编号“{value}”，请核对。",
    "taken": "“{label}”已有“{value}”，不能重复，请核对。",
    "division-outside": "“{label}”应在 {limit} 范围内。",
    "division-level": "“{label}”应选到 {limit}。",
    "unit-role": "“{label}”中的“{value}”不在可选单位之内。",
    "check": "“{label}”不符合填写规则。",
    "files-min": "“{label}”至少 {limit} 份（当前 {current} 份）。",
    "files-max": "“{label}”最多 {limit} 份（当前 {current} 份）。",
    "file-code": "“{label}”不接受材料类别“{value}”。",
    "file-unknown": "“{label}”中的附件“{value}”不存在或不属于您。",
    "file-changed": "“{label}”中的附件“{value}”与上传时的内容不一致。",
    "file-media": "“{label}”不接受文件“{value}”的类型。",
    "file-size": "“{label}”中的文件“{value}”超过 {limit} MB。",
    "file-twice": "“{label}”中的附件“{value}”重复。",
    "rows-min": "“{label}”至少 {limit} 行（当前 {current} 行）。",
    "rows-max": "“{label}”最多 {limit} 行（当前 {current} 行）。",
    "signoff-empty": "“{label}”尚未签署。",
    "rule-failed": "“{label}”的规则无法计算：{value}",
}
Problem = dict[str, Any]


def problem(field: str, code: str, label: str, **words: Any) -> Problem:
    """Give one entry of InvalidForm.errors; WORDS fill the sentence of CODE."""
    shown = {name: str(word)[:80] for name, word in words.items()}
    return {"field": field, "code": code, "detail": TEXTS[code].format(label=label, **shown)}
