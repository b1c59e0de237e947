"""The findings about decision models: what is wrong, in both languages, and what to do."""

from collections.abc import Mapping
from typing import Any

from engine.base.errors import InvalidDefinition
from engine.base.findings import Finding, Severity

_TEXTS: Mapping[str, tuple[Severity, str, str, str]] = {
    "dmn.namespace": (
        "error",
        "这不是 DMN 1.1 至 1.5 的决策文件：根元素是 {root}。",
        "this is not a DMN 1.1 to 1.5 file: the root element is {root}",
        "请用支持 DMN 1.3 的建模工具导出后再上传。",
    ),
    "dmn.element": (
        "error",
        "第 {line} 行的元素“{kind}”不能执行。",
        "line {line}: “{kind}” cannot be executed",
        "请改用决策表、文字表达式、上下文、调用、列表、关系或函数。",
    ),
    "dmn.missing": (
        "error",
        "〔{n}〕缺少{what}。",
        "“{n}” has no {what}",
        "请在决策编辑器中补齐。",
    ),
    "dmn.duplicate": (
        "error",
        "〔{n}〕的编号“{id}”与另一元素重复。",
        "the id “{id}” of “{n}” is used twice",
        "请改用新的编号。",
    ),
    "dmn.name": (
        "error",
        "〔{n}〕同时需要两个同名的“{name}”。",
        "“{n}” requires two things called “{name}”",
        "请改名，使名称唯一。",
    ),
    "dmn.ref": (
        "error",
        "〔{n}〕引用的“{ref}”不存在。",
        "“{n}” refers to “{ref}”, which does not exist",
        "请重新连线，或一并上传被引用的文件。",
    ),
    "dmn.import": (
        "error",
        "引入的命名空间“{ref}”不在本次部署的文件中。",
        "no file of this deployment has the imported namespace “{ref}”",
        "请一并上传该决策文件。",
    ),
    "dmn.cycle": (
        "error",
        "〔{n}〕间接依赖自己：{path}。",
        "“{n}” depends on itself: {path}",
        "请去掉其中一条依赖。",
    ),
    "dmn.language": (
        "error",
        "〔{n}〕的表达式语言“{language}”不受支持。",
        "“{n}” uses the expression language “{language}”",
        "请改写为 FEEL。",
    ),
    "dmn.external": (
        "error",
        "〔{n}〕是外部函数（{kind}），不能执行。",
        "“{n}” is an external function ({kind})",
        "请改写为 FEEL 函数。",
    ),
    "dmn.orientation": (
        "error",
        "〔{n}〕是交叉表（CrossTable），暂不能执行。",
        "“{n}” is a crosstab table, which cannot be executed",
        "请改为按行排列的决策表。",
    ),
    "dmn.hit_policy": (
        "error",
        "〔{n}〕的命中规则“{policy}”无效。",
        "“{n}” has the unknown hit policy “{policy}”",
        "可用：唯一 U、任一 A、优先 P、首个 F、规则序 R、输出序 O、收集 C（+ < > #）。",
    ),
    "dmn.aggregate": (
        "error",
        "〔{n}〕有多个输出列，不能汇总（{policy}）。",
        "“{n}” has several outputs and cannot aggregate ({policy})",
        "请只保留一个输出列，或改用收集 C。",
    ),
    "dmn.output_name": (
        "error",
        "〔{n}〕有多个输出列，每列都要有不同的名称。",
        "the outputs of “{n}” need different names",
        "请填写输出列的名称。",
    ),
    "dmn.output_order": (
        "error",
        "〔{n}〕按输出次序取值，但输出列“{column}”没有列出取值次序。",
        "“{n}” needs the output values of “{column}” in order",
        "请按优先次序填写输出列的可选值。",
    ),
    "dmn.columns": (
        "error",
        "〔{n}〕第 {row} 行的单元格数与列数不符。",
        "“{n}” row {row}: the number of cells differs from the columns",
        "请补齐该行。",
    ),
    "dmn.type": (
        "error",
        "〔{n}〕的类型“{type}”不存在。",
        "“{n}” has the unknown type “{type}”",
        "请改用 string、number、boolean、date、time、date and time 或已定义的类型。",
    ),
    "dmn.nesting": (
        "error",
        "〔{n}〕的表达式嵌套超过 {limit} 层。",
        "“{n}” is nested deeper than {limit}",
        "请拆分为几个决策。",
    ),
    "dmn.cell_type": (
        "error",
        "〔{n}〕第 {row} 行“{column}”：{found}不符合该列的类型 {type}。",
        "“{n}” row {row}, “{column}”: {found} does not fit the type {type}",
        "请更正该单元格或该列的类型。",
    ),
    "dmn.cell_value": (
        "error",
        "〔{n}〕第 {row} 行“{column}”：不在该列的可选值之内。",
        "“{n}” row {row}, “{column}”: not among the allowed values",
        "请更正该单元格，或补充可选值。",
    ),
    "dmn.gap": (
        "warning",
        "〔{n}〕没有规则适用于：{where}。",
        "no rule of “{n}” applies to: {where}",
        "请补一行规则，或填写默认输出。",
    ),
    "dmn.gap_list": (
        "note",
        "〔{n}〕列出所有符合的行；以下输入没有一行符合，结果为空：{where}。",
        "“{n}” lists every row that applies; none applies to: {where}",
        "确实无事可做时不必修改；否则请补一行规则。",
    ),
    "dmn.gap_fraction": (
        "note",
        "〔{n}〕的数值区间只在整数上衔接，没有规则适用于：{where}。",
        "the ranges of “{n}” meet at whole numbers only; no rule applies to: {where}",
        "输入可能有小数时，请改用首尾相接的区间。",
    ),
    "dmn.overlap": (
        "warning",
        "〔{n}〕第 {row} 行与第 {other} 行可能同时符合：{where}。",
        "rows {row} and {other} of “{n}” may both apply to: {where}",
        "请收窄其中一行，或更换命中规则。",
    ),
    "dmn.unreachable": (
        "warning",
        "〔{n}〕第 {row} 行永远不会符合。",
        "row {row} of “{n}” can never apply",
        "请更正该行的条件。",
    ),
    "dmn.masked": (
        "warning",
        "〔{n}〕第 {row} 行总被更优先的行取代，永远不会生效。",
        "row {row} of “{n}” is always hidden by rows before it",
        "请调整次序或条件，或删除该行。",
    ),
    "dmn.unproven": (
        "note",
        "〔{n}〕过大或含有不能分析的条件，未能完全检查缺口与重叠。",
        "“{n}” could not be checked fully for gaps and overlaps",
        "请在测试表中核对。",
    ),
    "expr.type": (
        "error",
        "〔{n}〕{where}：表达式第 {column} 列：{what}。",
        "“{n}” {where}: column {column}: the types do not fit",
        "请更正表达式，或更正输入数据的类型。",
    ),
    "expr.unknown_name": (
        "warning",
        "〔{n}〕是函数，其中的名称“{name}”既不是参数，也不是所需的知识，取值总为空。",
        "“{n}” is a function and knows no “{name}”",
        "请增加参数，或连接所需的业务知识模型。",
    ),
    "dmn.undeclared": (
        "note",
        "〔{n}〕直接读取变量“{name}”，图上没有对应的输入数据。",
        "“{n}” reads “{name}”, which is not drawn as input data",
        "可在图上补画输入数据，便于追溯。",
    ),
}


def finding(
    code: str, file: str, element: str = "", name: str = "", /, **params: Any
) -> Finding:
    """Make the finding CODE about ELEMENT, called NAME on the screen."""
    severity, zh, en, repair = _TEXTS[code]
    words = {"n": name or element, **params}
    return Finding(
        code=code,
        severity=severity,
        file=file,
        element=element,
        name=name,
        zh=zh.format_map(words),
        en=en.format_map(words),
        repair=repair,
        params=params,
    )


def refused(found: Finding) -> InvalidDefinition:
    """Make the error that carries one finding."""
    return InvalidDefinition([found], found.zh)
